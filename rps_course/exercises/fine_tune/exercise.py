"""Exercise `fine_tune` of ps4."""

from collections.abc import Callable
from typing import Any

from autograder.core.challenge import Challenge
from rps_course.exercises.probes.fitting import FittingExercise


class FineTune(FittingExercise):
    """`fine_tune(model, train_gen, val_gen, initial_epoch, epochs)`: the history goes on."""

    name = "fine_tune"
    assignment = "ps4"
    order = 3

    def epochs(self, challenge: Challenge) -> tuple[int, int]:
        """Draws where training starts and stops."""
        rng = challenge.rng(f"{self.name} epochs")
        first = int(rng.integers(2, 6))
        return first, first + int(rng.integers(2, 4))

    def fit(self, function: Callable, model: Any, train: Any, validation: Any, *epochs: int) -> Any:
        """Calls the function with both epochs."""
        return function(model, train, validation, *epochs)
