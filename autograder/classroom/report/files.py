"""Collects what a class report is made of, and writes its files: page, table and JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader

from autograder.classroom.report import numbers, page
from autograder.classroom.report.model import About, Report, Student
from autograder.core import writing
from autograder.grading import export, gradebooks, results, similar, spreadsheets
from autograder.grading.machine import Grading
from autograder.grading.states import Bases
from autograder.sandbox.isolation import Isolation, IsolationError

COLUMNS = ("assignment", "student", "name", "status", "score", "points", "late_seconds", "penalty")


def collect(application: NbGrader, assignment: str) -> Report:
    """Computes the report of an assignment.

    Args:
        application: nbgrader's, with the class's configuration.
        assignment: its name.

    Raises:
        One of `autograder.grading.results.UNREADABLE`.
    """
    folders, grading = application.coursedir, Grading(parent=application)
    found = results.collect(
        folders.db_url,
        Path(folders.root) / folders.autograded_directory,
        assignment,
        Bases(folders, grading, assignment),
    )
    isolation, pairs, not_compared = Isolation(parent=application), [], ""
    try:
        isolation.require()
        compared = similar.compare(folders, grading.load(), assignment, isolation)
        pairs, not_compared = compared.pairs, compared.not_compared
    except IsolationError as error:
        not_compared = str(error)
    return numbers.report(assignment, found, _about(application, assignment), pairs, not_compared)


def assignments(application: NbGrader) -> list[str]:
    """Returns the names of all assignments that the gradebook knows.

    Raises:
        autograder.grading.results.ResultsError, autograder.grading.gradebooks.GradebookError: there
            is no gradebook, or it has none, or cannot be used.
    """
    url = application.coursedir.db_url
    if gradebooks.is_missing(url):
        with results.opened(url, ""):  # which says what to do
            pass
    with gradebooks.used(url), Gradebook(url) as gradebook:
        names = sorted(assignment.name for assignment in gradebook.assignments)
    if not names:
        raise results.ResultsError(
            "The gradebook has no assignment yet: `nbgrader generate_assignment NAME` adds one."
        )
    return names


def _about(application: NbGrader, assignment: str) -> dict[str, About]:
    db_url, plugin = application.coursedir.db_url, export.penalties(application)
    names = results.names(db_url, assignment)
    with results.opened(db_url, assignment) as (gradebook, known):
        late = {
            submission.student_id: (
                submission.total_seconds_late,
                export.late_penalty(submission, plugin),
            )
            for submission in known.submissions
        }
        return {
            student.id: About(names.get(student.id, ""), *late.get(student.id, (0.0, 0.0)))
            for student in gradebook.students
        }


def write(reports: Sequence[Report], folder: Path, name: str, made: datetime) -> list[Path]:
    """Writes page, table and JSON into a folder; each is there whole or as it was before.

    Args:
        reports: of the assignments.
        folder: made if it is not there.
        name: of the files, without their endings.
        made: when, with a time zone.

    Raises:
        OSError: a file cannot be written.
    """
    contents = {
        "html": page.render(reports, made),
        "csv": _table(reports),
        "json": json.dumps(_data(reports, made), indent=1),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.{ending}" for ending in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        writing.text(path, content)
    return paths


def _data(reports: Sequence[Report], made: datetime) -> dict:
    return {
        "made": made.isoformat(timespec="seconds"),
        "assignments": [asdict(report) | {"statuses": report.statuses} for report in reports],
    }


def _table(reports: Sequence[Report]) -> str:
    exercises = list(dict.fromkeys(name for report in reports for name in report.exercises))
    figures = list(
        dict.fromkeys(n for report in reports for s in report.students for n in s.figures)
    )
    header = [*COLUMNS, *exercises, *figures, "waiting", "seconds", "reason", "flags"]
    rows = (
        _row(report, student, exercises, figures)
        for report in reports
        for student in report.students
    )
    return spreadsheets.table([header, *rows])


def _row(
    report: Report, student: Student, exercises: list[str], figures: list[str]
) -> list[object]:
    return [
        report.assignment,
        student.id,
        student.name,
        student.status,
        student.score,
        report.points,
        student.late,
        student.penalty,
        *(student.scores.get(name) for name in exercises),
        *(student.figures[name].says if name in student.figures else "" for name in figures),
        ", ".join(student.waiting),
        student.seconds,
        student.reason,
        " ".join(student.flags),
    ]
