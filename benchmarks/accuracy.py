"""What test accuracy to expect of the recipe, over several seeds, and of other input ranges.

    python -m benchmarks.accuracy                        # stored views, both input ranges
    python -m benchmarks.accuracy --views plain --range 0 1 --seeds 3
    RPS_PROFILE=offline python -m benchmarks.accuracy    # the package's own hands, 96 x 96

The course feeds pixels in [0, 1]; MobileNetV2 was pretrained with pixels in [-1, 1]. Both go
through the same training. With stored views, these are computed once and shared by the seeds, which
then differ in initial weights, Dropout and order. The default is the standard profile, which needs
the TFDS dataset and the ImageNet weights. Results are in docs/expected-accuracy.md.
"""

import argparse
import os
import sys
import time

import numpy as np

from rps_course import profile as profiles
from rps_course.fast import views as ways
from rps_course.training import Recipe

RANGES = {(0, 1): 1.0, (-1, 1): 2.0}  # and the factor from [0, 1]


def train(recipe, batches):
    """Returns the test accuracies after each phase, and the best one of fine-tuning."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(recipe.seed)
    classifier = recipe.build()
    head = recipe.head(classifier, *batches)
    accuracies = recipe.fine_tune(classifier, *batches).history["val_accuracy"]
    return head.history["val_accuracy"][-1], accuracies[-1], max(accuracies)


def line(name, values):
    """Prints mean and range of accuracies."""
    print(f"{name:<34}{values.mean():>7.3f}   {values.min():.3f} to {values.max():.3f}")


def main(argv=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="runs of each kind (default 5)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument(
        "--views", default="4", metavar="N|fresh|plain", help="how to train (default 4)"
    )
    parser.add_argument(
        "--range", type=int, nargs=2, metavar=("LOW", "HIGH"), help="one input range only"
    )
    args = parser.parse_args(argv)
    views = int(args.views) if args.views.isdecimal() else args.views
    ranges = [tuple(args.range)] if args.range else list(RANGES)
    try:
        ways.check(views)
    except ways.ViewsError as error:
        parser.error(str(error))
    if args.seeds < 1 or args.first < 0:
        parser.error(f"--seeds must be at least 1, --first 0, received {args.seeds}, {args.first}")
    if not set(ranges) <= set(RANGES):
        parser.error(f"--range must be 0 1 or -1 1, received {args.range}")

    from rps_course import augmentation, data

    profile = profiles.get(os.environ.get("RPS_PROFILE") or "standard")
    try:
        arrays = data.arrays(profile)
    except data.DataError as error:
        print(f"benchmark: error: {error}", file=sys.stderr)
        return 2
    found = {}
    for low, high in ranges:
        print(f"pixels in [{low}, {high}], views: {views}", flush=True)
        X_train, y_train, X_test, y_test = arrays
        if (low, high) != (0, 1):  # a second copy of 1.5 GB only where it is another one
            factor = np.float32(RANGES[low, high])
            X_train, X_test = factor * X_train + low, factor * X_test + low
        recipe, batches, runs = Recipe(profile, views, verbose=0), None, []
        for seed in range(args.first, args.first + args.seeds):
            began = time.monotonic()
            if batches is None or not isinstance(views, int):  # stored views are shared
                batches = augmentation.make_generators(
                    X_train, y_train, X_test, y_test, batch_size=profile.batch_size, seed=seed
                )
            runs.append(train(recipe.again(seed), batches))
            head, fine, best = runs[-1]
            print(
                f"  seed {seed}: head {head:.3f}, fine-tuned {fine:.3f} (best epoch {best:.3f}), "
                f"{time.monotonic() - began:.0f} s",
                flush=True,
            )
        found[low, high] = np.array(runs)
    print(f"\ntest accuracy over {args.seeds} seeds      mean   range")
    for (low, high), runs in found.items():
        line(f"[{low}, {high}], after the head", runs[:, 0])
        line(f"[{low}, {high}], after fine-tuning", runs[:, 1])
        line(f"[{low}, {high}], best epoch of fine-tuning", runs[:, 2])
    final = [runs[:, 1] for runs in found.values()]
    print(f"lowest final accuracy {min(map(min, final)):.3f}", end="")
    if len(final) > 1:
        ratio = final[1].mean() / final[0].mean()
        print(f"; [-1, 1] / [0, 1], fine-tuned: {ratio:.3f} times", end="")
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
