"""Probing functions that call `fit`: a model so small that its whole training can be recomputed.

The student's function gets a softmax regression on 8x8 pictures, compiled with plain SGD, and
generators whose last batch is smaller. The model notes which pictures each step saw. From these
notes alone the judge repeats the training in NumPy and compares the weights.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import attempt, type_name
from autograder.core.rubric import Finding, fails, holds

if TYPE_CHECKING:
    import tensorflow as tf

SIDE = 8
N_WEIGHTS = SIDE * SIDE * 3 * 3
BATCH = 4
N_TRAIN, N_VALIDATION = 22, 13  # neither is a multiple of the batch size
RATE = 0.5
MAX_EPOCHS = 12
MAX_STEPS = 400

_STEPS = evidence.listing(evidence.listing(evidence.integer(N_TRAIN), 64), MAX_STEPS)
FACTS = evidence.record(
    optional=("epochs", "history", "trained", "validated", "kernel", "bias", "recompiled"),
    type=evidence.text(100),
    epochs=evidence.listing(evidence.integer(1000), 100),
    history=evidence.listing(
        evidence.record(
            name=evidence.text(100),
            values=evidence.array(max_size=100),
        ),
        10,
    ),
    recompiled=evidence.boolean(),
    trained=_STEPS,
    validated=_STEPS,
    kernel=evidence.array(max_size=N_WEIGHTS),
    bias=evidence.array(max_size=3),
)


@dataclass(frozen=True)
class Data:
    """Pictures `[n, 8, 8, 3]` that carry their number in their first pixel, and labels `[n]`."""

    x: np.ndarray
    y: np.ndarray

    @classmethod
    def draw(cls, challenge: Challenge, purpose: str, n: int) -> "Data":
        """Draws pictures whose classes differ, so that training gets somewhere."""
        rng = challenge.rng(purpose)
        # Each class is there: without one, a wrong weight of that class would not show.
        y = rng.permutation(np.arange(n) % 3)
        x = 0.4 * rng.random((n, SIDE, SIDE, 3)) + 0.3 * (np.arange(3) == y[:, None])[:, None, None]
        x[:, 0, 0, 0] = np.arange(n) / 100
        return cls(x.astype(np.float32), y)

    def numbers(self, x: Any) -> list[int]:
        """Returns which pictures a batch holds."""
        return [round(100 * float(value)) for value in np.asarray(x)[:, 0, 0, 0]]


@cache
def _classes() -> tuple[type, type]:
    """Makes the classes that derive from Keras' own, which must not load with this module."""
    import tensorflow as tf

    class Batches(tf.keras.utils.PyDataset):
        def __init__(self, data: Data) -> None:
            super().__init__()
            self.data = data

        def __len__(self) -> int:
            return -(-len(self.data.x) // BATCH)

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            here = slice(index * BATCH, (index + 1) * BATCH)
            return self.data.x[here], self.data.y[here]

    class Regression(tf.keras.Sequential):
        def train_step(self, data: Any) -> dict:
            if self.run_eagerly:  # compiled anew without it, the step would be traced, not run
                self.trained.append(self.probe_data[0].numbers(data[0]))
            return super().train_step(data)

        def test_step(self, data: Any) -> dict:
            if self.run_eagerly:
                self.validated.append(self.probe_data[1].numbers(data[0]))
            return super().test_step(data)

    return Batches, Regression


def initial_kernel(challenge: Challenge, purpose: str) -> np.ndarray:
    """Draws the kernel that training starts from, float32 `[192, 3]`."""
    return (
        challenge.rng(f"{purpose} kernel").normal(0, 0.05, (SIDE * SIDE * 3, 3)).astype("float32")
    )


def datasets(challenge: Challenge, purpose: str) -> tuple[Data, Data]:
    """Draws training and validation data."""
    return (
        Data.draw(challenge, f"{purpose} training", N_TRAIN),
        Data.draw(challenge, f"{purpose} validation", N_VALIDATION),
    )


def gather(
    fit: Callable[["tf.keras.Model", Any, Any], Any], challenge: Challenge, purpose: str
) -> dict:
    """Lets a student's function train the small model and returns what happened as facts."""
    import tensorflow as tf

    batches, regression = _classes()
    training, validation = datasets(challenge, purpose)
    dense = tf.keras.layers.Dense(3, activation="softmax")
    model = regression(
        [tf.keras.Input((SIDE, SIDE, 3)), tf.keras.layers.Flatten(), dense], name="probe"
    )
    model.probe_data, model.trained, model.validated = (training, validation), [], []
    dense.set_weights([initial_kernel(challenge, purpose), np.zeros(3, "float32")])
    optimizer = tf.keras.optimizers.SGD(RATE)
    model.compile(
        optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True
    )
    history = attempt(fit, model, batches(training), batches(validation))
    facts: dict[str, Any] = {
        "type": type_name(history),
        "recompiled": model.optimizer is not optimizer,
        "trained": [step[:64] for step in list(model.trained)[:MAX_STEPS]],
        "validated": [step[:64] for step in list(model.validated)[:MAX_STEPS]],
        "kernel": evidence.encode(dense.kernel),
        "bias": evidence.encode(dense.bias),
    }
    if isinstance(history, tf.keras.callbacks.History):
        facts["epochs"] = [int(epoch) for epoch in history.epoch[:100]]
        facts["history"] = [
            {"name": str(name)[:100], "values": evidence.encode(np.ravel(values)[:100])}
            for name, values in list(history.history.items())[:10]
        ]
    return facts


def _probabilities(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    logits = x.reshape(len(x), -1).astype(np.float64) @ kernel + bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _retrain(
    data: Data, kernel: np.ndarray, steps: list[list[int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Repeats the noted training steps: SGD on sparse categorical cross-entropy."""
    kernel, bias = kernel.astype(np.float64), np.zeros(3)
    for numbers in steps:
        x, y = data.x[numbers], data.y[numbers]
        gradient = (_probabilities(x, kernel, bias) - np.eye(3)[y]) / len(y)
        kernel = kernel - RATE * x.reshape(len(x), -1).T.astype(np.float64) @ gradient
        bias = bias - RATE * gradient.sum(axis=0)
    return kernel, bias


def _whole_epochs(steps: list[list[int]], n: int, batch: int = BATCH) -> int | None:
    """Returns how many times the steps go through all n pictures; None if not a whole number."""
    per_epoch = -(-n // batch)
    if len(steps) % per_epoch:
        return None
    for start in range(0, len(steps), per_epoch):
        seen = [number for step in steps[start : start + per_epoch] for number in step]
        if sorted(seen) != list(range(n)):
            return None
    return len(steps) // per_epoch


def judge(
    facts: dict, challenge: Challenge, purpose: str, first_epoch: int, last_epoch: int
) -> Iterator[Finding]:
    """Yields findings on `history`, `training` and `validation`.

    Args:
        facts: what `gather` returned, decoded.
        challenge: the challenge that it was gathered with.
        purpose: the same as there.
        first_epoch: the epoch that training should start at.
        last_epoch: the epoch that it should stop before.
    """
    training, validation = datasets(challenge, purpose)
    wanted = list(range(first_epoch, last_epoch))
    n_epochs = len(wanted)
    if facts["recompiled"]:
        yield fails(None, "recompiled")
        return
    if not facts["trained"]:
        yield fails(None, "not_trained")
        return
    history = {entry["name"]: entry["values"] for entry in facts.get("history", [])}
    epochs = facts.get("epochs")
    if epochs is None:
        yield fails("history", "no_history", received=facts["type"])
    elif epochs != wanted:
        yield fails("history", "epochs", received=_span(epochs), wanted=_span(wanted))
    else:
        yield holds("history")
    done = _whole_epochs(facts["trained"], N_TRAIN)
    if done is None or (done < n_epochs and epochs == wanted):
        yield fails(
            "training",
            "part_epochs",
            received=len(facts["trained"]),
            wanted=n_epochs * -(-N_TRAIN // BATCH),
        )
    elif done != n_epochs:
        yield fails("training", "number_of_epochs", received=done, wanted=n_epochs)
    else:
        steps = [[min(number, N_TRAIN - 1) for number in step] for step in facts["trained"]]
        kernel, bias = _retrain(training, initial_kernel(challenge, purpose), steps)
        if (
            facts["kernel"].values.shape == kernel.shape
            and facts["bias"].values.shape == bias.shape
            and np.allclose(facts["kernel"].values, kernel, atol=1e-3)
            and np.allclose(facts["bias"].values, bias, atol=1e-3)
        ):
            yield holds("training")
        else:
            yield fails("training", "other_weights")
    if not facts["validated"]:
        yield fails("validation", "no_validation", received=", ".join(history) or "nothing")
        return
    # A wrong number of epochs has cost its points above; here each of them is to be validated.
    n_trained = max(done or n_epochs, len(epochs or ()))
    # In which batches they come does not matter here.
    seen = [[number] for step in facts["validated"] for number in step]
    done = _whole_epochs(seen, N_VALIDATION, batch=1)
    probabilities = _probabilities(validation.x, facts["kernel"].values, facts["bias"].values)
    accuracy = (probabilities.argmax(axis=1) == validation.y).mean()
    reported = history["val_accuracy"].values if "val_accuracy" in history else np.array([accuracy])
    if done != n_trained:
        per_epoch = sum(map(len, facts["validated"])) / n_trained
        yield fails(
            "validation", "part_validation", received=round(per_epoch, 1), wanted=N_VALIDATION
        )
    elif reported.size == 0 or abs(reported.reshape(-1)[-1] - accuracy) > 1e-3:
        yield fails("validation", "other_validation")
    else:
        yield holds("validation")


def _span(epochs: list[int]) -> str:
    return f"{epochs[0]} to {epochs[-1]} ({len(epochs)} epochs)" if epochs else "no epoch"
