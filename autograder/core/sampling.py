"""Facts about arrays that are too large to send whole: a summary, and a sample of their numbers."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import type_name
from autograder.core.facts import Array, FactsError, Most, Shape, Short

SAMPLES = 400
_LARGEST = 1e29


def positions(size: int, challenge: Challenge, purpose: str) -> np.ndarray:
    """Draws `SAMPLES` flat indices into an array of `size` numbers."""
    fractions = challenge.rng(f"positions of {purpose}").random(SAMPLES)
    return np.minimum((fractions * size).astype(np.int64), max(size - 1, 0))


@dataclass(frozen=True)
class Numbers:
    """The numbers of a sampled array.

    Attributes:
        low: the smallest finite one.
        high: the largest finite one.
        mean: of the finite ones.
        nonfinite: how many are not finite.
        values: `SAMPLES` of them, those at `positions`.

    Raises:
        FactsError: the summary does not fit the values.
    """

    low: float
    high: float
    mean: float
    nonfinite: int
    values: Annotated[Array, Most(SAMPLES)]

    def __post_init__(self) -> None:
        values = np.clip(self.values.values.astype(np.float64), -_LARGEST, _LARGEST)
        fits = values.shape == (SAMPLES,) and self.low <= self.high
        if fits and not self.nonfinite:
            slack = 1e-5 * max(abs(self.low), abs(self.high), 1e-3)
            # Six standard deviations of the mean of as many draws from the widest distribution.
            deviation = 3 * (self.high - self.low) / np.sqrt(SAMPLES)
            fits = bool(
                (self.low - slack <= values).all()
                and (values <= self.high + slack).all()
                and abs(values.mean() - self.mean) <= deviation + slack
            )
        if not fits:
            raise FactsError("what is said of an array does not fit its values")


@dataclass(frozen=True)
class Sampled:
    """Facts about a value that should be an array.

    Attributes:
        type: the name of its type; `"ndarray"` for NumPy's.
        dtype: name of the dtype; empty if it is not an array.
        shape: the shape; None if it is not an array.
        numbers: its numbers; None if it has none.
    """

    type: Short
    dtype: Short = ""
    shape: Shape | None = None
    numbers: Numbers | None = None

    @classmethod
    def of(cls, value: Any, challenge: Challenge, purpose: str) -> "Sampled":
        """Samples what a student's function returned.

        Args:
            value: anything; need not be an array.
            challenge: draws the positions of the sample.
            purpose: names the draw.
        """
        kind = "ndarray" if isinstance(value, np.ndarray) else type_name(value)
        try:
            array = np.asarray(value)
        except Exception:
            return cls(kind)
        numbers = None
        if array.dtype.kind in "biuf" and array.size:
            numbers = _numbers(array.reshape(-1), challenge, purpose)
        return cls(kind, str(array.dtype), tuple(map(int, array.shape)), numbers)


def _numbers(flat: np.ndarray, challenge: Challenge, purpose: str) -> Numbers:
    finite = flat[np.isfinite(flat)] if flat.dtype.kind == "f" else flat
    nonfinite = int(flat.size - finite.size)
    finite = np.clip(finite.astype(np.float64), -_LARGEST, _LARGEST) if finite.size else np.zeros(1)
    return Numbers(
        low=float(finite.min()),
        high=float(finite.max()),
        mean=float(finite.mean()),
        nonfinite=nonfinite,
        values=Array.of(flat[positions(flat.size, challenge, purpose)]),
    )
