"""`rps-course pack`."""

import argparse
from pathlib import Path

from autograder.core.arguments import takes_timeout
from rps_course.commands.shared import Commands, InputError


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "pack",
        examples=("rps-course pack ps4", "rps-course pack ps2.ipynb --also helpers.py"),
        help="pack what you hand in for a problem set into one archive",
        description="Runs the checks of a problem set as `rps-course check` does, and packs its "
        "notebook, and for ps4 the weights and their record, into a zip file whose name has the "
        "time. It says what is missing. Exit status 1 if something is missing or a check does not "
        "give full points; the archive is written all the same.",
    )
    made.add_argument("assignment", metavar="NAME", help="ps1 to ps4, or the path of a notebook")
    made.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="another file that goes along, such as a module of your own; may be given several "
        "times",
    )
    made.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="name of the archive, or a folder for it (default: beside the notebook)",
    )
    made.add_argument("--no-check", action="store_true", help="do not run the checks first")
    takes_timeout(made, 3600)
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rps_course import rehearsal  # imports much of Jupyter
    from rps_course.submission import packing

    try:
        ready = packing.pack(
            arguments.assignment,
            arguments.out,
            arguments.also,
            arguments.timeout,
            check=not arguments.no_check,
        )
    except rehearsal.NotebookError as error:
        raise InputError(str(error)) from error
    return 0 if ready else 1
