"""What several commands share: arguments, and nbgrader's configuration."""

import argparse
from functools import partial
from typing import TYPE_CHECKING

from autograder.core import arguments

if TYPE_CHECKING:
    from nbgrader.apps import NbGrader

Commands = argparse._SubParsersAction  # what `add_subparsers` returns
fails = partial(arguments.fails, "rps-grader")

_DIGITS = 7  # of a number: seconds of some months


def takes_assignment(command: argparse.ArgumentParser) -> None:
    """Adds the argument that names an assignment."""
    command.add_argument("assignment", help="name of the assignment, such as ps2")


def takes_students(command: argparse.ArgumentParser, what: str) -> None:
    """Adds the option that names students; `what` says what is done with them only."""
    command.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="NAME",
        help=f"{what}; may be given several times",
    )


def positive(text: str) -> int:
    """Returns a whole number above 0 that somebody typed."""
    if not text.isdecimal() or len(text) > _DIGITS or int(text) < 1:
        most = 10**_DIGITS - 1
        raise argparse.ArgumentTypeError(f"{text[:20]!r}: expected a whole number, 1 to {most:,}")
    return int(text)


def nbgrader(assignment: str = "") -> "NbGrader":
    """Returns nbgrader's own application, which reads nbgrader_config.py.

    Args:
        assignment: what its `coursedir` then has as `assignment_id`.
    """
    from nbgrader.apps import NbGrader

    application = NbGrader()
    application.initialize([])
    if assignment:
        application.coursedir.assignment_id = assignment
    return application
