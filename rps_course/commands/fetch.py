"""`rps-course fetch`."""

import argparse

from rps_course.commands.shared import Commands
from rps_course.machine import fetch


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "fetch",
        examples=(
            "rps-course fetch",
            "rps-course fetch --mirror http://10.0.0.1:8000",
        ),
        help="download the standard profile's data and weights",
        description="Downloads the dataset and the weights of the standard profile to where TFDS "
        "and Keras look for them, about 260 MB. What is there already is checked and kept; an "
        "interrupted download goes on where it stopped.",
    )
    made.add_argument(
        "--mirror",
        type=_address,
        metavar="URL",
        help="take the files from this server, which has all of them in one folder",
    )
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    fetch.fetch(arguments.mirror)
    return 0


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(
            f"must be an address that starts with http:// or https://. Received: {text}"
        )
    return text
