"""The record of a training: noted while it runs, and read as what anybody may have written."""

import base64
import json
import math
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import __version__
from rps_course import profile as profiles

if TYPE_CHECKING:
    import tensorflow as tf

RPS_RECORD = "rps_model.json"
FORMAT = 1
SEEDED = ["initial weights", "Dropout", "shuffling", "augmentation"]
MAX_RECORD_BYTES = 1_000_000
MAX_PHASES = 20
MAX_EPOCHS, MAX_EPOCH = 10_000, 10**9  # how many, and the number of one
MAX_STRING = 200
MAX_SHARE, MAX_SEED = 0.5, 2**63 - 1  # of a validation split that is measured again


class RecordError(ValueError):
    """A training record cannot be read."""


class Record:
    """Notes how a model is trained, phase by phase.

    Of a phase in which the head alone trained, that head is kept as well: the accuracy after it can
    then be measured again.

    Args:
        profile: the profile that is trained on; None for the current one.
        seed: the seed of initial weights, Dropout, shuffling and augmentation, where one was set.
        validation: the arguments `share` (up to 0.5) and `seed` of `data.split_validation`, where
            the validation pictures are split off the training pictures; None where they are the
            test set.

    Raises:
        RecordError: `validation` is something else.
    """

    def __init__(
        self,
        profile: profiles.Profile | None = None,
        seed: int | None = None,
        validation: dict[str, Any] | None = None,
    ) -> None:
        if not _is_split(validation):
            raise RecordError(
                "validation must be None or {'share': above 0, up to 0.5, 'seed': a whole number "
                f"from 0}}. Received: {validation!r}"
            )
        self.profile = profile or profiles.current()
        self.seed = seed
        self.validation = validation
        self.phases: list[dict[str, Any]] = []

    def add_phase(
        self,
        name: str,
        model: "tf.keras.Model",
        history: "tf.keras.callbacks.History",
        views: int | str = "plain",
        seconds: float | None = None,
    ) -> None:
        """Notes a phase that has just ended: call it before the model is compiled again.

        Args:
            name: such as `"head"` or `"fine_tune"`.
            model: the model as it was trained.
            history: what `fit` returned.
            views: how it was trained, see `rps_course.training.Recipe`.
            seconds: how long it took, where that is known.
        """
        self.phases.append(
            {
                "name": str(name),
                "views": views,
                "seconds": seconds,
                "epochs": [int(epoch) for epoch in history.epoch],
                "learning_rate": float(np.asarray(model.optimizer.learning_rate)),
                "trainable_parameters": int(sum(np.prod(w.shape) for w in model.trainable_weights)),
                "history": {
                    key: [float(value) for value in values]
                    for key, values in history.history.items()
                    if all(np.size(value) == 1 for value in values)  # not one a class
                },
                "head": encoded(model.get_weights()[-2:]) if _is_frozen(model) else None,
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
                "network": self.profile.network,
                "options": self.profile.options,
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
            "validation": self.validation,
            "phases": self.phases,
            "weights_sha256": weights_sha256,
        }


def head_of(phase: dict[str, Any], features: int, classes: int) -> tuple[np.ndarray, ...] | None:
    """Returns the head that a phase ended with: kernel `[features, classes]` and bias `[classes]`.

    None where the record has none: where more than the head trained, or in older records.
    """
    try:
        numbers = np.frombuffer(base64.b64decode(phase["head"], validate=True), "<f4")
    except (KeyError, TypeError, ValueError):
        return None
    if numbers.size != (features + 1) * classes or not np.isfinite(numbers).all():
        return None
    kernel, bias = np.split(numbers, [features * classes])
    return kernel.reshape(features, classes), bias


def _is_frozen(model: "tf.keras.Model") -> bool:
    """Whether the head alone trains, its kernel and its bias."""
    return len(model.trainable_weights) == 2


def encoded(head: Sequence[np.ndarray]) -> str:
    """Returns the numbers of a head, kernel and bias, as text."""
    numbers = np.concatenate([weight.ravel() for weight in head])
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode("ascii")


def device() -> dict[str, Any]:
    """Returns what TensorFlow trains on here: `kind` (`"GPU"` or `"CPU"`), `name` and `count`."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return {"kind": "GPU", "name": details.get("device_name", "GPU"), "count": len(gpus)}
    return {"kind": "CPU", "name": platform.processor() or platform.machine(), "count": 1}


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
        # As bytes, so that it may have the encoding that an editor chose.
        record = json.loads(path.read_bytes(), parse_constant=_refuse)
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


def _is_split(value: Any) -> bool:
    """Whether a value says how validation pictures were split off, or that they were not."""
    if value is None:
        return True
    return (
        isinstance(value, dict)
        and value.keys() == {"share", "seed"}
        and _is_number(value["share"])
        and 0 < value["share"] <= MAX_SHARE
        and type(value["seed"]) is int
        and 0 <= value["seed"] <= MAX_SEED
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
    if not _is_split(record.get("validation")):
        return "does not say which pictures were for validation"
    return phases_problem(record.get("phases"))


def phases_problem(phases: Any) -> str:
    """Returns what is wrong with a record's phases; an empty string when nothing is."""
    if not isinstance(phases, list) or not 1 <= len(phases) <= MAX_PHASES:
        return f"has no list of 1 to {MAX_PHASES} training phases"
    return next(filter(None, map(_phase_problem, phases)), "")


def _phase_problem(phase: Any) -> str:
    if not isinstance(phase, dict) or not _is_short(phase.get("name")):
        return "has a training phase without a name"
    views = phase.get("views", "plain")
    if not _is_short(views) and not _is_number(views):
        return "has a training phase that does not say how it was trained"
    seconds = phase.get("seconds")
    if seconds is not None and not (_is_number(seconds) and seconds >= 0):
        return "has a training phase that does not say how long it took"
    epochs, history = phase.get("epochs"), phase.get("history")
    whole = isinstance(epochs, list) and 1 <= len(epochs) <= MAX_EPOCHS
    if not whole or not all(type(epoch) is int and 0 <= epoch <= MAX_EPOCH for epoch in epochs):
        return "has a training phase without a list of epochs"
    if not _is_number(phase.get("learning_rate")):
        return "has a training phase without a learning rate"
    if not isinstance(history, dict) or len(history) > 50:
        return "has a training phase without a history"
    for name, values in history.items():
        if not _is_short(name) or not isinstance(values, list) or not all(map(_is_number, values)):
            return "has a history that is not lists of finite numbers"
    return ""
