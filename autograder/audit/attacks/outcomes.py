"""What became of submissions: results, the exported table, and what can be seen in files."""

import contextlib
import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.audit.attacks import pages
from autograder.audit.attacks.course import HONEST, HONEST_STUDENTS, AttackedCourse
from autograder.grading import challenges, placing, results


@dataclass
class Outcome:
    """What became of one submission.

    Attributes:
        name: the attack's or defect's name, or that of an honest student.
        assignment: the assignment.
        scores: points by exercise.
        reasons: why points were lost, by exercise.
        status: as the exported table has it.
        reason: all reasons, and what the table says.
        notes: what results say besides.
        read: secrets found in what grading left.
        active: what a browser would run or load for its feedback, and not for an honest one's.
        unseen: characters in its feedback that nobody sees.
    """

    name: str
    assignment: str
    scores: dict[str, float | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    status: str = "missing"
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    active: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def read(course: AttackedCourse, assignments: Iterable[str]) -> dict[tuple[str, str], Outcome]:
    """Returns what became of every submission, by student and assignment."""
    outcomes = {}
    for path in sorted((course.root / "submitted").glob("*/*")):
        key = path.parent.name, path.name
        outcomes[key] = Outcome(*key)
    url = f"sqlite:///{course.root}/gradebook.db"
    for name in assignments:
        try:
            found = results.collect(url, course.root / "autograded", name)
        except (results.ResultsError, ValueError, OSError):
            continue  # unmodified nbgrader may have lost its gradebook, or written no notebook
        for result in found:
            outcome = outcomes[result.student, name]
            outcome.scores[result.exercise] = result.score
            outcome.reasons[result.exercise] = " ".join(result.reasons)
            outcome.notes += result.notes
            outcome.reason = " ".join([outcome.reason, *result.reasons]).strip()
    with contextlib.suppress(OSError), (course.root / "grades.csv").open() as file:
        for row in csv.DictReader(file):
            outcome = outcomes.get((row["student_id"], row["assignment"]))
            if outcome and "status" in row:
                outcome.status = row["status"]
                outcome.reason = f"{outcome.reason} {row['reason']}".strip()
    for outcome in outcomes.values():
        _look_at_what_is_left(course, outcome)
    return outcomes


def _look_at_what_is_left(course: AttackedCourse, outcome: Outcome) -> None:
    secrets = course.canaries.secrets | _challenge_key(course, outcome)
    page = f"feedback/{{}}/{outcome.assignment}/{outcome.assignment}.html"
    honest = _text(course.root / page.format(HONEST))
    for kind in ("autograded", "feedback"):
        folder = course.root / kind / outcome.name / outcome.assignment
        for path in folder.rglob("*"):
            if path.is_symlink() or not path.is_file():
                continue
            text = _text(path)
            for what, secret in secrets.items():
                own = outcome.name in HONEST_STUDENTS and what == "another submission"
                if secret in text and not own and what not in outcome.read:
                    outcome.read.append(what)
            if path.suffix == ".html":
                outcome.active += pages.active(text, honest)
                outcome.unseen += pages.unseen(text)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _challenge_key(course: AttackedCourse, outcome: Outcome) -> dict[str, str]:
    """Returns what the challenges of a graded submission come from."""
    folder = course.root / "autograded" / outcome.name / outcome.assignment
    basis = placing.basis_of(folder, outcome.assignment)
    if basis is None:
        return {}
    key = challenges.for_attempt(
        bytes.fromhex(course.canaries.secrets["challenge key"]),
        student=outcome.name,
        assignment=outcome.assignment,
        attempt=basis.attempt,
    )
    return {"key of its challenges": key.hex()}
