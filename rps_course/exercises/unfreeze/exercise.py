"""Exercise `unfreeze` of ps4."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt
from autograder.core.facts import Array, Failure, Most
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import probing, standin
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

_WEIGHTS = 200  # more than the stand-in has


@dataclass(frozen=True)
class Step:
    """A training step after layers were unfrozen.

    Attributes:
        moved: indices of the backbone's weights that moved.
        after: the backbone's features of two other pictures afterwards; None where it raised.
        raised: what the step raised.
    """

    moved: Annotated[tuple[Annotated[int, Most(_WEIGHTS)], ...], Most(_WEIGHTS)] = ()
    after: Annotated[Array, Most(2 * standin.MAX_FEATURES)] | None = None
    raised: Failure | None = None


@dataclass(frozen=True)
class Facts:
    """The steps for two cuts, each on a backbone of its own."""

    first: Step
    second: Step


@dataclass(frozen=True)
class Expected:
    """What unfreezing should do to the stand-in, and what it gives after any step.

    Attributes:
        exercise: draws the stand-in.
        challenge: what it is drawn from.
        profile: says its input size.
        cuts: the layers that the first and the second step train from.
        owners: the index of the layer that each of its weights belongs to.
        before: its features before a step, `[2, d]`.
        right: what right steps do.
    """

    exercise: "Unfreeze"
    challenge: Challenge
    profile: Profile
    cuts: tuple[int, ...]
    owners: list[int]
    before: np.ndarray
    right: tuple[Step, Step]

    def take_again(self, case: int, moved: tuple[int, ...]) -> Step:
        """Takes the step of the first or second cut again, with the layers of these weights."""
        trains = {self.owners[i] for i in moved}
        if trains == _tail(self.owners, self.cuts[case]):
            return self.right[case]
        about = case, self.challenge, self.profile
        return self.exercise.step(partial(_unfreeze, trains=trains), *about)

    def compare(self, moved: tuple[int, ...], cut: int) -> tuple[set[int], set[int]]:
        """Returns the weights that should move and don't, and those that do and shouldn't."""
        tail = {i for i, layer in enumerate(self.owners) if layer >= cut}
        return tail - set(moved), set(moved) - tail

    def norms(self, cut: int) -> set[int]:
        """Returns the weights of the batch normalization layers that should train."""
        return {
            i
            for i, layer in enumerate(self.owners)
            if layer >= cut and self.owners.count(layer) == standin.NORM_WEIGHTS
        }


class Unfreeze(Exercise[Facts, Expected]):
    """`unfreeze(backbone, fine_tune_at)`: exactly `layers[fine_tune_at:]` train."""

    name = "unfreeze"
    assignment = "ps4"
    order = 1
    facts = Facts

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Unfreezes a frozen backbone at two layers and trains for one step each time."""
        return Facts(*(self.step(function, case, challenge, profile) for case in (0, 1)))

    def step(self, function: Callable, case: int, challenge: Challenge, profile: Profile) -> Step:
        """Unfreezes with a function, at the first or second cut, and trains for one step."""
        classifier = standin.classifier(challenge, self.name, profile)
        backbone = classifier.layers[0]
        cut = standin.cuts(challenge, self.name, backbone)[case]
        attempt(function, backbone, cut)
        classifier.compile("adam", "sparse_categorical_crossentropy")
        before = probing.snapshot(backbone)
        x = probing.inputs(challenge, self.name, standin.SHAPE)
        try:
            probing.step(classifier, x, probing.targets(challenge, self.name, profile))
        except Raised as error:
            return Step(raised=error.failure)
        later = probing.later(challenge, self.name, standin.SHAPE)
        after = Array.of(backbone(later, training=False))
        return Step(probing.moved(before, backbone), after)

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Draws the stand-in again."""
        backbone = standin.classifier(challenge, self.name, profile).layers[0]
        cuts, owners = standin.cuts(challenge, self.name, backbone), standin.owners(backbone)
        later = probing.later(challenge, self.name, standin.SHAPE)
        before = np.asarray(backbone(later, training=False))
        first, second = (
            self.step(partial(_unfreeze, trains=_tail(owners, cut)), case, challenge, profile)
            for case, cut in enumerate(cuts)
        )
        return Expected(self, challenge, profile, cuts, owners, before, (first, second))

    def judge(self, facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
        """Yields findings on the tail, the layers before it, and the use of the argument."""
        first, cut = facts.first, expected.cuts[0]
        if first.raised is not None:
            yield fails(None, "step", received=first.raised.message[:150])
            return
        if not first.moved:
            yield fails(None, "nothing_moves")
            return
        tail, rest = expected.compare(first.moved, cut)
        layers = sorted({expected.owners[i] for i in rest if i < len(expected.owners)} or {-1})
        if not self._stepped(first, 0, expected, rules):
            if rest:  # single variables of a layer: no step with whole layers is like it
                yield fails(None, "rest_moves", moved=len(rest), first=layers[0], cut=cut)
            else:
                yield fails(None, "contradicts", exercise=self.name)
            return
        norms_frozen = tail == expected.norms(cut)
        if norms_frozen:
            yield fails("tail", "norms_frozen", cut=cut)
        elif tail:
            layer = expected.owners[min(tail)]
            yield fails("tail", "tail_frozen", missing=len(tail), layer=layer, cut=cut)
        else:
            yield holds("tail")
        if rest:
            yield fails("rest", "rest_moves", moved=len(rest), first=layers[0], cut=cut)
        else:
            yield holds("rest")
        if rest or (tail and not norms_frozen):
            return
        second, cut = facts.second, expected.cuts[1]
        right = (expected.norms(cut) if norms_frozen else set(), set())
        if expected.compare(second.moved, cut) == right and self._stepped(
            second, 1, expected, rules
        ):
            yield holds("argument")
        else:
            yield fails("argument", "argument", cut=cut)

    @staticmethod
    def _stepped(step: Step, case: int, expected: Expected, rules: dict) -> bool:
        """Whether the backbone gives after the step what it must if these weights moved.

        The step is taken again, with the layers that the moved weights belong to.
        """
        if step.after is None or max(step.moved, default=0) >= len(expected.owners):
            return False
        right = expected.take_again(case, step.moved)
        limits = rules["rounding"], rules["change"]
        return right.moved == step.moved and probing.follows(
            expected.before, step.after.values, right.after.values, *limits
        )


def _tail(owners: list[int], cut: int) -> set[int]:
    """Returns the layers with weights from a cut on."""
    return {layer for layer in owners if layer >= cut}


def _unfreeze(backbone: "tf.keras.Model", _: int, *, trains: set[int]) -> None:
    """Makes exactly these layers train."""
    backbone.trainable = True
    for i, layer in enumerate(backbone.layers):
        layer.trainable = i in trains
