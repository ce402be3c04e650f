"""Exercise `trained_model` of ps4: handed-in weights and the record of their training.

The weights are loaded as weights only into the reference architecture and evaluated on the whole
test set, and the accuracy decides. The record must belong to them. What else it says is the
student's own word: where it differs from the recipe, as callbacks and other names of metrics make
it, a note says so.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.facts import Most, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course import submission
from rps_course.profile import Profile
from rps_course.submission.record import MAX_EPOCHS, MAX_PHASES, MAX_STRING

if TYPE_CHECKING:
    import tensorflow as tf

_ARRAYS = 10_000  # far more than the network has
_Epochs = Most(MAX_EPOCHS)


@dataclass(frozen=True)
class Phase:
    """A phase of the training record.

    Attributes:
        name: such as `"head"`.
        learning_rate: the optimizer's.
        epochs: their numbers.
        history: the metrics' values, one an epoch.
    """

    name: Annotated[str, Most(MAX_STRING)]
    learning_rate: float
    epochs: Annotated[tuple[int, ...], _Epochs]
    history: Annotated[dict[str, Annotated[tuple[float, ...], _Epochs]], Most(50)]


@dataclass(frozen=True)
class Record:
    """What the training record says.

    Attributes:
        weights_sha256: of the weights that it belongs to, in hex.
        device: `"GPU"` or `"CPU"`.
        phases: of the training.
    """

    weights_sha256: Short
    device: Short
    phases: Annotated[tuple[Phase, ...], Most(MAX_PHASES)]


@dataclass(frozen=True)
class Measured:
    """What was measured of weights.

    Attributes:
        accuracy: on the whole test set, 0 to 1.
        frozen: how far each weight of the frozen part is from the pretrained one (`_distance`).
        tail: the same for the unfrozen part.
    """

    accuracy: float
    frozen: Annotated[tuple[float, ...], Most(_ARRAYS)]
    tail: Annotated[tuple[float, ...], Most(_ARRAYS)]


@dataclass(frozen=True)
class Facts:
    """What was found in the files.

    Attributes:
        unusable: why the weights cannot be used, empty if they can.
        weights: what was measured of them.
        no_record: why there is no usable record, empty if there is one.
        record: what it says.
    """

    unusable: Annotated[str, Most(2000)] = ""
    weights: Measured | None = None
    no_record: Annotated[str, Most(1000)] = ""
    record: Record | None = None


class TrainedModel(FileExercise[Facts]):
    """`rps_model.weights.h5` and `rps_model.json`, as `rps_course.submission.save` writes them."""

    name = "trained_model"
    assignment = "ps4"
    order = 4
    files = (submission.RPS_WEIGHTS, submission.RPS_RECORD)
    record = submission.RPS_RECORD
    facts = Facts

    def profile_of(self, record: bytes) -> str:
        """Returns the profile that a training record tells of."""
        try:
            told = json.loads(record)["profile"]
        except (ValueError, RecursionError, TypeError, KeyError):
            return ""
        return told.removeprefix("grading-") if isinstance(told, str) else ""

    def measure(self, folder: Path, profile: Profile) -> Facts:
        """Loads and evaluates the weights, and reads the record."""
        record, no_record = None, ""
        try:
            record = _record(folder / submission.RPS_RECORD, profile)
        except submission.RecordError as error:
            no_record = str(error)
        try:
            model = submission.load_weights(folder / submission.RPS_WEIGHTS, profile)
        except submission.OtherProfileError as error:
            raise OtherProfileError(str(error)) from error
        except submission.WeightsError as error:
            return Facts(unusable=str(error))
        frozen, tail = _distances(model, profile)
        measured = Measured(_accuracy(model, profile), frozen, tail)
        return Facts(weights=measured, no_record=no_record, record=record)

    def judge(
        self, facts: Facts, digests: dict[str, str], profile: Profile, rules: dict
    ) -> Iterator[Finding]:
        """Yields findings on the weights, their record and their accuracy."""
        weights, record = facts.weights, facts.record
        if weights is None:
            yield fails(None, "weights", received=facts.unusable)
            return
        changed = sum(distance > rules["weights"] for distance in weights.frozen)
        if changed:
            yield fails(None, "frozen_changed", received=changed)
            return
        if not any(distance > rules["weights"] for distance in weights.tail):
            yield fails(None, "not_fine_tuned")
            return
        if record is None:
            yield fails(None, "record", received=facts.no_record)
            return
        if record.weights_sha256 != digests.get(submission.RPS_WEIGHTS):
            received = "the record's SHA-256 is of another weights file"
            yield fails(None, "record", received=received)
            return
        if record.device != "GPU" and rules["require_gpu"] == "yes":
            yield fails(None, "needs_gpu", received=record.device)
            return
        if record.device != "GPU" and rules["require_gpu"] == "warn":
            yield fails(None, "without_gpu", received=record.device)
        for difference in _differences(record, weights.accuracy, profile, rules):
            yield fails(None, "record_differs", received=difference)
        yield _judge_accuracy(weights.accuracy, profile.none_at, profile.full_at)


def _judge_accuracy(accuracy: float, none_at: float, full_at: float) -> Finding:
    share = (accuracy - none_at) / (full_at - none_at)
    if share >= 1:
        return holds("accuracy")
    shown = {"received": accuracy, "expected": full_at, "low": none_at}
    shown = {name: f"{value:.3f}" for name, value in shown.items()}
    return fails("accuracy", "accuracy", max(share, 0.0), **shown)


def _record(path: Path, profile: Profile) -> Record:
    """Reads the training record.

    Raises:
        submission.RecordError: there is none that can be used.
        OtherProfileError: it is of another profile.
    """
    notes: dict[str, Any] = submission.load_record(path)
    if notes["profile"].removeprefix("grading-") != profile.base:
        raise OtherProfileError(
            f"{path.name} tells of a training under the profile {notes['profile']!r}, "
            f"expected {profile.base!r}."
        )
    phases = tuple(
        Phase(
            phase["name"],
            phase["learning_rate"],
            tuple(phase["epochs"]),
            {name: tuple(values) for name, values in phase["history"].items()},
        )
        for phase in notes["phases"]
    )
    return Record(notes["weights_sha256"], notes["device"]["kind"], phases)


@cache
def _test_data(profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    from rps_course import data, preprocessing

    _, test, _ = data.load(profile)
    # The notebook's own profile may be another one: resize to what these weights take.
    return data.to_numpy(test.map(lambda s: preprocessing.preprocess_image(s, profile.image_size)))


def _accuracy(model: "tf.keras.Model", profile: Profile) -> float:
    """Returns a classifier's accuracy on the profile's whole test set, 0 to 1."""
    x, y = _test_data(profile)
    return float((model.predict(x, batch_size=64, verbose=0).argmax(axis=1) == y).mean())


@cache
def _pretrained(profile: Profile) -> tuple[tuple[int, np.ndarray], ...]:
    from rps_course import model

    backbone = model.build_backbone(profile)
    return tuple((i, w.numpy()) for i, layer in enumerate(backbone.layers) for w in layer.weights)


def _distances(
    model: "tf.keras.Model", profile: Profile
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Returns how far the weights of the frozen part and of the tail are from the pretrained."""
    frozen, tail = [], []
    theirs = [weight.numpy() for layer in model.layers[0].layers for weight in layer.weights]
    for (layer, pretrained), weight in zip(_pretrained(profile), theirs, strict=True):
        part = tail if layer >= profile.fine_tune_at else frozen
        part.append(_distance(weight, pretrained))
    return tuple(frozen), tuple(tail)


def _distance(weight: np.ndarray, pretrained: np.ndarray) -> float:
    """Returns the largest difference of two arrays, as a share of each number plus 0.01."""
    return float((np.abs(weight - pretrained) / (0.01 + np.abs(pretrained))).max())


def _differences(record: Record, accuracy: float, profile: Profile, rules: dict) -> Iterator[str]:
    """Yields what the record says that the recipe does not."""
    phases = record.phases
    if len(phases) != 2:
        yield f"{len(phases)} training phase(s), expected 2"
    rates = profile.learning_rate_head, profile.learning_rate_fine
    for phase, rate in zip(phases, rates, strict=False):
        if abs(phase.learning_rate - rate) > rules["learning_rate"] * rate:
            received = f"{phase.learning_rate:g}, expected {rate:g}"
            yield f"phase {phase.name!r} ended with the learning rate {received}"
    epochs = [epoch for phase in phases for epoch in phase.epochs]
    if epochs != list(range(len(epochs))):
        yield "some epochs are missing or repeated"
    yield from _other_accuracy(phases[-1], accuracy, rules["record_tolerance"])


def _other_accuracy(phase: Phase, accuracy: float, tolerance: float) -> Iterator[str]:
    """Yields that no epoch of the last phase has the measured accuracy.

    The weights may be those of its best epoch, and a metric has the name that it was given.
    """
    reported = {n: v for n, v in phase.history.items() if n.startswith("val_") and "acc" in n}
    if not any(reported.values()):
        yield "no validation accuracy"
    elif all(abs(value - accuracy) > tolerance for row in reported.values() for value in row):
        last = next(values[-1] for values in reported.values() if values)
        yield f"a last validation accuracy of {last:.3f}, but the weights give {accuracy:.3f}"
