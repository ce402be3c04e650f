"""Grades as Canvas and Moodle import them: their own export, with one column filled in.

Ids stay the text that they are. Of Moodle's worksheet, texts of students and graders do not go
along: what is not in the file, Moodle leaves as it is. A cell is filled in where the grade is
final; elsewhere it keeps what the platform has, so that an import neither makes a 0 of what is not
graded nor removes a grade.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.apps import NbGrader

from autograder.classroom import roster as rosters
from autograder.classroom.roster import Roster, RosterError
from autograder.core import writing
from autograder.core.arguments import counted
from autograder.grading import export, results, spreadsheets
from autograder.grading.machine import Grading
from autograder.grading.states import Bases

FINAL = ("graded", "zero")
_STUDENT_COLUMNS = (
    "student", "lastname", "firstname", "id", "sis user id", "sis login id", "integration id",
    "root account", "section",
)  # fmt: skip
_MOODLE_COLUMNS = (
    "identifier", "full name", "username", "id number", "email address", "status", "group", "grade",
    "maximum grade", "grade can be changed", "last modified (submission)", "last modified (grade)",
)  # fmt: skip
_DECIDED = {"ex": "excused in Canvas", "n/a": "not assigned in Canvas"}


class GradesError(ValueError):
    """The grades cannot be written; the message says why."""


@dataclass(frozen=True)
class Grade:
    """What there is to enter for a student.

    Attributes:
        status: as `nbgrader export` has it.
        score: the points, less the penalty for handing in late; None where there are none.
    """

    status: str
    score: float | None = None


@dataclass
class Written:
    """What was written.

    Attributes:
        entered: how many grades.
        column: where.
        left: students by the status for which nothing was entered.
        unknown: students with a grade who are not in the file.
        notes: what else a person should know.
    """

    column: str
    entered: int = 0
    left: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def grades(application: NbGrader, assignment: str) -> tuple[dict[str, Grade], float]:
    """Returns the grade of each student, and how many points there are.

    Raises:
        results.UNREADABLE: there is no such assignment, or the gradebook cannot be read.
    """
    folders = application.coursedir
    found = results.collect(
        folders.db_url,
        Path(folders.root) / folders.autograded_directory,
        assignment,
        Bases(folders, Grading(parent=application), assignment),
    )
    made = {}
    plugin = export.penalties(application)
    with results.opened(folders.db_url, assignment) as (gradebook, known):
        for student, group in groupby(found, key=lambda result: result.student):
            status, _ = export.outcome(list(group))
            try:
                submission = gradebook.find_submission(assignment, student)
            except MissingEntry:
                made[student] = Grade(status)
                continue
            penalty = export.late_penalty(submission, plugin)
            made[student] = Grade(status, max(0.0, submission.score - penalty))
        points = float(known.max_score)
    return made, points


def fill(
    roster: Roster, found: Mapping[str, Grade], assignment: str, points: float, column: str,
    *, missing_zero: bool,
) -> tuple[list[list[str]], Written]:  # fmt: skip
    """Returns the rows of the file that a platform imports.

    Args:
        roster: the platform's own export.
        found: the grades, by student id.
        assignment: the assignment's name.
        points: how many points it has.
        column: Canvas' column; empty to find it by the assignment's name.
        missing_zero: whether to enter 0 for who handed in nothing.

    Raises:
        GradesError: it is no export of Canvas or Moodle, it has no such column, or a 0 may be
            somebody's who handed in under another id.
    """
    if roster.is_canvas:
        rows, at, written = _canvas(roster, assignment, points, column)
    elif roster.is_moodle:
        rows, at, written = _moodle(roster, points, column)
    else:
        raise GradesError(
            "The file is neither Canvas' gradebook (Student, ID, ..., Section) nor Moodle's "
            "grading worksheet (Identifier, ..., Grade). Export it there, and give it as it is. "
            "For other platforms, use the table that nbgrader export writes."
        )
    there = {person.id for person in roster.people}
    written.unknown = sorted(s for s, g in found.items() if s not in there and g.score is not None)
    others = sorted(s for s, g in found.items() if s not in there and g.status != "missing")
    if missing_zero and others:
        raise GradesError(
            f"{counted(len(others), 'student')} handed in, but not in the file: "
            f"{', '.join(others[:5])}{', ...' if others[5:] else ''}. "
            "--missing-zero would enter 0 for who is in there under another id than in the "
            f"gradebook. Ids are from the column {roster.id_column!r}: name another one with "
            "--id-column, or leave --missing-zero out."
        )
    locked = roster.column("grade can be changed") if roster.is_moodle else None
    for row, source, person in zip(rows[1:], roster.rows, roster.by_row, strict=True):
        if person is None:
            continue
        grade = found.get(person.id, Grade("missing"))
        if grade.status == "missing" and missing_zero:
            grade = Grade("missing", 0.0)
        elif grade.status not in FINAL:
            grade = Grade(grade.status)
        decided = _DECIDED.get(row[at].strip().casefold(), "")
        if locked is not None and source[locked].strip().casefold() == "no":
            decided = "locked in Moodle"
        if decided:
            written.left.setdefault(decided, []).append(person.id)
        elif grade.score is None:
            written.left.setdefault(grade.status, []).append(person.id)
        else:
            row[at] = f"{grade.score:.2f}"
            written.entered += 1
    return rows, written


def _canvas(
    roster: Roster, assignment: str, points: float, column: str
) -> tuple[list[list[str]], int, Written]:
    plain = [" ".join(name.split()).casefold() for name in roster.header]
    kept = [at for at, name in enumerate(plain) if name in _STUDENT_COLUMNS]
    others = [name for at, name in enumerate(roster.header) if at not in kept]
    if column:
        named = [name for name in others if column in (name, re.sub(r" \(\d+\)$", "", name))]
    else:
        start = re.compile(rf"{re.escape(assignment)}\b.*\(\d+\)$", re.IGNORECASE)
        named = [name for name in others if start.match(name)]
    if len(named) != 1:
        several = f"Several columns of the file can be for {column or assignment!r}"
        none = f"No column of the file is for {column or assignment!r}"
        raise GradesError(
            f"{several if named else none}. Name one with --column; there are: "
            f"{', '.join(others) or 'none'}."
        )
    at = roster.header.index(named[0])
    written = Written(named[0])
    theirs = next((row[at] for row in roster.rows if "points possible" in row[0].casefold()), "")
    _compare_points(theirs, points, "Canvas", written)
    rows = [[row[n] for n in (*kept, at)] for row in (roster.header, *roster.rows)]
    return rows, len(kept), written


def _moodle(
    roster: Roster, points: float, column: str
) -> tuple[list[list[str]], int, Written]:  # fmt: skip
    if roster.column("last modified (grade)") is None:
        raise GradesError(
            'The file has no column "Last modified (grade)", without which Moodle does not import '
            "it. Download the grading worksheet again."
        )
    if column:
        raise GradesError("--column is for Canvas; in Moodle's worksheet it is always Grade.")
    at = roster.column("grade")
    assert at is not None
    written = Written(roster.header[at])
    highest = roster.column("maximum grade")
    if highest is not None and roster.rows:
        _compare_points(roster.rows[0][highest], points, "Moodle", written)
    kept = [
        n
        for n, name in enumerate(roster.header)
        if " ".join(name.split()).casefold() in _MOODLE_COLUMNS
    ]
    rows = [[row[n] for n in kept] for row in (roster.header, *roster.rows)]
    return rows, kept.index(at), written


def _compare_points(theirs: str, points: float, platform: str, written: Written) -> None:
    try:
        other = float(theirs.replace(",", "."))
    except ValueError:
        return
    if other != points:
        written.notes.append(
            f"{platform} has {other:g} points for this assignment, and the gradebook {points:g}. "
            "Points were entered as they are: make both the same before you import them."
        )


def write(rows: list[list[str]], path: Path, *, again: bool = False) -> None:
    """Writes the file, whole or not at all.

    Args:
        rows: its rows, the header first.
        path: the file.
        again: whether it takes the place of a table with the same columns that was written before.

    Raises:
        GradesError: another file is there already, or it cannot be written.
    """
    if path.exists() and not (again and _is_written(path, rows[0])):
        other = ", and is no table of these columns that was written here" if again else ""
        raise GradesError(
            f"{path} is there already{other}. Choose another name with --to, or remove it."
        )
    try:
        writing.text(path, spreadsheets.table(rows), 0o600)  # names and grades
    except OSError as error:
        raise GradesError(f"{path} cannot be written: {error.strerror}.") from error


def _is_written(path: Path, header: list[str]) -> bool:
    """Whether a file is a table as `write` leaves it.

    A platform's own file is not: Canvas' has more columns, and Moodle's a byte-order mark.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read(rosters.MAX_BYTES)
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (OSError, UnicodeError, csv.Error):
        return False
    return text.startswith(spreadsheets.table([header])) and spreadsheets.table(rows) == text


def make(
    application: NbGrader, assignment: str, source: Path, to: Path | None,
    *, id_column: str = "", column: str = "", missing_zero: bool = False,
) -> tuple[Path, Written]:  # fmt: skip
    """Writes the grades of an assignment as a platform imports them; returns the file.

    Args:
        application: nbgrader's, with the configuration.
        assignment: the assignment's name.
        source: the platform's own export.
        to: the file, which must not be there; None for a name made of the assignment's and the
            platform's, where an earlier table is replaced.
        id_column: the column with the student ids.
        column: Canvas' column for the assignment.
        missing_zero: whether to enter 0 for who handed in nothing.

    Raises:
        GradesError, RosterError, results.UNREADABLE: it cannot be done; nothing was written.
    """
    found, points = grades(application, assignment)
    roster = rosters.read(source, id_column, found)
    rows, written = fill(roster, found, assignment, points, column, missing_zero=missing_zero)
    written.notes[:0] = roster.about_ids(source)
    platform = "canvas" if roster.is_canvas else "moodle"
    path = to or Path(f"{assignment}-{platform}-grades.csv")
    write(rows, path, again=to is None and not (path.exists() and path.samefile(source)))
    return path, written


def report(path: Path, written: Written) -> list[str]:
    """Returns the lines that say what was written."""
    counts = Counter({status: len(students) for status, students in written.left.items()})
    left = ", ".join(f"{count} {status}" for status, count in counts.items())
    lines = [f"Wrote {path}: {counted(written.entered, 'grade')} in {written.column!r}."]
    lines += [f"Left as the platform has them: {left}."] if left else []
    if written.unknown:
        lines.append(f"Graded, but not in the file: {', '.join(written.unknown)}")
    return [*lines, *written.notes]


UNREADABLE = (GradesError, RosterError, *results.UNREADABLE)
