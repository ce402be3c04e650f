"""Assignment ps4: unfreezing the tail, compiling again, fine-tuning.

`trained_model`, the fourth exercise, has no function to probe: `rps_course.exercises.trained`.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises import compiling, fitting, probing
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf


# Layers of MobileNetV2 with weights that follow one with weights: a cut that is off by one, either
# way, moves other weights.
_OTHER_CUTS = (121, 124, 125, 126, 129, 132, 135, 138, 141)


@lru_cache
def _weight_owners(profile: Profile) -> list[int]:
    """Returns, for every weight of the backbone, the index of the layer that it belongs to."""
    from rps_course import model

    layers = model.build_backbone(profile).layers
    return [i for i, layer in enumerate(layers) for _ in layer.weights]


@lru_cache(maxsize=16)
def _unfreezer(trains: tuple[tuple[int, frozenset[int]], ...]) -> Callable:
    """Returns a function like `unfreeze` for which given layers train.

    Args:
        trains: the indices of these layers, by cut.
    """

    def unfreeze(backbone: "tf.keras.Model", cut: int) -> None:
        backbone.trainable = True
        for i, layer in enumerate(backbone.layers):
            layer.trainable = i in dict(trains)[cut]

    return unfreeze


class Unfreeze(Exercise):
    """`unfreeze(backbone, fine_tune_at)`: exactly `layers[fine_tune_at:]` train."""

    name = "unfreeze"
    assignment = "ps4"
    _MAX_WEIGHTS = 400
    _case = evidence.record(
        optional=("moved", "step", "later", "after"),
        moved=evidence.listing(evidence.integer(_MAX_WEIGHTS), _MAX_WEIGHTS),
        step=evidence.raised(),
        later=probing.LATER,
        after=probing.LATER,
    )
    facts = evidence.record(usual=_case, other=_case)

    def _cuts(self, challenge: Challenge, profile: Profile) -> dict[str, int]:
        other = int(challenge.rng(f"{self.name} cut").choice(_OTHER_CUTS))
        return {"usual": profile.fine_tune_at, "other": other}

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Unfreezes a frozen backbone at two layers and trains for one step each time."""
        from rps_course import model

        facts = {}
        x = probing.inputs(challenge, self.name, profile)
        y = probing.targets(challenge, self.name)
        for case, cut in self._cuts(challenge, profile).items():
            backbone = model.build_backbone(profile)
            classifier = probing.classifier(backbone, challenge, self.name)
            attempt(function, backbone, cut)
            classifier.compile("adam", "sparse_categorical_crossentropy")
            before, later = probing.snapshot(backbone), probing.later(challenge, self.name, profile)
            first = evidence.encode(backbone(later, training=False))
            try:
                probing.step(classifier, x, y)
            except Raised as error:
                facts[case] = {"step": error.fact}
                continue
            facts[case] = {
                "moved": probing.moved(before, backbone)[: self._MAX_WEIGHTS],
                "later": first,
                "after": evidence.encode(backbone(later, training=False)),
            }
        return facts

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on the tail, the layers before it, and the use of the argument."""
        owners = _weight_owners(profile)
        cuts = self._cuts(challenge, profile)
        if "step" in facts["usual"]:
            yield fails(None, "step", received=facts["usual"]["step"]["message"][:150])
            return
        tail, rest = self._compare(owners, facts["usual"]["moved"], cuts["usual"])
        if not facts["usual"]["moved"]:
            yield fails(None, "nothing_moves")
            return
        layers = sorted({owners[i] if i < len(owners) else -1 for i in rest})
        if not self._stepped(facts, challenge, profile, owners):
            if rest:  # single variables of a layer: no step with whole layers is like it
                values = {"moved": len(rest), "first": layers[0], "cut": cuts["usual"]}
                yield fails(None, "rest_moves", **values)
            else:
                yield fails(None, "contradicts", exercise=self.name)
            return
        if tail:
            first = owners[min(tail)]
            yield fails("tail", "tail_frozen", missing=len(tail), layer=first, cut=cuts["usual"])
        else:
            yield holds("tail")
        if rest:
            yield fails("rest", "rest_moves", moved=len(rest), first=layers[0], cut=cuts["usual"])
        else:
            yield holds("rest")
        if tail or rest:
            return
        other = facts["other"].get("moved")
        if other is None or any(self._compare(owners, other, cuts["other"])):
            yield fails("argument", "argument", cut=cuts["other"])
        else:
            yield holds("argument")

    def _stepped(
        self, facts: dict, challenge: Challenge, profile: Profile, owners: list[int]
    ) -> bool:
        """Whether the backbone gives after the step what it must if these weights moved.

        The step is taken again, with the layers that the moved weights belong to.
        """
        cuts = self._cuts(challenge, profile)
        trains = {
            cut: frozenset(owners[i] for i in facts[case].get("moved", []) if i < len(owners))
            for case, cut in cuts.items()
        }
        wanted = self.reference(_unfreezer(tuple(trains.items())), challenge, profile)
        return all(
            wanted[case].get("moved") == facts[case]["moved"]
            and probing.follows(
                wanted[case]["later"].values,
                facts[case]["after"].values,
                wanted[case]["after"].values,
            )
            for case in cuts
            if "moved" in facts[case]
        )

    @staticmethod
    def _compare(owners: list[int], moved: list[int], cut: int) -> tuple[set[int], set[int]]:
        """Returns the weights that should move and don't, and those that do and shouldn't."""
        wanted = {i for i, layer in enumerate(owners) if layer >= cut}
        return wanted - set(moved), set(moved) - wanted


class CompileFineTune(Exercise):
    """`compile_fine_tune(model)`: the same as for the head, with Adam 0.00001."""

    name = "compile_fine_tune"
    assignment = "ps4"
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
        owners = _weight_owners(profile)
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


class FineTune(Exercise):
    """`fine_tune(model, train_gen, val_gen, initial_epoch, epochs)`: the history goes on."""

    name = "fine_tune"
    assignment = "ps4"
    facts = fitting.FACTS

    def _epochs(self, challenge: Challenge) -> tuple[int, int]:
        rng = challenge.rng(f"{self.name} epochs")
        first = int(rng.integers(2, 6))
        return first, first + int(rng.integers(2, 4))

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Lets the function go on training a small model."""
        first, last = self._epochs(challenge)
        return fitting.gather(
            lambda model, train, validation: function(model, train, validation, first, last),
            challenge,
            self.name,
        )

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on epoch numbers, training and validation."""
        return fitting.judge(facts, challenge, self.name, *self._epochs(challenge))
