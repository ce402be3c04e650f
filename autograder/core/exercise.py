"""The two kinds of exercise, and careful handling of students' functions.

An `Exercise` gathers facts about a student's function and judges facts. Gathering runs wherever the
function lives; judging runs in the self-check and again in the grader's own process, where the
facts are untrusted and already validated against the exercise's schema. A `FileExercise` measures
files that were handed in, in the sandbox, and judges what was measured outside of it.
"""

import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.rubric import Finding

SAMPLES = 400


@dataclass(frozen=True)
class Array:
    """A decoded array of facts.

    Attributes:
        values: the numbers; those that were not finite stand as 0.
        nonfinite: how many were not finite.
    """

    values: np.ndarray
    nonfinite: int


class Exercise(ABC):
    """An exercise that asks for a function.

    Attributes:
        name: its grade id, and the name of the student's function.
        assignment: the assignment it belongs to.
        order: its place in the assignment.
        facts: JSON Schema of what `gather` returns when the function could be probed.
        heavy: whether probing needs the heavy part of what the course preloads.
    """

    name: ClassVar[str]
    assignment: ClassVar[str]
    order: ClassVar[int] = 0
    facts: ClassVar[dict[str, Any]]
    heavy: ClassVar[bool] = True

    @abstractmethod
    def gather(
        self, function: Callable[..., Any], challenge: Challenge, settings: Any
    ) -> dict[str, Any]:
        """Probes a student's function and returns facts, without a verdict.

        Raises:
            Raised: the function raised, so there is nothing more to find out.
        """

    @abstractmethod
    def judge(
        self, facts: dict[str, Any], challenge: Challenge, settings: Any, table: dict[str, Any]
    ) -> Iterator[Finding]:
        """Yields what the facts say about each criterion of the rubric's `table`."""

    def reference(
        self, function: Callable[..., Any], challenge: Challenge, settings: Any
    ) -> dict[str, Any]:
        """Returns the facts, decoded, of a reference implementation under the same challenge."""
        return _reference(self, function, challenge, settings)


@lru_cache(maxsize=16)
def _reference(
    exercise: Exercise, function: Callable[..., Any], challenge: Challenge, settings: Any
) -> dict[str, Any]:
    facts: dict[str, Any] = decode(exercise.gather(function, challenge, settings))
    return facts


class OtherProfileError(RuntimeError):
    """What was handed in is of another profile than the class's; the message says which."""


class FileExercise(ABC):
    """An exercise that asks for files.

    Attributes:
        name: its grade id.
        assignment: the assignment it belongs to.
        order: its place in the assignment.
        files: names of the files that are handed in beside the notebook.
        heavy: never, as for a function: the notebook's kernel has no part in it.
        facts: JSON Schema of what `measure` returns.
    """

    name: ClassVar[str]
    assignment: ClassVar[str]
    order: ClassVar[int] = 0
    files: ClassVar[tuple[str, ...]]
    heavy: ClassVar[bool] = False
    facts: ClassVar[dict[str, Any]]

    @abstractmethod
    def measure(self, folder: Path, settings: Any) -> dict[str, Any]:
        """Opens the files in a folder and returns facts, without a verdict.

        Args:
            folder: holds those of `files` that were handed in.
            settings: those of the whole profile, not of its short variant for grading.

        Raises:
            OtherProfileError: the files are of another profile.
        """

    @abstractmethod
    def judge(
        self, facts: dict[str, Any], digests: dict[str, str], settings: Any, table: dict[str, Any]
    ) -> Iterator[Finding]:
        """Yields what the facts say about each criterion of the rubric's `table`.

        Args:
            facts: what was measured; untrusted, and validated against the schema.
            digests: SHA-256 of the files, in hex, as the grader itself computed them; by name.
            settings: as in `measure`.
            table: the exercise's part of the rubric.
        """


class Raised(Exception):
    """A student's function raised an exception.

    Attributes:
        fact: the exception as facts.
    """

    def __init__(self, fact: dict[str, Any]) -> None:
        self.fact = fact
        super().__init__(f"{fact['type']}: {fact['message']}")


def attempt(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Calls a student's function.

    Raises:
        Raised: it raised anything but a keyboard interrupt.
    """
    try:
        return function(*args, **kwargs)
    except (Exception, SystemExit) as error:
        raise Raised(exception_fact(error)) from error


def exception_fact(error: BaseException) -> dict[str, Any]:
    """Returns an exception as facts, with the line of the student's code that raised it."""
    line = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if "ipykernel" in frame.filename or "ipython-input" in frame.filename:
            line = (frame.line or "").strip()
    try:
        message = str(error)
    except BaseException:  # whatever a student's exception class may do here
        message = ""
    return {"type": type(error).__name__[:100], "message": message[:500], "line": line[:300]}


def short(raised: dict[str, Any]) -> dict[str, str]:
    """Returns what a message says of an exception, in one line."""
    return {"received": f"{raised['type']}: {raised['message'][:200]}".rstrip(": ")}


def type_name(value: Any) -> str:
    """Returns the name of a value's type."""
    return type(value).__name__[:100]


def positions(size: int, challenge: Challenge, purpose: str) -> np.ndarray:
    """Draws `SAMPLES` flat indices into an array of `size` numbers."""
    fractions = challenge.rng(f"positions of {purpose}").random(SAMPLES)
    return np.minimum((fractions * size).astype(np.int64), max(size - 1, 0))


def sampled(value: Any, challenge: Challenge, purpose: str) -> dict[str, Any]:
    """Returns facts of an array that is too large to hand over whole.

    Args:
        value: what a student's function returned; need not be an array.
        challenge: draws which numbers are handed over.
        purpose: names the draw.
    """
    kind = "ndarray" if isinstance(value, np.ndarray) else type_name(value)
    facts: dict[str, Any] = {"type": kind}
    try:
        array = np.asarray(value)
    except Exception:
        return facts
    facts |= {"dtype": str(array.dtype)[:100], "shape": [int(n) for n in array.shape[:10]]}
    if array.dtype.kind not in "biuf" or array.size == 0:
        return facts
    flat = array.reshape(-1)
    finite = flat[np.isfinite(flat)] if array.dtype.kind == "f" else flat
    finite = np.clip(finite.astype(np.float64), -1e29, 1e29) if finite.size else np.zeros(1)
    return facts | {
        "low": float(finite.min()),
        "high": float(finite.max()),
        "mean": float(finite.mean()),
        "nonfinite": int(array.size - (finite.size if array.dtype.kind == "f" else array.size)),
        "values": evidence.encode(flat[positions(array.size, challenge, purpose)]),
    }


SAMPLED = evidence.record(
    optional=("dtype", "shape", "low", "high", "mean", "nonfinite", "values"),
    type=evidence.text(100),
    dtype=evidence.text(100),
    shape=evidence.shape(),
    low=evidence.number(),
    high=evidence.number(),
    mean=evidence.number(),
    nonfinite=evidence.integer(),
    values=evidence.array(max_size=SAMPLES),
)


def _compare(summary: dict[str, Any]) -> None:
    """Compares what is said of an array with the values that were drawn from it."""
    values, low, high = summary["values"].values, summary["low"], summary["high"]
    fits = values.shape == (SAMPLES,) and low <= high
    if fits and not summary["nonfinite"]:
        values = np.clip(values.astype(np.float64), -1e29, 1e29)
        slack = 1e-5 * max(abs(low), abs(high), 1e-3)
        # Six standard deviations of the mean of as many draws from the widest distribution.
        deviation = 3 * (high - low) / np.sqrt(SAMPLES)
        fits = bool(
            (low - slack <= values).all()
            and (values <= high + slack).all()
            and abs(values.mean() - summary["mean"]) <= deviation + slack
        )
    if not fits:
        raise evidence.EvidenceError("what is said of an array does not fit its values")


def decode(facts: Any) -> Any:
    """Returns facts with every encoded array as an `Array`.

    Raises:
        EvidenceError: an array's bytes do not fit, or hold numbers that are not finite, or a
            summary does not fit the values beside it.
    """
    if isinstance(facts, dict):
        if facts.keys() == {"dtype", "shape", "data", "nonfinite"}:
            return Array(evidence.decode(facts), facts["nonfinite"])
        decoded = {key: decode(value) for key, value in facts.items()}
        if {"low", "high", "mean", "values"} <= decoded.keys():
            _compare(decoded)
        return decoded
    if isinstance(facts, list):
        return [decode(value) for value in facts]
    return facts
