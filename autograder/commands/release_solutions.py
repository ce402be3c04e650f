"""`rps-grader release-solutions`."""

import argparse
import sys

from autograder.commands.shared import Commands, fails, nbgrader, takes_assignment
from autograder.core.arguments import folder, takes_timeout


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "release-solutions",
        examples=("rps-grader release-solutions ps2 --to handouts",),
        help="run the solutions of an assignment, and write them for students",
        description="Runs the solution notebooks of an assignment in full, under the class's "
        "profile, and writes each as a notebook and as a page, with all outputs and pictures and "
        "without marking schemes and hidden tests. Refuses before the due date in the gradebook, "
        "extensions included. Training included, it takes as long as a student's run. "
        "Interrupted, it writes nothing.",
    )
    takes_assignment(made)
    made.add_argument(
        "--to",
        type=folder,
        required=True,
        metavar="DIR",
        help="folder for <notebook>-solution.ipynb and <notebook>-solution.html",
    )
    made.add_argument(
        "--before-due-date",
        action="store_true",
        help="release them although the assignment can still be handed in",
    )
    takes_timeout(made, 7200)
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from autograder.classroom import solutions
    from autograder.core.course import CourseError
    from autograder.grading.gradebooks import GradebookError
    from autograder.grading.machine import MachineError

    application = nbgrader(arguments.assignment)
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        if not arguments.before_due_date:
            solutions.require_due(application)
        with Progress(
            *columns, TextColumn("cells"), TimeElapsedColumn(), console=console, transient=True
        ) as bar:
            task = bar.add_task("", total=None)
            written = solutions.release(
                application,
                arguments.to,
                arguments.timeout,
                lambda name, number, total: bar.update(
                    task, description=f"Running {name}", completed=number - 1, total=total
                ),
            )
    except (solutions.SolutionError, CourseError, MachineError, GradebookError, OSError) as error:
        return fails(error, 1)
    except KeyboardInterrupt:
        print("rps-grader: interrupted; nothing was written", file=sys.stderr)
        return 130
    for path in written:
        print(f"Wrote {path}")
    return 0
