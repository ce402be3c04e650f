"""The whole training of `rps-course train`: both phases, and the files that come of them."""

import csv
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.core import writing
from rps_course import profile as profiles
from rps_course.training import Recipe, TrainingError, compile_fine_tune

if TYPE_CHECKING:
    import tensorflow as tf


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


def train(
    profile: profiles.Profile | None = None,
    out: str | Path = ".",
    seed: int = 0,
    epochs: tuple[int, int] | None = None,
    views: int | str | None = None,
    verbose: Any = "auto",
    callbacks: Callable[[int], Sequence[Any]] = lambda epochs: (),
) -> Result:
    """Does both phases of the recipe and writes weights, record, history and pictures.

    What was interrupted goes on after its last whole epoch when it is called again with the same
    arguments, to the same result.

    Args:
        profile: what to train on; None for the current profile.
        out: folder for the files; made if it is not there.
        seed: of initial weights, Dropout, shuffling and augmentation.
        epochs: epochs of each phase; None for the profile's.
        views: how to train, see `Recipe`; None for its default.
        verbose: as in Keras' `fit`.
        callbacks: returns Keras callbacks of both phases, given the number of their epochs.

    Returns:
        The trained model and what it reaches.

    Raises:
        DataError: the data is not there.
        TrainingError: a phase has no epoch.
        ViewsError: `views` is not a way to train.
    """
    import tensorflow as tf

    from rps_course import __version__, augmentation, data, model, submission
    from rps_course.fast import checkpoint
    from rps_course.fast import views as ways

    profile = profile or profiles.current()
    if epochs is not None:
        if min(epochs) < 1:
            raise TrainingError(f"Each phase needs at least one epoch. Received: {epochs}")
        profile = dataclasses.replace(profile, epochs_head=epochs[0], epochs_fine=epochs[1])
    recipe = Recipe(profile, ways.default() if views is None else views, seed, verbose=verbose)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    tf.keras.utils.set_random_seed(seed)

    classifier = recipe.build()  # before anything else makes TensorFlow start up
    X_train, y_train, X_test, y_test = data.arrays(profile)
    generators = augmentation.make_generators(
        X_train, y_train, X_test, y_test, batch_size=profile.batch_size, seed=seed
    )
    start, end = profile.epochs_head, profile.epochs_head + profile.epochs_fine
    recipe.callbacks = callbacks(end)
    recipe.checkpoint = checkpoint.Checkpoint(
        out / checkpoint.FILE,
        {
            "profile": dataclasses.asdict(profile),
            "seed": seed,
            "views": recipe.views,
            "versions": [__version__, tf.__version__, tf.keras.__version__],
        },
    )
    if recipe.checkpoint.epochs:
        done = recipe.checkpoint.epochs
        print(f"Going on after epoch {done} of {end}, where an earlier run stopped.")
    recipe.head(classifier, *generators)
    recipe.fine_tune(classifier, *generators)

    # Whatever it was trained in, it is measured and handed in as an ordinary float32 model.
    trained = model.reference(dataclasses.replace(profile, weights=None))
    trained.set_weights(classifier.get_weights())
    compile_fine_tune(trained, profile.learning_rate_fine)
    loss, accuracy = trained.evaluate(generators[1], verbose=0)
    files = [*submission.save(trained, recipe.record, out), _write_history(recipe.history, out)]
    files += _write_pictures(profile, trained, recipe.history, start, X_test, y_test, out)
    recipe.checkpoint.end()
    return Result(trained, recipe.history, start, float(accuracy), float(loss), tuple(files))


def _write_history(history: dict[str, list[float]], out: Path) -> Path:
    path = out / "history.csv"
    with writing.whole(path) as part, part.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *history])
        for epoch, values in enumerate(zip(*history.values(), strict=True)):
            writer.writerow([epoch, *(f"{value:.6f}" for value in values)])
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
        "history.png": plotting.plot_history(
            history, start, chance=1 / len(profile.classes), val_set="test set"
        ),
        "predictions.png": plotting.show_predictions(
            X_test[:n], probabilities, profile.classes, y_test[:n]
        ),
    }
    paths = []
    for name, figure in figures.items():
        path = out / name
        with writing.whole(path) as part:
            figure.savefig(part, format="png", dpi=110)
        plt.close(figure)
        paths.append(path)
    return paths
