"""The numbers of a class report, computed from results: nothing is parsed from text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from autograder.core.verdict import UNCHECKED
from autograder.grading.export import outcome
from autograder.grading.results import Result
from autograder.grading.similar import Pair
from autograder.grading.states import State

_FEWEST = 3  # students of whom a correlation says anything
_SLOWEST, _MISTAKES = 10, 15
# What is counted apart, in this order.
STATUSES = ("graded", "zero", "waiting", "error", "stale", "not graded", "missing")


@dataclass(frozen=True)
class Student:
    """A row of the table of students.

    Attributes:
        id: the student's id.
        name: last and first name; empty where the gradebook has none.
        status: a word of `STATUSES`.
        reason: why, if the submission is not simply graded.
        score: sum of the points so far; None where nothing is graded.
        scores: points by exercise; None where there is no score.
        late: seconds after the due date.
        penalty: points taken off for that.
        waiting: exercises that wait for a person.
        flags: what a person should look at.
        figures: what was measured, by name, as it is shown.
        seconds: how long the notebooks ran; None where that is not known.
    """

    id: str
    name: str
    status: str
    reason: str
    score: float | None
    scores: dict[str, float | None]
    late: float = 0.0
    penalty: float = 0.0
    waiting: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    figures: dict[str, str] = field(default_factory=dict)
    seconds: float | None = None


@dataclass(frozen=True)
class Item:
    """An exercise, or one criterion of it.

    Attributes:
        exercise: its grade id.
        criterion: what must hold; empty for the whole exercise.
        points: that could be earned.
        students: how many have a score in it.
        success: the share of them who earned all points; None without students.
        mean: the mean of their points; None without students.
        discrimination: the correlation of its points with the rest of a student's sum (corrected
            item-total correlation); None where it does not exist.
    """

    exercise: str
    criterion: str
    points: float
    students: int
    success: float | None
    mean: float | None
    discrimination: float | None


@dataclass(frozen=True)
class Mistake:
    """A mistake that students made.

    Attributes:
        exercise: its grade id.
        students: how many made it.
        example: what one of them read.
    """

    exercise: str
    students: int
    example: str


@dataclass(frozen=True)
class Measurement:
    """Numbers that were measured of files that students handed in.

    Attributes:
        exercise: its grade id.
        name: what was measured.
        values: one a student.
        full_at: what earns full points, where there is such a number.
    """

    exercise: str
    name: str
    values: tuple[float, ...]
    full_at: float | None


@dataclass(frozen=True)
class Report:
    """An assignment of a class.

    Attributes:
        assignment: its name.
        points: that could be earned.
        students: everybody, those with fewer points first where they are graded.
        items: exercises, each followed by its criteria.
        mistakes: the most frequent first.
        measured: what was measured of files.
        pairs: students whose work is nearly equal.
        not_compared: why nothing was compared; empty where it was.
    """

    assignment: str
    points: float
    students: tuple[Student, ...]
    items: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]
    measured: tuple[Measurement, ...]
    pairs: tuple[Pair, ...] = ()
    not_compared: str = ""

    @property
    def statuses(self) -> dict[str, int]:
        """How many submissions have each status."""
        found = [student.status for student in self.students]
        return {status: found.count(status) for status in STATUSES}

    @property
    def sums(self) -> list[float]:
        """The sums of those who are graded, also with something that waits for a person."""
        counted = ("graded", "zero", "waiting")
        return [s.score for s in self.students if s.status in counted and s.score is not None]

    @property
    def exercises(self) -> dict[str, float]:
        """The points of each exercise."""
        return {item.exercise: item.points for item in self.items if not item.criterion}

    @property
    def slowest(self) -> list[Student]:
        """Whose notebooks ran longest."""
        timed = [student for student in self.students if student.seconds is not None]
        return sorted(timed, key=lambda s: -(s.seconds or 0))[:_SLOWEST]


@dataclass(frozen=True)
class About:
    """What the gradebook knows of a student and an assignment, besides scores.

    Attributes:
        name: last and first name.
        late: seconds after the due date.
        penalty: points taken off for that.
    """

    name: str = ""
    late: float = 0.0
    penalty: float = 0.0


def report(
    assignment: str,
    found: list[Result],
    about: dict[str, About],
    pairs: Iterable[Pair] = (),
    not_compared: str = "",
) -> Report:
    """Computes the report of an assignment.

    Args:
        assignment: its name.
        found: the results of all students, students in order.
        about: what else is known of students, by id.
        pairs: students whose work is nearly equal.
        not_compared: why that is not known.
    """
    points = {result.exercise: result.points for result in found}
    students = [
        _student(student, list(group), about.get(student, About()))
        for student, group in groupby(found, key=lambda result: result.student)
    ]
    return Report(
        assignment,
        sum(points.values()),
        tuple(students),
        tuple(_items(found)),
        tuple(_mistakes(found)),
        tuple(_measured(found)),
        tuple(pairs),
        not_compared,
    )


def _student(student: str, found: list[Result], about: About) -> Student:
    status, reason = outcome(found)
    scores = {r.exercise: r.score if r.state.is_scored and not r.error else None for r in found}
    known = [score for score in scores.values() if score is not None]
    seconds = [r.seconds for r in found if r.seconds is not None]
    return Student(
        student,
        about.name,
        status,
        reason,
        sum(known) if known else None,
        scores,
        about.late,
        about.penalty,
        tuple(r.exercise for r in found if r.state in (State.WAITING, State.AGAIN)),
        tuple(flag for r in found for flag in r.flags),
        {f.name: f.says for r in found if r.verdict for f in r.verdict.figures},
        sum(seconds) if seconds else None,
    )


def _counts(result: Result) -> bool:
    """Whether a result says what a student can do: it is graded, and from what is there now."""
    done = (State.GRADED, State.BY_HAND, State.AGAIN)
    return result.state in done and result.score is not None


def _items(found: list[Result]) -> Iterable[Item]:
    counted = [result for result in found if _counts(result)]
    whole = pd.DataFrame(
        {"student": [r.student for r in counted], "exercise": [r.exercise for r in counted],
         "score": [r.score for r in counted]}
    )  # fmt: skip
    sums = whole.groupby("student")["score"].sum()
    points = {result.exercise: result.points for result in found}
    for exercise, most in points.items():
        mine = whole[whole["exercise"] == exercise].set_index("student")["score"]
        yield _item(exercise, "", most, mine, sums)
        titles: dict[str, tuple[float, dict[str, float]]] = {}
        for result in counted:
            if result.exercise != exercise or result.state is not State.GRADED:
                continue
            for criterion in result.verdict.criteria if result.verdict else ():
                _, earned = titles.setdefault(criterion.title, (criterion.points, {}))
                earned[result.student] = criterion.earned
        if len(titles) > 1:
            for title, (part, earned) in titles.items():
                yield _item(exercise, title, part, pd.Series(earned, dtype=float), sums)


def _item(exercise: str, title: str, points: float, mine: pd.Series, sums: pd.Series) -> Item:
    if mine.empty:
        return Item(exercise, title, points, 0, None, None, None)
    rest = sums.reindex(mine.index) - mine
    discrimination = None
    # Sums of fractions differ in the last digit where they are the same.
    if len(mine) >= _FEWEST and mine.round(6).nunique() > 1 and rest.round(6).nunique() > 1:
        discrimination = float(mine.corr(rest))
    success = float((mine >= points - 0.005).mean())
    return Item(exercise, title, points, len(mine), success, float(mine.mean()), discrimination)


def _mistakes(found: list[Result]) -> Iterable[Mistake]:
    made: dict[tuple[str, str], dict[str, str]] = {}
    for result in found:
        if result.verdict is None or result.state is not State.GRADED:
            continue
        for reason in result.verdict.reasons:
            if reason.mistake not in ("", UNCHECKED):
                by_student = made.setdefault((result.exercise, reason.mistake), {})
                by_student.setdefault(result.student, reason.says)
    frequent = sorted(made.items(), key=lambda item: -len(item[1]))[:_MISTAKES]
    for (exercise, _), by_student in frequent:
        yield Mistake(exercise, len(by_student), next(iter(by_student.values())))


def _measured(found: list[Result]) -> Iterable[Measurement]:
    values: dict[tuple[str, str], list[float]] = {}
    limits: dict[tuple[str, str], float | None] = {}
    for result in found:
        for figure in result.verdict.figures if result.verdict else ():
            if figure.value is not None:
                values.setdefault((result.exercise, figure.name), []).append(figure.value)
                limits[result.exercise, figure.name] = figure.full_at
    for (exercise, name), numbers in values.items():
        yield Measurement(exercise, name, tuple(numbers), limits[exercise, name])
