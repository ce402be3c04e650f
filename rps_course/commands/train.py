"""`rps-course train`."""

import argparse
import contextlib
from typing import Any

from rich.console import Console

from autograder.core.arguments import folder, whole_number
from rps_course import data, run
from rps_course.commands import progress
from rps_course.commands.shared import TRAINED, Commands, takes_profile
from rps_course.fast import checkpoint
from rps_course.fast import views as ways
from rps_course.machine import choice, fetch

_MAX_SEED = 2**32 - 1  # of NumPy


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "train",
        examples=(
            "rps-course train --profile offline",
            "rps-course train --views 4 --out quick",
        ),
        help="train the reference model in both phases",
        description="Trains the head, then fine-tunes; writes the weights, their record, the "
        "history and pictures, and prints the test accuracy. Interrupted, it goes on where it "
        "stopped when the same command is run again.",
    )
    made.add_argument(
        "--out",
        type=folder,
        default=TRAINED,
        metavar="DIR",
        help=f"folder for the files (default: {TRAINED})",
    )
    made.add_argument(
        "--epochs",
        type=whole_number(),
        nargs=2,
        metavar=("HEAD", "FINE"),
        help="epochs of each phase (default: the profile's)",
    )
    made.add_argument(
        "--views",
        type=_views,
        metavar="N|fresh|plain",
        help="plain: every epoch through the whole network; fresh: the same training with a faster "
        "frozen part; a number: the frozen part for that many epochs of augmented pictures only, "
        "used in turn, which is faster still (default: plain on a GPU, otherwise fresh)",
    )
    made.add_argument(
        "--seed", type=whole_number(0, _MAX_SEED), default=0, help="random seed (default: 0)"
    )
    made.add_argument("--quiet", action="store_true", help="print the results only")
    takes_profile(made)
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    try:
        return _train(arguments)
    except KeyboardInterrupt:
        if (arguments.out / checkpoint.FILE).exists():
            raise KeyboardInterrupt("the same command goes on from there") from None
        raise


def _train(arguments: argparse.Namespace) -> int:
    profile = choice.choose(arguments.profile)
    arguments.out.mkdir(parents=True, exist_ok=True)  # before the long work, if it cannot be
    if fetch.downloads(profile) and not fetch.is_cached():
        if profile.is_grading:
            raise data.DataError(
                "Data or weights of the standard profile are not on this machine, and a grading "
                "run downloads nothing. Run `rps-course fetch` first."
            )
        fetch.fetch()
    views = arguments.views or ways.default()
    names = {ways.PLAIN: "whole network", ways.FRESH: "fresh views"}
    way = names.get(views, f"{views} views")
    print(f"Training under the {profile.name} profile ({way}), into {arguments.out}", flush=True)
    with contextlib.ExitStack() as stack:

        def watched(epochs: int) -> list[Any]:
            if arguments.quiet:
                return []
            watch = stack.enter_context(progress.Watch(epochs, Console(emoji=False)))
            return [watch.callback()]

        result = run.train(
            profile,
            out=arguments.out,
            seed=arguments.seed,
            epochs=tuple(arguments.epochs) if arguments.epochs else None,
            views=views,
            verbose=0 if arguments.quiet else "auto",
            callbacks=watched,
        )
    for path in result.files:
        print(f"Wrote {path}")
    print(
        f"Test accuracy {result.test_accuracy:.4f}, loss {result.test_loss:.4f} "
        f"({profile.name} profile, seed {arguments.seed})"
    )
    return 0


def _views(text: str) -> int | str:
    views = int(text) if text.isascii() and text.isdecimal() else text
    try:
        ways.check(views)
    except ways.ViewsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return views
