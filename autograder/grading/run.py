"""What an execution leaves for judging: which cells ran, which did not, and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

from autograder.core.challenge import Challenge
from autograder.core.course import Course, Profile
from autograder.core.facts import Most
from autograder.core.rubric import Rubric
from autograder.grading.flags import Flag
from autograder.sandbox import withholding
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.watchdog import Problem

RUN = "autograder"  # where an execution leaves its `Run`, among the resources of a notebook


@dataclass(frozen=True)
class FailedLine:
    """The first line of a cell that failed.

    Attributes:
        cell: the cell's number, as the autograded notebook shows it.
        line: number and text of the line, in words; empty where it is unknown.
        type: name of the exception's class.
        message: what the exception says.
    """

    cell: int
    line: str
    type: str
    message: str


@dataclass(frozen=True)
class Measured:
    """What was measured of handed-in files.

    Attributes:
        said: the answer of the program that measured them, JSON of unknown content.
        digests: SHA-256 of the files, in hex, by name.
    """

    said: Annotated[str, Most(4_000_000)]
    digests: dict[str, str]


@dataclass(frozen=True)
class Retraining:
    """What came of running a notebook in full for the files of an exercise.

    Attributes:
        seconds: how long it ran.
        problem: why there are no such files, in words; empty where there are.
        measured: what was measured of them.
    """

    seconds: int
    problem: Annotated[str, Most(2000)] = ""
    measured: Measured | None = None


@dataclass
class Run:
    """What judging needs to know about an execution.

    Attributes:
        course: the course.
        address: where programs in the sandbox find it.
        profile: the profile that the kernel ran under.
        rubric: that of the class.
        challenges: of test cells, by exercise.
        handed_in: contents of the handed-in files, None for one that is missing or too large.
        isolation: how it was isolated.
        key: the attempt's key, which signs what is kept; empty where nothing is to be kept.
        private: folder with data that no student has, see `autograder.grading.private`.
        refused: why nothing was executed; empty when it was.
        shown: sources of the course's cells that only show something.
        further: challenges of further cells that check an exercise, by exercise and cell index.
        notes: what was noted before it ran, by exercise; under `""` for all of the notebook.
        stopped: why cells that check an exercise were not executed to their end, by their index.
        lost: why other cells were not, by the grade ids of the exercises that they belong to; under
            None for a cell of no exercise.
        failed: the first failed line of each cell that has one, by the cell's index; but for cells
            that check an exercise.
        flags: what judging found that a person should look at.
        measured: of the files that an exercise asks for, by exercise; filled in when it is judged.
        retrained: what came of running the notebook in full, by exercise; empty if it was not.
        asked: where what a right answer gives will come, by the index of the cell.
        expected: what it gives; filled in when it is judged.
    """

    course: Course
    address: str
    profile: Profile
    rubric: Rubric
    challenges: dict[str, Challenge]
    handed_in: dict[str, bytes | None]
    isolation: Isolation
    key: bytes = b""
    private: Path | None = None
    refused: str = ""
    shown: frozenset[str] = frozenset()
    further: dict[str, dict[int, Challenge]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    stopped: dict[int, Problem] = field(default_factory=dict)
    lost: dict[str | None, Problem] = field(default_factory=dict)
    failed: dict[int, FailedLine] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)
    measured: dict[str, Measured] = field(default_factory=dict)
    retrained: dict[str, Retraining] = field(default_factory=dict)
    asked: dict[int, Connection] = field(default_factory=dict)
    expected: dict[int, Any] = field(default_factory=dict)

    @property
    def whole_profile(self) -> Profile:
        """The profile that students train under, not its short variant for grading."""
        return self.course.profile(self.profile.base, False)

    @property
    def heavy(self) -> bool:
        """Whether an exercise needs the heavy part of what the course preloads."""
        return is_heavy(self.course, self.challenges)

    @property
    def copies(self) -> dict[Path, Path]:
        """What sandboxes hold in place of the course's folders."""
        return copies(self.address, self.course, self.challenges)

    def problem(self, exercise: str) -> Problem | None:
        """Returns why an exercise could not be graded; None when it could."""
        others = (*self.lost.values(), *self.stopped.values())
        return self.lost.get(exercise) or next(iter(others), None)

    def challenge(self, exercise: str, index: int) -> Challenge:
        """Returns the challenge of a cell that checks an exercise."""
        return self.further.get(exercise, {}).get(index) or self.challenges[exercise]

    def forget_execution(self) -> None:
        """Forgets what happened, before it is executed again."""
        for found in (self.stopped, self.lost, self.failed):
            found.clear()


def is_heavy(course: Course, exercises: Iterable[str]) -> bool:
    """Whether one of some exercises needs the heavy part of what the course preloads."""
    return any(course.exercises[name].heavy for name in exercises)


def copies(address: str, course: Course, exercises: Iterable[str]) -> dict[Path, Path]:
    """Returns what sandboxes hold in place of the course's folders.

    Args:
        address: where programs find the course.
        course: the course.
        exercises: those that a notebook is asked for.
    """
    asked = {course.exercises[name].assignment for name in exercises}
    return withholding.copies(address, min(asked, default=""))
