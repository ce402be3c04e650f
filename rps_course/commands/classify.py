"""`rps-course classify`."""

import argparse
import os
from pathlib import Path

from rps_course import preprocessing, submission
from rps_course import profile as profiles
from rps_course.commands.shared import Commands, takes_profile
from rps_course.machine import choice


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "classify",
        help="classify a picture of your own with trained weights",
        description="Says which of the profile's classes a picture shows, and draws it beside the "
        "probabilities.",
    )
    made.add_argument("picture", type=Path, metavar="PICTURE", help="a picture file")
    made.add_argument(
        "--weights",
        type=Path,
        default=Path(submission.RPS_WEIGHTS),
        metavar="FILE",
        help=f"trained weights (default: {submission.RPS_WEIGHTS})",
    )
    made.add_argument(
        "--out",
        type=Path,
        default=Path("prediction.png"),
        metavar="FILE",
        help="where to draw the prediction, as PNG (default: prediction.png)",
    )
    takes_profile(made)
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    profile = _profile(arguments)
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


def _profile(arguments: argparse.Namespace) -> profiles.Profile:
    """Returns the profile that was asked for, else the one that the weights' record names."""
    record = arguments.weights.with_name(submission.RPS_RECORD)
    if not arguments.profile and not os.environ.get("RPS_PROFILE", "").strip() and record.is_file():
        name = submission.load_record(record).get("profile")
        if name.removeprefix("grading-") in profiles.names():
            return choice.choose(name)
    return choice.choose(arguments.profile)
