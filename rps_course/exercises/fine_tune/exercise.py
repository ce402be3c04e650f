"""Exercise `fine_tune` of ps4."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise
from autograder.core.rubric import Finding
from rps_course.exercises.probes import fitting
from rps_course.profile import Profile

if TYPE_CHECKING:
    pass


class FineTune(Exercise):
    """`fine_tune(model, train_gen, val_gen, initial_epoch, epochs)`: the history goes on."""

    name = "fine_tune"
    assignment = "ps4"
    order = 3
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
