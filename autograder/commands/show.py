"""`rps-grader show`."""

import argparse
import sys
from pathlib import Path

from autograder.commands.shared import Commands, nbgrader, takes_assignment


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "show",
        help="show an assignment's scores and the reasons for lost points",
        description="Reads the gradebook and the autograded notebooks of the course in this "
        "folder.",
    )
    takes_assignment(made)
    made.add_argument(
        "--check",
        action="store_true",
        help="exit with status 1 where something is left to do: not graded, changed since it was "
        "graded, could not be graded, or waiting for a person",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.grading import results, tables
    from autograder.grading.machine import Grading
    from autograder.grading.states import Bases

    application = nbgrader()
    folders = application.coursedir
    try:
        found = results.collect(
            folders.db_url,
            Path(folders.root) / folders.autograded_directory,
            arguments.assignment,
            Bases(folders, Grading(parent=application), arguments.assignment),
        )
        names = results.names(folders.db_url, arguments.assignment)
    except results.UNREADABLE as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 2
    console = Console(emoji=False)
    if not found:
        console.print(f"Nobody has handed in {arguments.assignment}.")
        return 0
    console.print(tables.scores(arguments.assignment, found, names))
    tables.print_reasons(found, console)
    return 1 if arguments.check and any(result.needs_attention for result in found) else 0
