"""What several commands share: kinds of arguments, and the error of wrong input."""

import argparse
from collections.abc import Callable
from pathlib import Path

from rps_course import profile as profiles

TRAINED = Path("rps-training")  # where `train` writes and `classify` looks
Commands = argparse._SubParsersAction  # what `add_subparsers` returns


class InputError(ValueError):
    """A command was given what it cannot use; the message says what."""


def at_least(lowest: int) -> Callable[[str], int]:
    """Returns what reads a whole number that somebody typed, and refuses a smaller one."""

    def number(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"must be {lowest} or more. Received: {text}")
        return value

    return number


def takes_timeout(command: argparse.ArgumentParser) -> None:
    """Adds the option that limits the time of each cell of a notebook."""
    command.add_argument(
        "--timeout",
        type=at_least(1),
        default=3600,
        metavar="SECONDS",
        help="how long a cell may take (default: 3600)",
    )


def takes_profile(command: argparse.ArgumentParser) -> None:
    """Adds the option that names a profile."""
    command.add_argument(
        "--profile",
        metavar="NAME",
        help=f"instead of RPS_PROFILE; one of {', '.join(profiles.names())}",
    )
