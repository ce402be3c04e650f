"""Reading what grading left: scores from the gradebook, reasons from autograded notebooks."""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from autograder.grading.judge import NOT_GRADED
from autograder.sandbox.isolation import UNSAFE

_REASON = re.compile(r"^\s*\[-([\d.]+)\] (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What one student earned in one exercise.

    Attributes:
        student: the student's id.
        exercise: the grade id.
        score: points; None while a written answer waits for a person.
        points: points that could be earned.
        reasons: why points were lost, the costliest first.
        error: whether the exercise could not be graded: a score of 0 then is no verdict.
        unsafe: whether the student's code ran without isolation.
    """

    student: str
    exercise: str
    score: float | None
    points: float
    reasons: tuple[str, ...]
    error: bool = False
    unsafe: bool = False


@dataclass(frozen=True)
class _Said:
    """What a test cell of an autograded notebook says."""

    reasons: tuple[str, ...] = ()
    error: bool = False
    unsafe: bool = False


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
                said = _said(path)
                grades = {grade.name: grade for grade in notebook.grades}
                order = [name for name in said if name in grades]
                order += [name for name in grades if name not in said]
                for name in order:
                    grade = grades[name]
                    waits = grade.needs_manual_grade and grade.manual_score is None
                    results.append(
                        Result(
                            submission.student_id,
                            name,
                            None if waits else grade.score,
                            grade.max_score,
                            **vars(said.get(name, _Said(("not graded yet",), error=True))),
                        )
                    )
    return results


def _said(path: Path) -> dict[str, _Said]:
    """Returns what test cells say, by grade id, in the order of the notebook's graded cells."""
    if not path.is_file():
        return {}
    found = {}
    for cell in nbformat.read(path, as_version=4).cells:
        metadata = cell.metadata.get("nbgrader", {})
        if not metadata.get("grade"):
            continue
        outputs = cell.get("outputs", [])
        text = "\n".join(
            "\n".join(output.traceback) if output.output_type == "error" else output.get("text", "")
            for output in outputs
        )
        losses = sorted(_REASON.findall(text), key=lambda loss: -float(loss[0]))
        found[metadata["grade_id"]] = _Said(
            tuple(says for _, says in losses),
            error=any(output.get("ename") == NOT_GRADED for output in outputs),
            unsafe=f"[note] {UNSAFE}" in text,
        )
    return found
