"""Exercises that call `fit`: a model so small that its whole training can be recomputed.

The student's function gets a softmax regression on 8x8 pictures, compiled with plain SGD, and
generators whose last batch is smaller. The model notes which pictures each step saw. From these
notes alone the judge repeats the training in NumPy and compares the weights.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt, type_name
from autograder.core.facts import Array, Most, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes.pictures import SIDE, Pictures
from rps_course.exercises.probes.probing import softmax
from rps_course.profile import Profile
from rps_course.profiles.reading import MAX_CLASSES

INPUTS = SIDE * SIDE * 3
BATCH = 4
N_TRAIN, N_VALIDATION = 22, 13  # neither is a multiple of the batch size
RATE = 0.5
_NOTED = 64  # pictures of a step

_Steps = Annotated[
    tuple[Annotated[tuple[Annotated[int, Most(N_TRAIN)], ...], Most(_NOTED)], ...], Most(400)
]


@dataclass(frozen=True)
class Metric:
    """A metric's values in the history, one an epoch."""

    name: Short
    values: Annotated[Array, Most(100)]


@dataclass(frozen=True)
class Facts:
    """What the function did to the small model.

    Attributes:
        type: the name of what it returned.
        recompiled: whether it compiled the model anew.
        trained: numbers of the pictures in each training step.
        validated: the same of each validation step.
        kernel: the trained kernel.
        bias: the trained bias.
        epochs: of the history; None where it returned none.
        history: the metrics in it.
    """

    type: Short
    recompiled: bool
    trained: _Steps
    validated: _Steps
    kernel: Annotated[Array, Most(INPUTS * MAX_CLASSES)]
    bias: Annotated[Array, Most(MAX_CLASSES)]
    epochs: Annotated[tuple[int, ...], Most(100)] | None = None
    history: tuple[Metric, ...] = ()

    def metric(self, name: str) -> np.ndarray | None:
        """Returns a metric's values, one an epoch."""
        return next(
            (each.values.values.reshape(-1) for each in self.history if each.name == name), None
        )


@dataclass(frozen=True)
class Expected:
    """What the model is trained on, from where, and for which epochs.

    Attributes:
        training: the training pictures.
        validation: the validation pictures.
        kernel: float32 `[192, classes]`.
        epochs: their numbers.
    """

    training: Pictures
    validation: Pictures
    kernel: np.ndarray
    epochs: tuple[int, ...]


class FittingExercise(Exercise[Facts, Expected]):
    """Asks for a function that trains a compiled model on generators."""

    facts = Facts

    @abstractmethod
    def epochs(self, challenge: Challenge) -> tuple[int, int]:
        """Draws the epoch to start at, and the one to stop before."""

    @abstractmethod
    def fit(self, function: Callable, model: Any, train: Any, validation: Any, *epochs: int) -> Any:
        """Calls a student's function."""

    def _draw(
        self, challenge: Challenge, profile: Profile
    ) -> tuple[Pictures, Pictures, np.ndarray]:
        """Draws data and weights: training and validation pictures, and the kernel."""
        classes = len(profile.classes)
        kernel = challenge.rng(f"{self.name} kernel").normal(0, 0.05, (INPUTS, classes))
        return (
            Pictures.draw(challenge, f"{self.name} training", N_TRAIN, classes),
            Pictures.draw(challenge, f"{self.name} validation", N_VALIDATION, classes),
            kernel.astype(np.float32),
        )

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Draws data, weights and epochs again."""
        epochs = tuple(range(*self.epochs(challenge)))
        return Expected(*self._draw(challenge, profile), epochs)

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Lets the function train the small model and tells what happened."""
        import tensorflow as tf

        from rps_course.exercises.probes.models import Batches, NotingModel

        training, validation, kernel = self._draw(challenge, profile)
        dense = tf.keras.layers.Dense(len(profile.classes), activation="softmax")
        layers = [tf.keras.Input((SIDE, SIDE, 3)), tf.keras.layers.Flatten(), dense]
        model = NotingModel(layers, name="probe")
        model.note(training, validation)
        dense.set_weights([kernel, np.zeros(len(profile.classes), "float32")])
        optimizer = tf.keras.optimizers.SGD(RATE)
        loss = "sparse_categorical_crossentropy"
        model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=True)
        batches = Batches(training, BATCH), Batches(validation, BATCH)
        history = attempt(self.fit, function, model, *batches, *self.epochs(challenge))
        return Facts(
            type_name(history),
            model.optimizer is not optimizer,
            tuple(model.trained),
            tuple(model.validated),
            Array.of(dense.kernel),
            Array.of(dense.bias),
            *_history(history),
        )

    def judge(self, facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
        """Yields findings on the history, training and validation."""
        if facts.recompiled:
            yield fails(None, "recompiled")
            return
        if not facts.trained:
            yield fails(None, "not_trained")
            return
        yield _judge_history(facts, expected)
        done = _whole_epochs(facts.trained, N_TRAIN, BATCH)
        yield _judge_training(facts, expected, done, rules)
        # A wrong number of epochs has cost its points there; each of them is to be validated.
        n_trained = max(done or len(expected.epochs), len(facts.epochs or ()))
        yield _judge_validation(facts, expected, n_trained, rules)


def _history(history: Any) -> tuple:
    """Returns the epochs and the metrics of what should be Keras' history."""
    import tensorflow as tf

    if not isinstance(history, tf.keras.callbacks.History):
        return ()
    metrics = [
        Metric(str(name), Array.of(np.ravel(values)[:100]))
        for name, values in history.history.items()
    ]
    return tuple(map(int, history.epoch)), tuple(metrics)


def _judge_history(facts: Facts, expected: Expected) -> Finding:
    if facts.epochs is None:
        return fails("history", "no_history", received=facts.type)
    if facts.epochs != expected.epochs:
        right = _span(expected.epochs)
        return fails("history", "epochs", received=_span(facts.epochs), expected=right)
    return holds("history")


def _judge_training(facts: Facts, expected: Expected, done: int | None, rules: dict) -> Finding:
    n_epochs = len(expected.epochs)
    if done is None or (done < n_epochs and facts.epochs == expected.epochs):
        steps = n_epochs * -(-N_TRAIN // BATCH)
        return fails("training", "part_epochs", received=len(facts.trained), expected=steps)
    if done != n_epochs:
        return fails("training", "number_of_epochs", received=done, expected=n_epochs)
    for received, right in zip(
        (facts.kernel.values, facts.bias.values), _retrain(facts.trained, expected), strict=True
    ):
        if received.shape != right.shape or np.abs(received - right).max() > rules["weights"]:
            return fails("training", "other_weights")
    return holds("training")


def _judge_validation(facts: Facts, expected: Expected, n_trained: int, rules: dict) -> Finding:
    if not facts.validated:
        names = ", ".join(metric.name for metric in facts.history)
        return fails("validation", "no_validation", received=names or "nothing")
    # In which batches they come does not matter here.
    seen = tuple((number,) for step in facts.validated for number in step)
    if _whole_epochs(seen, N_VALIDATION, 1) != n_trained:
        received = round(len(seen) / n_trained, 1)
        return fails("validation", "part_validation", received=received, expected=N_VALIDATION)
    reported = facts.metric("val_accuracy")
    if reported is None:
        return holds("validation")
    kernel, bias, data = facts.kernel.values, facts.bias.values, expected.validation
    if kernel.shape != expected.kernel.shape or bias.shape != kernel.shape[1:]:
        return fails("validation", "other_validation")
    accuracy = (_probabilities(data.x, kernel, bias).argmax(axis=1) == data.y).mean()
    if reported.size == 0 or abs(reported[-1] - accuracy) > rules["accuracy"]:
        return fails("validation", "other_validation")
    return holds("validation")


def _probabilities(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return softmax(x.reshape(len(x), -1).astype(np.float64) @ kernel + bias)


def _retrain(
    steps: tuple[tuple[int, ...], ...], expected: Expected
) -> tuple[np.ndarray, np.ndarray]:
    """Repeats the noted training steps: SGD on sparse categorical cross-entropy."""
    data = expected.training
    kernel, bias = expected.kernel.astype(np.float64), np.zeros(expected.kernel.shape[1])
    for step in steps:
        numbers = np.minimum(step, N_TRAIN - 1)
        x, y = data.x[numbers], data.y[numbers]
        gradient = (_probabilities(x, kernel, bias) - np.eye(len(bias))[y]) / len(y)
        kernel = kernel - RATE * x.reshape(len(x), -1).T.astype(np.float64) @ gradient
        bias = bias - RATE * gradient.sum(axis=0)
    return kernel, bias


def _whole_epochs(steps: tuple[tuple[int, ...], ...], n: int, batch: int) -> int | None:
    """Returns how many times the steps go through all n pictures; None if not a whole number."""
    per_epoch = -(-n // batch)
    if len(steps) % per_epoch:
        return None
    for start in range(0, len(steps), per_epoch):
        seen = [number for step in steps[start : start + per_epoch] for number in step]
        if sorted(seen) != list(range(n)):
            return None
    return len(steps) // per_epoch


def _span(epochs: tuple[int, ...]) -> str:
    return f"{epochs[0]} to {epochs[-1]} ({len(epochs)} epochs)" if epochs else "no epoch"
