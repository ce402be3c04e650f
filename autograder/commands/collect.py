"""`rps-grader collect`."""

import argparse
import re
from datetime import tzinfo
from pathlib import Path

from autograder.commands.shared import Commands, fails, nbgrader, takes_assignment, takes_id_column


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "collect",
        examples=(
            "rps-grader collect submissions.zip ps2",
            "rps-grader collect submissions.zip ps2 --roster grades-export.csv --dry-run",
        ),
        help="take what a learning platform exports into submitted/",
        description="Takes the submissions of a class from an archive of Canvas, Moodle or "
        "Gradescope, or from folders or archives named by students, into submitted/. The newest "
        "attempt counts, but none without a notebook replaces one that has one; the others are "
        "kept in downloaded/ASSIGNMENT/earlier/. Exit status 1 "
        "if somebody could not be matched, or something was not taken.",
    )
    made.add_argument(
        "source",
        type=Path,
        metavar="DIR_OR_ZIP",
        help="the archive as it was downloaded, or a folder with several, or with what was in one",
    )
    takes_assignment(made)
    made.add_argument(
        "--roster",
        type=Path,
        metavar="ROSTER.csv",
        help="the students: Canvas' gradebook, Moodle's grading worksheet, or a file with "
        "student_id, first_name, last_name, email, group. Who is not on it is not taken, and named "
        "(default: the students of the gradebook, and others under the name in the archive)",
    )
    takes_id_column(made)
    made.add_argument(
        "--timezone",
        type=_zone,
        default="UTC",
        metavar="ZONE",
        help="zone of times that are written without one, as in Moodle's grading worksheet, such "
        "as Europe/Berlin (default: UTC)",
    )
    made.add_argument(
        "--late-time",
        metavar="TIME",
        help="when to say that a submission was handed in that Canvas calls late, without saying "
        'when, such as "2026-05-03 12:00"',
    )
    made.add_argument(
        "--force",
        action="store_true",
        help="replace what differs in submitted/ also where that is newer, or nobody can know; it "
        "is kept in downloaded/",
    )
    made.add_argument("--dry-run", action="store_true", help="show what it would do")
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from autograder.classroom.collecting import command, matching, report

    late = None
    if arguments.late_time is not None:
        late = matching.parsed(arguments.late_time, arguments.timezone)
        if late is None:
            return fails(f'{arguments.late_time!r} is no time, such as "2026-05-03 12:00".', 2)
    options = command.Options(
        arguments.roster,
        arguments.id_column,
        arguments.timezone,
        late,
        force=arguments.force,
        dry_run=arguments.dry_run,
    )
    try:
        found = command.collect(nbgrader(), arguments.source, arguments.assignment, options)
    except (*command.UNREADABLE, OSError) as error:
        return fails(error, 2)
    print("\n".join(report.report(found, arguments.assignment, options)))
    return 1 if report.failed(found) else 0


def _zone(text: str) -> tzinfo:
    from dateutil import tz  # brings its own zones where the system has none

    zone = tz.gettz(text) if re.fullmatch(r"UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+)+", text) else None
    if zone is None:
        raise argparse.ArgumentTypeError(
            f"{text[:60]!r}: expected the name of a time zone, such as Europe/Berlin"
        )
    return zone
