"""`rps-course classify`."""

import argparse
import json
import os
from pathlib import Path

from autograder.core import writing
from rps_course import preprocessing, submission
from rps_course import profile as profiles
from rps_course.commands.shared import TRAINED, Commands, InputError, takes_profile
from rps_course.machine import choice


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "classify",
        examples=(
            "rps-course classify my_hand.jpg",
            "rps-course classify my_hand.jpg --weights rps_model.weights.h5",
        ),
        help="classify a picture of your own with trained weights",
        description="Says which of the profile's classes a picture shows, and draws it beside the "
        "probabilities.",
    )
    made.add_argument("picture", type=Path, metavar="PICTURE", help="a picture file")
    made.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help=f"trained weights (default: {submission.RPS_WEIGHTS} in this folder, else what "
        f"`rps-course train` wrote into {TRAINED})",
    )
    made.add_argument(
        "--out",
        type=Path,
        default=Path("prediction.png"),
        metavar="FILE",
        help="where to draw the prediction, as PNG (default: prediction.png)",
    )
    takes_profile(made)
    made.add_argument("--json", action="store_true", help="print the probabilities as JSON")
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    if arguments.out.is_dir():  # before the long work
        raise InputError(f"{arguments.out} is a folder. Name a file for the drawing: --out FILE")
    weights = arguments.weights or _found()
    profile = _profile(arguments.profile, weights)
    picture = preprocessing.load_custom_sample(arguments.picture, profile.image_size)
    if not arguments.weights and not weights.is_file():
        raise InputError(
            f"{weights} is missing, here and in {TRAINED}. Train a model first, `rps-course "
            "train`, or name its weights: --weights FILE"
        )
    model = submission.load_weights(weights, profile)
    probabilities = model.predict(picture, verbose=0)[0]

    # A command draws into a file: it must not need a screen.
    import matplotlib as mpl

    mpl.use("Agg")
    from rps_course import plotting

    figure = plotting.show_prediction(picture, probabilities, profile.classes)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with writing.whole(arguments.out) as part:
        figure.savefig(part, format="png", dpi=110)
    found = dict(zip(profile.classes, probabilities.tolist(), strict=True))
    if arguments.json:
        shown = {"weights": str(weights), "probabilities": found, "drawn": str(arguments.out)}
        print(json.dumps(shown, indent=1))
        return 0
    if not arguments.weights:
        print(f"Weights: {weights}")
    for name, probability in sorted(found.items(), key=lambda pair: -pair[1]):
        print(f"{name:<10} {probability:6.1%}")
    print(f"Wrote {arguments.out}")
    return 0


def _found() -> Path:
    """Returns the trained weights that are here; where they would be if there are none."""
    here = Path(submission.RPS_WEIGHTS)
    trained = TRAINED / here
    return trained if trained.is_file() and not here.is_file() else here


def _profile(name: str | None, weights: Path) -> profiles.Profile:
    """Returns the profile that was asked for, else the one that the weights' record names."""
    record = weights.parent / submission.RPS_RECORD
    if not name and not os.environ.get("RPS_PROFILE", "").strip() and record.is_file():
        noted = submission.load_record(record).get("profile")
        if noted.removeprefix("grading-") in profiles.names():
            return choice.choose(noted)
    return choice.choose(name)
