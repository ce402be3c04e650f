"""Reads the results of grading: scores from the gradebook, verdicts from autograded notebooks."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, Gradebook, MissingEntry, Notebook, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory

from autograder.core.course import CourseError
from autograder.core.rubric import RubricError
from autograder.core.verdict import UNCHECKED, Verdict, VerdictError
from autograder.grading import flags, gradebooks, states
from autograder.grading.cells import METADATA, SECONDS, stored
from autograder.grading.flags import Flag
from autograder.grading.gradebooks import GradebookError
from autograder.grading.machine import Grading, MachineError
from autograder.grading.states import Bases, Basis, State

_AGAIN = "grade it again with --force"
_MOST_SECONDS = 10_000_000  # of a notebook; more was not measured


@dataclass(frozen=True)
class Result:
    """What one student earned in one exercise.

    Attributes:
        student: the student's id.
        exercise: the grade id.
        score: points; None where there is no score yet.
        points: points that could be earned.
        verdict: the verdict; None for a written answer, and where nbgrader graded by itself.
        problem: why the verdict cannot be read; empty when it can, and when there is none.
        state: what has become of it.
        about: what else there is to say about its state.
        flags: what a person should look at; it changes no score.
        seconds: how long the notebook ran, told with its first exercise; None with others, and
            where it did not run.
    """

    student: str
    exercise: str
    score: float | None
    points: float
    verdict: Verdict | None = None
    problem: str = ""
    state: State = State.GRADED
    about: str = ""
    flags: tuple[str, ...] = ()
    seconds: float | None = field(default=None, compare=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why points were lost: mistakes, the costliest first, then what they kept unchecked."""
        if self.state in (State.BY_HAND, State.AGAIN):
            return (f"{self.state}: {self.about}" if self.about else str(self.state),)
        if self.problem:
            return (self.problem,)
        if self.verdict is None and self.state is State.GRADED and self.score < self.points:
            return ("no answer",)  # of a written answer: whatever else is in it waits for a person
        found = self.verdict.reasons if self.verdict else ()
        mistakes_first = sorted(found, key=lambda r: (r.mistake == UNCHECKED, -r.lost))
        return tuple(reason.says for reason in mistakes_first)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks that cost nothing, such as which file was graded."""
        return self.verdict.notes if self.verdict else ()

    @property
    def error(self) -> bool:
        """Whether the exercise was not graded: a score of 0 then says nothing."""
        return self.state in (State.FAILED, State.SUBMITTED)

    @property
    def unsafe(self) -> bool:
        """Whether the student's code ran without isolation."""
        return self.verdict is not None and not self.verdict.isolated

    @property
    def needs_attention(self) -> bool:
        """Whether somebody has to do something about it."""
        return not self.state.is_done or (self.state is State.MISSING and bool(self.about))


class ResultsError(ValueError):
    """The gradebook has no such assignment, or cannot be read."""


# Why there are no results to read, said by what was asked.
UNREADABLE = (ResultsError, GradebookError, CourseError, RubricError, MachineError)


def collect(
    db_url: str,
    autograded: Path,
    assignment: str,
    bases: Bases | None = None,
    students: Collection[str] | None = None,
) -> list[Result]:
    """Returns the results of an assignment, students in order, one for each exercise.

    Args:
        db_url: the gradebook's address, as nbgrader's `db_url`.
        autograded: the course's folder of autograded submissions.
        assignment: the assignment's name.
        bases: what results would be based on now. With it, everybody has results: who is in the
            gradebook, and who has a folder. Without it, results are taken as they are.
        students: ids of the students who are asked for; None for all.

    Raises:
        ResultsError: there is no gradebook, it does not know the assignment, or a result cannot be
            read with the rights of whoever asks.
        autograder.grading.gradebooks.GradebookError: the gradebook cannot be used.
        autograder.core.course.CourseError, autograder.core.rubric.RubricError,
        autograder.grading.machine.MachineError: the class cannot be graded as configured.
    """
    results: list[Result] = []
    order: dict[str, int] = {}  # that of the notebook's cells, not that of the database
    with opened(db_url, assignment) as (gradebook, known):
        entries = {
            (submission.student_id, notebook.name): notebook
            for submission in known.submissions
            for notebook in submission.notebooks
        }
        everybody = {student for student, _ in entries}
        if bases is not None:
            everybody |= {student.id for student in gradebook.students} | bases.students
        for student in everybody if students is None else everybody & set(students):
            now = _Now.of(student, bases)
            for notebook in known.notebooks:
                path = autograded / student / assignment / f"{notebook.name}.ipynb"
                graded = _read(path)
                for name in graded.verdicts if graded else ():
                    order.setdefault(name, len(order))
                entry = entries.get((student, notebook.name))
                results += _of_notebook(student, notebook, entry, graded, now)
    return sorted(results, key=lambda r: (r.student, order.get(r.exercise, len(order))))


def current(
    folders: CourseDirectory,
    grading: Grading,
    assignment: str,
    students: Collection[str] | None = None,
) -> list[Result]:
    """Returns the results of an assignment, compared with what is handed in and set by now.

    Args:
        folders: the course's folders.
        grading: what is graded.
        assignment: the assignment's name.
        students: ids of the students who are asked for; None for all.

    Raises:
        One of `UNREADABLE`: see `collect`.
    """
    autograded = Path(folders.root) / folders.autograded_directory
    bases = Bases(folders, grading, assignment)
    return collect(folders.db_url, autograded, assignment, bases, students)


@contextmanager
def opened(db_url: str, assignment: str) -> Iterator[tuple[Gradebook, Assignment]]:
    """Opens the gradebook, and finds an assignment in it.

    Args:
        db_url: the gradebook's address, as nbgrader's `db_url`.
        assignment: the assignment's name.

    Raises:
        ResultsError: there is no gradebook, or it does not know the assignment.
        autograder.grading.gradebooks.GradebookError: it cannot be used.
    """
    if gradebooks.is_missing(db_url):
        raise ResultsError(
            f"There is no gradebook {db_url.removeprefix('sqlite:///')}. Run this in the course's "
            "root folder, where nbgrader_config.py is, after the assignment was released (`make "
            "assignments`) and graded."
        )
    with gradebooks.used(db_url), Gradebook(db_url) as gradebook:
        yield gradebook, _find(gradebook, assignment)


def names(db_url: str, assignment: str) -> dict[str, str]:
    """Returns the names of the students in the gradebook by their ids, as far as it has them.

    Raises:
        ResultsError: there is no gradebook, or it does not know the assignment.
        autograder.grading.gradebooks.GradebookError: it cannot be used.
    """
    with opened(db_url, assignment) as (gradebook, _):
        told = {
            student.id: ", ".join(filter(None, (student.last_name, student.first_name)))
            for student in gradebook.students
        }
    return {student: name for student, name in told.items() if name}


def _find(gradebook: Gradebook, assignment: str) -> Assignment:
    try:
        return gradebook.find_assignment(assignment)
    except MissingEntry:
        names = ", ".join(sorted(a.name for a in gradebook.assignments)) or "none"
        raise ResultsError(
            f"The gradebook has no assignment {assignment!r}; it has: {names}. "
            "Release it into the gradebook first: `make assignments`, or "
            f"`nbgrader generate_assignment {assignment} --force`."
        ) from None


@dataclass(frozen=True)
class _Now:
    """What a student has handed in by now.

    Attributes:
        basis: what results would be based on; None where nothing is there, or nobody looked.
        handed_in: whether there is a notebook, as far as is known.
        about: what there is instead.
    """

    basis: Basis | None = None
    handed_in: bool = True
    about: str = ""

    @classmethod
    def of(cls, student: str, bases: Bases | None) -> "_Now":
        if bases is None:
            return cls()
        if student in bases.unnamed:
            return cls(about=states.NO_NAME)
        if bases.handed_in(student):
            return cls(bases.of(student))
        about = "a folder without a notebook" if student in bases.students else ""
        return cls(None, False, about)

    def changes(self, before: Basis | None) -> str:
        """Returns what is different from what a result is based on; empty where nothing is."""
        if self.basis is None or before == self.basis:
            return ""
        if before is None:
            return "it is not known what it was graded from"
        return f"changed since it was graded: {', '.join(before.changes(self.basis))}"


@dataclass(frozen=True)
class _Graded:
    """What an autograded notebook says.

    Attributes:
        verdicts: by grade id, each with why it cannot be used.
        basis: what it is based on, if it says so.
        problem: why it says nothing.
        flags: what a person should look at.
        seconds: how long it ran, if that is known.
    """

    verdicts: dict[str, tuple[Verdict | None, str]]
    basis: Basis | None = None
    problem: str = ""
    flags: tuple[Flag, ...] = ()
    seconds: float | None = None


def _of_notebook(
    student: str,
    notebook: Notebook,
    entry: SubmittedNotebook | None,
    graded: _Graded | None,
    now: _Now,
) -> Iterator[Result]:
    """Yields a student's results of one notebook of an assignment."""
    grades = {grade.name: grade for grade in entry.grades} if entry else {}
    changes = now.changes(graded.basis) if graded and not graded.problem else ""
    flagged = list(graded.flags) if graded else []
    cells = (*notebook.grade_cells, *notebook.task_cells)
    names = {cell.name for cell in cells}
    seconds = graded.seconds if graded else None
    for cell in cells:
        name, grade = cell.name, grades.get(cell.name)
        verdict, problem = None, ""
        if graded:
            verdict, problem = graded.verdicts.get(name, (None, graded.problem))
        state_of = partial(
            states.of,
            grade,
            graded=graded is not None,
            failed=bool(problem) or (verdict is not None and not verdict.graded),
            handed_in=now.handed_in,
        )
        state = state_of(changed=bool(changes))
        about = changes if state is State.STALE else ""
        if state in (State.MISSING, State.SUBMITTED):
            about = now.about
        if state in (State.BY_HAND, State.AGAIN):
            about = _comment(entry, name)
        scored = state.is_scored
        if state is State.STALE:  # a score that nobody had given before is none now
            before = state_of(changed=False)
            scored = before.is_scored and before is not State.FAILED
        score = grade.score if grade and scored else None
        # What concerns no exercise is told with the first one.
        own = [flag for flag in flagged if flag.exercise == name or flag.exercise not in names]
        flagged = [flag for flag in flagged if flag not in own]
        says = tuple(flag.says for flag in own)
        yield Result(
            student, name, score, cell.max_score, verdict, problem, state, about, says, seconds
        )
        seconds = None


def _comment(entry: SubmittedNotebook, exercise: str) -> str:
    """Returns what a person wrote about an exercise."""
    about = [c for c in entry.comments if c.name.removesuffix("_solution") == exercise]
    return " ".join(comment.manual_comment or "" for comment in about).strip()


def _read(path: Path) -> _Graded | None:
    """Reads an autograded notebook; returns None where there is none."""
    found = {}
    try:
        if not path.is_file():
            return None
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            metadata = cell.metadata.get("nbgrader", {})
            if metadata.get("grade"):
                found[metadata["grade_id"]] = _verdict(cell)
    except PermissionError as error:
        raise ResultsError(f"{path} cannot be read with your rights.") from error
    except Exception as error:  # somebody has edited it since: anything may be wrong
        what = f"the autograded notebook cannot be read ({type(error).__name__})"
        return _Graded({}, problem=f"not graded: {what}; {_AGAIN}")
    about = states.kept(notebook)
    return _Graded(found, about, flags=flags.kept(notebook), seconds=_seconds(notebook))


def _seconds(notebook: NotebookNode) -> float | None:
    found = notebook.metadata.get(METADATA, {}).get(SECONDS)
    is_usable = isinstance(found, int | float) and 0 <= found < _MOST_SECONDS
    return float(found) if is_usable else None


def _verdict(cell: NotebookNode) -> tuple[Verdict | None, str]:
    try:
        return stored(cell), ""
    except VerdictError as error:
        what = f"the verdict in the autograded notebook cannot be used: {error}"
        return None, f"not graded: {what}; {_AGAIN}"
