"""`rps-grader report`."""

import argparse
from pathlib import Path

from autograder.commands.shared import Commands, fails, nbgrader
from autograder.core.arguments import folder


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "report",
        examples=("rps-grader report ps3", "rps-grader report --all --to DIR"),
        help="write a report of the class: a page, a table and JSON",
        description="Writes what a class earned in an assignment as one page for the browser, "
        "which needs no network: distribution of the scores, what is left to do, exercises and "
        "criteria with their discrimination, the most frequent mistakes, what was measured of "
        "files, groups of nearly equal work, the slowest notebooks, and a table of students that "
        "can be sorted and filtered. Beside it, that table as CSV, and all as JSON. It reads the "
        "gradebook and the autograded notebooks, and changes neither.",
    )
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("assignment", nargs="?", help="name of the assignment, such as ps2")
    what.add_argument("--all", action="store_true", help="all assignments of the gradebook")
    made.add_argument(
        "--to",
        type=folder,
        default=Path("reports"),
        metavar="DIR",
        help="folder for the files, which are replaced if they are there (default: reports)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from datetime import datetime

    from rich.console import Console

    from autograder.classroom.report import files
    from autograder.grading import results

    application = nbgrader()
    try:
        names = files.assignments(application) if arguments.all else [arguments.assignment]
        with Console(stderr=True).status("Reading results") as status:
            reports = []
            for name in names:
                status.update(f"Reading the results of {name}")
                reports.append(files.collect(application, name))
            stem = "all" if arguments.all else arguments.assignment
            written = files.write(reports, arguments.to, stem, datetime.now().astimezone())
    except results.UNREADABLE as error:
        return fails(error, 2)
    except OSError as error:
        named = error.filename or arguments.to
        return fails(f"{named} cannot be written: {error.strerror}.", 1)
    for path in written:
        print(path)
    return 0
