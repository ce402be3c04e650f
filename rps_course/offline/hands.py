"""Pictures for a machine without a network: hands that this package draws itself.

`pictures` gives the train and test sets of the offline profile, with the same size, type and label
order as TFDS `rock_paper_scissors`. One hand is drawn by `drawing`; making a dataset of the arrays
is `rps_course.data`'s work.

Each picture has a seed of its own, made of the split and its index, so any prefix of a set is the
same however many are asked for. Drawing takes about 40 ms a picture and core, so pictures are kept
as JPEG files would be, in one file a split in the user's cache folder. Without a cache, or with a
damaged one, the same pixels are drawn again.
"""

import contextlib
import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from autograder.core import writing
from rps_course.machine.progress import progress_bar
from rps_course.offline.drawing import render_hand

SPLITS = ("train", "test")
SIZES = {"train": 600, "test": 150}  # as many as two cores train on in well under a minute
PICTURE_SIZE = 300  # as in TFDS
_SEED = 20
_JPEG_QUALITY = 92
_MAX_PICTURES = 100_000
Seed = tuple[int, ...]  # of a set of pictures; with an index, of one of them


class HandsError(ValueError):
    """A split or number of pictures that the renderer cannot give."""


def pictures(split: str, n: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Returns the first `n` rendered hands of a split, from the cache where they are in it.

    Args:
        split: `"train"` or `"test"`; no picture is in both.
        n: how many pictures; None for all of the offline profile (600 and 150).

    Returns:
        (pictures, labels): uint8 [n, 300, 300, 3] and int64 [n], 0 rock, 1 paper, 2 scissors. Each
        run of three pictures has every class once, in random order.

    Raises:
        HandsError: there is no such split, or `n` is not a number from 1 to 100,000.
    """
    if split not in SPLITS:
        raise HandsError(f"Received split={split!r}. Allowed: {', '.join(SPLITS)}.")
    if n is None:
        n = SIZES[split]
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= _MAX_PICTURES:
        raise HandsError(f"Received n={n!r}. Allowed: None, or 1 to {_MAX_PICTURES} pictures.")

    seed = _SEED, SPLITS.index(split)
    out = np.empty((n, PICTURE_SIZE, PICTURE_SIZE, 3), np.uint8)
    files = _read_cache(split)
    known = min(len(files), n)
    try:
        for i in range(known):
            out[i] = _decode(files[i])
    except (OSError, ValueError):  # a file that is no picture: draw them all again
        files, known = [], 0
    if known < n:
        files = files[:known] + _draw(seed, known, n, split)
        for i in range(known, n):
            out[i] = _decode(files[i])
        _write_cache(split, files)
    return out, _labels(seed, n)


def drawn(secret: bytes, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Draws hands that are in no split and that nobody can draw without the secret.

    Args:
        secret: decides which hands; the first n are the same, however many are drawn.
        n: how many.

    Returns:
        Pictures and labels as of `pictures`. They are kept nowhere.
    """
    seed = (int.from_bytes(hashlib.sha256(secret).digest()),)
    files = _draw(seed, 0, n, "private")
    return np.stack([_decode(file) for file in files]), _labels(seed, n)


def _labels(seed: Seed, n: int) -> np.ndarray:
    triples = -(-n // 3)
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(3) for _ in range(triples)])[:n].astype(np.int64)


def _draw_one(seed: Seed, index: int, label: int) -> bytes:
    rng = np.random.default_rng([*seed, index])
    buffer = io.BytesIO()
    Image.fromarray(render_hand(label, rng, PICTURE_SIZE)).save(
        buffer, "JPEG", quality=_JPEG_QUALITY
    )
    return buffer.getvalue()


def _draw(seed: Seed, start: int, stop: int, shown: str) -> list[bytes]:
    """Returns the JPEG files of pictures `start` to `stop`, with progress if it takes long."""
    labels = _labels(seed, stop)
    # NumPy and Pillow release the interpreter lock in most of the work. Processes would be
    # faster still, but forking is not safe once TensorFlow runs.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        jobs = pool.map(lambda i: _draw_one(seed, i, int(labels[i])), range(start, stop))
        bar = progress_bar(
            jobs,
            total=stop - start,
            desc=f"drawing hands ({shown})",
            unit="picture",
            leave=False,
            disable=stop - start < 20,
        )
        return list(bar)


def _decode(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        picture = np.asarray(image)
    if picture.shape != (PICTURE_SIZE, PICTURE_SIZE, 3):
        raise ValueError(f"a cached picture has the shape {picture.shape}")
    return picture


@cache
def _version() -> str:
    """Returns a name for what the renderer draws now: the sum of its own source and settings."""
    digest = hashlib.sha256(f"{_SEED} {_JPEG_QUALITY} {PICTURE_SIZE}".encode())
    for module in ("drawing.py", "scene.py"):
        digest.update((Path(__file__).parent / module).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def cache_folder() -> Path:
    """Returns the folder that rendered hands are kept in."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("rps-course", appauthor=False))


def _cache_file(split: str) -> Path:
    return cache_folder() / f"hands-{split}-{_version()}.npz"


def _read_cache(split: str) -> list[bytes]:
    """Returns the JPEG files in the cache; none if it is missing or damaged."""
    import zipfile
    import zlib

    try:
        # Opened here: np.load leaves a file open that it finds damaged.
        with (
            _cache_file(split).open("rb") as stream,
            np.load(stream, allow_pickle=False) as file,
        ):
            lengths, data = file["lengths"], file["data"]
        ends = np.cumsum(lengths.astype(np.int64))
        if data.dtype != np.uint8 or data.ndim != 1 or (len(ends) and ends[-1] != len(data)):
            return []
        raw = data.tobytes()
        return [raw[e - n : e] for n, e in zip(lengths.tolist(), ends.tolist(), strict=True)]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return []


def _write_cache(split: str, files: list[bytes]) -> None:
    """Keeps the JPEG files for the next time, if the folder lets us."""
    path = _cache_file(split)
    # A read-only home or a full disk costs the next run its time, never this one its pictures.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing.whole(path) as part:
            with part.open("wb") as stream:
                np.savez(
                    stream,
                    lengths=np.array([len(f) for f in files], np.int64),
                    data=np.frombuffer(b"".join(files), np.uint8),
                )
            part.chmod(0o644)  # a grader's sandbox reads it as another user
