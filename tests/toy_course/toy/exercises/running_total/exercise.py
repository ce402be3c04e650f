"""Exercise `running_total` of toy1."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from autograder.core.exercise import Exercise, attempt
from autograder.core.facts import Array, Most
from autograder.core.rubric import fails, holds


@dataclass(frozen=True)
class Facts:
    """What the function returned, as far as 200 numbers."""

    total: Annotated[Array, Most(200)]


class RunningTotal(Exercise[Facts, np.ndarray]):
    """`running_total(x)`: the sums of the first one, two, three, ... numbers."""

    name = "running_total"
    assignment = "toy1"
    order = 2
    heavy = False
    facts = Facts

    def _numbers(self, challenge, profile):
        return challenge.rng(self.name).integers(0, 100, profile.length)

    def gather(self, function, challenge, profile):
        """Probes the function on drawn whole numbers."""
        result = attempt(function, self._numbers(challenge, profile))
        return Facts(Array.of(np.asarray(result)[:200]))

    def expect(self, challenge, profile):
        """Adds the drawn numbers up."""
        return np.cumsum(self._numbers(challenge, profile))

    def judge(self, facts, expected, rules):
        """Yields a finding on the sums."""
        right = np.array_equal(facts.total.values, expected)
        yield holds("sums") if right else fails("sums", "sums")
