"""Augmentation: ours against `ImageDataGenerator`, on the profile's training pictures.

    python -m benchmarks.augmentation
    RPS_PROFILE=offline python -m benchmarks.augmentation    # the package's own hands, 96 x 96

Draws two batches of 256 pictures at the profile's size from each in turn, several times, and prints
the medians, the largest difference of the same transforms in 255ths of the range, and the ratio.
The default is the standard profile; it needs the TFDS dataset (TFDS_DATA_DIR or a network).
"""

import argparse
import os
import statistics
import sys
import time

import numpy as np

from rps_course import augmentation
from rps_course import profile as profiles

BATCH = 256


def seconds(draw):
    """Returns how long one call takes."""
    began = time.perf_counter()
    draw()
    return time.perf_counter() - began


def keras_generator(fill_mode="nearest"):
    """Returns Keras' generator with the recipe's parameters."""
    import tensorflow as tf

    recipe = augmentation.recipe()
    return tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=recipe.rotation_range,
        width_shift_range=recipe.width_shift_range,
        height_shift_range=recipe.height_shift_range,
        shear_range=recipe.shear_range,
        zoom_range=recipe.zoom_range,
        fill_mode=fill_mode,
    )


def largest_difference(X, n=64):
    """Returns the largest difference of the same transforms, in 255ths of the range."""
    found = {}
    for mode in augmentation.FILL_MODES:
        generator = keras_generator(mode)
        height, width = X.shape[1:3]
        drawn = [generator.get_random_transform(X.shape[1:], seed=i) for i in range(n)]
        names = ("theta", "tx", "ty", "shear", "zx", "zy")
        matrices = np.stack(
            [augmentation.affine(height, width, **{k: d[k] for k in names}) for d in drawn]
        )
        theirs = [generator.apply_transform(x, d) for x, d in zip(X, drawn, strict=False)]
        ours = {
            "OpenCV": augmentation.warp(X[:n], matrices, mode),
            "TensorFlow op": augmentation.transform(X[:n], matrices, mode).numpy(),
        }
        for name, pictures in ours.items():
            found[f"{name}, {mode}"] = 255 * np.abs(np.stack(theirs) - pictures).max()
    return found


def main(argv=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7, help="batches of each (default 7)")
    args = parser.parse_args(argv)
    if args.repeats < 1:
        parser.error(f"--repeats must be at least 1, received {args.repeats}")

    from rps_course import data

    profile = profiles.get(os.environ.get("RPS_PROFILE") or "standard")
    try:
        X, y, _, _ = data.arrays(profile)
    except data.DataError as error:
        print(f"benchmark: error: {error}", file=sys.stderr)
        return 2
    X, y = X[: 2 * BATCH], y[: 2 * BATCH]
    keras = keras_generator().flow(X, y, batch_size=BATCH, seed=0)
    ours, _ = augmentation.make_generators(X, y, X[:1], y[:1], batch_size=BATCH, seed=0)
    # Whole passes, so that nothing of one way goes on in the background of another.
    dataset = ours.dataset()
    ways = {
        "ImageDataGenerator": lambda: [keras[i] for i in range(len(keras))],
        "ours, TensorFlow op in tf.data": lambda: list(dataset),
        "ours, OpenCV (without a GPU)": lambda: [ours[i] for i in range(len(ours))],
    }
    for draw in ways.values():  # what is done once is done now
        draw()
    times = {name: [] for name in ways}
    for _ in range(args.repeats):
        for name, draw in ways.items():
            times[name].append(seconds(draw))
    print(f"batches of {BATCH} pictures, {X.shape[1]} x {X.shape[2]}, {os.cpu_count()} cores")
    for name, difference in largest_difference(X).items():
        print(f"largest difference from ImageDataGenerator, {name}: {difference:.3f}/255")
    rates = {name: len(X) / statistics.median(values) for name, values in times.items()}
    for name, rate in rates.items():
        low, high = (len(X) / limit(times[name]) for limit in (max, min))
        print(f"{name:<32}{rate:7.0f} pictures a second   ({low:.0f} to {high:.0f})")
    usual, _, fast = rates.values()
    print(f"ours / ImageDataGenerator: {fast / usual:.1f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
