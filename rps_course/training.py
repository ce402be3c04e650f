"""Training in two phases: the head on the frozen backbone, then the tail with it, very slowly."""

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


class TrainingError(ValueError):
    """Training cannot start with these arguments."""


def _compile(model: "tf.keras.Model", learning_rate: float) -> None:
    import tensorflow as tf

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
        callbacks=list(callbacks),
        verbose=verbose,
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
    verbose: Any = "auto",
) -> Result:
    """Does both phases of the recipe and writes weights, record, history and pictures.

    Args:
        profile: what to train on; None for the current profile.
        out: folder for the files; made if it is not there.
        seed: of initial weights, Dropout, shuffling and augmentation.
        epochs: epochs of each phase; None for the profile's.
        verbose: as in Keras' `fit`.

    Returns:
        The trained model and what it reaches.

    Raises:
        DataError: the data is not there.
        TrainingError: a phase has no epoch.
    """
    import tensorflow as tf

    from rps_course import augmentation, data, model, submission

    profile = profile or profiles.current()
    if epochs is not None:
        if min(epochs) < 1:
            raise TrainingError(f"Each phase needs at least one epoch. Received: {epochs}")
        profile = dataclasses.replace(profile, epochs_head=epochs[0], epochs_fine=epochs[1])
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    tf.keras.utils.set_random_seed(seed)

    X_train, y_train, X_test, y_test = data.arrays(profile)
    train_gen, val_gen = augmentation.make_generators(
        X_train, y_train, X_test, y_test, batch_size=profile.batch_size, seed=seed
    )
    classifier = model.reference(profile)
    record = submission.Record(profile, seed=seed)

    compile_head(classifier, profile.learning_rate_head)
    start = profile.epochs_head
    head = train_head(classifier, train_gen, val_gen, start, verbose=verbose)
    record.add_phase("head", classifier, head)

    model.unfreeze(classifier.layers[0], profile.fine_tune_at)
    compile_fine_tune(classifier, profile.learning_rate_fine)
    end = start + profile.epochs_fine
    fine = fine_tune(classifier, train_gen, val_gen, start, end, verbose=verbose)
    record.add_phase("fine_tune", classifier, fine)

    loss, accuracy = classifier.evaluate(val_gen, verbose=0)
    history = merge_histories(head, fine)
    files = [*submission.save(classifier, record, out), _write_history(history, out)]
    files += _write_pictures(profile, classifier, history, start, X_test, y_test, out)
    return Result(classifier, history, start, float(accuracy), float(loss), tuple(files))


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
