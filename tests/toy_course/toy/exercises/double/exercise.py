"""Exercise `double` of toy1."""

import numpy as np

from autograder.core import evidence
from autograder.core.exercise import SAMPLED, Exercise, attempt, positions, sampled
from autograder.core.rubric import fails, holds


class Double(Exercise):
    """`double(x)`: an array, each number doubled."""

    name = "double"
    assignment = "toy1"
    order = 1
    heavy = False
    facts = evidence.record(result=SAMPLED)

    def _numbers(self, challenge, settings):
        return challenge.rng(self.name).random(settings.length)

    def gather(self, function, challenge, settings):
        """Probes the function on drawn numbers."""
        result = attempt(function, self._numbers(challenge, settings))
        return {"result": sampled(result, challenge, self.name)}

    def judge(self, facts, challenge, settings, table):
        """Yields findings on the shape and the numbers."""
        expected = 2 * self._numbers(challenge, settings)
        result = facts["result"]
        if result.get("shape") != list(expected.shape) or "values" not in result:
            yield fails("shape", "shape", received=result.get("shape"))
            return
        yield holds("shape")
        index = positions(expected.size, challenge, self.name)
        difference = np.abs(result["values"].values - expected[index]).max()
        if difference <= table["tolerance"]:
            yield holds("numbers")
        else:
            yield fails("numbers", "numbers", received=f"{difference:.3g}")
