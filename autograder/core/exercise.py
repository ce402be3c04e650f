"""The two kinds of exercise, and safe calls of students' functions.

An `Exercise` asks for a function: `gather` probes it wherever it lives and returns facts, `expect`
returns what a right answer gives under the same challenge, and `judge` compares. A `FileExercise`
asks for files: `measure` opens them in the sandbox, and `judge` judges what was measured outside.
The notebook may have been run in full for them as well (`Retrained`).
Judging runs in the self-check and again in the grader's own process, where the facts are untrusted
and have been decoded within the bounds of their type (`autograder.core.facts`).
"""

import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from autograder.core.challenge import Challenge
from autograder.core.facts import Failure
from autograder.core.rubric import Finding

Facts = TypeVar("Facts")
Expected = TypeVar("Expected")


class Exercise(ABC, Generic[Facts, Expected]):
    """An exercise that asks for a function.

    Attributes:
        name: its grade id, and the name of the student's function.
        assignment: the assignment it belongs to.
        order: its place in the assignment.
        facts: the dataclass that `gather` returns (`autograder.core.facts`).
        heavy: whether probing needs the heavy part of what the course preloads.
    """

    name: ClassVar[str]
    assignment: ClassVar[str]
    order: ClassVar[int] = 0
    facts: ClassVar[type]
    heavy: ClassVar[bool] = True

    @abstractmethod
    def gather(self, function: Callable[..., Any], challenge: Challenge, profile: Any) -> Facts:
        """Probes a student's function and returns facts, without a verdict.

        Raises:
            Raised: the function raised, so there is nothing more to find out.
        """

    @abstractmethod
    def expect(self, challenge: Challenge, profile: Any) -> Expected:
        """Returns what a right answer gives under the challenge, and what else `judge` needs."""

    @abstractmethod
    def judge(self, facts: Facts, expected: Expected, rules: dict[str, Any]) -> Iterator[Finding]:
        """Yields what the facts say about each criterion of the rubric.

        Args:
            facts: what was gathered; untrusted, but for its types and bounds.
            expected: what `expect` returned under the same challenge.
            rules: the limits that the exercise's rubric sets.
        """


class OtherProfileError(RuntimeError):
    """A submission was made under another profile than the class's; the message says which."""


@dataclass(frozen=True)
class Retrained(Generic[Facts]):
    """Files that a submission's notebook wrote when the grader ran it in full.

    Attributes:
        facts: what was measured of them; untrusted, as of those that were handed in.
        digests: their SHA-256, in hex, by name.
        seconds: how long the notebook ran.
    """

    facts: Facts
    digests: dict[str, str]
    seconds: int


class FileExercise(ABC, Generic[Facts]):
    """An exercise that asks for files.

    Attributes:
        name: its grade id.
        assignment: the assignment it belongs to.
        order: its place in the assignment.
        files: names of the files that are handed in beside the notebook.
        record: the one among them that tells under which profile they were made; empty if none.
        heavy: never, as for a function: the notebook's kernel has no part in it.
        facts: the dataclass that `measure` returns.
    """

    name: ClassVar[str]
    assignment: ClassVar[str]
    order: ClassVar[int] = 0
    files: ClassVar[tuple[str, ...]]
    record: ClassVar[str] = ""
    heavy: ClassVar[bool] = False
    facts: ClassVar[type]

    def profile_of(self, record: bytes) -> str:
        """Returns the profile that a record tells of, whoever wrote it; empty if it tells none."""
        return ""

    @abstractmethod
    def measure(self, folder: Path, profile: Any, private: Path | None) -> Facts:
        """Opens the files in a folder and returns facts, without a verdict.

        Args:
            folder: holds those of `files` that were handed in.
            profile: those of the whole profile, not of its short variant for grading.
            private: folder that `Course.private` has filled for the class; None where there is
                none, as on a student's machine.

        Raises:
            OtherProfileError: the files are of another profile.
        """

    @abstractmethod
    def judge(
        self,
        facts: Facts,
        digests: dict[str, str],
        profile: Any,
        rules: dict[str, Any],
        again: Retrained[Facts] | None = None,
    ) -> Iterator[Finding]:
        """Yields what the facts say about each criterion of the rubric, and what to look at.

        Args:
            facts: what was measured; untrusted, but for its types and bounds.
            digests: SHA-256 of the files, in hex, as the grader itself computed them; by name.
            profile: as in `measure`.
            rules: the limits that the exercise's rubric sets.
            again: the same files as the grader's own run of the notebook wrote them; None where it
                has not run, or wrote none. For notes and flags: what was handed in earns points.
        """


class Raised(Exception):
    """A student's function raised an exception.

    Attributes:
        failure: the exception as facts.
    """

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(f"{failure.type}: {failure.message}")


def attempt(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Calls a student's function.

    Raises:
        Raised: it raised anything but a keyboard interrupt.
    """
    try:
        return function(*args, **kwargs)
    except (Exception, SystemExit) as error:
        raise Raised(failure(error)) from error


def failure(error: BaseException) -> Failure:
    """Returns an exception as facts, with the line of the student's code that raised it."""
    line = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if "ipykernel" in frame.filename or "ipython-input" in frame.filename:
            line = (frame.line or "").strip()
    try:
        message = str(error)
    except BaseException:  # whatever a student's exception class may do here
        message = ""
    name = type(error).__name__
    # A message may quote a whole traceback, as that of TensorFlow does where it traces a function.
    message = message.rpartition(f"\n    {name}: ")[2].strip()
    return Failure(name[:100], message[:500], line[:300])


def in_short(raised: Failure) -> str:
    """Returns an exception in one line, for a message."""
    return f"{raised.type}: {raised.message[:200]}".rstrip(": ")


def type_name(value: Any) -> str:
    """Returns the name of a value's type."""
    return type(value).__name__[:100]
