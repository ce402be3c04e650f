"""The command `rps-course`: fetch data and weights, look at the machine, train, classify.

It reads arguments and turns errors into one line and an exit status; the work is done elsewhere.
Exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rps_course import (
    __version__,
    augmentation,
    data,
    preprocessing,
    run,
    submission,
    training,
)
from rps_course import profile as profiles
from rps_course.fast import checkpoint, frozen
from rps_course.fast import views as ways
from rps_course.machine import choice, doctor, fetch
from rps_course.offline import hands
from rps_course.submission import packing

# What can go wrong that a user can do something about. Anything else is a defect of ours, and its
# traceback is what a bug report needs.
_ERRORS = (
    profiles.ProfileError,
    augmentation.AugmentationError,
    data.DataError,
    fetch.FetchError,
    frozen.FrozenError,
    preprocessing.PictureError,
    submission.RecordError,
    submission.WeightsError,
    hands.HandsError,
    packing.PackError,
    training.TrainingError,
    ways.ViewsError,
    OSError,
)


def _at_least(lowest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < lowest:
            raise argparse.ArgumentTypeError(f"must be {lowest} or more. Received: {text}")
        return value

    return number


def _views(text: str) -> int | str:
    views = int(text) if text.isascii() and text.isdecimal() else text
    try:
        ways.check(views)
    except ways.ViewsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return views


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(
            f"must be an address that starts with http:// or https://. Received: {text}"
        )
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rps-course",
        description="Transfer learning on rock, paper, scissors: data, weights, training.",
        epilog=f"RPS_PROFILE chooses the profile: {' or '.join(profiles.names())}.",
    )
    parser.add_argument("--version", action="version", version=f"rps-course {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser(
        "doctor",
        help="show what this machine has and what to do about what is missing",
        description="Shows versions, GPU, profile, data, weights and folders of this machine, and "
        "what to do about what is missing. Exit status 1 if the profile in force lacks something.",
    )

    get = commands.add_parser(
        "fetch",
        help="download the standard profile's data and weights",
        description="Downloads the dataset and the weights of the standard profile to where TFDS "
        "and Keras look for them, about 260 MB. What is there already is checked and kept; an "
        "interrupted download goes on where it stopped.",
    )
    get.add_argument(
        "--mirror",
        type=_address,
        metavar="URL",
        help="take the files from this server, which has all of them in one folder",
    )

    train = commands.add_parser(
        "train",
        help="train the reference model in both phases",
        description="Trains the head, then fine-tunes; writes the weights, their record, the "
        "history and pictures, and prints the test accuracy. Interrupted, it goes on where it "
        "stopped when the same command is run again.",
    )
    train.add_argument(
        "--out",
        type=Path,
        default=Path("rps-training"),
        metavar="DIR",
        help="folder for the files (default: rps-training)",
    )
    train.add_argument(
        "--epochs",
        type=_at_least(1),
        nargs=2,
        metavar=("HEAD", "FINE"),
        help="epochs of each phase (default: the profile's)",
    )
    train.add_argument(
        "--views",
        type=_views,
        metavar="N|fresh|plain",
        help="plain: every epoch through the whole network; fresh: the same training with a faster "
        "frozen part; a number: the frozen part for that many epochs of augmented pictures only, "
        "used in turn, which is faster still (default: plain on a GPU, otherwise fresh)",
    )
    train.add_argument("--seed", type=_at_least(0), default=0, help="random seed (default: 0)")
    train.add_argument("--quiet", action="store_true", help="print the results only")

    check = commands.add_parser(
        "check",
        help="run a notebook and its checks before you hand it in",
        description="Runs a notebook from top to bottom in a copy of its folder, without changing "
        "any file, and prints what its checks say and which cells failed or were cut short. Exit "
        "status 1 if a check does not give full points.",
    )
    check.add_argument(
        "notebook", type=Path, metavar="NOTEBOOK", help="a notebook, such as ps2.ipynb"
    )

    pack = commands.add_parser(
        "pack",
        help="pack what you hand in for a problem set into one archive",
        description="Runs the checks of a problem set as `rps-course check` does, and packs its "
        "notebook, and for ps4 the weights and their record, into a zip file whose name has the "
        "time. It says what is missing. Exit status 1 if something is missing or a check does not "
        "give full points; the archive is written all the same.",
    )
    pack.add_argument("assignment", metavar="NAME", help="ps1 to ps4, or the path of a notebook")
    pack.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="another file that goes along, such as a module of your own; may be given several "
        "times",
    )
    pack.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="name of the archive, or a folder for it (default: beside the notebook)",
    )
    pack.add_argument("--no-check", action="store_true", help="do not run the checks first")
    for command in (check, pack):
        command.add_argument(
            "--timeout",
            type=_at_least(1),
            default=3600,
            metavar="SECONDS",
            help="how long a cell may take (default: 3600)",
        )

    classify = commands.add_parser(
        "classify",
        help="classify a picture of your own with trained weights",
        description="Says which of the profile's classes a picture shows, and draws it beside the "
        "probabilities.",
    )
    classify.add_argument("picture", type=Path, metavar="PICTURE", help="a picture file")
    classify.add_argument(
        "--weights",
        type=Path,
        default=Path(submission.RPS_WEIGHTS),
        metavar="FILE",
        help=f"trained weights (default: {submission.RPS_WEIGHTS})",
    )
    classify.add_argument(
        "--out",
        type=Path,
        default=Path("prediction.png"),
        metavar="FILE",
        help="where to draw the prediction, as PNG (default: prediction.png)",
    )
    for command in (train, classify):
        command.add_argument(
            "--profile",
            metavar="NAME",
            help=f"instead of RPS_PROFILE; one of {', '.join(profiles.names())}",
        )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `rps-course`.

    Args:
        argv: the arguments; None for those of the process.

    Returns:
        The exit status: 0 done, 1 failed, 2 bad input, 130 interrupted.
    """
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as end:  # argparse has said all there is to say
        return end.code if isinstance(end.code, int) else 2
    work = {
        "doctor": _doctor,
        "fetch": _fetch,
        "train": _train,
        "check": _check,
        "pack": _pack,
        "classify": _classify,
    }
    try:
        return work[arguments.command](arguments)
    except KeyboardInterrupt:
        unfinished = arguments.command == "train" and arguments.out / checkpoint.FILE
        on = "; the same command goes on from there" if unfinished and unfinished.exists() else ""
        print(f"\nrps-course: interrupted{on}", file=sys.stderr)
        if argv is None and "tensorflow" in sys.modules:
            # With TensorFlow 2.21 about one interrupted training in three never ended: at exit the
            # interpreter and a thread of tf.data wait for each other. Nothing is left to clean up.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(130)
        return 130
    except _ERRORS as error:
        print(f"rps-course: error: {_said(error)}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1


def _said(error: Exception) -> str:
    """Returns what to tell of an error; Python's own on files begin with their number."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _doctor(_: argparse.Namespace) -> int:
    return 0 if doctor.report() else 1


def _fetch(arguments: argparse.Namespace) -> int:
    fetch.fetch(arguments.mirror)
    return 0


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
    result = run.train(
        profile,
        out=arguments.out,
        seed=arguments.seed,
        epochs=tuple(arguments.epochs) if arguments.epochs else None,
        views=views,
        verbose=0 if arguments.quiet else "auto",
    )
    for path in result.files:
        print(f"Wrote {path}")
    print(
        f"Test accuracy {result.test_accuracy:.4f}, loss {result.test_loss:.4f} "
        f"({profile.name} profile, seed {arguments.seed})"
    )
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from rps_course import rehearsal  # imports much of Jupyter

    try:
        return 0 if rehearsal.rehearse(arguments.notebook, arguments.timeout) else 1
    except rehearsal.NotebookError as error:
        print(f"rps-course: error: {error}", file=sys.stderr)
        return 2


def _pack(arguments: argparse.Namespace) -> int:
    ready = packing.pack(
        arguments.assignment,
        arguments.out,
        arguments.also,
        arguments.timeout,
        check=not arguments.no_check,
    )
    return 0 if ready else 1


def _weights_profile(arguments: argparse.Namespace) -> profiles.Profile:
    """Returns the profile that was asked for, else the one that the weights' record names."""
    record = arguments.weights.with_name(submission.RPS_RECORD)
    if not arguments.profile and not os.environ.get("RPS_PROFILE", "").strip() and record.is_file():
        name = submission.load_record(record).get("profile")
        if name.removeprefix("grading-") in profiles.names():
            return choice.choose(name)
    return choice.choose(arguments.profile)


def _classify(arguments: argparse.Namespace) -> int:
    profile = _weights_profile(arguments)
    picture = preprocessing.load_custom_sample(arguments.picture, profile.image_size)
    model = submission.load_weights(arguments.weights, profile)
    probabilities = model.predict(picture, verbose=0)[0]

    # A command draws into a file: it must not need a screen.
    import matplotlib as mpl

    mpl.use("Agg")
    from rps_course import plotting

    figure = plotting.show_prediction(picture, probabilities, profile.classes)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = arguments.out.with_name(f"{arguments.out.name}.part")
    figure.savefig(temporary, format="png", dpi=110)
    temporary.replace(arguments.out)
    for name, probability in sorted(
        zip(profile.classes, probabilities.tolist(), strict=True), key=lambda pair: -pair[1]
    ):
        print(f"{name:<10} {probability:6.1%}")
    print(f"Wrote {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
