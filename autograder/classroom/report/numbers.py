"""The numbers of a class report, computed from results: nothing is parsed from text."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import pandas as pd

from autograder.classroom.report.model import (
    FEWEST,
    About,
    Group,
    Item,
    Measurement,
    Mistake,
    Report,
    Student,
)
from autograder.core.verdict import UNCHECKED
from autograder.grading.export import outcome
from autograder.grading.results import Result
from autograder.grading.similar import Pair
from autograder.grading.states import State

_MISTAKES = 15
_EVEN = 1e-6  # sums of fractions differ by less where they are the same
_DIGITS = 6  # of sums, which else would end in 0.0000000001
_HUNDREDTH = 0.005  # points are rounded to the hundredth


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
        not_compared: of what that is not known, and why.
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
        tuple(groups(pairs)),
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
        round(max(0.0, sum(known) - about.penalty), _DIGITS) if known else None,
        scores,
        about.late,
        about.penalty,
        tuple(r.exercise for r in found if r.state in (State.WAITING, State.AGAIN)),
        tuple(flag for r in found for flag in r.flags),
        {f.name: f for r in found if r.verdict for f in r.verdict.figures},
        sum(seconds) if seconds else None,
        tuple(dict.fromkeys(says for r in found for says in (*r.reasons, *r.notes, *r.flags))),
    )


def _counts(result: Result) -> bool:
    """Whether a result says what a student can do: it is graded, and from what is there now."""
    done = (State.GRADED, State.BY_HAND, State.AGAIN)
    return result.state in done and result.score is not None


def _items(found: list[Result]) -> Iterable[Item]:
    """Yields each exercise and its criteria.

    The discrimination is the corrected item-total correlation: of an item's points with the rest of
    a student's score. That is a share of the points of what is graded of the student, so that an
    answer which waits for a person makes nobody weak.
    """
    counted = [result for result in found if _counts(result)]
    whole = _table((r.student, r.exercise, r.score) for r in counted)
    points = pd.Series({result.exercise: result.points for result in found}, dtype=float)
    whole = whole.reindex(columns=points.index)
    for exercise, most in points.items():
        others = whole.drop(columns=exercise)
        possible = (others.notna() * points.drop(exercise)).sum(axis=1)
        rest = (others.sum(axis=1) / possible)[possible > 0]
        yield _item(exercise, "", most, whole[exercise].dropna(), rest)
        judged = [r for r in counted if r.exercise == exercise and r.state is State.GRADED]
        yield from _criteria(exercise, judged, rest)


def _criteria(exercise: str, judged: list[Result], rest: pd.Series) -> Iterable[Item]:
    """Yields the criteria of an exercise; a single one says what the exercise says."""
    criteria = [(r.student, c) for r in judged if r.verdict for c in r.verdict.criteria]
    names = {criterion.name: criterion for _, criterion in criteria}
    earned = _table((student, c.name, c.earned) for student, c in criteria)
    for name, criterion in names.items() if len(names) > 1 else ():
        mine = earned[name].dropna()
        yield _item(exercise, criterion.title, criterion.points, mine, rest)


def _table(rows: Iterable[tuple[str, str, float | None]]) -> pd.DataFrame:
    """Returns students in rows, and their points of items in columns."""
    frame = pd.DataFrame(list(rows), columns=["student", "item", "points"])
    frame["points"] = frame["points"].astype(float)
    return frame.pivot_table(index="student", columns="item", values="points", sort=False)


def _item(exercise: str, title: str, points: float, mine: pd.Series, rest: pd.Series) -> Item:
    if mine.empty:
        return Item(exercise, title, points, 0, None, None)
    success = float((mine >= points - _HUNDREDTH).mean())
    compared = mine[mine.index.intersection(rest.index)]
    return Item(
        exercise,
        title,
        points,
        len(mine),
        success,
        float(mine.mean()),
        len(compared),
        _correlation(compared, rest[compared.index]),
    )


def _correlation(mine: pd.Series, rest: pd.Series) -> float | None:
    if len(mine) < FEWEST or min(mine.std(), rest.std()) < _EVEN:
        return None
    return float(mine.corr(rest))


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
    shown = [
        (result, figure)
        for result in found
        if _counts(result)
        for figure in (result.verdict.figures if result.verdict else ())
        if figure.value is not None
    ]
    for exercise, name in dict.fromkeys((r.exercise, f.name) for r, f in shown):
        values: dict[bool, list[float]] = {True: [], False: []}
        limit = None
        for result, figure in shown:
            if (result.exercise, figure.name) == (exercise, name) and figure.value is not None:
                values[bool(result.score)].append(figure.value)
                limit = figure.full_at
        yield Measurement(exercise, name, tuple(values[True]), tuple(values[False]), limit)


def groups(pairs: Iterable[Pair]) -> Sequence[Group]:
    """Returns nearly equal students as groups, in which each is nearly equal to another one.

    Small groups come first: what many share has more often an honest reason.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    by_work: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_work.setdefault(pair.what, []).append(pair)
    found = []
    for what, alike in by_work.items():
        names = sorted({student for pair in alike for student in pair.students})
        place = {student: index for index, student in enumerate(names)}
        edges = [[place[pair.students[end]] for pair in alike] for end in (0, 1)]
        graph = coo_array(([1] * len(alike), edges), shape=(len(names), len(names)))
        count, group_of = connected_components(graph, directed=False)
        for group in range(count):
            within = [p.similarity for p in alike if group_of[place[p.students[0]]] == group]
            students = tuple(name for name in names if group_of[place[name]] == group)
            found.append(Group(what, students, min(within), max(within)))
    return sorted(found, key=lambda g: (len(g.students), -g.most, g.what, g.students))
