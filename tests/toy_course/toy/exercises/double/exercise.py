"""Exercise `double` of toy1."""

from dataclasses import dataclass

import numpy as np
from toy import precision

from autograder.core.exercise import Exercise, attempt
from autograder.core.rubric import fails, holds
from autograder.core.sampling import Sampled, positions


@dataclass(frozen=True)
class Facts:
    """What the function returned."""

    result: Sampled


@dataclass(frozen=True)
class Expected:
    """The shape of a right result, and the numbers of it that facts hold."""

    shape: tuple[int, ...]
    numbers: np.ndarray


class Double(Exercise[Facts, Expected]):
    """`double(x)`: an array, each number doubled."""

    name = "double"
    assignment = "toy1"
    order = 1
    heavy = False
    facts = Facts

    def _numbers(self, challenge, profile):
        return challenge.rng(self.name).random(profile.length).astype(precision.DTYPE)

    def gather(self, function, challenge, profile):
        """Probes the function on drawn numbers."""
        result = attempt(function, self._numbers(challenge, profile))
        return Facts(Sampled.of(result, challenge, self.name))

    def expect(self, challenge, profile):
        """Doubles the drawn numbers."""
        doubled = 2 * self._numbers(challenge, profile)
        return Expected(doubled.shape, doubled[positions(doubled.size, challenge, self.name)])

    def judge(self, facts, expected, rules):
        """Yields findings on the shape and the numbers."""
        result = facts.result
        if result.shape != expected.shape or result.numbers is None:
            yield fails("shape", "shape", received=list(result.shape or ()))
            return
        yield holds("shape")
        difference = np.abs(result.numbers.values.values - expected.numbers).max()
        if difference <= rules["tolerance"]:
            yield holds("numbers")
        else:
            yield fails("numbers", "numbers", received=f"{difference:.3g}")
