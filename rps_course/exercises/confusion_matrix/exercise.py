"""Exercise `confusion_matrix` of ps4."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt
from autograder.core.rubric import Finding, fails, holds
from autograder.core.sampling import Sampled, positions
from rps_course.profile import Profile


@dataclass(frozen=True)
class Facts:
    """What the function returned for two sets of labels.

    Attributes:
        all: every class occurs, in both arrays.
        some: the last class occurs in neither.
    """

    all: Sampled
    some: Sampled


@dataclass(frozen=True)
class Labels:
    """Drawn labels.

    Attributes:
        true: of the pictures `[N]`.
        predicted: those that a network gives them `[N]`.
        classes: how many classes there are.
    """

    true: np.ndarray
    predicted: np.ndarray
    classes: int

    @property
    def counts(self) -> np.ndarray:
        """How often each class was taken for each: rows are true classes, columns predicted."""
        flat = np.bincount(self.true * self.classes + self.predicted, minlength=self.classes**2)
        return flat.reshape(self.classes, self.classes)


@dataclass(frozen=True)
class Matrix:
    """A right matrix, at the places that facts hold.

    Attributes:
        shape: its shape.
        counts: its numbers.
        turned_over: those of its transpose.
        shares: those of its rows, each divided by its sum.
    """

    shape: tuple[int, int]
    counts: np.ndarray
    turned_over: np.ndarray
    shares: np.ndarray


class ConfusionMatrix(Exercise[Facts, dict[str, Matrix]]):
    """`confusion_matrix(y_true, y_pred, n_classes)`: how often each class is taken for each."""

    name = "confusion_matrix"
    assignment = "ps4"
    order = 5
    heavy = False
    facts = Facts

    def _labels(self, challenge: Challenge) -> dict[str, Labels]:
        rng = challenge.rng(self.name)
        drawn = {}
        for case in ("all", "some"):
            classes = int(rng.integers(4, 7))
            occurring = classes if case == "all" else classes - 1
            true = np.concatenate([np.arange(occurring), rng.integers(0, occurring, 60)])
            slips = rng.random(len(true)) < 0.4
            # Not as often one way as the other: a matrix that is turned over shows.
            predicted = np.where(slips, np.maximum(true - rng.integers(0, 3, len(true)), 0), true)
            order = rng.permutation(len(true))
            drawn[case] = Labels(true[order], predicted[order], classes)
        return drawn

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Probes the function with both sets."""
        return Facts(
            **{
                case: Sampled.of(
                    attempt(function, drawn.true.copy(), drawn.predicted.copy(), drawn.classes),
                    challenge,
                    f"{self.name} {case}",
                )
                for case, drawn in self._labels(challenge).items()
            }
        )

    def expect(self, challenge: Challenge, profile: Profile) -> dict[str, Matrix]:
        """Counts the drawn labels."""
        expected = {}
        for case, drawn in self._labels(challenge).items():
            counts = drawn.counts
            shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            index = positions(counts.size, challenge, f"{self.name} {case}")
            values = (array.reshape(-1)[index] for array in (counts, counts.T, shares))
            expected[case] = Matrix(counts.shape, *values)
        return expected

    def judge(self, facts: Facts, expected: dict[str, Matrix], rules: dict) -> Iterator[Finding]:
        """Yields findings on the counts, on a class that does not occur, and on the dtype."""
        right = expected["all"]
        if facts.all.shape != right.shape:
            shape = facts.all.shape
            received = facts.all.type if not shape else f"shape {list(shape)}"
            yield fails(None, "no_matrix", received=received, expected=list(right.shape))
            return
        found = _message(facts.all, right, rules["tolerance"])
        yield fails("counts", found) if found else holds("counts")
        if found in ("counts", "shares"):
            return
        yield self._absent(facts.some, expected["some"], found, rules["tolerance"])
        yield self._dtype(facts.all)

    @staticmethod
    def _absent(result: Sampled, expected: Matrix, found: str, tolerance: float) -> Finding:
        if result.shape != expected.shape:
            received = list(result.shape or ())
            return fails("absent", "shape", received=received, expected=list(expected.shape))
        if _message(result, expected, tolerance) != found:
            return fails("absent", "absent")
        return holds("absent")

    @staticmethod
    def _dtype(result: Sampled) -> Finding:
        if result.type != "ndarray":
            return fails("dtype", "type", received=result.type)
        if not result.dtype.startswith(("int", "uint")):
            return fails("dtype", "dtype", received=result.dtype)
        return holds("dtype")


def _message(result: Sampled, expected: Matrix, tolerance: float) -> str:
    """Returns the message on numbers that are not the right counts; empty if they are."""
    if result.numbers is None:
        return "counts"
    for message, right in (
        ("", expected.counts),
        ("turned_over", expected.turned_over),
        ("shares", expected.shares),
        ("shares", 100 * expected.shares),
    ):
        if np.abs(result.numbers.values.values - right).max() <= tolerance:
            return message
    return "counts"
