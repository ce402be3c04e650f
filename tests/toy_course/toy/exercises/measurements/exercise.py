"""Exercise `measurements` of toy1: a file."""

from dataclasses import dataclass

from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.rubric import fails, holds


@dataclass(frozen=True)
class Facts:
    """How many numbers there are, and their mean; None without a file."""

    numbers: int | None = None
    mean: float | None = None


class Measurements(FileExercise[Facts]):
    """`measurements.csv`: one number a line."""

    name = "measurements"
    assignment = "toy1"
    order = 3
    files = ("measurements.csv",)
    record = files[0]
    facts = Facts

    def profile_of(self, record):
        """Returns "long" where the file begins with that word."""
        return "long" if record.startswith(b"long") else ""

    def measure(self, folder, profile):
        """Reads the file."""
        path = folder / self.files[0]
        if not path.is_file():
            return Facts()
        lines = path.read_text().split()
        if lines and lines[0] == "long" != profile.base:
            raise OtherProfileError("These are measurements of the long profile.")
        numbers = [float(line) for line in lines]
        return Facts(len(numbers), sum(numbers) / len(numbers))

    def judge(self, facts, digests, profile, rules):
        """Yields a finding on how many numbers there are."""
        if facts.numbers is None or not digests:
            yield fails(None, "missing")
        elif facts.numbers >= rules["at_least"]:
            yield holds("enough")
        else:
            yield fails("enough", "few", received=facts.numbers, at_least=rules["at_least"])
