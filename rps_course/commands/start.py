"""`rps-course start`."""

import argparse
import shlex
from pathlib import Path

from autograder.core.arguments import folder
from rps_course.commands.shared import Commands
from rps_course.machine import problem_sets


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "start",
        examples=(
            "rps-course start",
            "rps-course start ~/vision",
        ),
        help="copy the problem sets into a folder to work in",
        description="Copies the notebooks of all problem sets, and the class's own rubric if there "
        "is one, into a folder. What is there already is kept: your work is never overwritten.",
    )
    made.add_argument(
        "folder",
        type=folder,
        nargs="?",
        default=Path("problem-sets"),
        metavar="DIR",
        help="where to; made if it is not there (default: problem-sets)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    folder = arguments.folder
    copied, kept = problem_sets.copy(folder)
    for name in copied:
        print(f"Wrote {folder / name}")
    for name in kept:
        print(f"Kept  {folder / name}, which was there")
    print(f"Next: cd {shlex.quote(str(folder))}, then jupyter lab ps1.ipynb")
    return 0
