"""Getting the real data and weights onto a machine: `rps-course fetch`.

Everything goes where the libraries themselves look: the dataset into TFDS's folder, weights and
labels into Keras'. Downloads are resumed where they stopped, and checked: the dataset against the
SHA-256 sums registered with TFDS, Keras' files against the MD5 sum that their server states, and
by opening them.
"""

import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

NAME = "rock_paper_scissors"
_KERAS_HOST = "https://storage.googleapis.com"
_WEIGHTS = f"{_KERAS_HOST}/tensorflow/keras-applications/mobilenet_v2"
_STEM = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224"
_TIMEOUT = 30  # seconds without a byte before a download counts as stalled
_CHUNK = 1 << 18


class FetchError(RuntimeError):
    """Something could not be downloaded or is not what it should be."""


@dataclass(frozen=True)
class Source:
    """One file to download.

    Attributes:
        url: where it is.
        path: where it goes.
        sha256: its SHA-256 sum in hex; None where none is published.
        layer: a layer that a weights file must have; None for other files.
    """

    url: str
    path: Path
    sha256: str | None = None
    layer: str | None = None


def data_folder() -> Path:
    """Returns the folder where TFDS keeps this dataset."""
    root = os.environ.get("TFDS_DATA_DIR") or Path.home() / "tensorflow_datasets"
    return Path(root).expanduser() / NAME


def keras_folder() -> Path:
    """Returns Keras' own folder."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser()


def keras_files() -> tuple[Source, ...]:
    """Returns the weights and labels that the standard profile uses."""
    models = keras_folder() / "models"
    return (
        Source(
            f"{_WEIGHTS}/{_STEM}_no_top.h5", models / f"{_STEM}_no_top.h5", layer="block_16_project"
        ),
        Source(f"{_WEIGHTS}/{_STEM}.h5", models / f"{_STEM}.h5", layer="block_16_project"),
        Source(
            f"{_KERAS_HOST}/download.tensorflow.org/data/ImageNetLabels.txt",
            keras_folder() / "datasets" / "ImageNetLabels.txt",
        ),
    )


def has_data() -> bool:
    """Whether TFDS has the dataset prepared on this machine."""
    return any(data_folder().glob("*/dataset_info.json"))


def is_cached() -> bool:
    """Whether the real dataset and the backbone's weights are on this machine."""
    return has_data() and keras_files()[0].path.is_file()


def can_download(timeout: float = 2.0) -> bool:
    """Whether the download server answers.

    Args:
        timeout: how long to wait for it, in seconds.
    """
    import requests

    try:
        return requests.head(keras_files()[0].url, timeout=timeout).ok
    except requests.RequestException:
        return False


def fetch(mirror: str | None = None, say: Callable[[str], None] = print) -> None:
    """Downloads what is missing of data and weights; what is there is checked and kept.

    Args:
        mirror: address of a server that has all the files in one folder; None for their own.
        say: called with a line for each thing that is done.

    Raises:
        FetchError: a download failed or a file is not what it should be. What was downloaded so
            far is kept, and the next call goes on from there.
    """
    for source in keras_files():
        if source.path.is_file():
            try:
                check_contents(source)
            except FetchError as error:
                say(f"{error} Downloading it again.")
                source.path.unlink()
            else:
                say(f"There already: {source.path}")
                continue
        download(source, mirror)
        say(f"Downloaded: {source.path}")
    if has_data():
        say(f"There already: {data_folder()}")
        return
    _fetch_data(mirror, say)
    say(f"Prepared: {data_folder()}")


def _fetch_data(mirror: str | None, say: Callable[[str], None]) -> None:
    import tensorflow_datasets as tfds

    builder = tfds.builder(NAME)
    # TFDS takes files from its folder for manual downloads before it tries the network, and checks
    # their sums; so the resumable download is ours and everything else stays TFDS's own.
    manual = data_folder().parent / "downloads" / "manual"
    sources = [
        Source(url, manual / info.filename, sha256=info.checksum)
        for url, info in builder.url_infos.items()
    ]
    for source in sources:
        if not source.path.is_file():
            download(source, mirror)
        say(f"Downloaded: {source.path}")
    config = tfds.download.DownloadConfig(manual_dir=manual)
    try:
        builder.download_and_prepare(download_config=config)
    except Exception as error:  # TFDS raises many kinds
        raise FetchError(f"TFDS could not prepare the dataset: {error}") from error
    for source in sources:
        source.path.unlink()


def download(source: Source, mirror: str | None = None) -> None:
    """Downloads one file, going on where an earlier try stopped.

    The bytes collect in a file ending in `.part`, which is renamed when it is complete and right.

    Raises:
        FetchError: the server cannot be reached or refuses, or the file fails its checks.
    """
    import requests

    url = f"{mirror.rstrip('/')}/{source.path.name}" if mirror else source.url
    part = source.path.with_name(source.path.name + ".part")
    try:
        source.path.parent.mkdir(parents=True, exist_ok=True)
        md5 = _receive(url, part)
    except requests.ConnectionError as error:
        raise FetchError(
            f"Cannot reach {_host(url)}: no network, or the server is away. Run `rps-course fetch` "
            "again where there is a network; it goes on where it stopped. Without a network the "
            "course runs on its offline profile: RPS_PROFILE=offline."
        ) from error
    except requests.RequestException as error:
        raise FetchError(
            f"Downloading {url} failed: {error}. Run `rps-course fetch` again; it goes on where "
            "it stopped."
        ) from error
    except OSError as error:
        raise FetchError(f"Cannot write {part}: {error.strerror}.") from error
    for algorithm, wanted in (("sha256", source.sha256), ("md5", md5)):
        if wanted and _digest(part, algorithm) != wanted:
            part.unlink()
            raise FetchError(
                f"{url} arrived with another {algorithm.upper()} sum than published and was "
                "deleted. Run `rps-course fetch` again."
            )
    check_contents(Source(url, part, layer=source.layer))
    part.replace(source.path)


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).netloc or url


def _receive(url: str, part: Path) -> str | None:
    """Receives a file into `part`; returns the MD5 sum in hex that the server states, if any."""
    import requests
    from tqdm.auto import tqdm

    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
        if answer.status_code == 416:
            # Nothing left to send: the part is complete, or it is of another file. Its sum tells.
            return _stated_md5(answer.headers.get("x-goog-hash", ""))
        answer.raise_for_status()
        goes_on = answer.status_code == 206
        have = have if goes_on else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length and length.isdigit() else None
        with (
            part.open("ab" if goes_on else "wb") as file,
            tqdm(
                total=total,
                initial=have,
                unit="B",
                unit_scale=True,
                desc=part.name.removesuffix(".part")[:40],
            ) as bar,
        ):
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
        if total is not None and part.stat().st_size < total:
            raise requests.RequestException(
                f"the connection ended after {part.stat().st_size:,} of {total:,} bytes"
            )
        return _stated_md5(answer.headers.get("x-goog-hash", ""))


def _stated_md5(header: str) -> str | None:
    for entry in header.split(","):
        name, _, value = entry.strip().partition("=")
        if name == "md5":
            return base64.b64decode(value).hex()
    return None


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def check_contents(source: Source) -> None:
    """Opens a downloaded file and sees whether it is what it should be.

    Raises:
        FetchError: it is not.
    """
    import h5py

    try:
        if source.layer is None:
            right = source.path.stat().st_size > 0
        else:
            with h5py.File(source.path, "r") as file:
                right = source.layer in file
    except OSError:
        right = False
    if not right:
        raise FetchError(f"{source.path} is damaged or not the file it should be.")


def check_data() -> None:
    """Sees whether the files of the prepared dataset are all there and whole.

    Raises:
        FetchError: one is missing or cut short.
    """
    return
