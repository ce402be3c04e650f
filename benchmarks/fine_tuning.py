"""What phase 2 does to a trained head: other learning rates, other cuts, frozen batch norms.

    python -m benchmarks.fine_tuning
    python -m benchmarks.fine_tuning --epochs 20 --seeds 5

Of each seed one head is trained, by the recipe; each variation of phase 2 starts from it. Under the
offline profile, where nothing is downloaded. Results are in docs/offline-profile.md.
"""

import argparse
import sys

import numpy as np

from rps_course import profile as profiles
from rps_course import training
from rps_course.training import Recipe

# Name, learning rate, whether all layers train and not only those from the cut on, whether batch
# norms stay frozen.
VARIATIONS = (
    ("the recipe: 0.00001, from the cut on", 1e-5, False, False),
    ("0.0001, from the cut on", 1e-4, False, False),
    ("0.001, from the cut on", 1e-3, False, False),
    ("0.01, from the cut on", 1e-2, False, False),
    ("0.00001, batch norms frozen", 1e-5, False, True),
    ("0.00001, all layers", 1e-5, True, False),
    ("0.001, all layers", 1e-3, True, False),
)


def fine_tuned(head, batches, profile, epochs, variation):
    """Returns training and test accuracy after each epoch of one variation of phase 2."""
    import tensorflow as tf

    from rps_course import model as network

    _, rate, everything, frozen_norms = variation
    classifier = network.reference(profile)
    classifier.set_weights(head)
    backbone = classifier.layers[0]
    network.unfreeze(backbone, 0 if everything else profile.fine_tune_at)
    for layer in backbone.layers:
        if frozen_norms and isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.trainable = False
    training.compile_fine_tune(classifier, rate)
    history = training.fine_tune(classifier, *batches, 0, epochs, verbose=0).history
    return history["accuracy"], history["val_accuracy"]


def main(argv=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="heads to start from (default 3)")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of phase 2 (default 5)")
    args = parser.parse_args(argv)
    if args.seeds < 1 or args.epochs < 1:
        parser.error(f"at least 1 seed and 1 epoch, received {args.seeds}, {args.epochs}")

    import tensorflow as tf

    from rps_course import augmentation, data

    profile = profiles.get("offline")
    arrays = data.arrays(profile)
    heads, found = [], {name: [] for name, *_ in VARIATIONS}
    for seed in range(args.seeds):
        tf.keras.utils.set_random_seed(seed)
        batches = augmentation.make_generators(*arrays, batch_size=profile.batch_size, seed=seed)
        recipe = Recipe(profile, "fresh", seed, verbose=0)
        classifier = recipe.build()
        recipe.head(classifier, *batches)
        heads.append(recipe.history["val_accuracy"][-1])
        print(f"seed {seed}: after phase 1 {heads[-1]:.3f}", flush=True)
        for variation in VARIATIONS:
            seen = fine_tuned(classifier.get_weights(), batches, profile, args.epochs, variation)
            found[variation[0]].append(seen)
            said = " ".join(f"{accuracy:.3f}" for accuracy in seen[1])
            print(f"  {variation[0]:<38} {said}", flush=True)
    print(f"\ntest accuracy after phase 1: mean {np.mean(heads):.3f}")
    last = f"after {args.epochs}"
    print(f"{'phase 2':<40}{'after 1':>9}{last:>9}   range          training")
    for name, runs in found.items():
        tested = np.array([test for _, test in runs])
        trained = np.mean([train[-1] for train, _ in runs])
        low, high = tested[:, -1].min(), tested[:, -1].max()
        print(
            f"{name:<40}{tested[:, 0].mean():>9.3f}{tested[:, -1].mean():>9.3f}   "
            f"{low:.3f} to {high:.3f} {trained:>9.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
