"""What several commands share: arguments, and nbgrader's configuration."""

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.apps import NbGrader

Commands = argparse._SubParsersAction  # what `add_subparsers` returns

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


def nbgrader() -> "NbGrader":
    """Returns nbgrader's own application, which reads nbgrader_config.py.

    Where that file cannot be used, the command says why, and ends.
    """
    from nbgrader.apps import NbGrader

    application = NbGrader(raise_config_file_errors=True)  # else it goes on without
    try:
        application.initialize([])
    except Exception as error:  # of many kinds
        what = f"nbgrader_config.py cannot be used: {type(error).__name__}: {error}"
        print(f"rps-grader: error: {what}", file=sys.stderr)
        sys.exit(2)
    return application
