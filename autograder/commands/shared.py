"""What several commands share: arguments, and nbgrader's configuration."""

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING

from autograder.core import arguments

if TYPE_CHECKING:
    from nbgrader.apps import NbGrader

Commands = argparse._SubParsersAction  # what `add_subparsers` returns
fails = partial(arguments.fails, "rps-grader")


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


def takes_id_column(command: argparse.ArgumentParser) -> None:
    """Adds the option that names a roster's column of student ids."""
    command.add_argument(
        "--id-column",
        default="",
        metavar="COLUMN",
        help="the roster's column with the student ids (default: of student_id, Username, SIS "
        "Login ID, Email and the like, the one with most of the gradebook's students)",
    )


def nbgrader(assignment: str = "") -> "NbGrader":
    """Returns nbgrader's own application, which reads nbgrader_config.py.

    Where that file cannot be used, the command says why, and ends.

    Args:
        assignment: what its `coursedir` then has as `assignment_id`.
    """
    from nbgrader.apps import NbGrader

    application = NbGrader(raise_config_file_errors=True)  # else it goes on without
    try:
        application.initialize([])
    except Exception as error:  # of many kinds
        sys.exit(fails(f"nbgrader_config.py cannot be used: {type(error).__name__}: {error}", 2))
    if assignment:
        application.coursedir.assignment_id = assignment
    return application
