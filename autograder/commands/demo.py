"""`rps-grader demo`."""

import argparse
from pathlib import Path

from autograder.commands.shared import Commands, fails
from autograder.core.arguments import folder


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "demo",
        examples=(
            "rps-grader demo",
            "rps-grader demo --course /tmp/demo-class",
        ),
        help="grade a sample class with the stock nbgrader autograde",
        description="Makes a class of nine sample submissions from the solutions, grades it with "
        "the stock `nbgrader autograde` on the offline profile, prints a table, and fails if a "
        "score differs from what is expected.",
    )
    made.add_argument(
        "--course",
        type=folder,
        default=Path("demo-class"),
        metavar="DIR",
        help="where to make the demo course; replaced if it is there (default: demo-class)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.core.course import CourseError
    from autograder.samples import demo
    from autograder.samples.course import SampleError

    try:
        expected = demo.run(Path.cwd(), arguments.course.absolute(), Console())
    except (SampleError, CourseError) as error:
        return fails(error, 1)
    return 0 if expected else 1
