"""Exercise `trained_model` of ps4: handed-in weights and the record of their training.

The weights are loaded as weights only into the reference architecture, and their accuracy decides:
on pictures that no student has, where the class has some. The record must belong to them. What
else it says is the student's own word: where it differs from the recipe, as callbacks and other
names of metrics make it, a note says so.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.rubric import Finding, fails, flags, holds
from rps_course import submission
from rps_course.exercises.trained_model import measuring
from rps_course.exercises.trained_model import record as training
from rps_course.exercises.trained_model.facts import Facts, Measured
from rps_course.profile import Profile


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

    def measure(self, folder: Path, profile: Profile, private: Path | None) -> Facts:
        """Loads and evaluates the weights, and reads the record."""
        record, no_record = None, ""
        try:
            record = training.read(folder / submission.RPS_RECORD, profile)
        except submission.RecordError as error:
            no_record = str(error)
        try:
            model = submission.load_weights(folder / submission.RPS_WEIGHTS, profile)
        except submission.OtherProfileError as error:
            raise OtherProfileError(str(error)) from error
        except submission.WeightsError as error:
            return Facts(unusable=str(error))
        measured = measuring.measure(model, profile, private)
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
        for difference in training.differences(record, weights.accuracy, profile, rules):
            yield fails(None, "record_differs", received=difference)
        yield from _judge_accuracy(weights, profile, rules)


def _judge_accuracy(weights: Measured, profile: Profile, rules: dict) -> Iterator[Finding]:
    """Yields findings on the accuracy: on private pictures where there are any."""
    public, private = weights.accuracy, weights.private
    accuracy = public if private is None else private
    none_at, full_at = profile.none_at, profile.full_at
    shown = {"received": accuracy, "expected": full_at, "low": none_at, "public": public}
    shown = {name: f"{value:.3f}" for name, value in shown.items()}
    shown |= {"pictures": str(weights.pictures)}
    kind = "public" if private is None else "private"
    yield fails(None, f"measured_{kind}", **shown)
    if public - accuracy > rules["public_gap"]:
        yield flags("better_in_public", **shown)
    share = (accuracy - none_at) / (full_at - none_at)
    if share >= 1:
        yield holds("accuracy")
    else:
        yield fails("accuracy", f"accuracy_{kind}", max(share, 0.0), **shown)
