"""What the training record says: the student's own words."""

from collections.abc import Iterator
from typing import Any

from autograder.core.arguments import counted
from autograder.core.exercise import OtherProfileError
from rps_course import submission
from rps_course.exercises.trained_model.facts import Phase, Record, Scores
from rps_course.profile import Profile


def read(notes: dict[str, Any], profile: Profile) -> Record:
    """Returns what a training record says, as facts.

    Raises:
        OtherProfileError: it is of another profile.
    """
    if notes["profile"].removeprefix("grading-") != profile.base:
        raise OtherProfileError(
            f"{submission.RPS_RECORD} tells of a training under the profile {notes['profile']!r}, "
            f"expected {profile.base!r}."
        )
    phases = tuple(
        Phase(
            phase["name"],
            phase["learning_rate"],
            tuple(phase["epochs"]),
            {name: tuple(values) for name, values in phase["history"].items()},
            phase.get("seconds"),
        )
        for phase in notes["phases"]
    )
    return Record(notes["weights_sha256"], notes["device"]["kind"], phases)


def differences(record: Record, profile: Profile, rules: dict) -> Iterator[str]:
    """Yields what the record says that the recipe does not."""
    phases = record.phases
    if len(phases) != 2:
        yield f"{counted(len(phases), 'training phase')}, expected 2"
    rates = profile.learning_rate_head, profile.learning_rate_fine
    for phase, rate in zip(phases, rates, strict=False):
        if abs(phase.learning_rate - rate) > rules["learning_rate"] * rate:
            received = f"{phase.learning_rate:g}, expected {rate:g}"
            yield f"phase {phase.name!r} ended with the learning rate {received}"
    epochs = [epoch for phase in phases for epoch in phase.epochs]
    if epochs != list(range(len(epochs))):
        yield "some epochs are missing or repeated"


def contradiction(phase: Phase, measured: Scores, rules: dict) -> str:
    """Returns how the curves of a phase contradict what its weights give; empty if they do not.

    The weights may be those of its best epoch, a metric has the name that it was given, and a
    student may have no validation data, or another loss.
    """
    reported = {n: v for n, v in phase.history.items() if n.startswith("val_") and v}
    accuracies = next((values for name, values in reported.items() if "acc" in name), None)
    if accuracies is None:
        return "no validation accuracy"
    near = [abs(v - measured.accuracy) <= rules["record_accuracy"] for v in accuracies]
    if not any(near):
        return (
            f"a last validation accuracy of {accuracies[-1]:.3f}, but the weights give "
            f"{measured.accuracy:.3f}"
        )
    losses = reported.get("val_loss", ())
    if len(losses) != len(accuracies):
        return ""
    off = rules["record_loss"] * measured.loss
    if any(abs(v - measured.loss) <= off for v, fits in zip(losses, near, strict=True) if fits):
        return ""
    return f"a last validation loss of {losses[-1]:.3f}, but the weights give {measured.loss:.3f}"
