"""Exercise `unfreeze` of ps4."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import probing
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf
from rps_course.exercises.probes.probing import weight_owners

# Layers of MobileNetV2 with weights that follow one with weights: a cut that is off by one, either
# way, moves other weights.
_OTHER_CUTS = (121, 124, 125, 126, 129, 132, 135, 138, 141)


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
    order = 1
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
        owners = weight_owners(profile)
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
