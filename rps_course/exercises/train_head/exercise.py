"""Exercise `train_head` of ps3."""

from collections.abc import Callable
from typing import Any

from autograder.core.challenge import Challenge
from rps_course.exercises.probes.fitting import FittingExercise


class TrainHead(FittingExercise):
    """`train_head(model, train_gen, val_gen, epochs)`: whole epochs, all validation pictures."""

    name = "train_head"
    assignment = "ps3"
    order = 2

    def epochs(self, challenge: Challenge) -> tuple[int, int]:
        """Draws how many epochs there are; the first is 0."""
        return 0, int(challenge.rng(f"{self.name} epochs").integers(2, 5))

    def fit(self, function: Callable, model: Any, train: Any, validation: Any, *epochs: int) -> Any:
        """Calls the function with the number of epochs."""
        return function(model, train, validation, epochs[1])
