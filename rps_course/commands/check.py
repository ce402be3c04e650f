"""`rps-course check`."""

import argparse
from pathlib import Path

from rps_course.commands.shared import Commands, InputError, at_least


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "check",
        help="run a notebook and its checks before you hand it in",
        description="Runs a notebook from top to bottom in a copy of its folder, without changing "
        "any file, and prints what its checks say and which cells failed or were cut short. Exit "
        "status 1 if a check does not give full points.",
    )
    made.add_argument(
        "notebook", type=Path, metavar="NOTEBOOK", help="a notebook, such as ps2.ipynb"
    )
    made.add_argument(
        "--timeout",
        type=at_least(1),
        default=3600,
        metavar="SECONDS",
        help="how long a cell may take (default: 3600)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rps_course import rehearsal  # imports much of Jupyter

    try:
        return 0 if rehearsal.rehearse(arguments.notebook, arguments.timeout) else 1
    except rehearsal.NotebookError as error:
        raise InputError(str(error)) from error
