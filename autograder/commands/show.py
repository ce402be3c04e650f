"""`rps-grader show`."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from autograder.commands.shared import Commands, fails, nbgrader, takes_assignment

if TYPE_CHECKING:
    from autograder.grading.results import Result

# What of a result is printed as JSON.
_FIELDS = ("student", "exercise", "score", "points", "about", "reasons", "notes", "flags")


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "show",
        examples=(
            "rps-grader show ps2",
            "rps-grader show ps2 --json",
        ),
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
    made.add_argument("--json", action="store_true", help="print everything as JSON")
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.grading import results, tables
    from autograder.grading.machine import Grading

    application = nbgrader()
    folders = application.coursedir
    try:
        found = results.current(folders, Grading(parent=application), arguments.assignment)
        names = results.names(folders.db_url, arguments.assignment)
    except results.UNREADABLE as error:
        return fails(error, 2)
    console = Console(emoji=False)
    if arguments.json:
        print(json.dumps([_told(result) for result in found], indent=1))
    elif not found:
        console.print(f"Nobody has handed in {arguments.assignment}.")
    else:
        tables.print_scores(arguments.assignment, found, console, names)
        tables.print_reasons(found, console)
    return 1 if arguments.check and any(result.needs_attention for result in found) else 0


def _told(result: "Result") -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(result, name) for name in _FIELDS}
    told["state"] = str(result.state)
    return told
