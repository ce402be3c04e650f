"""Reads the results of grading: scores from the gradebook, verdicts from autograded notebooks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from autograder.core.verdict import UNCHECKED, Verdict, VerdictError
from autograder.grading.cells import stored


@dataclass(frozen=True)
class Result:
    """What one student earned in one exercise.

    Attributes:
        student: the student's id.
        exercise: the grade id.
        score: points; None while a written answer waits for a person.
        points: points that could be earned.
        verdict: the verdict; None for a written answer, and where nbgrader graded by itself.
        problem: why the verdict cannot be read; empty when it can, and when there is none.
    """

    student: str
    exercise: str
    score: float | None
    points: float
    verdict: Verdict | None = None
    problem: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why points were lost: mistakes, the costliest first, then what they kept unchecked."""
        if self.problem:
            return (self.problem,)
        found = self.verdict.reasons if self.verdict else ()
        mistakes_first = sorted(found, key=lambda r: (r.mistake == UNCHECKED, -r.lost))
        return tuple(reason.says for reason in mistakes_first)

    @property
    def error(self) -> bool:
        """Whether the exercise could not be graded: a score of 0 then says nothing."""
        return bool(self.problem) or (self.verdict is not None and not self.verdict.graded)

    @property
    def unsafe(self) -> bool:
        """Whether the student's code ran without isolation."""
        return self.verdict is not None and not self.verdict.isolated


class ResultsError(ValueError):
    """The gradebook has no such assignment, or cannot be read."""


def collect(db_url: str, autograded: Path, assignment: str) -> list[Result]:
    """Returns the results of all students who handed in an assignment, students in order.

    Args:
        db_url: the gradebook's address, as nbgrader's `db_url`.
        autograded: the course's folder of autograded submissions.
        assignment: the assignment's name.

    Raises:
        ResultsError: there is no gradebook, or it does not know the assignment.
    """
    file = Path(db_url.removeprefix("sqlite:///"))
    if db_url.startswith("sqlite:///") and not file.is_file():  # nbgrader would make an empty one
        raise ResultsError(
            f"There is no gradebook {file}. Run this in the course's root folder, where "
            "nbgrader_config.py is, after the assignment was released (`make assignments`) and "
            "graded."
        )
    results = []
    with Gradebook(db_url) as gradebook:
        try:
            known = gradebook.find_assignment(assignment)
        except MissingEntry:
            names = ", ".join(a.name for a in gradebook.assignments) or "none"
            raise ResultsError(
                f"The gradebook has no assignment {assignment!r}; it has: {names}. "
                "Release it into the gradebook first: `make assignments`, or "
                f"`nbgrader generate_assignment {assignment} --force`."
            ) from None
        # Course order: the order of the notebook's cells, not that of the database.
        for submission in sorted(known.submissions, key=lambda s: s.student_id):
            for notebook in submission.notebooks:
                path = autograded / submission.student_id / assignment / f"{notebook.name}.ipynb"
                results += _of_notebook(submission.student_id, notebook, path)
    return results


def _of_notebook(student: str, notebook: Any, path: Path) -> Iterator[Result]:
    """Yields the results of one notebook of the gradebook; `path` is where it was autograded."""
    read, otherwise = _verdicts(path)
    grades = {grade.name: grade for grade in notebook.grades}
    order = [name for name in read if name in grades]
    order += [name for name in grades if name not in read]
    for name in order:
        grade = grades[name]
        waits = grade.needs_manual_grade and grade.manual_score is None
        score = None if waits else grade.score
        yield Result(student, name, score, grade.max_score, *read.get(name, (None, otherwise)))


def _verdicts(path: Path) -> tuple[dict[str, tuple[Verdict | None, str]], str]:
    """Returns verdicts, or why they cannot be read, by grade id; and why there are no others."""
    found: dict[str, tuple[Verdict | None, str]] = {}
    if not path.is_file():
        return found, "not graded yet"
    try:
        for cell in nbformat.read(path, as_version=4).cells:
            metadata = cell.metadata.get("nbgrader", {})
            if metadata.get("grade"):
                found[metadata["grade_id"]] = _verdict(cell)
    except Exception as error:  # somebody has edited it since: anything may be wrong
        what = f"the autograded notebook cannot be read ({type(error).__name__})"
        return {}, f"not graded: {what}; grade it again with --force"
    return found, "not graded yet"


def _verdict(cell: NotebookNode) -> tuple[Verdict | None, str]:
    try:
        return stored(cell), ""
    except VerdictError as error:
        what = f"the verdict in the autograded notebook cannot be used: {error}"
        return None, f"not graded: {what}; grade it again with --force"
