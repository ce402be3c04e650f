"""Exercises that call `fit`: a model so small that its whole training can be recomputed.

The student's function gets a softmax regression on 8x8 pictures, compiled with plain SGD, and
generators whose last batch is smaller. The model notes which pictures each step saw. From these
notes alone the judge repeats the training in NumPy, and compares the weights and the history.
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
_METRICS = ("loss", "accuracy")
_LEAST = 1e-7  # probability that Keras takes the logarithm of

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
        if np.array_equal(facts.kernel.values, expected.kernel):
            yield fails(None, "not_trained")
            return
        if not facts.trained or not _is_of_pictures(facts, expected, rules["weights"]):
            yield fails(None, "trained_elsewhere")
            return
        training = _retrain(facts.trained, expected)
        yield _judge_history(facts, expected, training, rules)
        yield _judge_training(facts, expected, training, rules)
        yield _judge_validation(facts, expected, training, rules)


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


def _is_of_pictures(facts: Facts, expected: Expected, limit: float) -> bool:
    """Whether the kernel can have come from training on the given pictures.

    Each step of gradient descent adds a sum of its pictures, each times something.
    """
    if facts.kernel.values.shape != expected.kernel.shape:
        return False
    change = facts.kernel.values - expected.kernel
    pictures = np.concatenate([expected.training.x, expected.validation.x]).reshape(-1, INPUTS).T
    factors, *_ = np.linalg.lstsq(pictures.astype(np.float64), change)
    return bool(np.abs(pictures @ factors - change).max() <= limit)


def _judge_history(facts: Facts, expected: Expected, training: "_Training", rules: dict) -> Finding:
    if facts.epochs is None:
        return fails("history", "no_history", received=facts.type)
    if facts.epochs != expected.epochs:
        right = _span(expected.epochs)
        return fails("history", "epochs", received=_span(facts.epochs), expected=right)
    # Other weights cost points elsewhere; the history then has the values of another training.
    if training.ends_at(facts, rules):
        wrong = training.wrong_metric(facts, "", rules)
        if wrong is not None:
            return fails("history", "other_values", name=wrong)
    return holds("history")


def _judge_training(
    facts: Facts, expected: Expected, training: "_Training", rules: dict
) -> Finding:
    n_epochs, done = len(expected.epochs), training.epochs
    if done is None or (done < n_epochs and facts.epochs == expected.epochs):
        steps = n_epochs * -(-N_TRAIN // BATCH)
        return fails("training", "part_epochs", received=len(facts.trained), expected=steps)
    if done != n_epochs:
        return fails("training", "number_of_epochs", received=done, expected=n_epochs)
    if not training.ends_at(facts, rules):
        return fails("training", "other_weights")
    return holds("training")


def _judge_validation(
    facts: Facts, expected: Expected, training: "_Training", rules: dict
) -> Finding:
    names = ", ".join(metric.name for metric in facts.history) or "nothing"
    if not facts.validated:
        return fails("validation", "no_validation", received=names)
    # A wrong number of epochs has cost its points; each of them is to be validated.
    n_trained = max(training.epochs or len(expected.epochs), len(facts.epochs or ()))
    # In which batches they come does not matter here.
    seen = tuple((number,) for step in facts.validated for number in step)
    if _whole_epochs(seen, N_VALIDATION, 1) != n_trained:
        received = f"{round(len(seen) / n_trained, 1):g}"
        return fails("validation", "part_validation", received=received, expected=N_VALIDATION)
    if facts.epochs is None:
        return holds("validation")
    if facts.metric("val_loss") is None:
        return fails("validation", "no_validation", received=names)
    if training.ends_at(facts, rules):
        wrong = training.wrong_metric(facts, "val_", rules)
    else:
        wrong = _wrong_at_last(facts, expected, rules)
    return fails("validation", "other_validation", name=wrong) if wrong else holds("validation")


def _wrong_at_last(facts: Facts, expected: Expected, rules: dict) -> str | None:
    """Returns the first metric whose last value is not that of the weights that are there."""
    kernel, bias = facts.kernel.values, facts.bias.values
    if bias.shape != kernel.shape[1:]:
        return "val_loss"
    for name, right in zip(_METRICS, _evaluate(expected.validation, kernel, bias), strict=True):
        received = facts.metric(f"val_{name}")
        if received is None or not received.size or abs(received[-1] - right) > rules[name]:
            return f"val_{name}"
    return None


def _probabilities(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return softmax(x.reshape(len(x), -1).astype(np.float64) @ kernel + bias)


def _evaluate(data: Pictures, kernel: np.ndarray, bias: np.ndarray) -> tuple[float, float]:
    """Returns loss and accuracy."""
    probabilities = _probabilities(data.x, kernel, bias)
    right = probabilities[np.arange(len(data.y)), data.y]
    accuracy = (probabilities.argmax(axis=1) == data.y).mean()
    return float(-np.log(np.maximum(right, _LEAST)).mean()), float(accuracy)


@dataclass(frozen=True)
class _Training:
    """A training, repeated step by step.

    Attributes:
        epochs: how many whole epochs it is of; None if not of a whole number.
        kernel: at the end.
        bias: at the end.
        sizes: of the batches.
        batches: loss and accuracy of each batch before its step, `[steps, 2]`.
        validation: those of all validation pictures after each step, `[steps, 2]`.
    """

    epochs: int | None
    kernel: np.ndarray
    bias: np.ndarray
    sizes: np.ndarray
    batches: np.ndarray
    validation: np.ndarray

    def ends_at(self, facts: Facts, rules: dict) -> bool:
        """Whether it leads to the weights that are there."""
        pairs = (facts.kernel.values, self.kernel), (facts.bias.values, self.bias)
        return all(a.shape == b.shape and np.abs(a - b).max() <= rules["weights"] for a, b in pairs)

    def wrong_metric(self, facts: Facts, prefix: str, rules: dict) -> str | None:
        """Returns the first metric whose history is of no epochs of this training.

        They follow one another. Where the training is of whole epochs, and of enough of them, each
        is one; otherwise, which costs points elsewhere, an epoch may be any number of steps.
        """
        epochs, n = facts.epochs or (), len(self.sizes)
        lengths = np.arange(n + 1) - np.arange(n + 1)[:, np.newaxis]  # from one step to another
        whole = self.epochs is not None and self.epochs >= len(epochs)
        possible = lengths == n // self.epochs if whole else lengths > 0
        for column, name in enumerate(_METRICS):
            received = facts.metric(f"{prefix}{name}")
            if received is None or not 0 < len(received) == len(epochs):
                return f"{prefix}{name}"
            values = self.validation[:, column] if prefix else self._means(column)
            ends = np.ones(n + 1, bool)
            for value in received:
                fits = possible[:, 1:] & (np.abs(values - value) <= rules[name])
                ends = np.append(False, (ends[:, np.newaxis] & fits).any(axis=0))
            if not ends.any():
                return f"{prefix}{name}"
        return None

    def _means(self, column: int) -> np.ndarray:
        """Returns the mean over the batches between two steps, `[steps + 1, steps]`."""
        counts = np.append(0, np.cumsum(self.sizes))
        totals = np.append(0, np.cumsum(self.sizes * self.batches[:, column]))
        with np.errstate(invalid="ignore"):  # no batch lies between a step and itself
            means: np.ndarray = np.subtract.outer(totals, totals) / np.subtract.outer(
                counts, counts
            )
        return means[:, 1:]


def _retrain(steps: tuple[tuple[int, ...], ...], expected: Expected) -> _Training:
    """Repeats the noted training steps: SGD on sparse categorical cross-entropy."""
    kernel, bias = expected.kernel.astype(np.float64), np.zeros(expected.kernel.shape[1])
    batches, validation = [], []
    for step in steps:
        numbers = np.minimum(step, N_TRAIN - 1).astype(int)
        data = Pictures(expected.training.x[numbers], expected.training.y[numbers])
        batches.append(_evaluate(data, kernel, bias))
        x = data.x.reshape(len(step), -1).astype(np.float64)
        gradient = (_probabilities(data.x, kernel, bias) - np.eye(len(bias))[data.y]) / len(step)
        kernel = kernel - RATE * x.T @ gradient
        bias = bias - RATE * gradient.sum(axis=0)
        validation.append(_evaluate(expected.validation, kernel, bias))
    sizes = np.array([len(step) for step in steps])
    epochs = _whole_epochs(steps, N_TRAIN, BATCH)
    return _Training(epochs, kernel, bias, sizes, np.array(batches), np.array(validation))


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
