"""What `nbgrader export` writes: its usual table, and the state of each submission.

A 0 can mean several things: the work was graded and earned nothing (`zero`), there is no work
(`missing`), it could not be graded in whole or in part (`error`), or it is not graded yet or from
another content than is there now (`not graded`, `stale`). What waits for a person is named. A score
that nobody has given is an empty cell, and no 0.

A penalty for handing in late is computed anew from the points of now, since nbgrader computes it
when it grades, and points that a person gives later would escape it.
"""

import logging
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.plugins import ExportPlugin, LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Bool
from traitlets.config import Configurable

from autograder.core import writing
from autograder.core.course import CourseError
from autograder.core.verdict import WITHOUT_ISOLATION
from autograder.grading import results, spreadsheets
from autograder.grading.machine import Grading
from autograder.grading.results import Result
from autograder.grading.states import Bases, State

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "status", "reason", "waiting",
    "flags",
)  # fmt: skip
EXERCISE_COLUMNS = (
    "assignment", "student_id", "last_name", "first_name", "email", "exercise", "score",
    "max_score", "state", "reason", "flags",
)  # fmt: skip
# The status of a submission is the first of these that one of its exercises has.
STATUS = {
    State.SUBMITTED: "not graded",
    State.STALE: "stale",
    State.FAILED: "error",
    State.AGAIN: "waiting",
    State.WAITING: "waiting",
    State.BY_HAND: "graded",
    State.GRADED: "graded",
    State.MISSING: "missing",
}
# All that a submission can have; "zero" is graded, and nothing earned. Counted in this order.
STATUSES = ("graded", "zero", "waiting", "error", "stale", "not graded", "missing")


def penalties(parent: Configurable) -> LateSubmissionPlugin:
    """Returns what computes the penalty for handing in late, as the class has configured it."""
    plugin = AssignLatePenalties(parent=parent).plugin_class(parent=parent)
    plugin.log = logging.getLogger(__name__)  # it says of each submission what its method is
    plugin.log.setLevel(logging.WARNING)
    return plugin


class StatusExportPlugin(ExportPlugin):
    """Exports scores as CSV: one row for each student and assignment, or for each exercise."""

    exercises = Bool(False, help="Whether to write one row for each exercise.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Writes the table to `--to`, by default `grades.csv` or `exercises.csv`."""
        target = Path(self.to or ("exercises.csv" if self.exercises else "grades.csv"))
        try:
            rows = [
                row
                for assignment in gradebook.assignments
                if not self.assignment or assignment.name in map(str, self.assignment)
                for row in self._rows(gradebook, assignment)
            ]
        except results.UNREADABLE as error:
            self.parent.fail(str(error))
        try:
            columns = EXERCISE_COLUMNS if self.exercises else COLUMNS
            cells = ([row.get(column) for column in columns] for row in rows)
            writing.text(target, spreadsheets.table([columns, *cells]))
        except OSError as error:
            self.parent.fail(f"{target} cannot be written: {error.strerror}.")
        self.log.info("Exported grades to %s", target)

    def _rows(self, gradebook: Gradebook, assignment: Assignment) -> Iterator[dict[str, Any]]:
        folders = self.parent.coursedir
        found = results.collect(
            folders.db_url,
            Path(folders.root) / folders.autograded_directory,
            assignment.name,
            Bases(folders, Grading(parent=self), assignment.name),
            set(map(str, self.student)) or None,
        )
        known = {student.id: student for student in gradebook.students}
        plugin = penalties(self)
        for student_id, group in groupby(found, key=lambda result: result.student):
            of_student = list(group)
            about = _about(assignment, student_id, known.get(student_id))
            if self.exercises:
                rows: Iterable[dict[str, Any]] = map(_of_exercise, of_student)
            else:
                rows = [_of_assignment(gradebook, assignment, student_id, of_student, plugin)]
            for row in rows:
                yield about | row


def _about(assignment: Assignment, student_id: str, student: Student | None) -> dict[str, Any]:
    return {
        "assignment": assignment.name,
        "student_id": student_id,
        "last_name": student and student.last_name,
        "first_name": student and student.first_name,
        "email": student and student.email,
    }


def _of_exercise(result: Result) -> dict[str, Any]:
    return {
        "exercise": result.exercise,
        "score": None if result.error else result.score,
        "max_score": result.points,
        "state": result.state,
        "reason": result.about or "; ".join(result.reasons),
        "flags": " ".join(result.flags),
    }


def _of_assignment(
    gradebook: Gradebook, assignment: Assignment, student_id: str, found: list[Result],
    plugin: LateSubmissionPlugin,
) -> dict[str, Any]:  # fmt: skip
    status, reason = outcome(found)
    row = {
        "duedate": _in_utc(assignment.duedate),
        "max_score": assignment.max_score,
        "status": status,
        "reason": reason,
        "waiting": ", ".join(
            f"{r.exercise} (again)" if r.state is State.AGAIN else r.exercise
            for r in found
            if r.state in (State.WAITING, State.AGAIN)
        ),
        "flags": " ".join(flag for r in found for flag in r.flags),
    }
    try:
        submission = gradebook.find_submission(assignment.name, student_id)
    except MissingEntry:
        return row
    row["timestamp"] = _in_utc(submission.timestamp)
    if not any(result.score is not None and not result.error for result in found):
        return row
    penalty = late_penalty(submission, plugin)
    return row | {
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
    }


def late_penalty(submission: SubmittedAssignment, plugin: LateSubmissionPlugin) -> float:
    """Returns the points that a submission loses for being late, of those that it has now.

    Args:
        submission: of the gradebook.
        plugin: computes the penalty of a notebook, as the class has configured it.

    Raises:
        CourseError: it fails, or gives no number.
    """
    seconds = submission.total_seconds_late
    if not seconds > 0:
        return 0.0
    found = 0.0
    for notebook in submission.notebooks:
        try:
            asked = plugin.late_submission_penalty(submission.student_id, notebook.score, seconds)
        except Exception as error:  # of the class's own code
            raise _no_penalty(submission, plugin, f"{type(error).__name__}: {error}") from error
        if not math.isfinite(asked or 0.0):
            raise _no_penalty(submission, plugin, f"it gave {asked}, expected points from 0 on")
        found += min(max(asked or 0.0, 0.0), notebook.score)  # as nbgrader bounds it
    return found


def _no_penalty(
    submission: SubmittedAssignment, plugin: LateSubmissionPlugin, why: str
) -> CourseError:
    return CourseError(
        f"The late penalty of {submission.student_id} cannot be computed by "
        f"{type(plugin).__name__}, which nbgrader_config.py names: {why}"
    )


def _in_utc(time: datetime | None) -> str:
    """Returns a time of the gradebook, which has them in UTC, with its zone."""
    return "" if time is None else time.replace(tzinfo=UTC).isoformat(" ", "seconds")


def outcome(found: list[Result]) -> tuple[str, str]:
    """Returns the status of a submission, and why if it is not simply graded.

    Args:
        found: the results of its exercises.

    Returns:
        One of the words of `STATUS`, or `"zero"` for what was graded and earned nothing; and a
        reason or a remark.
    """
    there = {result.state for result in found}
    status = next((word for state, word in STATUS.items() if state in there), "not graded")
    if status == "graded" and not any(result.score for result in found):
        status = "zero"
    reasons = [reason for r in found if r.error for reason in r.reasons[:1]]
    reasons += [r.about for r in found if r.state in (State.MISSING, State.STALE)]
    if status == "zero":
        reasons += [reason for r in found for reason in r.reasons[:1]]
    reasons += [note for r in found for note in r.notes]
    reasons += [WITHOUT_ISOLATION] if any(result.unsafe for result in found) else []
    return status, "; ".join(dict.fromkeys(filter(None, reasons)))
