"""The weights file: what the course's architecture saves, and nothing else, is loaded."""

import dataclasses
import math
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import profile as profiles

if TYPE_CHECKING:
    import tensorflow as tf

RPS_WEIGHTS = "rps_model.weights.h5"
MAX_ITEMS = 5_000  # groups and arrays in a weights file; the course's have under 1,000


class WeightsError(ValueError):
    """A weights file, or a model to save, is not what the course's architecture needs."""


class OtherProfileError(WeightsError):
    """A weights file or a training record is of another profile of the course."""


def untrained(profile: profiles.Profile) -> "tf.keras.Sequential":
    """Returns the course's architecture with weights of no use, so that nothing is downloaded."""
    from rps_course import model as architecture
    from rps_course.course import COURSE

    with COURSE.settings():  # a notebook may have chosen another precision
        return architecture.reference(dataclasses.replace(profile, weights=None))


@cache
def _layout(profile: profiles.Profile) -> dict[str, tuple[tuple[int, ...], str]]:
    """Returns name, shape and dtype of every dataset in a weights file of this architecture."""
    reference = untrained(profile)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / RPS_WEIGHTS
        reference.save_weights(path)
        return _datasets(path)


def _datasets(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    import h5py

    found: dict[str, tuple[tuple[int, ...], str]] = {}
    visited = 0

    def visit(group: Any, prefix: str) -> None:
        nonlocal visited
        for name in group:
            visited += 1  # groups too: they can hold one another, round and round
            if visited > MAX_ITEMS:
                raise WeightsError(f"{path} holds far more than the weights of this course.")
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise WeightsError(f"{path} holds a link ({prefix}{name}) in place of weights.")
            item = group[name]
            if isinstance(item, h5py.Group):
                if prefix.count("/") > 20:
                    raise WeightsError(f"{path} is nested too deeply for a weights file.")
                visit(item, f"{prefix}{name}/")
            else:
                found[f"{prefix}{name}"] = (tuple(item.shape), str(item.dtype))
                if item.is_virtual or item.external:
                    raise WeightsError(f"{path} takes {prefix}{name} from another file.")

    with h5py.File(path, "r") as file:
        visit(file, "")
    return found


def _other_kind(path: Path) -> str:
    """Returns what a file is that students take for weights; an empty string for none of these."""
    import h5py

    with path.open("rb") as file:
        start = file.read(1000)
    if not start:
        return "an empty file"
    if start.startswith(b"PK"):
        return "a whole Keras model, or another archive"
    if start.lstrip()[:1] in (b"<", b"{"):
        return "a text file, such as a web page in place of a download"
    try:
        with h5py.File(path, "r") as file:
            return "a whole Keras model" if "model_config" in file.attrs else ""
    except Exception:  # damaged, which costs more words than these
        return ""


def load_weights(
    path: str | Path, profile: profiles.Profile | None = None
) -> "tf.keras.Sequential":
    """Loads a weights file into the course's architecture.

    Args:
        path: the file that `save` wrote.
        profile: says which architecture; None for the current profile's.

    Returns:
        The classifier with these weights, not compiled.

    Raises:
        WeightsError: the file is missing, damaged, or of another architecture.
        MemoryError: this machine has no memory for it.
    """
    profile = profile or profiles.current()
    path = Path(path)
    if not path.is_file():
        raise WeightsError(
            f"{path} is missing. It is written by rps_course.submission.save at the end of ps4."
        )
    other = _other_kind(path)
    if other:
        raise WeightsError(
            f"{path} is {other}, expected the weights alone. Save with rps_course.submission.save."
        )
    try:
        found = _datasets(path)
    except WeightsError:
        raise
    except Exception as error:  # h5py raises many kinds for a damaged file
        _raise_if_out_of_memory(error)
        raise WeightsError(
            f"{path} is not a weights file, or it is damaged or incomplete. Save it again."
        ) from error
    expected = _layout(profile)
    if found != expected:
        raise _difference(path, found, profile)
    classifier = untrained(profile)
    try:
        classifier.load_weights(path)
    except Exception as error:  # a chunk may be damaged although the outline is right
        _raise_if_out_of_memory(error)
        raise WeightsError(f"{path} is damaged and cannot be loaded. Save it again.") from error
    if not all(np.isfinite(weight).all() for weight in classifier.get_weights()):
        raise WeightsError(f"{path} holds numbers that are NaN or infinite.")
    return classifier


def _raise_if_out_of_memory(error: Exception) -> None:
    """Raises a `MemoryError` for one that says so, or that HDF5 or Keras has wrapped."""
    said = str(error).lower()
    if isinstance(error, MemoryError) or "allocat" in said or "out of memory" in said:
        raise MemoryError(str(error)) from error


def _difference(path: Path, found: dict, profile: profiles.Profile) -> "WeightsError":
    """Returns the error that says how a file's arrays differ from those of the architecture."""
    expected = f"the {profile.base} profile expects {profile.backbone}"
    for name in profiles.SHIPPED:
        other = profiles.get(name)
        if other.backbone != profile.backbone and _total(_layout(other)) == _total(found):
            return OtherProfileError(
                f"{path} has the weights of the {other.base} profile ({other.backbone}); "
                f"{expected}. Train under RPS_PROFILE={profile.base}."
            )
    if _shapes(found) == _shapes(_layout(profile)):
        kinds = {kind for _, kind in found.values()} - {"float32"}
        return WeightsError(
            f"{path} holds numbers as {', '.join(sorted(kinds))}, expected float32. Save with "
            "rps_course.submission.save."
        )
    return WeightsError(
        f"{path} has the weights of another architecture ({len(found)} arrays with "
        f"{_total(found):,} numbers); {expected} with a head of {len(profile.classes)} "
        f"classes ({_total(_layout(profile)):,} numbers). Save with rps_course.submission.save."
    )


def _shapes(found: dict[str, tuple[tuple[int, ...], str]]) -> dict[str, tuple[int, ...]]:
    return {name: shape for name, (shape, _) in found.items()}


def _total(found: dict[str, tuple[tuple[int, ...], str]]) -> int:
    return sum(math.prod(shape) for shape, _ in found.values())
