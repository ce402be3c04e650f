"""Judges what was measured of trained weights, and what their record claims.

What no honest training can give costs the points (`refusals`). What an honest one gives rarely, or
what rests on the record, is for a person to look at (`suspicions`).
"""

import math
from collections.abc import Iterator

from autograder.core.exercise import Retrained
from autograder.core.rubric import Finding, fails, flags, holds, shows
from rps_course import submission
from rps_course.exercises.trained_model import record as training
from rps_course.exercises.trained_model.facts import Facts, Measured, Record, Scores
from rps_course.profile import Profile

_MOMENTUM = 0.999  # of the batch norms in networks of tf.keras.applications


def refusals(facts: Facts, digest: str, rules: dict) -> Iterator[Finding]:
    """Yields why files earn nothing.

    Args:
        facts: what was measured.
        digest: SHA-256 of the weights file.
        rules: the limits of the rubric.
    """
    weights, record = facts.weights, facts.record
    if weights is None:
        yield fails(None, "weights", received=facts.unusable)
        return
    changed = sum(distance > rules["weights"] for distance in weights.frozen)
    if changed:
        yield fails(None, "frozen_changed", received=changed)
    tail = weights.tail
    if tail.still > rules["still"]:
        yield fails(None, "not_fine_tuned", received=f"{tail.still:.0%}")
    if tail.toward is not None and tail.toward < rules["toward"]:
        yield fails(
            None, "not_by_training", received=f"{tail.toward:.2f}", expected=rules["toward"]
        )
    if weights.head.start < rules["formula"] or abs(weights.head.mean) > rules["formula_mean"]:
        yield fails(None, "by_formula")
    if record is None:
        yield fails(None, "record", received=facts.no_record)
    elif record.weights_sha256 != digest:
        yield fails(None, "record", received="the record's SHA-256 is of another weights file")
    elif record.device != "GPU" and rules["require_gpu"] == "yes":
        yield fails(None, "needs_gpu", received=record.device)


def remarks(record: Record, weights: Measured, profile: Profile, rules: dict) -> Iterator[Finding]:
    """Yields notes, which cost nothing."""
    if record.device != "GPU" and rules["require_gpu"] == "warn":
        yield fails(None, "without_gpu", received=record.device)
    for difference in training.differences(record, profile, rules):
        yield fails(None, "record_differs", received=difference)
    if weights.first is None:
        yield fails(None, "no_first_head")


def figures(record: Record | None, weights: Measured, profile: Profile) -> Iterator[Finding]:
    """Yields what was measured, of refused weights too, and what the record claims."""
    measured = _counted(weights)
    yield shows("accuracy", f"{measured.accuracy:.3f}", measured.accuracy, profile.full_at)
    if record is None:
        return
    yield shows("device", f"{record.device} (claimed)")
    yield shows("epochs", f"{sum(len(phase.epochs) for phase in record.phases)} (claimed)")
    seconds = [phase.seconds for phase in record.phases if phase.seconds is not None]
    if len(seconds) == len(record.phases):
        yield shows("training time", f"{sum(seconds):.0f} s (claimed)", sum(seconds))


def suspicions(record: Record, weights: Measured, rules: dict) -> Iterator[Finding]:
    """Yields what a person should look at."""
    head, tail = weights.head, weights.tail
    if not rules["start_low"] <= head.start <= rules["start_high"]:
        yield flags("odd_head", received=f"{head.start:.2f}")
    if head.moved is not None and head.moved > rules["head_moved"]:
        yield flags("another_head", received=f"{head.moved:.3f}", expected=rules["head_moved"])
    low, high = rules["tail_low"], rules["tail_high"]
    if not low <= tail.step <= high:
        yield flags("odd_steps", received=f"{tail.step:.1e}", low=low, high=high)
    if tail.way == 0:
        yield flags("norms_still")
    elif tail.way is not None:
        yield from _steps(record, tail.way, rules)
    last = weights.validation or weights.public
    for phase, measured in ((record.phases[0], weights.first), (record.phases[-1], last)):
        said = measured and training.contradiction(phase, measured, rules)
        if said:
            yield flags("record_contradicts", name=phase.name, received=said)
    private = weights.private
    if private and weights.public.accuracy - private.accuracy > rules["public_gap"]:
        yield flags("better_in_public", **_shown(weights))


def comparison(facts: Facts, again: Retrained[Facts], rules: dict) -> Iterator[Finding]:
    """Yields what the model that the grader has trained says of the one that was handed in.

    Args:
        facts: what was measured of the handed-in model.
        again: the files that the notebook wrote when the grader ran it in full.
        rules: the limits of the rubric.
    """
    digest = again.digests.get(submission.RPS_WEIGHTS, "")
    # Which device trains here is not the student's choice.
    refusal = next(refusals(again.facts, digest, rules | {"require_gpu": "no"}), None)
    if refusal:
        why = again.facts.unusable or str(refusal.message).replace("_", " ")
        yield flags("retrained_refused", received=why)
        return
    assert again.facts.weights is not None  # it would have been refused
    trained = _counted(again.facts.weights)
    shown = {"retrained": f"{trained.accuracy:.3f}", "seconds": again.seconds}
    yield fails(None, "trained_by_grader", **shown, device=again.facts.device)
    yield shows(
        "trained by the grader",
        f"accuracy {shown['retrained']}, {again.seconds} s on a {again.facts.device}",
        trained.accuracy,
    )
    if facts.weights is None:
        return
    counted = _counted(facts.weights)
    if counted.accuracy - trained.accuracy > rules["retrained_gap"]:
        yield flags("better_than_retrained", received=f"{counted.accuracy:.3f}", **shown)


def accuracy(weights: Measured, profile: Profile) -> Iterator[Finding]:
    """Yields findings on the accuracy: on private pictures where there are any."""
    kind, measured = "private", weights.private
    if measured is None:
        kind, measured = "public", weights.public
    none_at, full_at = profile.none_at, profile.full_at
    shown = _shown(weights) | {"expected": f"{full_at:.3f}", "low": f"{none_at:.3f}"}
    yield fails(None, f"measured_{kind}", **shown)
    share = (measured.accuracy - none_at) / (full_at - none_at)
    if share >= 1:
        yield holds("accuracy")
    else:
        yield fails("accuracy", f"accuracy_{kind}", max(share, 0.0), **shown)


def _counted(weights: Measured) -> Scores:
    """Returns the scores that count: on pictures that no student has, where there are any."""
    return weights.private or weights.public


def _shown(weights: Measured) -> dict[str, str]:
    measured = _counted(weights)
    return {
        "received": f"{measured.accuracy:.3f}",
        "pictures": str(measured.pictures),
        "public": f"{weights.public.accuracy:.3f}",
    }


def _steps(record: Record, way: float, rules: dict) -> Iterator[Finding]:
    """Compares the epochs that phase 2 claims with how far the means of batch norms moved.

    With every step they go a thousandth of what is left of the way.
    """
    claimed = len(record.phases[-1].epochs)
    steps = math.log(1 - min(max(way, 0.0), 0.99)) / math.log(_MOMENTUM)
    per_epoch = steps / claimed
    if not rules["steps_low"] <= per_epoch <= rules["steps_high"]:
        yield flags("other_epochs", received=f"{steps:.0f}", claimed=claimed)
