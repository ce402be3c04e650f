"""`rps-grader release`."""

import argparse
from pathlib import Path

from autograder.commands.shared import Commands, fails, nbgrader, takes_assignment
from autograder.core.arguments import folder


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "release",
        examples=(
            "rps-grader release ps2",
            "rps-grader release ps2 --to handouts",
        ),
        help="make the archive that students are given of an assignment",
        description="Puts the released notebook, the class's own rubric, the course's package and "
        "a README into one archive, DIR/<assignment>.zip. Nothing else that lies in the folders of "
        "the assignment goes along, unless c.Release.files in nbgrader_config.py names it. Refuses "
        "if the released notebook is not what its source gives now.",
    )
    takes_assignment(made)
    made.add_argument(
        "--to",
        type=folder,
        metavar="DIR",
        help="folder for the archive (default: dist in the course root)",
    )
    made.add_argument(
        "--wheel",
        type=Path,
        metavar="FILE",
        help="the course's package (default: built from the sources in the course root)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from nbgrader.converters import NbGraderException
    from rich.console import Console

    from autograder.classroom import handout
    from autograder.core.course import CourseError

    application = nbgrader(arguments.assignment)
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    try:
        with console.status("Making the archive"):
            made = handout.make(application, arguments.to, arguments.wheel)
    except (handout.HandoutError, CourseError, NbGraderException) as error:
        return fails(error, 2)
    except OSError as error:
        return fails(error, 1)
    print(f"Wrote {made.path}: {', '.join(made.names)}")
    if made.left_out:
        print(f"Left out, since nobody released it: {', '.join(made.left_out)}")
    return 0
