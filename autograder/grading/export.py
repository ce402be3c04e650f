"""What `nbgrader export` writes: its usual table, and how each submission's grading ended.

A 0 can mean three things: the work was graded and earned nothing (`zero`), there is no work
(`missing`), or it could not be graded in whole or in part (`error`), with the reason.
"""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.core.verdict import WITHOUT_ISOLATION
from autograder.grading import results

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "status", "reason",
)  # fmt: skip


class StatusExportPlugin(ExportPlugin):
    """Exports scores as CSV, with the columns `status` and `reason`."""

    def export(self, gradebook: Gradebook) -> None:
        """Writes the table to `--to`, by default `grades.csv`."""
        target = Path(self.to or "grades.csv")
        with tempfile.NamedTemporaryFile(
            "w", newline="", encoding="utf-8", dir=target.parent, suffix=".part", delete=False
        ) as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                if not self.assignment or assignment.name in map(str, self.assignment):
                    writer.writerows(self._rows(gradebook, assignment))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
        self.log.info("Exported grades to %s", target)

    def _rows(self, gradebook: Gradebook, assignment: Assignment) -> Iterator[dict]:
        folders = self.parent.coursedir
        root = Path(folders.root)
        graded: dict[str, list[results.Result]] = {}
        for result in results.collect(
            folders.db_url, root / folders.autograded_directory, assignment.name
        ):
            graded.setdefault(result.student, []).append(result)
        known = {student.id: student for student in gradebook.students}
        handed_in = {
            path.parent.name
            for path in (root / folders.submitted_directory).glob(f"*/{assignment.name}")
        }
        for student_id in sorted(known.keys() | handed_in):
            if self.student and student_id not in map(str, self.student):
                continue
            student = known.get(student_id)
            row = {
                "assignment": assignment.name,
                "duedate": assignment.duedate,
                "student_id": student_id,
                "last_name": student and student.last_name,
                "first_name": student and student.first_name,
                "email": student and student.email,
                "max_score": assignment.max_score,
            }
            try:
                submission = gradebook.find_submission(assignment.name, student_id)
            except MissingEntry:
                reason = "a folder without a notebook" if student_id in handed_in else ""
                row |= {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
                row |= {"status": "missing", "reason": reason}
            else:
                penalty = submission.late_submission_penalty
                status, reason = outcome(graded.get(student_id, []))
                row |= {
                    "timestamp": submission.timestamp,
                    "raw_score": submission.score,
                    "late_submission_penalty": penalty,
                    "score": max(0.0, submission.score - penalty),
                    "status": status,
                    "reason": reason,
                }
            yield {name: _cell(value) for name, value in row.items()}


def outcome(found: list[results.Result]) -> tuple[str, str]:
    """Returns how the grading of a submission ended, and why if it is not simply graded.

    Args:
        found: the results of its exercises.

    Returns:
        `"graded"`, `"zero"` or `"error"`, and a reason or a remark.
    """
    errors = dict.fromkeys(reason for r in found if r.error for reason in r.reasons[:1])
    remarks = list(dict.fromkeys(note for result in found for note in result.notes))
    remarks += [WITHOUT_ISOLATION] if any(result.unsafe for result in found) else []
    if errors or not found:
        return "error", "; ".join([*errors, *remarks]) or "not graded yet"
    return ("graded" if any(result.score for result in found) else "zero"), "; ".join(remarks)


def _cell(value: object) -> str:
    """Returns a value as text that a spreadsheet does not take for a formula."""
    text = "" if value is None else " ".join(str(value).split())
    return f"'{text}" if text[:1] in ("=", "+", "@", "-") else text
