"""`rps-grader similar`."""

import argparse
import sys

from autograder.commands.shared import Commands, fails, nbgrader, takes_assignment
from autograder.core.arguments import whole_number


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "similar",
        examples=(
            "rps-grader similar ps2",
            "rps-grader similar ps2 --texts 10",
        ),
        help="show pairs of students whose answers or files are nearly equal",
        description="Compares the graded submissions of an assignment: answers without their "
        "names, strings, comments and layout, and files by their content. What was released does "
        "not count, nor, in short answers, what many students have. Prints the pairs, the most "
        "alike first, and both texts of the first ones. The similarity is how much of one work is "
        "in the other one; only equal work has 100 %. It is for a person to look at, and no "
        "verdict.",
    )
    takes_assignment(made)
    made.add_argument(
        "--texts",
        type=whole_number(0),
        default=3,
        metavar="N",
        help="of how many pairs both texts are shown side by side (default: 3)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.grading import results, similar, tables
    from autograder.grading.machine import Grading
    from autograder.sandbox.isolation import Isolation, IsolationError

    application, console = nbgrader(), Console(emoji=False)
    name, isolation = arguments.assignment, Isolation(parent=application)
    try:
        course = Grading(parent=application).load()
        isolation.require()
        with Console(stderr=True).status("Comparing submissions"):
            found = similar.compare(application.coursedir, course, name, isolation)
    except (*results.UNREADABLE, IsolationError) as error:
        return fails(error, 2)
    if not found.students:
        print(f"No submission of {name} is graded yet: nbgrader autograde {name}")
    elif not found.pairs:
        print(f"No two of {found.students} graded submissions of {name} are nearly equal.")
    else:
        console.print(tables.similar(name, found.pairs))
        written = [pair for pair in found.pairs if pair.texts]
        for pair in written[: arguments.texts]:
            console.print(tables.side_by_side(pair))
    if found.students and found.not_compared:
        print(f"Not compared: {found.not_compared}", file=sys.stderr)
    return 0
