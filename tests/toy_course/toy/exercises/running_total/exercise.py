"""Exercise `running_total` of toy1."""

import numpy as np

from autograder.core import evidence
from autograder.core.exercise import Exercise, attempt
from autograder.core.rubric import fails, holds


class RunningTotal(Exercise):
    """`running_total(x)`: the sums of the first one, two, three, ... numbers."""

    name = "running_total"
    assignment = "toy1"
    order = 2
    heavy = False
    facts = evidence.record(total=evidence.array(max_size=200, dtypes=("float64",)))

    def _numbers(self, challenge, settings):
        return challenge.rng(self.name).integers(0, 100, settings.length)

    def gather(self, function, challenge, settings):
        """Probes the function on drawn whole numbers."""
        result = attempt(function, self._numbers(challenge, settings))
        return {"total": evidence.encode(np.asarray(result)[:200], "float64")}

    def judge(self, facts, challenge, settings, table):
        """Yields a finding on the sums."""
        expected = np.cumsum(self._numbers(challenge, settings))
        right = np.array_equal(facts["total"].values, expected)
        yield holds("sums") if right else fails("sums", "sums")
