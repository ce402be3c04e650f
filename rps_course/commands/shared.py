"""What several commands share: kinds of arguments, and the error of wrong input."""

import argparse
from collections.abc import Callable
from pathlib import Path

from rps_course import profile as profiles

TRAINED = Path("rps-training")  # where `train` writes and `classify` looks
Commands = argparse._SubParsersAction  # what `add_subparsers` returns


class InputError(ValueError):
    """A command was given what it cannot use; the message says what."""


def at_least(lowest: int, highest: int = 9_999_999) -> Callable[[str], int]:
    """Returns what reads a whole number that somebody typed, and refuses one out of bounds."""

    def number(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"must be {lowest} or more. Received: {text}")
        if value > highest:
            raise argparse.ArgumentTypeError(f"must be {highest} or less. Received: {text}")
        return value

    return number


def takes_profile(command: argparse.ArgumentParser) -> None:
    """Adds the option that names a profile."""
    command.add_argument(
        "--profile",
        metavar="NAME",
        help=f"instead of RPS_PROFILE; one of {', '.join(profiles.names())}",
    )
