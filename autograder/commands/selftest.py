"""`rps-grader selftest`."""

import argparse
from pathlib import Path

from autograder.commands.shared import Commands, fails


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "selftest",
        examples=("rps-grader selftest",),
        help="grade the solutions under the profile of the class; all points must come out",
        description="Grades the course's own solutions on this machine, as a class is graded: with "
        "the stock `nbgrader autograde`, nbgrader_config.py and its profile, in the sandbox. Fails "
        "if one loses a point. Takes some minutes; run it in the course root, once on a machine.",
    )
    made.set_defaults(call=call)


def call(_: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.core.course import CourseError
    from autograder.core.rubric import RubricError
    from autograder.grading.machine import MachineError
    from autograder.samples import selftest
    from autograder.samples.course import SampleError
    from autograder.sandbox.isolation import IsolationError

    try:
        perfect = selftest.run(Path.cwd(), Console())
    except (SampleError, CourseError, RubricError, MachineError, IsolationError) as error:
        return fails(error, 1)
    return 0 if perfect else 1
