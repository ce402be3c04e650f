"""`rps-grader rejudge`."""

import argparse

from autograder.commands.shared import Commands, nbgrader, takes_assignment, takes_students


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "rejudge",
        examples=(
            "rps-grader rejudge ps2 --dry-run",
            "rps-grader rejudge ps2 --student ada",
        ),
        help="judge results again after the rubric has changed, without running anything",
        description="Computes every verdict anew from what is kept of the executions: after a "
        "threshold, a share, a message, points or a judge was changed. What a person decided "
        "stays. A result whose evidence is missing, changed or of an older version, or whose "
        "submission has changed, is named and left to `rps-grader run`.",
        epilog="Exit status: 0 if all were judged again, 1 if some were not, 2 for a wrong call, "
        "130 after an interrupt.",
    )
    takes_assignment(made)
    takes_students(made, "judge this student's result only")
    made.add_argument(
        "--dry-run",
        action="store_true",
        help="print who would gain or lose how much, and why, and change nothing",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.classroom import rejudge_command

    return rejudge_command.rejudge(
        nbgrader(arguments.assignment),
        arguments.student,
        dry_run=arguments.dry_run,
        console=Console(emoji=False),
    )
