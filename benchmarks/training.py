"""The recipe's training: ours against plain Keras, on the profile's data.

    python -m benchmarks.training
    python -m benchmarks.training --pictures 512 --repeats 3    # a fifth of the data, scaled
    RPS_PROFILE=offline python -m benchmarks.training    # the package's own hands, 96 x 96

Plain is what courses write: `ImageDataGenerator` and `fit` through the whole network, with the lost
batches that Keras 3 brings put right in its favour. Each way runs whole epochs of both phases, with
validation, in turn with the others; what is done once (tracing a graph, and in our ways converting
the frozen part, validation features, views) is timed apart: tracing is left out for all, the rest
counts. The whole training is then the once plus the recipe's epochs times the median epoch; with
`--pictures` all times are scaled up to the whole data. CPU seconds, of all cores together, tell
more than the clock where other work shares the machine. On a GPU the plain way is compared with the
one that `rps-course train` takes there.

The default is the standard profile; it needs the TFDS dataset and the ImageNet weights.
"""

import argparse
import os
import sys
import time

import numpy as np

from benchmarks.augmentation import keras_generator
from rps_course import profile as profiles
from rps_course import training
from rps_course.fast import views as ways


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
        self.parts = self.model, flow, validation

    def begin(self):
        """Gets ready for a phase, whose model has just been compiled: nothing to do."""


class Ours:
    """One of the ways of `rps_course.fast.views`."""

    def __init__(self, profile, arrays, views):
        from rps_course import augmentation

        self.model = training.Recipe(profile, views).build()
        self.batches = augmentation.make_generators(*arrays, batch_size=profile.batch_size, seed=0)
        self.views = ways.Views(views, profile.fine_tune_at, progress=False)

    def begin(self):
        """Gets ready for a phase, whose model has just been compiled."""
        self.parts = self.views.parts(self.model, *self.batches)[:3]


def clocks():
    """Returns seconds of wall time and of CPU time, each from a start of its own."""
    return np.array([time.perf_counter(), time.process_time()])


def timed(work):
    """Returns the seconds of wall time and of CPU time that a call takes."""
    began = clocks()
    work()
    return clocks() - began


def seconds_an_epoch(parts):
    """Returns the seconds that one epoch of `fit` takes with its validation."""
    import tensorflow as tf

    times = []
    clock = tf.keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda *_: times.append(clocks()),
        on_epoch_end=lambda *_: times.append(clocks()),
    )
    model, train, validation = parts
    # Keras 3.15 draws two batches before the first epoch to learn their shape: not counted here.
    model.fit(train, validation_data=validation, callbacks=[clock], verbose=0)
    return times[1] - times[0]


def phase(ways, repeats, compiling):
    """Returns for each way (seconds once, median seconds an epoch), wall and CPU, of one phase."""
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
            wall, cpu = epochs[name][-1]
            print(f"  {name:<10} {wall:7.2f} s an epoch, {cpu:7.2f} CPU s", flush=True)
    return {name: (once[name], np.median(epochs[name], axis=0)) for name in ways}


def main(argv=None):
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3, help="epochs of each kind (default 3)")
    parser.add_argument("--views", type=int, default=4, help="stored views (default 4)")
    parser.add_argument("--pictures", type=int, help="training pictures to use (default all)")
    args = parser.parse_args(argv)
    if min(args.repeats, args.views, args.pictures or 1) < 1:
        parser.error("--repeats, --views and --pictures must be at least 1")

    from rps_course import data, model
    from rps_course.fast import gpu

    profile = profiles.get(os.environ.get("RPS_PROFILE") or "standard")
    try:
        arrays = data.arrays(profile)
    except data.DataError as error:
        print(f"benchmark: error: {error}", file=sys.stderr)
        return 2
    X_train, y_train, X_test, y_test = arrays
    share = min(args.pictures or len(X_train), len(X_train)) / len(X_train)
    n_train, n_test = round(share * len(X_train)), round(share * len(X_test))
    arrays = X_train[:n_train], y_train[:n_train], X_test[:n_test], y_test[:n_test]
    kinds = {"usual": Usual(profile, arrays)}
    if gpu.available():
        kinds["ours"] = Ours(profile, arrays, ways.PLAIN)
    else:
        kinds["fresh"] = Ours(profile, arrays, ways.FRESH)
        kinds[f"{args.views} views"] = Ours(profile, arrays, args.views)
    print(
        f"{profile.name}: {len(arrays[0])} training and {len(arrays[2])} test pictures, "
        f"batches of {profile.batch_size}, {os.cpu_count()} cores, "
        f"{profile.epochs_head} + {profile.epochs_fine} epochs"
    )
    print("head")
    head = phase(kinds, args.repeats, training.compile_head)
    for way in kinds.values():
        model.unfreeze(way.model.layers[0], profile.fine_tune_at)
    print("fine-tuning")
    fine = phase(kinds, args.repeats, training.compile_fine_tune)

    print(f"\n{'':<10}{'once':>8}{'head epoch':>12}{'fine epoch':>12}{'whole training':>17}")
    whole = {}
    for name in kinds:
        once, a, b = (
            x / share for x in (head[name][0] + fine[name][0], head[name][1], fine[name][1])
        )
        whole[name] = once + profile.epochs_head * a + profile.epochs_fine * b
        for i, unit in enumerate(("s", "CPU s")):
            print(
                f"{name if i == 0 else '':<10}{once[i]:>8.1f}{a[i]:>12.2f}{b[i]:>12.2f}"
                f"{whole[name][i]:>11.0f} {unit}"
            )
    usual = whole.pop("usual")
    for i, unit in ((1, "CPU seconds"), (0, "wall time")):
        ratios = (
            f"usual / {name} {usual[i] / times[i]:.1f} times" for name, times in whole.items()
        )
        print(f"{unit}: {', '.join(ratios)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
