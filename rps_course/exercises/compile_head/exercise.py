"""Exercise `compile_head` of ps2."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from autograder.core.challenge import Challenge
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import compiling, probing, standin
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf


class CompileHead(compiling.CompilingExercise):
    """`compile_head(model)`: Adam 0.001, sparse categorical cross-entropy, accuracy."""

    name = "compile_head"
    assignment = "ps2"
    order = 4

    def classifier(self, challenge: Challenge, profile: Profile) -> "tf.keras.Sequential":
        """Returns a classifier on a frozen backbone, not compiled."""
        return standin.classifier(challenge, self.name, profile)

    def reference(self, profile: Profile) -> tuple[Callable, float]:
        """Returns the course's own function, and the learning rate of phase 1."""
        from rps_course import training

        rate = profile.learning_rate_head
        return lambda model: training.compile_head(model, rate), rate

    def judge(
        self, facts: compiling.Facts, expected: compiling.Expected, rules: dict
    ) -> Iterator[Finding]:
        """Yields findings on learning rate, loss, metric and whether the backbone stays frozen."""
        if facts.compiled is None:
            yield fails(None, "not_compiled")
            return
        features, rounding = expected.facts.before.values, rules["rounding"]
        if not facts.is_complete or not probing.alike(facts.before.values, features, rounding):
            yield fails(None, "contradicts", exercise=self.name)
            return
        yield from compiling.findings(facts, expected, rules)
        if facts.step is None:
            if not facts.compiled.raises:  # which costs its own points
                yield fails("frozen", "step", received=facts.step_raised.message[:150])
        elif facts.step.moved:
            yield fails("frozen", "moves", received=facts.step.moved)
        elif not probing.alike(facts.step.after.values, features, rounding):
            yield fails(None, "contradicts", exercise=self.name)
        else:
            yield holds("frozen")
