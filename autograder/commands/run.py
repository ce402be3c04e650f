"""`rps-grader run`."""

import argparse

from autograder.commands.shared import Commands, nbgrader, takes_assignment, takes_students
from autograder.core.arguments import whole_number


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "run",
        examples=(
            "rps-grader run ps2",
            "rps-grader run ps2 --jobs 4",
            "rps-grader run ps2 --student ada --force",
            "rps-grader run ps4 --retrain",
        ),
        help="grade an assignment: several submissions at a time, here or on a cluster",
        description="Grades what is new or has changed since it was graded, with the same results "
        "as `nbgrader autograde`: several submissions at a time on this machine, or by the workers "
        "of a Dask scheduler (docs/cluster.md). It may be stopped at any time; the same command "
        "goes on.",
        epilog="Exit status: 0 if all is graded, 1 if something could not be graded, 2 for a wrong "
        "call, 130 after an interrupt.",
    )
    takes_assignment(made)
    where = made.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs",
        type=whole_number(),
        metavar="N",
        help="how many submissions this machine grades at a time (default: one for each core, as "
        "far as there is memory)",
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="address of a Dask scheduler whose workers grade, such as tcp://10.0.0.1:8786",
    )
    takes_students(made, "grade this student only")
    made.add_argument("--force", action="store_true", help="grade also what is graded already")
    made.add_argument(
        "--retrain",
        action="store_true",
        help="also run each notebook in full, which trains its model from scratch, on a GPU worker "
        "if there is one, and compare with the files that were handed in; it changes no points",
    )
    made.add_argument(
        "--timeout",
        type=whole_number(),
        metavar="SECONDS",
        help="how long all cells of a notebook may take together (default: "
        "c.Isolation.notebook_timeout, 3600 if it is not set)",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.classroom import command

    application = nbgrader(arguments.assignment)
    if arguments.timeout:
        application.config.Isolation.notebook_timeout = arguments.timeout
    if arguments.retrain:
        application.config.Grading.retrain = True
    return command.grade(
        application,
        arguments.student,
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
        force=arguments.force,
        console=Console(emoji=False),
    )
