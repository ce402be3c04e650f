"""Small pictures that carry their number, so that a model can note which of them it saw."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.core.challenge import Challenge

SIDE = 8


@dataclass(frozen=True)
class Pictures:
    """Pictures `[n, 8, 8, 3]` with their number in their first pixel, and labels `[n]`."""

    x: np.ndarray
    y: np.ndarray

    @classmethod
    def draw(cls, challenge: Challenge, purpose: str, n: int, classes: int) -> "Pictures":
        """Draws pictures whose classes differ, so that training gets somewhere."""
        rng = challenge.rng(purpose)
        # Each class is there: without one, a wrong weight of that class would not show.
        y = rng.permutation(np.arange(n) % classes)
        x = 0.4 * rng.random((n, SIDE, SIDE, 3))
        # Another band of pixels is brighter in each class.
        band = (np.arange(SIDE * SIDE) * classes // SIDE**2).reshape(SIDE, SIDE)
        x += 0.3 * (band == y[:, None, None])[..., None]
        x[:, 0, 0, 0] = np.arange(n) / 100
        return cls(x.astype(np.float32), y)

    def numbers(self, x: Any) -> tuple[int, ...]:
        """Returns which pictures a batch holds."""
        return tuple(max(round(100 * float(value)), 0) for value in np.asarray(x)[:, 0, 0, 0])
