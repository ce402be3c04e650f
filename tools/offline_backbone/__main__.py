"""Trains the offline profile's backbone from scratch, on rendered pictures of other things.

MobileNetV2 (alpha 0.35, 96 x 96 pixels) learns to tell forty things apart, none of which is a hand.
What it learns about shapes is what the course then transfers. Pixels are in [0, 1], as the course
feeds them. In the root of a clone:

    python -m tools.offline_backbone --out rps_course/offline/weights

The first epochs see smaller pictures, which takes half the time, the last ones the full size
(progressive resizing). Everything is drawn and shuffled from `--seed`. Pictures and a checkpoint
of every epoch are kept in `--work`: run the same command again after an interruption and it goes on
where it stopped. How accurate the result is, and how well it transfers, is in
docs/offline-profile.md.
"""

import argparse
import os
import sys
from pathlib import Path

from tools.offline_backbone.pictures import SIZE
from tools.offline_backbone.things import THINGS


def stages(text: str) -> list[tuple[int, int]]:
    """Returns [(64, 12), (96, 4)] for "64x12,96x4"."""
    try:
        found = [tuple(int(v) for v in stage.split("x")) for stage in text.split(",")]
        good = all(len(s) == 2 and 32 <= s[0] <= SIZE and s[1] >= 1 for s in found)
    except ValueError:
        good = False
    if not good or found[-1][0] != SIZE:
        raise argparse.ArgumentTypeError(
            f"received {text!r}; allowed: SIZExEPOCHS,... with sizes 32 to 96, the last one 96"
        )
    return found


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.offline_backbone",
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the three files")
    parser.add_argument(
        "--work", type=Path, default=Path("build/offline-backbone"), help="pictures, checkpoint"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", type=int, default=24000, help="different training pictures")
    parser.add_argument("--validation", type=int, default=2000)
    parser.add_argument(
        "--stages",
        type=stages,
        default="64x12,96x4",
        help="picture sizes and how many epochs each, the last at 96",
    )
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--learning-rate", type=float, default=2e-3, help="highest of the cosine")
    parser.add_argument("--verbose", type=int, default=2, help="Keras' progress: 0, 1 or 2")
    args = parser.parse_args(argv)
    for name in ("pictures", "validation", "batch"):
        if getattr(args, name) < 1:
            parser.error(f"--{name} must be at least 1, received {getattr(args, name)}")
    try:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        from tools.offline_backbone import training

        accuracy = training.train(args)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from the last whole epoch", file=sys.stderr)
        return 130
    print(f"validation accuracy {accuracy:.4f} over {len(THINGS)} things (chance 0.025)")
    print(f"wrote backbone, top and class names to {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
