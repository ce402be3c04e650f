"""`rps-course doctor`."""

import argparse

from rps_course.commands.shared import Commands
from rps_course.machine import doctor


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "doctor",
        help="show what this machine has and what to do about what is missing",
        description="Shows versions, GPU, profile, data, weights and folders of this machine, and "
        "what to do about what is missing. Exit status 1 if the profile in force lacks something.",
    )
    made.set_defaults(call=call)


def call(_: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    return 0 if doctor.report() else 1
