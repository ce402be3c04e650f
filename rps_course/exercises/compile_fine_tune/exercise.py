"""Exercise `compile_fine_tune` of ps4."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import compiling, probing, standin
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf


class CompileFineTune(compiling.CompilingExercise):
    """`compile_fine_tune(model)`: the same as for the head, with Adam 0.00001."""

    name = "compile_fine_tune"
    assignment = "ps4"
    order = 2

    def classifier(self, challenge: Challenge, profile: Profile) -> "tf.keras.Sequential":
        """Returns a classifier whose head has been trained, with some layers unfrozen then."""
        import tensorflow as tf

        classifier = standin.classifier(challenge, self.name, profile)
        # Keras 3 keeps a loss and metrics that are not given anew: let them be others than asked.
        other = tf.keras.losses.SparseCategoricalCrossentropy(reduction="sum")
        classifier.compile(tf.keras.optimizers.Adam(profile.learning_rate_head), other)
        x = probing.inputs(challenge, self.name, standin.SHAPE)
        probing.step(classifier, x, probing.targets(challenge, self.name, profile))
        standin.unfreeze_some(classifier.layers[0], challenge, self.name)
        return classifier

    def reference(self, profile: Profile) -> tuple[Callable, float]:
        """Returns the course's own function, and the learning rate of phase 2."""
        from rps_course import training

        rate = profile.learning_rate_fine
        return lambda model: training.compile_fine_tune(model, rate), rate

    def judge(
        self, facts: compiling.Facts, expected: compiling.Expected, rules: dict
    ) -> Iterator[Finding]:
        """Yields findings on learning rate, loss, metric and whether the tail trains."""
        compiled = facts.compiled
        if compiled is None:
            yield fails(None, "not_compiled")
            return
        if not facts.is_complete:
            yield fails(None, "contradicts", exercise=self.name)
            return
        if facts.step is None:
            if compiled.raises:
                yield from compiling.findings(facts, expected, rules)
            else:
                yield fails(None, "not_compiled_again")
            return
        if not facts.step.moved:
            # All else then still stands as it was compiled for the head: not an answer.
            yield fails(None, "not_compiled_again")
            return
        right = expected.facts
        if not probing.alike(facts.before.values, right.before.values, rules["rounding"]):
            yield fails(None, "contradicts", exercise=self.name)
            return
        moved, tail = facts.step.moved, right.step.moved
        right_step = compiling.same_step(facts, right, rules)
        # Steps much smaller than expected, which cost their own points, do not move every weight.
        if moved > tail or (moved < tail and right_step):
            yield fails("tail", "other_tail", received=moved, expected=tail)
        elif not self._followed(facts, right, right_step, rules):
            yield fails(None, "contradicts", exercise=self.name)
        else:
            yield holds("tail")
        yield from compiling.findings(facts, expected, rules)

    @staticmethod
    def _followed(
        facts: compiling.Facts, right: compiling.Facts, right_step: bool, rules: dict
    ) -> bool:
        """Whether the backbone gives after the step what it must if its tail was trained.

        Another learning rate or loss gives something else, which costs its own points: that the
        backbone gives something else than before is then enough.
        """
        before, after = right.before.values, facts.step.after.values
        if not right_step:
            return not np.array_equal(before, after)
        limits = rules["rounding"], rules["change"]
        return probing.follows(before, after, right.step.after.values, *limits)
