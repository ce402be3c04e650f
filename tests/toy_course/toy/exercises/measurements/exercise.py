"""Exercise `measurements` of toy1: a file."""

from dataclasses import dataclass

from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.rubric import fails, flags, holds, shows


@dataclass(frozen=True)
class Facts:
    """How many numbers there are, and their mean; None without a file. And the private number."""

    numbers: int | None = None
    mean: float | None = None
    private: float | None = None


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

    def measure(self, folder, profile, private):
        """Reads the file."""
        path = folder / self.files[0]
        if not path.is_file():
            return Facts()
        lines = path.read_text().split()
        if lines and lines[0] == "long" != profile.base:
            raise OtherProfileError("These are measurements of the long profile.")
        numbers = [float(line) for line in lines]
        mean = sum(numbers) / len(numbers)
        return Facts(len(numbers), mean, private and float((private / "number.txt").read_text()))

    def judge(self, facts, digests, profile, rules, again=None):
        """Yields a finding on how many numbers there are."""
        if again is not None and again.facts.numbers is not None:
            made = again.facts.numbers
            yield fails(None, "measured_again", received=made)
            yield shows("made by the grader", f"{made} in {again.seconds} s", made)
            if (facts.numbers or 0) - again.facts.numbers > rules["more"]:
                yield flags("more", received=facts.numbers, again=again.facts.numbers)
        if facts.numbers is None or not digests:
            yield fails(None, "missing")
            return
        yield shows("numbers", str(facts.numbers), facts.numbers, rules["at_least"])
        if facts.private is not None and facts.numbers > rules["at_least"]:
            yield fails(None, "compared", received=facts.private)
            if facts.private == facts.mean:
                yield flags("known", received=facts.private)
        if facts.numbers >= rules["at_least"]:
            yield holds("enough")
        else:
            yield fails("enough", "few", received=facts.numbers, at_least=rules["at_least"])
