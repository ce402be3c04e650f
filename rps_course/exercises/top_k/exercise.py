"""Exercise `top_k` of ps2."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, type_name
from autograder.core.facts import Failure, Most, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course.profile import Profile

_ROUNDED_PERCENT = 0.0051  # how far a probability may be off that was rounded to whole percent


@dataclass(frozen=True)
class Entry:
    """A label with its probability, as the function paired them.

    Attributes:
        label: the label.
        probability: None where it is no number.
        type: the name of its type.
    """

    label: Annotated[str, Most(200)]
    probability: float | None = None
    type: Short = ""


@dataclass(frozen=True)
class Result:
    """What the function returned for one `k`, or that it raised an exception."""

    type: Annotated[str, Most(200)] = ""
    pairs: Annotated[tuple[Entry, ...], Most(50)] = ()
    raised: Failure | None = None


@dataclass(frozen=True)
class Facts:
    """The default `k`, three of forty, and all of seven."""

    default: Result
    three: Result
    all: Result


@dataclass(frozen=True)
class Likeliest:
    """Probabilities by label, the likeliest first, and how many were asked for."""

    probabilities: dict[str, float]
    k: int


class TopK(Exercise[Facts, dict[str, Likeliest]]):
    """`top_k(probs, labels, k=5)`: the likeliest labels with their probabilities."""

    name = "top_k"
    assignment = "ps2"
    order = 1
    heavy = False
    facts = Facts
    # Number of classes, k (None: the default).
    _CASES: ClassVar = {"default": (1000, None), "three": (40, 3), "all": (7, 7)}

    def _inputs(self, challenge: Challenge, case: str) -> tuple[np.ndarray, list[str]]:
        n = self._CASES[case][0]
        rng = challenge.rng(f"{self.name} {case}")
        probabilities = rng.dirichlet(np.full(n, 0.3)).astype(np.float32)
        labels = [f"thing {number}" for number in rng.permutation(10 * n)[:n]]
        return probabilities[np.newaxis], labels

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Probes the function with the default k and two others."""
        results = {}
        for case, (_, k) in self._CASES.items():
            probabilities, labels = self._inputs(challenge, case)
            arguments = {} if k is None else {"k": k}
            try:
                result = attempt(function, probabilities, labels, **arguments)
            except Raised as error:
                if case == "default":
                    raise
                results[case] = Result(raised=error.failure)
                continue
            results[case] = self._result(result)
        return Facts(**results)

    def _result(self, result: Any) -> Result:
        if not isinstance(result, list | tuple):
            return Result(type_name(result))
        pairs = []
        for entry in result[:50]:
            if not isinstance(entry, list | tuple) or len(entry) != 2:
                return Result(f"{type_name(result)} of {type_name(entry)}")
            if not isinstance(entry[0], str):
                first = type_name(entry[0])
                return Result(f"{type_name(result)} of pairs that begin with {first}")
            pairs.append(Entry(str(entry[0]), _number(entry[1]), type_name(entry[1])))
        return Result("pairs", tuple(pairs))

    def expect(self, challenge: Challenge, profile: Profile) -> dict[str, Likeliest]:
        """Sorts the drawn labels by their probabilities."""
        expected = {}
        for case, (n, k) in self._CASES.items():
            probabilities, labels = self._inputs(challenge, case)
            order = np.argsort(-probabilities[0])
            ranked = {labels[i]: float(probabilities[0][i]) for i in order}
            expected[case] = Likeliest(ranked, k or min(5, n))
        return expected

    def judge(self, facts: Facts, expected: dict[str, Likeliest], rules: dict) -> Iterator[Finding]:
        """Yields findings on labels and order, probabilities, and k."""
        if facts.default.type != "pairs":
            yield fails(None, "not_pairs", received=facts.default.type)
            return
        names, length, wrong = holds("names"), holds("k"), set()
        for case, right in expected.items():
            result: Result = getattr(facts, case)
            if result.raised is not None:
                length = fails("k", "k_raised", received=result.raised.type, k=right.k)
                continue
            found = {pair.label for pair in result.pairs} & right.probabilities.keys()
            if len(found) != right.k or len(result.pairs) != right.k:
                received = min(len(found), len(result.pairs))
                length = fails("k", "k", received=received, expected=right.k)
            # The worst of the cases counts: with k of k labels any order has chosen well.
            message = self._order(result, right)
            if message and names.message != "names":
                names = fails("names", message)
            wrong.add(self._probabilities(result, right, rules["tolerance"]))
        yield names
        wrong.discard("")
        if wrong:
            message = "probabilities" if len(wrong) > 1 else wrong.pop()
            received = next((pair.type for pair in facts.default.pairs), "")
            yield fails("probabilities", message, received=received)
        else:
            yield holds("probabilities")
        yield length

    @staticmethod
    def _order(result: Result, expected: Likeliest) -> str:
        """Returns the message on labels that are not the likeliest in order; empty if they are."""
        labels = [pair.label for pair in result.pairs]
        right = list(expected.probabilities)[: len(labels)]
        if not labels or sorted(labels) != sorted(right):
            return "names"
        if labels == right:
            return ""
        return "reversed" if labels[::-1] == right else "order"

    @staticmethod
    def _probabilities(result: Result, expected: Likeliest, tolerance: float) -> str:
        """Returns the message on probabilities that are not the labels' own; empty if they are."""
        found = [pair.probability for pair in result.pairs]
        if not found:
            return "probabilities"
        if None in found:
            return "not_numbers"
        right = np.array([expected.probabilities.get(pair.label, -1) for pair in result.pairs])
        if np.abs(right - found).max() <= tolerance:
            return ""
        if np.abs(right - np.divide(found, 100)).max() <= _ROUNDED_PERCENT:
            return "percent"
        if any(np.abs(right.round(n) - found).max() <= tolerance for n in (2, 3, 4)):
            return "rounded"
        return "probabilities"


def _number(value: Any) -> float | None:
    """Returns a probability as a number, 0 if it is not finite; None if it is none."""
    if isinstance(value, str | bytes):
        return None
    try:
        return float(np.nan_to_num(float(value)))
    except Exception:  # whatever a student's object does
        return None
