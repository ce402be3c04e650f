"""The recipe: the head on the frozen backbone, then the last layers fine-tuned.

Both phases are a Keras `fit`. What it goes through, the whole network or only what trains with the
outputs of the frozen part computed once, is decided in `rps_course.fast.views`.
"""

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import model as network
from rps_course import profile as profiles
from rps_course import submission
from rps_course.fast import views as ways

if TYPE_CHECKING:
    import tensorflow as tf

    from rps_course.fast.checkpoint import Checkpoint

LOSS = "sparse_categorical_crossentropy"


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
    # No steps_per_epoch: the generators know their length, and Keras 3 then runs whole epochs.
    return model.fit(
        train_gen,
        epochs=epochs,
        validation_data=val_gen,
        shuffle=False,  # the batches come shuffled
        callbacks=list(callbacks),
        verbose=verbose,
    )


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
    return model.fit(  # as in `train_head`
        train_gen,
        initial_epoch=initial_epoch,
        epochs=epochs,
        validation_data=val_gen,
        shuffle=False,
        callbacks=list(callbacks),
        verbose=verbose,
    )


@dataclass
class Recipe:
    """One training in two phases, by the course's recipe.

    `head` and then `fine_tune` train the same classifier, with the epochs and learning rates of the
    profile. Functions of your own can take the place of each step.

        recipe = Recipe(profile, views="fresh")
        recipe.head(classifier, train_gen, val_gen)
        recipe.fine_tune(classifier, train_gen, val_gen)
        submission.save(classifier, recipe.record)

    Attributes:
        profile: what is trained on; by default the current profile.
        views: `"plain"`, `"fresh"` or a number of stored views, see `rps_course.fast.views.Views`;
            by default the fastest way here that does what the recipe says.
        seed: of initial weights, Dropout, shuffling and augmentation, where one was set; noted in
            the record, and the order of stored views.
        validation: `{"share": ..., "seed": ...}`, the arguments of `data.split_validation` where
            the validation pictures come from it; None where they are the test set. Noted in the
            record: the grader measures on the same pictures.
        checkpoint: keeps the state after every epoch; None for nothing to go on from.
        verbose: as in Keras' `fit`; 0 shows nothing.
        callbacks: Keras callbacks of both phases, which then show what Keras itself would show;
            not with functions of your own.
        record: how the phases were trained, for `submission.save`.
        history: loss and accuracy by epoch, over the phases so far.

    Raises:
        ViewsError: `views` is not a way to train.
        RecordError: `validation` is no such split.
    """

    profile: profiles.Profile = field(default_factory=profiles.current)
    views: int | str = field(default_factory=ways.default)
    seed: int | None = None
    validation: dict[str, Any] | None = None
    checkpoint: "Checkpoint | None" = None
    verbose: Any = "auto"
    callbacks: Sequence[Any] = ()
    record: submission.Record = field(init=False)
    history: dict[str, list[float]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.record = submission.Record(self.profile, self.seed, self.validation)
        self._views = ways.Views(self.views, self.profile.fine_tune_at, self.verbose != 0)

    def again(self, seed: int) -> "Recipe":
        """Returns the same recipe for another training, which shares the stored views."""
        other = Recipe(self.profile, self.views, seed, self.validation, verbose=self.verbose)
        other._views = self._views
        return other

    def build(self) -> "tf.keras.Sequential":
        """Builds the course's classifier, for the GPUs of this machine if there are any."""
        from rps_course.fast import gpu

        # What is cut in two stays on one device.
        with gpu.use(devices=None if self.views == ways.PLAIN else []):
            return network.reference(self.profile)

    def head(
        self,
        model: "tf.keras.Model",
        train: Any,
        val: Any,
        *,
        fit: Callable[..., "tf.keras.callbacks.History"] | None = None,
    ) -> "tf.keras.callbacks.History":
        """Phase 1: compiles the classifier and trains its head, on the frozen backbone.

        Args:
            model: the classifier, trained in place.
            train: training batches `(X, y)`, as `augmentation.make_generators` makes them.
            val: validation batches, likewise.
            fit: does the work of `train_head(model, train_gen, val_gen, epochs)`.

        Returns:
            The history, with epochs 0 to `epochs_head - 1` of the profile.

        Raises:
            FrozenError: the views cannot be used with this model or these batches.
        """
        epochs = self.profile.epochs_head
        compile_head(model, self.profile.learning_rate_head)
        own = fit and _from_start(fit)
        return self._phase("head", model, train, val, 0, epochs, own, _from_start(train_head))

    def fine_tune(
        self,
        model: "tf.keras.Model",
        train: Any,
        val: Any,
        *,
        unfreeze: Callable[["tf.keras.Model", int], None] = network.unfreeze,
        compile: Callable[["tf.keras.Model"], None] | None = None,
        fit: Callable[..., "tf.keras.callbacks.History"] | None = None,
    ) -> "tf.keras.callbacks.History":
        """Phase 2: unfreezes the end of the backbone, compiles again and goes on training.

        Args:
            model: the classifier that `head` has trained, trained in place.
            train: training batches, those of `head`: stored views are then used again.
            val: validation batches, likewise.
            unfreeze: does the work of `model.unfreeze(backbone, fine_tune_at)`.
            compile: does the work of `compile_fine_tune(model)`.
            fit: does the work of `fine_tune(model, train_gen, val_gen, initial_epoch, epochs)`.

        Returns:
            The history, with epochs `epochs_head` to `epochs_head + epochs_fine - 1`.

        Raises:
            FrozenError: the views cannot be used with this model or these batches.
        """
        start = self.profile.epochs_head
        rate = self.profile.learning_rate_fine
        unfreeze(model.layers[0], self.profile.fine_tune_at)
        (compile or partial(compile_fine_tune, learning_rate=rate))(model)
        last = start + self.profile.epochs_fine
        return self._phase("fine_tune", model, train, val, start, last, fit, fine_tune)

    def _phase(
        self,
        name: str,
        model: "tf.keras.Model",
        train: Any,
        val: Any,
        first: int,
        last: int,
        own: Callable[..., "tf.keras.callbacks.History"] | None,
        fit: Callable[..., "tf.keras.callbacks.History"],
    ) -> "tf.keras.callbacks.History":
        began = time.monotonic()
        parts = self._views.parts(model, train, val, self.seed)
        _make_variables(parts.model)
        if self.verbose != 0:
            weights = sum(math.prod(weight.shape) for weight in model.trainable_weights)
            print(f"{name}: {weights:,} weights train, epochs {first + 1} to {last}")
        shown = {"callbacks": self.callbacks, "verbose": 0 if self.callbacks else self.verbose}
        if own is not None:
            history = own(*parts[:3], first, last)
        elif self.checkpoint is not None:
            phase = len(self.record.phases)
            history = self.checkpoint.fit(fine_tune, phase, model, parts, first, last, **shown)
        else:
            history = fit(*parts[:3], first, last, **shown)
        seconds = round(time.monotonic() - began, 1)
        self.record.add_phase(name, model, history, self.views, seconds)
        for key, values in history.history.items():
            self.history.setdefault(key, []).extend(float(value) for value in values)
        return history


def _make_variables(model: "tf.keras.Model") -> None:
    """Makes the variables of a compiled model's optimizer and metrics.

    A `tf.function` that makes variables is traced twice, and tracing the training step of a whole
    MobileNetV2 takes some ten seconds.
    """
    if not model.compiled:  # as `fit` says
        return
    with model.distribute_strategy.scope():
        model.optimizer.build(model.trainable_variables)
        probabilities = np.full((1, *model.output_shape[1:]), 1 / model.output_shape[-1], "float32")
        # What is wrong with a metric of a student's own is better said by `fit`.
        with contextlib.suppress(Exception):
            model.compute_metrics(None, np.zeros(1, "int64"), probabilities)
        model.reset_metrics()


def _from_start(fit: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function that trains from an epoch on, made of one that begins with the first."""
    return lambda model, train, val, _, epochs, **options: fit(model, train, val, epochs, **options)
