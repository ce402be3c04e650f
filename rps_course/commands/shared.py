"""What several commands share: kinds of arguments, and the error of wrong input."""

import argparse
from pathlib import Path

from rps_course import profile as profiles

TRAINED = Path("rps-training")  # where `train` writes and `classify` looks
Commands = argparse._SubParsersAction  # what `add_subparsers` returns


class InputError(ValueError):
    """A command was given what it cannot use; the message says what."""


def takes_profile(command: argparse.ArgumentParser) -> None:
    """Adds the option that names a profile."""
    command.add_argument(
        "--profile",
        metavar="NAME",
        help=f"instead of RPS_PROFILE; one of {', '.join(profiles.names())}",
    )
