"""`rps-grader export`."""

import argparse
from pathlib import Path

from autograder.commands.shared import Commands, fails, nbgrader, takes_assignment, takes_id_column


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "export",
        examples=("rps-grader export ps3 --roster grades-export.csv",),
        help="write the grades of an assignment as Canvas or Moodle import them",
        description="Fills the grades into the file that the platform itself has exported, and "
        "writes it anew: Canvas' gradebook, or Moodle's grading worksheet. Only final grades are "
        "entered; where something is not graded, waits for a person or could not be graded, the "
        "cell keeps what the platform has. Exit status 1 if there are such cells, or if somebody "
        "with a grade is not in the file; not for who handed in nothing. An earlier table under "
        "the default name is replaced, and no other file. For a table with status and reason, use "
        "nbgrader export.",
    )
    takes_assignment(made)
    made.add_argument(
        "--roster", type=Path, required=True, metavar="EXPORT.csv", help="the platform's own export"
    )
    takes_id_column(made)
    made.add_argument(
        "--column",
        default="",
        metavar="NAME",
        help="Canvas' column for the assignment (default: the one that begins with its name)",
    )
    made.add_argument(
        "--missing-zero", action="store_true", help="enter 0 for who handed in nothing"
    )
    made.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="where to write (default: ASSIGNMENT-canvas-grades.csv or -moodle-grades.csv)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from autograder.classroom import platform_grades

    try:
        path, written = platform_grades.make(
            nbgrader(),
            arguments.assignment,
            arguments.roster,
            arguments.to,
            id_column=arguments.id_column,
            column=arguments.column,
            missing_zero=arguments.missing_zero,
        )
    except platform_grades.UNREADABLE as error:
        return fails(error, 2)
    print("\n".join(platform_grades.report(path, written)))
    return 1 if written.left.keys() - {"missing"} or written.unknown else 0
