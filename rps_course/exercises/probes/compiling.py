"""Probing how a classifier is compiled: what is said of it, and what one training step then does.

Whoever judges gathers the same facts with the reference implementation, under the same challenge,
and compares: the loss on a batch, and the first step of Adam.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Raised
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import probing
from rps_course.exercises.probes.probing import FEATURES
from rps_course.profile import Profile

FACTS = evidence.record(
    optional=("step", "before", "kernel", "backbone_moved", "later", "after"),
    compile=probing.COMPILED,
    step=evidence.raised(),
    before=evidence.array(max_size=FEATURES * 3),
    kernel=evidence.array(max_size=FEATURES * 3),
    backbone_moved=evidence.integer(),
    later=probing.LATER,
    after=probing.LATER,
)


def gather(classifier: Any, challenge: Challenge, purpose: str, profile: Profile) -> dict:
    """Returns how a classifier is compiled, and what one training step then does, as facts."""
    x = probing.inputs(challenge, purpose, profile)
    y = probing.targets(challenge, purpose)
    facts: dict[str, Any] = {"compile": probing.compile_facts(classifier, x, y, challenge)}
    if not facts["compile"]["compiled"]:
        return facts
    backbone, later = probing.backbone_of(classifier), probing.later(challenge, purpose, profile)
    before, kernel = probing.snapshot(backbone), classifier.layers[-1].weights[0]
    facts |= {
        "before": evidence.encode(kernel),
        "later": evidence.encode(backbone(later, training=False)),
    }
    try:
        probing.step(classifier, x, y)
    except Raised as error:
        return facts | {"step": error.fact}
    return facts | {
        "kernel": evidence.encode(kernel),
        "backbone_moved": len(probing.moved(before, backbone)),
        "after": evidence.encode(backbone(later, training=False)),
    }


def findings(facts: dict, wanted: dict, rate: float) -> Iterator[Finding]:
    """Yields findings on learning rate, loss and metric of a compiled classifier.

    Args:
        facts: what was gathered with a student's function, decoded.
        wanted: what is gathered with the reference implementation.
        rate: the learning rate wanted.
    """
    compiled, right = facts["compile"], wanted["compile"]
    loss = compiled.get("loss")
    right_loss = loss is not None and abs(loss - right["loss"]) < 1e-3 * max(1, right["loss"])
    rates = compiled["learning_rates"]
    if any(abs(received - rate) > 1e-3 * rate for received in rates):
        received = next(r for r in rates if abs(r - rate) > 1e-3 * rate)
        yield fails("learning_rate", "learning_rate", received=f"{received:g}", wanted=f"{rate:g}")
    elif compiled["optimizer"] != "Adam":
        yield fails("learning_rate", "optimizer", received=compiled["optimizer"])
    else:
        # Another loss, or a backbone that trains along, gives another direction.
        comparable = right_loss and facts.get("backbone_moved") == wanted["backbone_moved"]
        step = _step_size(facts, wanted if comparable else None)
        # Where no step can be taken, that costs its own points.
        if "step" in facts or (step is not None and abs(step - rate) <= 0.05 * rate):
            yield holds("learning_rate")
        else:
            received = "nothing that its gradient asks for" if step is None else f"{step:.2g}"
            yield fails("learning_rate", "first_step", received=received, wanted=f"{rate:g}")
    if loss is None:
        yield fails("loss", "evaluation", received=compiled["loss_raised"]["message"][:150])
    elif right_loss:
        yield holds("loss")
    else:
        yield fails("loss", "loss", received=f"{loss:.4f}", wanted=f"{right['loss']:.4f}")
    if "metrics_raised" in compiled:
        yield fails("metric", "metric_raised", received=compiled["metrics_raised"]["message"][:150])
        return
    accuracy = right["metrics"][0]["value"]
    if any(abs(metric["value"] - accuracy) < 1e-4 for metric in compiled["metrics"]):
        yield holds("metric")
    else:
        names = ", ".join(metric["name"] for metric in compiled["metrics"])
        yield fails("metric", "metric", received=names or "none")


def _step_size(facts: dict, wanted: dict | None) -> float | None:
    """Returns the size of Adam's first step on the head's kernel.

    Adam's first step moves each weight by about the learning rate, against its gradient. None when
    there was no step, or one in other directions than the gradient of the `wanted` step has.
    """
    if "kernel" not in facts:
        return None
    change = facts["kernel"].values - facts["before"].values
    if wanted is not None:
        right = wanted["kernel"].values - wanted["before"].values
        if change.shape != right.shape or (np.sign(change) == np.sign(right)).mean() < 0.9:
            return None
    change = np.abs(change)
    return float(np.median(change[change > 0])) if change.any() else 0.0
