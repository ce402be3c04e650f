"""Exercise `measurements` of toy1: a file."""

from autograder.core import evidence
from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.rubric import fails, holds


class Measurements(FileExercise):
    """`measurements.csv`: one number a line."""

    name = "measurements"
    assignment = "toy1"
    order = 3
    files = ("measurements.csv",)
    facts = evidence.record(
        optional=("numbers", "mean"), numbers=evidence.integer(), mean=evidence.number()
    )

    def measure(self, folder, settings):
        """Reads the file."""
        path = folder / self.files[0]
        if not path.is_file():
            return {}
        lines = path.read_text().split()
        if lines and lines[0] == "long" != settings.base:
            raise OtherProfileError("These are measurements of the long profile.")
        numbers = [float(line) for line in lines]
        return {"numbers": len(numbers), "mean": sum(numbers) / len(numbers)}

    def judge(self, facts, digests, settings, table):
        """Yields a finding on how many numbers there are."""
        if "numbers" not in facts or not digests:
            yield fails(None, "missing")
        elif facts["numbers"] >= table["at_least"]:
            yield holds("enough")
        else:
            yield fails("enough", "few", received=facts["numbers"], at_least=table["at_least"])
