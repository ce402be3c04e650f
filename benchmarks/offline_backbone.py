"""Does the offline backbone transfer? Its features against random ones, and against fine-tuning.

    python -m benchmarks.offline_backbone                  # hands that the package draws
    python -m benchmarks.offline_backbone --target real    # Rock-Paper-Scissors data set, 96 x 96
    python -m benchmarks.offline_backbone --recipe         # the whole recipe with augmentation

The first two try a linear classifier on raw pixels for comparison. Then they train the head for 20
epochs (Adam 0.001, batches of 32, Dropout 0.5) and fine-tune `layers[149:]` for 20 more (Adam
0.00001), without augmentation: what the frozen layers give is then the same in every epoch and is
computed once, at `layers[148]`. `--recipe` runs every epoch through the whole network, as students
do. `real` is TFDS `rock_paper_scissors`, also computer-generated (TFDS_DATA_DIR or a network).
Results are in docs/offline-profile.md.
"""

import argparse
import dataclasses
import sys
import time

import numpy as np

from rps_course import profile as profiles


def two_phases(profile, backbone, arrays, seeds, views, augment):
    """Returns (test accuracies [seeds, 2] after each phase, seconds [seeds])."""
    import tensorflow as tf

    from rps_course import augmentation, model
    from rps_course.training import Recipe

    untouched = backbone.get_weights()
    found, seconds = [], []
    for seed in range(seeds):
        began = time.monotonic()
        tf.keras.utils.set_random_seed(seed)
        backbone.set_weights(untouched)
        backbone.trainable = False
        classifier = model.build_classifier(backbone, len(profile.classes))
        batches = augmentation.make_generators(
            *arrays, batch_size=profile.batch_size, augmentation=augment, seed=seed
        )
        recipe = Recipe(profile, views, seed, verbose=0)
        phases = recipe.head(classifier, *batches), recipe.fine_tune(classifier, *batches)
        found.append([phase.history["val_accuracy"][-1] for phase in phases])
        seconds.append(time.monotonic() - began)
        a, b = found[-1]
        print(f"  seed {seed}: head {a:.3f}, fine-tuned {b:.3f}, {seconds[-1]:.0f} s", flush=True)
    return np.array(found), np.array(seconds)


def random_backbone(profile, pictures):
    """Returns a backbone with random weights whose batch norms know these pictures' statistics.

    As Keras builds it, with statistics of 0 and 1, its features vanish (1e-11) and nothing can be
    learned from them; comparing with that would be cheap.
    """
    import tensorflow as tf

    tf.keras.utils.set_random_seed(1)
    backbone = tf.keras.applications.MobileNetV2(
        profile.input_shape, profile.alpha, include_top=False, pooling="avg", weights=None
    )
    norms = [x for x in backbone.layers if isinstance(x, tf.keras.layers.BatchNormalization)]
    for norm in norms:
        norm.momentum = 0.0
    backbone(pictures[:300], training=True)
    for norm in norms:
        norm.momentum = 0.999
    backbone.trainable = False
    return backbone


def linear_on_pixels(arrays):
    """Returns the best test accuracy of ridge regression on raw pixels, over sizes and strengths.

    Chosen on the test set itself, which flatters it.
    """
    X_train, y_train, X_test, y_test = arrays
    best = 0.0
    for step in (6, 3, 1):  # 16, 32 and 96 pixels a side
        x, x_test = (X[:, ::step, ::step].reshape(len(X), -1) for X in (X_train, X_test))
        x, x_test = x - x.mean(0), x_test - x.mean(0)
        gram = x @ x.T
        for strength in (0.001, 0.01, 0.1, 1.0, 10.0):
            ridge = strength * np.trace(gram) / len(x) * np.eye(len(x))
            weights = np.linalg.solve(gram + ridge, np.eye(3)[y_train] - 1 / 3)
            best = max(best, float(((x_test @ x.T @ weights).argmax(1) == y_test).mean()))
    return best


def line(name, values):
    """Prints mean and range of accuracies."""
    print(f"{name:<34}{values.mean():>7.3f}   {values.min():.3f} to {values.max():.3f}")


def main(argv=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="runs of each kind (default 5)")
    parser.add_argument("--target", choices=("hands", "real"), default="hands")
    parser.add_argument("--recipe", action="store_true", help="whole recipe, with augmentation")
    args = parser.parse_args(argv)
    if args.seeds < 1:
        parser.error(f"--seeds must be at least 1, received {args.seeds}")

    from rps_course import augmentation, data, model

    profile = profiles.get("offline")
    if args.target == "real":
        profile = dataclasses.replace(
            profile, data="tfds", dataset=profiles.get("standard").dataset
        )
    try:
        arrays = data.arrays(profile)
    except data.DataError as error:
        print(f"benchmark: error: {error}", file=sys.stderr)
        return 2
    print(f"{args.target}: {len(arrays[0])} training and {len(arrays[2])} test pictures")
    if args.recipe:
        backbone = model.build_backbone(profile)
        recipe = augmentation.recipe()
        accuracies, seconds = two_phases(profile, backbone, arrays, args.seeds, "plain", recipe)
        print(f"\ntest accuracy over {args.seeds} seeds      mean   range")
        line("head, with augmentation", accuracies[:, 0])
        line("after fine-tuning", accuracies[:, 1])
        lowest = accuracies[:, 1].min()
        print(f"seconds a run: {seconds.mean():.0f}; lowest final accuracy {lowest:.3f}")
        return 0

    pixels = linear_on_pixels(arrays)
    print("offline backbone")
    # One view of pictures that are not augmented: every epoch sees the same.
    still = args.seeds, 1, augmentation.Augmentation()
    trained, _ = two_phases(profile, model.build_backbone(profile), arrays, *still)
    print("random backbone")
    random, _ = two_phases(profile, random_backbone(profile, arrays[0]), arrays, *still)
    print(f"\ntest accuracy over {args.seeds} seeds      mean   range")
    print(f"{'ridge regression on raw pixels':<34}{pixels:>7.3f}   the best of 15")
    line("head on frozen random backbone", random[:, 0])
    line("the same after fine-tuning", random[:, 1])
    line("head on frozen offline backbone", trained[:, 0])
    line("the same after fine-tuning", trained[:, 1])
    gain = trained[:, 0].mean() - random[:, 0].mean()
    tuned = trained[:, 1].mean() - trained[:, 0].mean()
    ratio = trained[:, 0].mean() / random[:, 0].mean()
    print(f"frozen offline - frozen random: {gain:+.3f} ({ratio:.2f} times)", end="")
    print(f"; fine-tuning: {tuned:+.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
