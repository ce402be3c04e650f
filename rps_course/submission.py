"""What a student hands in for ps4: the trained weights, and the record of how they were trained.

Weights are saved from the reference architecture, so that they always load into it, and loaded as
weights only: a file with anything else in it is refused before Keras opens it. The record holds
facts that were read off the running training, not claims.
"""

import dataclasses
import hashlib
import json
import math
import platform
import re
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import __version__
from rps_course import profile as profiles

if TYPE_CHECKING:
    import tensorflow as tf

RPS_WEIGHTS = "rps_model.weights.h5"
RPS_RECORD = "rps_model.json"
FORMAT = 1
SEEDED = ["initial weights", "Dropout", "shuffling", "augmentation"]
MAX_RECORD_BYTES = 1_000_000
MAX_PHASES = 20
MAX_EPOCHS = 10_000
MAX_STRING = 200
MAX_ITEMS = 5_000  # groups and arrays in a weights file; the course's have under 1,000


class WeightsError(ValueError):
    """A weights file, or a model to save, is not what the course's architecture needs."""


class OtherProfileError(WeightsError):
    """A weights file or a training record is of another profile of the course."""


class RecordError(ValueError):
    """A training record cannot be read."""


class Record:
    """Notes how a model is trained, phase by phase.

    Args:
        profile: the profile that is trained on; None for the current one.
        seed: the seed of initial weights, Dropout, shuffling and augmentation, where one was set.
    """

    def __init__(self, profile: profiles.Profile | None = None, seed: int | None = None) -> None:
        self.profile = profile or profiles.current()
        self.seed = seed
        self.phases: list[dict[str, Any]] = []

    def add_phase(
        self, name: str, model: "tf.keras.Model", history: "tf.keras.callbacks.History"
    ) -> None:
        """Notes a phase that has just ended: call it before the model is compiled again.

        Args:
            name: such as `"head"` or `"fine_tune"`.
            model: the model as it was trained.
            history: what `fit` returned.
        """
        self.phases.append(
            {
                "name": str(name),
                # How: rps_course.training.prepare notes it on the model that it returns.
                "views": getattr(getattr(history, "model", None), "views", "plain"),
                "epochs": [int(epoch) for epoch in history.epoch],
                "learning_rate": float(np.asarray(model.optimizer.learning_rate)),
                "trainable_parameters": int(sum(np.prod(w.shape) for w in model.trainable_weights)),
                "history": {
                    key: [float(value) for value in values]
                    for key, values in history.history.items()
                },
            }
        )

    def as_dict(self, weights_sha256: str) -> dict[str, Any]:
        """Returns the record as it is written, for weights with this SHA-256."""
        import tensorflow as tf

        return {
            "format": FORMAT,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "profile": self.profile.name,
            "architecture": {
                "alpha": self.profile.alpha,
                "image_size": self.profile.image_size,
                "fine_tune_at": self.profile.fine_tune_at,
            },
            "device": device(),
            "versions": {
                "python": platform.python_version(),
                "rps_course": __version__,
                "tensorflow": tf.__version__,
                "keras": tf.keras.__version__,
                "numpy": np.__version__,
            },
            "seed": self.seed,
            "seeded": [] if self.seed is None else SEEDED,
            "phases": self.phases,
            "weights_sha256": weights_sha256,
        }


def device() -> dict[str, Any]:
    """Returns what TensorFlow trains on here: `kind` (`"GPU"` or `"CPU"`), `name` and `count`."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return {"kind": "GPU", "name": details.get("device_name", "GPU"), "count": len(gpus)}
    return {"kind": "CPU", "name": platform.processor() or platform.machine(), "count": 1}


def save(model: "tf.keras.Model", record: Record, directory: str | Path = ".") -> tuple[Path, Path]:
    """Writes a trained model's weights and its record.

    Args:
        model: a classifier with the course's variables in the course's order, whatever layers
            they are in.
        record: the notes of its training.
        directory: where to write; made if it is not there.

    Returns:
        The paths of the weights and of the record. While a grader runs the notebook, files that
        were handed in are kept as they are.

    Raises:
        WeightsError: the model's variables are not those of the course's architecture, or the model
            does something else with them, or they are NaN.
        RecordError: the record has no phase, or a loss in it is NaN.
    """
    directory = Path(directory)
    weights_path, record_path = directory / RPS_WEIGHTS, directory / RPS_RECORD
    if record.profile.is_grading and (weights_path.exists() or record_path.exists()):
        print("This is a grading run: the weights and the record that were handed in are kept.")
        return weights_path, record_path
    problem = _phases_problem(record.phases)
    if problem:
        raise RecordError(f"The training record {problem}. Call record.add_phase after each fit.")
    reference = _untrained(record.profile)
    theirs, wanted = model.get_weights(), reference.get_weights()
    if [w.shape for w in theirs] != [w.shape for w in wanted]:
        raise WeightsError(
            f"This model has {len(theirs)} variables with {sum(w.size for w in theirs):,} numbers; "
            f"the course's architecture has {len(wanted)} with {sum(w.size for w in wanted):,}. "
            "Save the model of this course: MobileNetV2 without its top, Dropout, Dense 3."
        )
    if not all(np.isfinite(weight).all() for weight in theirs):
        raise WeightsError("The model's weights are NaN or infinite: training went wrong.")
    reference.set_weights(theirs)
    _compare(model, reference, record.profile)
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".saving-") as folder:
        weights, notes = Path(folder) / RPS_WEIGHTS, Path(folder) / RPS_RECORD
        reference.save_weights(weights)
        content = record.as_dict(_sha256(weights))
        notes.write_text(json.dumps(content, indent=1), encoding="utf-8")
        weights.replace(weights_path)
        notes.replace(record_path)
    return weights_path, record_path


def _untrained(profile: profiles.Profile) -> "tf.keras.Sequential":
    """Returns the course's architecture with weights of no use, so that nothing is downloaded."""
    from rps_course import model as architecture

    return architecture.reference(dataclasses.replace(profile, weights=None))


def _compare(
    model: "tf.keras.Model", reference: "tf.keras.Model", profile: profiles.Profile
) -> None:
    """Sees that a model computes what the reference computes with the same weights.

    The grader evaluates the reference: a model with, say, a Rescaling layer of its own has the same
    weights but would lose its accuracy there without a word.
    """
    images = np.random.default_rng(0).random((2, *profile.input_shape), np.float32)
    wanted = np.asarray(reference(images, training=False))
    theirs = np.asarray(model(images, training=False), np.float32)
    if theirs.shape == wanted.shape:
        # A head without softmax gives logits: the course's own softmax then makes the same of them.
        exponents = np.exp(theirs - theirs.max(axis=1, keepdims=True))
        softmax = exponents / exponents.sum(axis=1, keepdims=True)
        # Reduced precision on GPUs (TF32) moves probabilities by about a thousandth.
        if any(np.allclose(given, wanted, atol=0.02) for given in (theirs, softmax)):
            return
    raise WeightsError(
        "This model has the course's weights but computes something else with them, so it would "
        "not score the same when it is graded. Save MobileNetV2, Dropout, Dense 3 without other "
        "layers (such as Rescaling) in between."
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _layout(profile: profiles.Profile) -> dict[str, tuple[tuple[int, ...], str]]:
    """Returns name, shape and dtype of every dataset in a weights file of this architecture."""
    reference = _untrained(profile)
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
    """
    profile = profile or profiles.current()
    path = Path(path)
    if not path.is_file():
        raise WeightsError(
            f"{path} is missing. It is written by rps_course.submission.save at the end of ps4."
        )
    try:
        found = _datasets(path)
    except WeightsError:
        raise
    except Exception as error:  # h5py raises many kinds for a damaged file
        raise WeightsError(
            f"{path} is not a weights file, or it is damaged or incomplete. Save it again."
        ) from error
    wanted = _layout(profile)
    if found != wanted:
        raise _difference(path, found, profile)
    classifier = _untrained(profile)
    try:
        classifier.load_weights(path)
    except Exception as error:  # a chunk may be damaged although the outline is right
        raise WeightsError(f"{path} is damaged and cannot be loaded. Save it again.") from error
    if not all(np.isfinite(weight).all() for weight in classifier.get_weights()):
        raise WeightsError(f"{path} holds numbers that are NaN or infinite.")
    return classifier


def _difference(path: Path, found: dict, profile: profiles.Profile) -> "WeightsError":
    """Returns the error that says how a file's arrays differ from those of the architecture."""
    expected = f"the {profile.base} profile expects MobileNetV2 of alpha {profile.alpha:g}"
    for name in profiles.BASES:
        other = profiles.get(name)
        if other.alpha != profile.alpha and _total(_layout(other)) == _total(found):
            return OtherProfileError(
                f"{path} has the weights of the {other.base} profile (alpha {other.alpha:g}); "
                f"{expected}. Train under RPS_PROFILE={profile.base}."
            )
    return WeightsError(
        f"{path} has the weights of another architecture ({len(found)} arrays with "
        f"{_total(found):,} numbers); {expected} with a head of 3 classes "
        f"({_total(_layout(profile)):,} numbers). Save with rps_course.submission.save."
    )


def _total(found: dict[str, tuple[tuple[int, ...], str]]) -> int:
    return sum(math.prod(shape) for shape, _ in found.values())


def load_record(path: str | Path) -> dict[str, Any]:
    """Reads a training record.

    Raises:
        RecordError: the file is missing, too large, not JSON, or not of the record's form.
    """
    path = Path(path)
    if not path.is_file():
        raise RecordError(f"{path.name} is missing; submission.save writes it with the weights")
    if path.stat().st_size > MAX_RECORD_BYTES:
        raise RecordError(f"{path.name} is larger than {MAX_RECORD_BYTES:,} bytes")
    try:
        record = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError, OSError) as error:
        raise RecordError(f"{path.name} is not JSON with finite numbers") from error
    problem = _record_problem(record)
    if problem:
        raise RecordError(f"{path.name} {problem}")
    return record


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_number(value: Any) -> bool:
    # The size first: math.isfinite fails on an integer that no float can hold.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e30
        and math.isfinite(value)
    )


def _is_short(value: Any) -> bool:
    """Whether a value is a string that can be shown in a report as it is."""
    return isinstance(value, str) and len(value) <= MAX_STRING and value.isprintable()


def _record_problem(record: Any) -> str:
    """Returns what is wrong with a record's form; an empty string when nothing is."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return f"is not a training record of format {FORMAT}"
    sha256 = record.get("weights_sha256")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        return "has no SHA-256 of the weights"
    device_facts = record.get("device")
    if (
        not isinstance(device_facts, dict)
        or device_facts.get("kind") not in ("CPU", "GPU")
        or not _is_short(device_facts.get("name"))
    ):
        return "does not say whether a CPU or a GPU trained the model"
    versions = record.get("versions")
    if not isinstance(versions, dict) or not all(map(_is_short, (*versions, *versions.values()))):
        return "has no versions of the libraries"
    if not _is_short(record.get("profile")) or not _is_short(record.get("created")):
        return "does not say under which profile and when the model was trained"
    return _phases_problem(record.get("phases"))


def _phases_problem(phases: Any) -> str:
    if not isinstance(phases, list) or not 1 <= len(phases) <= MAX_PHASES:
        return f"has no list of 1 to {MAX_PHASES} training phases"
    return next(filter(None, map(_phase_problem, phases)), "")


def _phase_problem(phase: Any) -> str:
    if not isinstance(phase, dict) or not _is_short(phase.get("name")):
        return "has a training phase without a name"
    views = phase.get("views", "plain")
    if not _is_short(views) and not _is_number(views):
        return "has a training phase that does not say how it was trained"
    epochs, history = phase.get("epochs"), phase.get("history")
    whole = isinstance(epochs, list) and 1 <= len(epochs) <= MAX_EPOCHS
    if not whole or not all(_is_number(epoch) and isinstance(epoch, int) for epoch in epochs):
        return "has a training phase without a list of epochs"
    if not _is_number(phase.get("learning_rate")):
        return "has a training phase without a learning rate"
    if not isinstance(history, dict) or len(history) > 50:
        return "has a training phase without a history"
    for name, values in history.items():
        if not _is_short(name) or not isinstance(values, list) or not all(map(_is_number, values)):
            return "has a history that is not lists of finite numbers"
    return ""
