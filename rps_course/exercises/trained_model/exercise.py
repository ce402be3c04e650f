"""Exercise `trained_model` of ps4: the trained weights that a student hands in.

Nothing of the notebook's kernel is believed here: the weights file is loaded into the reference
architecture and evaluated on the whole test set, and the record beside it must fit.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from autograder.core import evidence
from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.rubric import Finding, fails, holds
from rps_course import submission
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

_ARRAYS = 10_000  # far more than the network has


class TrainedModel(FileExercise):
    """`rps_model.weights.h5` and `rps_model.json`, as `rps_course.submission.save` writes them."""

    name = "trained_model"
    assignment = "ps4"
    order = 4
    files = (submission.RPS_WEIGHTS, submission.RPS_RECORD)
    facts: ClassVar = {
        "oneOf": [
            evidence.record(unusable=evidence.text(2000)),
            evidence.record(
                measured=evidence.record(
                    accuracy={"type": "number", "minimum": 0, "maximum": 1},
                    frozen_changed=evidence.integer(_ARRAYS),
                    tail_changed=evidence.integer(_ARRAYS),
                    record={"type": ["object", "null"]},
                    record_problem=evidence.text(1000),
                )
            ),
        ]
    }

    def measure(self, folder: Path, settings: Profile) -> dict:
        """Loads and evaluates the weights, and reads the record."""
        return measure(*(folder / name for name in self.files), settings)

    def judge(
        self, facts: dict, digests: dict[str, str], settings: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on the weights, their record and their accuracy."""
        return judge(facts, digests.get(submission.RPS_WEIGHTS, ""), settings, table)


@dataclass(frozen=True)
class Measured:
    """What was measured of handed-in weights.

    Attributes:
        accuracy: on the whole test set, 0 to 1.
        frozen_changed: weights of the frozen part that differ from the pretrained ones.
        tail_changed: weights of the unfrozen part that do.
        record: the training record, None without one.
        record_problem: why there is no usable record.
    """

    accuracy: float
    frozen_changed: int
    tail_changed: int
    record: dict | None
    record_problem: str


@cache
def _test_data(profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    from rps_course import data, preprocessing

    _, test, _ = data.load(profile)
    # The notebook's own profile may be another one: resize to what these weights take.
    return data.to_numpy(test.map(lambda s: preprocessing.preprocess_image(s, profile.image_size)))


@cache
def _pretrained(profile: Profile) -> tuple[tuple[int, np.ndarray], ...]:
    from rps_course import model

    backbone = model.build_backbone(profile)
    return tuple((i, w.numpy()) for i, layer in enumerate(backbone.layers) for w in layer.weights)


def evaluate(model: "tf.keras.Model", profile: Profile) -> float:
    """Returns a classifier's accuracy on the profile's whole test set, 0 to 1."""
    x, y = _test_data(profile)
    return float((model.predict(x, batch_size=64, verbose=0).argmax(axis=1) == y).mean())


def measure(weights: Path, record: Path, profile: Profile) -> dict:
    """Loads and evaluates handed-in weights.

    Args:
        weights: the weights file.
        record: the training record beside it.
        profile: whose architecture and test set to use, with all of its pictures.

    Returns:
        Facts: `measured`, or why the weights are `unusable`.

    Raises:
        OtherProfileError: the weights or the record are of another profile.
    """
    problem, notes = "", None
    try:
        notes = submission.load_record(record)
    except submission.RecordError as error:
        problem = str(error)
    if notes and notes["profile"].removeprefix("grading-") != profile.base:
        raise OtherProfileError(
            f"{Path(record).name} tells of a training under the profile {notes['profile']!r}, "
            f"expected {profile.base!r}."
        )
    try:
        model = submission.load_weights(weights, profile)
    except submission.OtherProfileError as error:
        raise OtherProfileError(str(error)) from error
    except submission.WeightsError as error:
        return {"unusable": str(error)}
    frozen = tail = 0
    theirs = [w for layer in model.layers[0].layers for w in layer.weights]
    for (layer, pretrained), weight in zip(_pretrained(profile), theirs, strict=True):
        differs = not np.allclose(weight.numpy(), pretrained, rtol=1e-4, atol=1e-6)
        frozen += differs and layer < profile.fine_tune_at
        tail += differs and layer >= profile.fine_tune_at
    measured = Measured(evaluate(model, profile), int(frozen), int(tail), notes, problem)
    return {"measured": dataclasses.asdict(measured)}


def judge(facts: dict, sha256: str, profile: Profile, table: dict) -> Iterator[Finding]:
    """Yields findings on handed-in weights, their record and their accuracy.

    Args:
        facts: what `measure` returned.
        sha256: of the weights file, in hex.
        profile: as in `measure`.
        table: the exercise's part of the rubric.
    """
    if "measured" not in facts:
        yield fails(None, "weights", received=facts["unusable"])
        return
    measured = Measured(**facts["measured"])
    if measured.frozen_changed:
        yield fails(None, "frozen_changed", received=measured.frozen_changed)
        return
    if not measured.tail_changed:
        yield fails(None, "not_fine_tuned")
        return
    if measured.record is None:
        yield fails(None, "record", received=measured.record_problem)
        return
    mismatch = record_mismatch(measured, sha256, profile, table)
    if mismatch:
        yield fails(None, "record", received=mismatch)
        return
    device = measured.record["device"]
    if device["kind"] != "GPU" and table["require_gpu"] != "no":
        if table["require_gpu"] == "yes":
            yield fails(None, "needs_gpu", received=device["kind"])
            return
        yield fails(None, "without_gpu", share=1.0, received=device["kind"])
    bounds = table["accuracy"][profile.base]
    low, high = bounds["none_at"], bounds["full_at"]
    share = (measured.accuracy - low) / (high - low)
    if share >= 1:
        yield holds("accuracy")
    else:
        yield fails(
            "accuracy",
            "accuracy",
            share=max(share, 0.0),
            received=f"{measured.accuracy:.3f}",
            wanted=f"{high:.3f}",
            low=f"{low:.3f}",
        )


def record_mismatch(measured: Measured, sha256: str, profile: Profile, table: dict) -> str:
    """Returns how the record does not fit the weights; an empty string when it does."""
    record = measured.record
    if record["weights_sha256"] != sha256:
        return "the record's SHA-256 is of another weights file"
    phases = record["phases"]
    if len(phases) < 2:
        return f"the record tells of {len(phases)} training phase(s), wanted 2"
    for phase, rate in zip(
        (phases[0], phases[-1]),
        (profile.learning_rate_head, profile.learning_rate_fine),
        strict=True,
    ):
        if abs(phase["learning_rate"] - rate) > 0.01 * rate:
            return (
                f"phase {phase['name']!r} was trained with learning rate "
                f"{phase['learning_rate']:g}, wanted {rate:g}"
            )
    epochs = [epoch for phase in phases for epoch in phase["epochs"]]
    if epochs != list(range(len(epochs))):
        return "the phases' epochs do not follow one another"
    for phase in phases:
        for name, values in phase["history"].items():
            if len(values) != len(phase["epochs"]):
                return f"phase {phase['name']!r} has {len(values)} values of {name} for its epochs"
    reported = phases[-1]["history"].get("val_accuracy", [None])[-1]
    if reported is None:
        return "the record has no val_accuracy"
    if abs(reported - measured.accuracy) > table["record_tolerance"]:
        return (
            f"its last val_accuracy is {reported:.3f}, but the weights give {measured.accuracy:.3f}"
        )
    return ""
