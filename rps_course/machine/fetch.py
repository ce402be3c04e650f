"""Getting the standard profile's data and weights onto a machine: `rps-course fetch`.

Everything goes where the libraries themselves look: the dataset into TFDS's folder, weights and
labels into Keras'. What another profile needs is only looked at: its author hands it out.
Downloads are resumed where they stopped, and checked: the dataset against the SHA-256 sums
registered with TFDS, Keras' files against the MD5 sum that their server states, and by opening
them. Preparing the dataset from what was downloaded is TFDS's own work.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rps_course import profile as profiles
from rps_course.machine import dataset
from rps_course.machine.caches import data_folder, keras_folder, tfds_folder
from rps_course.machine.progress import progress_bar

if TYPE_CHECKING:
    import requests

_KERAS_HOST = "https://storage.googleapis.com"
_WEIGHTS = f"{_KERAS_HOST}/tensorflow/keras-applications/mobilenet_v2"
_STEM = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224"
_LABELS = "ImageNetLabels.txt"
_TIMEOUT = 30  # seconds without a byte before a download counts as stalled
_CHUNK = 1 << 18
_TRIES = 3  # for a connection that ends early, as long as each try brings something


class FetchError(RuntimeError):
    """Something could not be downloaded or is not what it should be."""


@dataclass(frozen=True)
class Source:
    """One file to download.

    Attributes:
        url: where it is.
        path: where it goes.
        sha256: its SHA-256 sum in hex; None where none is published.
        numbers: how many numbers a weights file holds; None for other files.
        lines: how many lines a text file has; None for other files.
    """

    url: str
    path: Path
    sha256: str | None = None
    numbers: int | None = None
    lines: int | None = None


# What people call them, in the order of `keras_files`.
KERAS_NAMES = ("backbone weights", "ImageNet classifier", "ImageNet labels")


def keras_files() -> tuple[Source, ...]:
    """Returns what the standard profile takes from Keras: backbone, whole classifier, labels."""
    models = keras_folder() / "models"
    return (
        Source(f"{_WEIGHTS}/{_STEM}_no_top.h5", models / f"{_STEM}_no_top.h5", numbers=2_257_984),
        Source(f"{_WEIGHTS}/{_STEM}.h5", models / f"{_STEM}.h5", numbers=3_538_984),
        Source(
            f"{_KERAS_HOST}/download.tensorflow.org/data/{_LABELS}",
            keras_folder() / "datasets" / _LABELS,
            lines=1001,
        ),
    )


def standard() -> profiles.Profile:
    """Returns the profile whose data and weights can be downloaded."""
    return profiles.get("standard")


def downloads(profile: profiles.Profile) -> bool:
    """Whether `rps-course fetch` gets what a profile needs."""
    return profile.dataset == standard().dataset and profile.weights == "imagenet"


def is_cached() -> bool:
    """Whether the standard profile's data set and backbone are on this machine."""
    return dataset.is_prepared(standard().dataset) and keras_files()[0].path.is_file()


def problems(profile: profiles.Profile) -> dict[str, str]:
    """Returns what is missing or damaged of a profile's data and weights.

    Returns:
        What is wrong, by the name of the thing; empty when everything is there and readable.
    """
    found = {}
    if profile.data == "tfds":
        try:
            dataset.check(profile)
        except dataset.DatasetError as error:
            found["dataset"] = str(error)
    if profile.weights != "imagenet":
        return found  # a file that was there when the profile was read
    for name, source in zip(KERAS_NAMES, keras_files(), strict=True):
        try:
            if source.path.is_file():
                check_contents(source)
            else:
                found[name] = f"{source.path.name} is not in {source.path.parent}."
        except (FetchError, OSError) as error:
            found[name] = str(error)
    return found


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
            else:
                say(f"There already: {source.path}")
                continue
        download(source, mirror)
        say(f"Downloaded: {source.path}")
    fetch_data(mirror, say)


def fetch_data(mirror: str | None = None, say: Callable[[str], None] = print) -> None:
    """Downloads and prepares the dataset, if it is not there whole already.

    Args:
        mirror: see `fetch`.
        say: see `fetch`.

    Raises:
        FetchError: see `fetch`.
    """
    profile = standard()
    folder = data_folder(profile.dataset)
    if dataset.is_prepared(profile.dataset):
        try:
            dataset.check(profile)
        except dataset.DatasetError as error:
            say(f"{error} Preparing it again.")
        else:
            say(f"There already: {folder}")
            return
    import tensorflow_datasets as tfds

    builder = tfds.builder(profile.dataset, data_dir=tfds_folder())
    # TFDS takes files from its folder for manual downloads before it tries the network, and checks
    # their sums; so the resumable download is ours and everything else stays TFDS's own.
    manual = tfds_folder() / "downloads" / "manual"
    sources = [
        Source(url, manual / info.filename, sha256=info.checksum)
        for url, info in builder.url_infos.items()
    ]
    for source in sources:
        if source.path.is_file() and _digest(source.path, "sha256") == source.sha256:
            continue
        download(source, mirror)
        say(f"Downloaded: {source.path}")
    config = tfds.download.DownloadConfig(
        manual_dir=manual,
        # Also over a prepared dataset that is damaged.
        download_mode=tfds.download.GenerateMode.REUSE_CACHE_IF_EXISTS,
    )
    try:
        builder.download_and_prepare(download_config=config)
        dataset.check(profile)
    except Exception as error:  # TFDS raises many kinds
        raise FetchError(f"TFDS could not prepare the dataset: {error}") from error
    for source in sources:
        source.path.unlink()
    say(f"Prepared: {folder}")


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
        md5 = _insist(url, part)
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
        raise FetchError(f"Cannot write {part}: {error.strerror or error}.") from error
    for algorithm, expected in (("sha256", source.sha256), ("md5", md5)):
        if expected and _digest(part, algorithm) != expected:
            part.unlink()
            raise FetchError(
                f"{url} arrived with another {algorithm.upper()} sum than published and was "
                "deleted. Run `rps-course fetch` again."
            )
    try:
        _check(part, source)
    except FetchError:
        # Going on from bytes that are wrong would never end well.
        part.unlink()
        raise FetchError(
            f"{url} did not give the file that it should, and what came was deleted. "
            "Run `rps-course fetch` again, or with another --mirror."
        ) from None
    part.replace(source.path)


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).netloc or url


def _insist(url: str, part: Path) -> str | None:
    """Receives a file as `_receive` does, going on by itself when the connection ends early."""
    import requests

    for tries_left in reversed(range(_TRIES)):
        before = _size(part)
        try:
            return _receive(url, part)
        except requests.RequestException:
            if not tries_left or _size(part) <= before:
                raise
    raise AssertionError("the last try returns or raises")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _receive(url: str, part: Path) -> str | None:
    """Receives a file into `part`; returns the MD5 sum in hex that the server states, if any."""
    import requests

    have = _size(part)
    # Not compressed on the way: a resumed download counts the bytes of the file itself.
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
        if answer.status_code == 416:
            # Nothing left to send: the part is complete, or it is of another file. Its sum tells.
            return _stated_md5(answer)
        answer.raise_for_status()
        goes_on = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(
            f"bytes {have}-"
        )
        if answer.status_code == 206 and not goes_on:
            raise requests.RequestException("the server sent another part than was asked for")
        have = have if goes_on else 0
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdigit() else None
        with (
            part.open("ab" if goes_on else "wb") as file,
            progress_bar(
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
        return _stated_md5(answer)


def _stated_md5(answer: "requests.Response") -> str | None:
    """Returns the MD5 sum in hex of Google's storage header `x-goog-hash`, None without one."""
    for entry in answer.headers.get("x-goog-hash", "").split(","):
        name, _, value = entry.strip().partition("=")
        if name == "md5":
            return base64.b64decode(value).hex()
    return None


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def check_contents(source: Source) -> None:
    """Opens a file that is there and sees whether it is what it should be.

    Raises:
        FetchError: it is not.
    """
    _check(source.path, source)


def _check(path: Path, source: Source) -> None:
    try:
        if source.numbers is not None:
            right = _count_numbers(path) == source.numbers
        elif source.lines is not None:
            lines = path.read_text(encoding="utf-8").strip().split("\n")
            right = len(lines) == source.lines
        else:
            right = path.stat().st_size > 0
    except (OSError, ValueError, RuntimeError, KeyError):  # h5py raises all of them
        right = False
    if not right:
        raise FetchError(f"{path} is damaged or not the file it should be.")


def _count_numbers(path: Path) -> int:
    """Returns how many finite numbers a weights file holds, reading all of them."""
    import h5py
    import numpy as np

    total = 0

    def count(_: str, item: object) -> None:
        nonlocal total
        if isinstance(item, h5py.Dataset):
            total += int(np.isfinite(item[()]).sum())

    with h5py.File(path, "r") as file:
        file.visititems(count)
    return total
