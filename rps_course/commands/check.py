"""`rps-course check`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from autograder.core.arguments import takes_timeout
from rps_course.commands.shared import Commands, InputError


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "check",
        examples=(
            "rps-course check ps2",
            'rps-course check "ps4 (1).ipynb" --timeout 7200',
        ),
        help="run a notebook and its checks before you hand it in",
        description="Runs a notebook from top to bottom in a copy of its folder, without changing "
        "any file, and prints what its checks say, which cells failed or were cut short, and the "
        "sum of points. Exit status 1 if a check does not give full points.",
    )
    made.add_argument(
        "notebook", type=Path, metavar="NAME", help="ps1 to ps4, or the path of a notebook"
    )
    takes_timeout(made, 3600)
    made.add_argument("--json", action="store_true", help="print everything as JSON")
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rps_course import rehearsal  # imports much of Jupyter
    from rps_course.submission import packing

    notebook = packing.notebook_of(str(arguments.notebook), Path())
    try:
        done = rehearsal.rehearse(notebook, arguments.timeout)
    except rehearsal.NotebookError as error:
        raise InputError(str(error)) from error
    if arguments.json:
        shown = {"full": done.is_full, "score": done.score, "points": done.points}
        shown |= {"by_person": done.by_person, "failed": done.failed, "told": done.told}
        print(json.dumps(shown | {"checks": [asdict(check) for check in done.checks]}, indent=1))
    else:
        done.tell()
    return 0 if done.is_full else 1
