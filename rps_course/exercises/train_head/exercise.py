"""Exercise `train_head` of ps3."""

from collections.abc import Callable, Iterator

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise
from autograder.core.rubric import Finding
from rps_course.exercises.probes import fitting
from rps_course.profile import Profile


class TrainHead(Exercise):
    """`train_head(model, train_gen, val_gen, epochs)`: whole epochs, all validation pictures."""

    name = "train_head"
    assignment = "ps3"
    order = 2
    facts = fitting.FACTS

    def _epochs(self, challenge: Challenge) -> int:
        return int(challenge.rng(f"{self.name} epochs").integers(2, 5))

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Lets the function train a small model."""
        epochs = self._epochs(challenge)
        return fitting.gather(
            lambda model, train, validation: function(model, train, validation, epochs),
            challenge,
            self.name,
        )

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on the history, training and validation."""
        return fitting.judge(facts, challenge, self.name, 0, self._epochs(challenge))
