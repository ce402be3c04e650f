"""Looking at Keras models from outside: what a training step moves.

Everything is judged by behavior, so these helpers read variables before and after real training
steps. Steps run eagerly: tracing a graph for a single step costs several times the step itself.

Whoever judges takes the same step again with the reference implementation and compares numbers, so
nothing in a step may be random: heads are drawn from the challenge and have no Dropout.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import attempt
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

N_PICTURES = 6
MAX_FEATURES = 4096  # of a backbone of Keras Applications


def inputs(
    challenge: Challenge, purpose: str, shape: tuple[int, ...], n: int = N_PICTURES
) -> np.ndarray:
    """Draws network inputs of a shape `[H, W, 3]`: float32 `[n, H, W, 3]` in [0, 1]."""
    return challenge.pictures(purpose, n, *shape[:2]).astype(np.float32) / 255


def later(challenge: Challenge, purpose: str, shape: tuple[int, ...]) -> np.ndarray:
    """Draws two more network inputs, to see what a backbone gives before and after a step."""
    return inputs(challenge, f"{purpose} later", shape, 2)


def targets(challenge: Challenge, purpose: str, profile: Profile) -> np.ndarray:
    """Draws labels: int64 `[N_PICTURES]`, as many different ones as there can be."""
    rng = challenge.rng(f"{purpose} targets")
    return rng.permutation(np.resize(rng.permutation(len(profile.classes)), N_PICTURES))


def is_model(value: Any) -> bool:
    """Whether a value is a Keras model (functional, Sequential or subclassed)."""
    import tensorflow as tf

    return isinstance(value, tf.keras.Model)


def takes_logits(model: "tf.keras.Model") -> bool:
    """Whether a model is compiled with a loss that takes logits in place of probabilities."""
    return bool(getattr(getattr(model, "loss", None), "from_logits", False))


def set_head(model: "tf.keras.Model", challenge: Challenge, purpose: str) -> None:
    """Draws the weights of a model's last layer."""
    dense = model.layers[-1]
    features, classes = dense.kernel.shape
    dense.set_weights([drawn_head(challenge, purpose, features, classes), np.zeros(classes)])


def drawn_head(challenge: Challenge, purpose: str, features: int, classes: int) -> np.ndarray:
    """Draws the kernel of a head, float32 `[features, classes]`."""
    kernel = challenge.rng(f"{purpose} head").normal(0, 0.05, (features, classes))
    return kernel.astype(np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Returns the probabilities `[n, classes]` that logits stand for."""
    from scipy import special

    probabilities: np.ndarray = special.softmax(logits, axis=1)
    return probabilities


def alike(values: np.ndarray, expected: np.ndarray, rounding: float) -> bool:
    """Whether features are the same up to the rounding of different machines.

    Args:
        values: the features.
        expected: those of the reference implementation.
        rounding: how far they may differ, as a share of each, and a tenth of it of the largest.
    """
    return values.shape == expected.shape and np.allclose(
        values, expected, rtol=rounding, atol=0.1 * rounding * max(1.0, expected.max())
    )


def follows(
    before: np.ndarray, after: np.ndarray, expected: np.ndarray, rounding: float, change: float
) -> bool:
    """Whether something changed as it should have, up to the rounding of different machines.

    Args:
        before: what it was.
        after: what it became.
        expected: what it becomes with the reference implementation.
        rounding: as in `alike`; here a hundredth of it counts, on the average.
        change: how far it may be off, as a share of the expected change.
    """
    if after.shape != expected.shape:
        return False
    allowed = change * np.abs(expected - before).mean() + 0.01 * rounding * np.abs(expected).mean()
    return bool(np.abs(after - expected).mean() <= allowed)


def snapshot(model: "tf.keras.layers.Layer") -> list[np.ndarray]:
    """Returns copies of all of a layer's weights, in order."""
    return [variable.numpy().copy() for variable in model.weights]


def moved(before: list[np.ndarray], layer: "tf.keras.layers.Layer") -> tuple[int, ...]:
    """Returns the indices of the weights that differ from a snapshot.

    Weights that the snapshot does not have count as moved: a model that was rebuilt in between
    is no longer the same model.
    """
    after = snapshot(layer)
    if len(after) != len(before):
        return tuple(range(len(after)))
    return tuple(
        i
        for i, (a, b) in enumerate(zip(after, before, strict=True))
        if a.shape != b.shape or not np.array_equal(a, b)
    )


def step(model: "tf.keras.Model", x: np.ndarray, y: np.ndarray) -> None:
    """Runs one eager training step on a compiled model.

    Raises:
        Raised: the model could not be trained as it was compiled.
    """
    model.run_eagerly = True
    attempt(model.train_on_batch, x, y)


def step_trainable(model: "tf.keras.Model", x: np.ndarray, y: np.ndarray) -> None:
    """Does what `step` does to a model whose loss and optimizer are the grader's own.

    `train_on_batch` works out gradients for all weights that trained when they were made, also for
    a large network that was frozen since. Here they are worked out for the others only.

    Raises:
        Raised: the model could not be trained.
    """
    import tensorflow as tf

    def run() -> None:
        weights = model.trainable_weights
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            for weight in weights:
                tape.watch(weight.value)
            loss = model.compute_loss(x, tf.constant(y), model(x, training=True), training=True)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        model.optimizer.apply(gradients, weights)

    attempt(run)
