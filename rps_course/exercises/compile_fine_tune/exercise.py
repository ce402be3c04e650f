"""Exercise `compile_fine_tune` of ps4."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import compiling, probing
from rps_course.profile import Profile

if TYPE_CHECKING:
    pass
from rps_course.exercises.probes.probing import weight_owners


class CompileFineTune(Exercise):
    """`compile_fine_tune(model)`: the same as for the head, with Adam 0.00001."""

    name = "compile_fine_tune"
    assignment = "ps4"
    order = 2
    facts = compiling.FACTS

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Takes a classifier whose head has been trained and whose tail was then unfrozen."""
        import tensorflow as tf

        from rps_course import model

        backbone = model.build_backbone(profile)
        classifier = probing.classifier(backbone, challenge, self.name)
        # Keras 3 keeps a loss and metrics that are not given anew: they must be others than wanted.
        other = tf.keras.losses.SparseCategoricalCrossentropy(reduction="sum")
        classifier.compile(tf.keras.optimizers.Adam(profile.learning_rate_head), other)
        x = probing.inputs(challenge, self.name, profile)
        y = probing.targets(challenge, self.name)
        probing.step(classifier, x, y)
        model.unfreeze(backbone, profile.fine_tune_at)
        attempt(function, classifier)
        return compiling.gather(classifier, challenge, self.name, profile)

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on learning rate, loss, metric and whether the tail trains."""
        from rps_course import training

        if not facts["compile"]["compiled"]:
            yield fails(None, "not_compiled")
            return
        owners = weight_owners(profile)
        tail = sum(layer >= profile.fine_tune_at for layer in owners)
        wanted = self.reference(training.compile_fine_tune, challenge, profile)
        if "step" in facts and {"loss_raised", "metrics_raised"} & facts["compile"].keys():
            yield fails("tail", "step", received=facts["step"]["message"][:150])
            yield from compiling.findings(facts, wanted, profile.learning_rate_fine)
            return
        if "step" in facts or not facts["backbone_moved"]:
            # All else then still stands as it was compiled for the head: not an answer.
            yield fails(None, "not_compiled_again")
            return
        if not probing.alike(facts["later"].values, wanted["later"].values):
            yield fails(None, "contradicts", exercise=self.name)
            return
        moved = facts["backbone_moved"]
        # Steps much smaller than wanted, which cost their own points, do not move every weight.
        if moved > tail or (moved < tail and _same_step(facts, wanted)):
            yield fails("tail", "other_tail", received=moved, wanted=tail)
        elif not self._followed(facts, wanted):
            yield fails(None, "contradicts", exercise=self.name)
        else:
            yield holds("tail")
        yield from compiling.findings(facts, wanted, profile.learning_rate_fine)

    @staticmethod
    def _followed(facts: dict, wanted: dict) -> bool:
        """Whether the backbone gives after the step what it must if its tail was trained.

        Another learning rate or loss gives something else, which costs its own points: that the
        backbone gives something else than before is then enough.
        """
        before, after = wanted["later"].values, facts["after"].values
        right = _same_step(facts, wanted)
        if right:
            return probing.follows(before, after, wanted["after"].values)
        return not np.array_equal(before, after)


def _same_step(facts: dict, wanted: dict) -> bool:
    """Whether the head took about the wanted step."""
    change = facts["kernel"].values - facts["before"].values
    right = wanted["kernel"].values - wanted["before"].values
    return change.shape == right.shape and bool(
        np.median(np.abs(change - right)) < 0.05 * np.median(np.abs(right))
    )
