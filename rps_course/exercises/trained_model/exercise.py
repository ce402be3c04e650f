"""Exercise `trained_model` of ps4: handed-in weights and the record of their training.

The weights are loaded as weights only into the reference architecture, and their accuracy decides:
on pictures that no student has, where the class has some. Weights that no training makes earn
nothing. The record must belong to them. What else it says is the student's own word: where it
differs from the recipe, as callbacks and other names of metrics make it, a note says so. Where the
grader has trained the model itself, its own words stand in place of these.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.core.exercise import FileExercise, OtherProfileError, Retrained
from autograder.core.rubric import Finding
from rps_course import submission
from rps_course.exercises.trained_model import judging, measuring
from rps_course.exercises.trained_model import record as training
from rps_course.exercises.trained_model.facts import Facts
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
        """Loads and measures the weights, and reads the record."""
        notes, record, no_record = None, None, ""
        try:
            notes = submission.load_record(folder / submission.RPS_RECORD)
            record = training.read(notes, profile)
        except submission.RecordError as error:
            no_record = str(error)
        try:
            model = submission.load_weights(folder / submission.RPS_WEIGHTS, profile)
        except submission.OtherProfileError as error:
            raise OtherProfileError(_without(folder, error)) from error
        except submission.WeightsError as error:
            return Facts(unusable=_without(folder, error))
        shape = model.layers[-1].kernel.shape
        first = submission.head_of(notes["phases"][0], *shape) if notes else None
        split = notes["validation"] if notes and notes.get("validation") else None
        measured = measuring.measure(model, profile, private, first, split)
        device = submission.device()["kind"]
        return Facts(weights=measured, no_record=no_record, record=record, device=device)

    def judge(
        self,
        facts: Facts,
        digests: dict[str, str],
        profile: Profile,
        rules: dict,
        again: Retrained[Facts] | None = None,
    ) -> Iterator[Finding]:
        """Yields findings on the weights, their record and their accuracy."""
        compared = list(judging.comparison(facts, again, rules)) if again else []
        yield from compared
        if facts.weights is not None:
            yield from judging.figures(facts.record, facts.weights, profile)
        digest = digests.get(submission.RPS_WEIGHTS, "")
        refusal = next(judging.refusals(facts, digest, rules), None)
        if refusal:
            yield refusal
            return
        weights, record = facts.weights, facts.record
        assert weights is not None  # they would have been refused
        assert record is not None
        if all(finding.flag for finding in compared):  # the grader has not trained a model
            yield from judging.remarks(record, weights, profile, rules)
        yield from judging.suspicions(record, weights, rules)
        yield from judging.accuracy(weights, profile)


def _without(folder: Path, error: Exception) -> str:
    """Returns what an error says of a file, without the folder, where nobody put the file."""
    return str(error).replace(f"{folder}{os.sep}", "")
