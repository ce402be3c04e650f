"""The recipe's training: ours against plain Keras, on the real data.

    python -m benchmarks.training
    python -m benchmarks.training --views 3 --repeats 1
    RPS_PROFILE=offline python -m benchmarks.training    # rendered hands, 96 x 96

Plain is what courses write: `ImageDataGenerator` and `fit` through the whole network, with the lost
batches that Keras 3 brings put right in its favour. Each way runs whole epochs of both phases, with
validation, in turn with the others; what is done once (tracing a graph, and in our ways converting
the frozen part, validation features, views) is timed apart: tracing is left out for all, the rest
counts. The whole training is then the once plus the recipe's epochs times the median epoch. On a
GPU it compares the plain way with the one that `rps-course train` takes there.

The default is the standard profile; it needs the TFDS dataset and the ImageNet weights.
"""

import argparse
import os
import statistics
import sys
import time

from benchmarks.augmentation import keras_generator
from rps_course import profile as profiles
from rps_course import training


class Usual:
    """Plain Keras, as courses write it."""

    def __init__(self, profile, arrays):
        from rps_course import model

        X_train, y_train, X_test, y_test = arrays
        flow = keras_generator().flow(X_train, y_train, batch_size=profile.batch_size)
        import tensorflow as tf

        plain = tf.keras.preprocessing.image.ImageDataGenerator()
        validation = plain.flow(X_test, y_test, batch_size=profile.batch_size, shuffle=False)
        self.model = model.reference(profile)
        self.generators = flow, validation

    def begin(self):
        """Gets ready for a phase, whose model has just been compiled."""
        self.parts = self.model, *self.generators


class Ours:
    """One of the ways of `training.prepare`."""

    def __init__(self, profile, arrays, views):
        from rps_course import augmentation, gpu, model

        with gpu.use():
            self.model = model.reference(profile)
        self.generators = augmentation.make_generators(
            *arrays, batch_size=profile.batch_size, seed=0
        )
        self.views = views

    def begin(self):
        """Gets ready for a phase, whose model has just been compiled."""
        self.parts = training.prepare(self.model, *self.generators, self.views, verbose=0)


def timed(work):
    """Returns the seconds that a call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def seconds_an_epoch(parts):
    """Returns how long one epoch of `fit` takes with its validation."""
    import tensorflow as tf

    times = []
    clock = tf.keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: times.append(time.perf_counter()),
        on_epoch_end=lambda *_: times.append(time.perf_counter()),
    )
    model, train, validation = parts
    # Keras 3.15 draws two batches before the first epoch to learn their shape: not counted here.
    model.fit(train, validation_data=validation, callbacks=[clock], verbose=0)
    return times[1] - times[0]


def phase(ways, repeats, compiling):
    """Returns for each way (seconds once, median seconds an epoch) of one phase."""
    once, epochs = {}, {name: [] for name in ways}
    for name, way in ways.items():
        compiling(way.model)
        once[name] = timed(way.begin)
        model, train, validation = way.parts
        # Traces the training and the test step, without counting the time.
        model.fit(train, steps_per_epoch=1, validation_data=validation, verbose=0)
    for _ in range(repeats):
        for name, way in ways.items():
            epochs[name].append(seconds_an_epoch(way.parts))
            print(f"  {name:<10} {epochs[name][-1]:7.2f} s an epoch", flush=True)
    return {name: (once[name], statistics.median(epochs[name])) for name in ways}


def main(argv=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="epochs of each kind (default 3)")
    parser.add_argument("--views", type=int, default=4, help="stored views (default 4)")
    args = parser.parse_args(argv)
    if min(args.repeats, args.views) < 1:
        parser.error(f"numbers must be at least 1, received {args.repeats} and {args.views}")

    from rps_course import data, gpu, model

    profile = profiles.get(os.environ.get("RPS_PROFILE") or "standard")
    try:
        arrays = data.arrays(profile)
    except data.DataError as error:
        print(f"benchmark: error: {error}", file=sys.stderr)
        return 2
    ways = {"usual": Usual(profile, arrays)}
    if gpu.available():
        ways["ours"] = Ours(profile, arrays, training.PLAIN)
    else:
        ways["fresh"] = Ours(profile, arrays, training.FRESH)
        ways[f"{args.views} views"] = Ours(profile, arrays, args.views)
    print(
        f"{profile.name}: {len(arrays[0])} training and {len(arrays[2])} test pictures, "
        f"batches of {profile.batch_size}, {os.cpu_count()} cores, "
        f"{profile.epochs_head} + {profile.epochs_fine} epochs"
    )
    print("head")
    head = phase(ways, args.repeats, training.compile_head)
    for way in ways.values():
        model.unfreeze(way.model.layers[0], profile.fine_tune_at)
    print("fine-tuning")
    fine = phase(ways, args.repeats, training.compile_fine_tune)

    print(f"\n{'':<10}{'once':>8}{'head epoch':>12}{'fine epoch':>12}{'whole training':>16}")
    whole = {}
    for name in ways:
        (once, a), (again, b) = head[name], fine[name]
        whole[name] = once + again + profile.epochs_head * a + profile.epochs_fine * b
        print(f"{name:<10}{once + again:>6.1f} s{a:>10.2f} s{b:>10.2f} s{whole[name]:>14.0f} s")
    usual = whole.pop("usual")
    print(", ".join(f"usual / {name}: {usual / t:.1f} times" for name, t in whole.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
