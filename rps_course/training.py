"""Training in two phases: the head on the frozen backbone, then the tail with it, very slowly.

Each phase is a Keras `fit`. `prepare` decides what it goes through: the whole network, or only what
trains, with the outputs of the frozen part computed once (`rps_course.fast`).
"""

import csv
import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import profile as profiles

if TYPE_CHECKING:
    import tensorflow as tf

LOSS = "sparse_categorical_crossentropy"
PLAIN, FRESH = "plain", "fresh"


class TrainingError(ValueError):
    """Training cannot start with these arguments."""


def _compile(model: "tf.keras.Model", learning_rate: float) -> None:
    import tensorflow as tf

    with model.distribute_strategy.scope():  # on several GPUs the optimizer is mirrored too
        model.compile(
            optimizer=tf.keras.optimizers.Adam(learning_rate=learning_rate),
            loss=LOSS,
            metrics=["accuracy"],
        )


def compile_head(model: "tf.keras.Model", learning_rate: float = 0.001) -> None:
    """Compiles a classifier for phase 1, in place.

    Args:
        model: a classifier with integer labels and probabilities as outputs.
        learning_rate: Adam's learning rate.
    """
    _compile(model, learning_rate)


def compile_fine_tune(model: "tf.keras.Model", learning_rate: float = 0.00001) -> None:
    """Compiles a classifier again for phase 2, in place; unfreeze before.

    Args:
        model: a classifier with integer labels and probabilities as outputs.
        learning_rate: Adam's learning rate, a hundredth of phase 1's by default.
    """
    _compile(model, learning_rate)


def train_head(
    model: "tf.keras.Model",
    train_gen: Any,
    val_gen: Any,
    epochs: int,
    *,
    callbacks: Sequence[Any] = (),
    verbose: Any = "auto",
) -> "tf.keras.callbacks.History":
    """Runs phase 1: trains the compiled model for `epochs` whole epochs.

    Args:
        model: compiled with `compile_head`.
        train_gen: batches `(X, y)`, with a length.
        val_gen: validation batches; all of them are scored after every epoch.
        epochs: number of epochs, at least 1.
        callbacks: Keras callbacks.
        verbose: as in `fit`.

    Returns:
        The history, with epochs 0 to `epochs - 1`.
    """
    return fine_tune(model, train_gen, val_gen, 0, epochs, callbacks=callbacks, verbose=verbose)


def fine_tune(
    model: "tf.keras.Model",
    train_gen: Any,
    val_gen: Any,
    initial_epoch: int,
    epochs: int,
    *,
    callbacks: Sequence[Any] = (),
    verbose: Any = "auto",
) -> "tf.keras.callbacks.History":
    """Runs phase 2: goes on training until epoch `epochs`.

    Args:
        model: compiled with `compile_fine_tune`.
        train_gen: batches `(X, y)`, with a length.
        val_gen: validation batches; all of them are scored after every epoch.
        initial_epoch: the epoch to start at, where phase 1 stopped.
        epochs: the epoch to stop at, above `initial_epoch`.
        callbacks: Keras callbacks.
        verbose: as in `fit`.

    Returns:
        The history, with epochs `initial_epoch` to `epochs - 1`.

    Raises:
        TrainingError: there would be nothing to train.
    """
    if epochs <= initial_epoch:
        raise TrainingError(
            f"epochs must be above initial_epoch. Received: initial_epoch={initial_epoch}, "
            f"epochs={epochs}"
        )
    # No steps_per_epoch: the generators know their length, and Keras 3 then runs whole epochs.
    return model.fit(
        train_gen,
        initial_epoch=initial_epoch,
        epochs=epochs,
        validation_data=val_gen,
        shuffle=False,  # the batches come shuffled
        callbacks=list(callbacks),
        verbose=verbose,
    )


def prepare(
    model: "tf.keras.Model",
    train_gen: Any,
    val_gen: Any,
    views: int | str = PLAIN,
    *,
    fine_tune_at: int | None = None,
    verbose: Any = "auto",
) -> tuple["tf.keras.Model", Any, Any]:
    """Returns what to give to `train_head` or `fine_tune` so that a phase trains this way.

    What is frozen gives the same outputs for the same picture however long one trains, so it need
    not be computed again and again. The returned model shares the layers of the given one: when it
    has been trained, so has the given one. Call this once for each phase, after compiling.

    Args:
        model: a compiled classifier, as `rps_course.model.build_classifier` makes it.
        train_gen: training batches, as `augmentation.make_generators` makes them, or those that
            the phase before was prepared with.
        val_gen: validation batches, likewise.
        views: `"plain"` trains the whole network, as Keras always does. `"fresh"` augments anew in
            every epoch as well, and computes the frozen part of it on the fastest runtime: the same
            training to rounding. A number keeps the outputs for that many epochs of augmented
            pictures and goes through them in turn: the fastest, with less variety.
        fine_tune_at: the layer from which on the next phase will train. With a number of views,
            what goes into that layer is stored too, and the next phase, if it is given the batches
            of this one, need not compute it.
        verbose: as in `fit`; 0 shows no progress bar either.

    Returns:
        `(model, train_gen, val_gen)` to train with: the given ones for `"plain"` (on a GPU the
        batches come through `tf.data`), otherwise a model of the layers that train, compiled with
        the same optimizer, and batches of what goes into it.

    Raises:
        TrainingError: `views` is none of these, the model is not compiled, or the batches have no
            length or index.
        rps_course.fast.frozen.FrozenError: the model has no frozen part.
    """
    import tensorflow as tf

    from rps_course.fast import batches as parts
    from rps_course.fast import frozen, gpu, inference

    check_views(views)
    pictures, pictures_val = parts.origin(train_gen), parts.origin(val_gen)
    if views == PLAIN:
        batches = [
            x.dataset() if gpu.available() and hasattr(x, "dataset") else x
            for x in (pictures, pictures_val)
        ]
        return model, *batches
    if not model.compiled:
        raise TrainingError("The model is not compiled: compile it before `prepare`.")
    for name, batches in (("train_gen", pictures), ("val_gen", pictures_val)):
        if not isinstance(batches, tf.keras.utils.PyDataset):
            raise TrainingError(
                f"views={views!r} needs batches that can be asked for one by one, as "
                f'augmentation.make_generators makes them; others train with views="plain". '
                f"Received: {name} of type {type(batches).__name__}"
            )
    front, tail = frozen.split(model)
    settings = tf.keras.utils.deserialize_keras_object(model.get_compile_config())
    tail.compile(**settings | {"optimizer": model.optimizer})
    tail.views = views
    if views == FRESH:
        compute = inference.Inference(front)
        return tail, parts.Fresh(pictures, compute), parts.stored(pictures_val, compute)
    rest = None
    if fine_tune_at is not None:
        front, rest = frozen.before(front, fine_tune_at)
    training = parts.kept(train_gen, front.outputs[0], views)
    validation = parts.kept(val_gen, front.outputs[0])
    seed = getattr(pictures, "seed", None) or 0
    if training is None or validation is None:
        compute = inference.Inference(front)
        validation = parts.stored(pictures_val, compute)
        training = parts.stored(pictures, compute, views, seed, progress=verbose != 0)
    if rest is not None:
        compute = inference.Inference(rest)
        validation = parts.stored(validation, compute)
        training = parts.stored(training, compute, views, seed)
    return tail, training, validation


def check_views(views: int | str) -> None:
    """Raises `TrainingError` if `views` is not one of the ways to train."""
    number = isinstance(views, int) and not isinstance(views, bool)
    if views not in (PLAIN, FRESH) if not number else views < 1:
        raise TrainingError(
            f'views must be "plain", "fresh" or a number of at least 1. Received: {views!r}'
        )


def merge_histories(*histories: "tf.keras.callbacks.History") -> dict[str, list[float]]:
    """Joins the histories of consecutive phases into one, value by value."""
    merged: dict[str, list[float]] = {}
    for history in histories:
        for name, values in history.history.items():
            merged.setdefault(name, []).extend(float(value) for value in values)
    return merged


@dataclass(frozen=True)
class Result:
    """What a whole training run gave.

    Attributes:
        model: the trained classifier.
        history: loss and accuracy by epoch, over both phases.
        fine_tune_start: the epoch that phase 2 started at.
        test_accuracy: on the whole test set, 0 to 1.
        test_loss: on the whole test set.
        files: what was written.
    """

    model: "tf.keras.Model"
    history: dict[str, list[float]]
    fine_tune_start: int
    test_accuracy: float
    test_loss: float
    files: tuple[Path, ...]


def run(
    profile: profiles.Profile | None = None,
    out: str | Path = ".",
    seed: int = 0,
    epochs: tuple[int, int] | None = None,
    views: int | str | None = None,
    verbose: Any = "auto",
) -> Result:
    """Does both phases of the recipe and writes weights, record, history and pictures.

    What was interrupted goes on after its last whole epoch when it is called again with the same
    arguments, to the same result.

    Args:
        profile: what to train on; None for the current profile.
        out: folder for the files; made if it is not there.
        seed: of initial weights, Dropout, shuffling and augmentation.
        epochs: epochs of each phase; None for the profile's.
        views: how to train, see `prepare`; None for `default_views()`.
        verbose: as in Keras' `fit`.

    Returns:
        The trained model and what it reaches.

    Raises:
        DataError: the data is not there.
        TrainingError: a phase has no epoch, or `views` is not a way to train.
    """
    import tensorflow as tf

    from rps_course import __version__, augmentation, data, model, submission
    from rps_course.fast import checkpoint, gpu

    profile = profile or profiles.current()
    if epochs is not None:
        if min(epochs) < 1:
            raise TrainingError(f"Each phase needs at least one epoch. Received: {epochs}")
        profile = dataclasses.replace(profile, epochs_head=epochs[0], epochs_fine=epochs[1])
    views = default_views() if views is None else views
    check_views(views)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    tf.keras.utils.set_random_seed(seed)

    # Before anything else makes TensorFlow start up; what is cut in two stays on one device.
    with gpu.use(devices=None if views == PLAIN else []):
        classifier = model.reference(profile)
    X_train, y_train, X_test, y_test = data.arrays(profile)
    generators = augmentation.make_generators(
        X_train, y_train, X_test, y_test, batch_size=profile.batch_size, seed=seed
    )
    record = submission.Record(profile, seed=seed)
    start, end = profile.epochs_head, profile.epochs_head + profile.epochs_fine
    unfinished = checkpoint.Checkpoint(
        out / checkpoint.FILE,
        {
            "profile": dataclasses.asdict(profile),
            "seed": seed,
            "views": views,
            "versions": [__version__, tf.__version__, tf.keras.__version__],
        },
    )
    if unfinished.epochs:
        print(f"Going on after epoch {unfinished.epochs} of {end}, where an earlier run stopped.")

    compile_head(classifier, profile.learning_rate_head)
    parts = prepare(
        classifier, *generators, views, fine_tune_at=profile.fine_tune_at, verbose=verbose
    )
    head = unfinished.fit(fine_tune, 0, classifier, parts, generators[0], 0, start, verbose)
    record.add_phase("head", classifier, head)

    model.unfreeze(classifier.layers[0], profile.fine_tune_at)
    compile_fine_tune(classifier, profile.learning_rate_fine)
    parts = prepare(classifier, *parts[1:], views, verbose=verbose)
    fine = unfinished.fit(fine_tune, 1, classifier, parts, generators[0], start, end, verbose)
    record.add_phase("fine_tune", classifier, fine)

    # Whatever it was trained in, it is measured and handed in as an ordinary float32 model.
    trained = model.reference(dataclasses.replace(profile, weights=None))
    trained.set_weights(classifier.get_weights())
    compile_fine_tune(trained, profile.learning_rate_fine)
    loss, accuracy = trained.evaluate(generators[1], verbose=0)
    history = merge_histories(head, fine)
    files = [*submission.save(trained, record, out), _write_history(history, out)]
    files += _write_pictures(profile, trained, history, start, X_test, y_test, out)
    unfinished.end()
    return Result(trained, history, start, float(accuracy), float(loss), tuple(files))


def default_views() -> str:
    """Returns the fastest way to train here that does what the recipe says: see `prepare`."""
    from rps_course.fast import gpu

    return PLAIN if gpu.available() else FRESH


def _write_history(history: dict[str, list[float]], out: Path) -> Path:
    path = out / "history.csv"
    temporary = path.with_suffix(".part")
    with temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *history])
        for epoch, values in enumerate(zip(*history.values(), strict=True)):
            writer.writerow([epoch, *(f"{value:.6f}" for value in values)])
    os.replace(temporary, path)  # noqa: PTH105 (the same on every system, and atomic)
    return path


def _write_pictures(
    profile: profiles.Profile,
    classifier: "tf.keras.Model",
    history: dict[str, list[float]],
    start: int,
    X_test: np.ndarray,
    y_test: np.ndarray,
    out: Path,
) -> list[Path]:
    import matplotlib.pyplot as plt

    from rps_course import data, plotting

    _, test, _ = data.load(profile)
    n = min(9, len(X_test))
    probabilities = classifier.predict(X_test[:n], verbose=0)
    figures = {
        "examples.png": plotting.show_examples(test, profile.classes),
        "history.png": plotting.plot_history(history, start),
        "predictions.png": plotting.show_predictions(
            X_test[:n], probabilities, profile.classes, y_test[:n]
        ),
    }
    paths = []
    for name, figure in figures.items():
        path = out / name
        figure.savefig(path.with_suffix(".part"), format="png", dpi=110)
        path.with_suffix(".part").replace(path)
        plt.close(figure)
        paths.append(path)
    return paths
