"""What the training record says: the student's own words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.core.exercise import OtherProfileError
from rps_course import submission
from rps_course.exercises.trained_model.facts import Phase, Record
from rps_course.profile import Profile


def read(path: Path, profile: Profile) -> Record:
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


def differences(record: Record, accuracy: float, profile: Profile, rules: dict) -> Iterator[str]:
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
