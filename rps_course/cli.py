"""The command `rps-course`: it turns errors into one line and an exit status.

Each command is a module in `commands/`; the work is done elsewhere.
Exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence

import shtab

from autograder.core.arguments import STATUSES, Parser, fails, run_command
from rps_course import __version__, augmentation, data, preprocessing, submission, training
from rps_course import profile as profiles
from rps_course.commands import check, classify, doctor, fetch, pack, start, train
from rps_course.commands.shared import InputError
from rps_course.fast import frozen, views
from rps_course.machine.fetch import FetchError
from rps_course.machine.problem_sets import ProblemSetsError
from rps_course.offline import hands
from rps_course.submission import packing

_COMMANDS = (start, doctor, fetch, train, check, pack, classify)  # as `--help` lists them

# What can go wrong that a user can do something about. Anything else is a defect of ours, and its
# traceback is what a bug report needs.
_ERRORS = (
    InputError,
    profiles.ProfileError,
    augmentation.AugmentationError,
    data.DataError,
    FetchError,
    ProblemSetsError,
    frozen.FrozenError,
    preprocessing.PictureError,
    submission.RecordError,
    submission.WeightsError,
    hands.HandsError,
    packing.PackError,
    training.TrainingError,
    views.ViewsError,
    OSError,
)


def parser() -> Parser:
    """Returns what reads the arguments of `rps-course`."""
    made = Parser(
        prog="rps-course",
        examples=("rps-course start", "rps-course doctor", "rps-course check ps2"),
        description="Transfer learning on rock, paper, scissors: data, weights, training.",
        epilog=f"RPS_PROFILE chooses the profile: {' or '.join(profiles.names())}. {STATUSES}",
    )
    made.add_commands(_COMMANDS, __version__)
    shtab.add_argument_to(made, "--print-completion")
    made.complete_paths(shtab.FILE)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `rps-course`.

    Args:
        argv: the arguments; None for those of the process.

    Returns:
        The exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
    """
    return run_command("rps-course", lambda: _main(argv))


def _main(argv: Sequence[str] | None) -> int:
    try:
        arguments = parser().parse_args(argv)
    except SystemExit as end:  # argparse has said all there is to say
        return end.code if isinstance(end.code, int) else 2
    try:
        return int(arguments.call(arguments))
    except KeyboardInterrupt as stop:
        on = f"; {stop}" if str(stop) else ""
        print(f"\nrps-course: interrupted{on}", file=sys.stderr)
        if argv is None and "tensorflow" in sys.modules:
            # With TensorFlow 2.21 about one interrupted training in three never ended: at exit the
            # interpreter and a thread of tf.data wait for each other. Nothing is left to clean up.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(130)
        return 130
    except BrokenPipeError:
        raise
    except _ERRORS as error:
        return fails("rps-course", error, 2 if isinstance(error, ValueError) else 1)
