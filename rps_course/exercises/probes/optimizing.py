"""What an optimizer does with drawn gradients, whatever its class is called.

The optimizer of a compiled model changes a weight of the model with gradients and at step numbers
that are drawn from the challenge. The judge repeats Adam in NumPy and compares each change. Some
gradients are always 0, and Adam leaves their weights alone: weight decay does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.facts import Array, Most

if TYPE_CHECKING:
    import tensorflow as tf

_STEPS = 64
_LAST = 4  # steps are drawn up to the 10,000th, as many from each power of ten
_NOTED = 32  # numbers of the weight
_SIZES = (0.003, 0.1)  # of gradients: clipping at 1 changes none, an epsilon of 1e-6 changes some
# Sizes of the weights: just below a power of two, rounding hides the least of a weight decay.
_WEIGHTS = (0.049, 0.062)
_BETAS, _EPSILON = (0.9, 0.999), 1e-7  # Adam's defaults in Keras


@dataclass(frozen=True)
class Updates:
    """What the optimizer made of a weight.

    Attributes:
        rates: the learning rate at each drawn step.
        weights: numbers of the weight after each step, `[steps, numbers]`.
    """

    rates: Annotated[Array, Most(_STEPS)]
    weights: Annotated[Array, Most(_STEPS * _NOTED)]


@dataclass(frozen=True)
class Draw:
    """What an optimizer is given.

    Attributes:
        start: the weight at first, float32, flat.
        steps: the step numbers, ascending.
        gradients: float32 `[steps, numbers]`.
    """

    start: np.ndarray
    steps: np.ndarray
    gradients: np.ndarray

    @classmethod
    def of(cls, challenge: Challenge, purpose: str, size: int) -> "Draw":
        """Draws for a weight of so many numbers."""
        rng = challenge.rng(f"{purpose} updates")
        # Large once, then small: only so does the largest mean square stay behind, as in AMSGrad.
        gradients = rng.uniform(-0.01, 0.03, (_STEPS, size))
        gradients[0] = 1
        sizes = rng.permutation(np.geomspace(*_SIZES, _NOTED // 2))
        gradients *= rng.choice([-1, 1], size) * np.resize(sizes.repeat(2), size)
        gradients[:, ::2] = 0
        return cls(
            (rng.choice([-1, 1], size) * rng.uniform(*_WEIGHTS, size)).astype(np.float32),
            np.sort(10 ** rng.uniform(0, _LAST, _STEPS)).astype(int),
            gradients.astype(np.float32),
        )


def state(
    optimizer: "tf.keras.optimizers.Optimizer", weights: Sequence["tf.Variable"]
) -> list[np.ndarray]:
    """Returns what an optimizer keeps between steps, built for these weights if it is not."""
    if not optimizer.built:
        optimizer.build(weights)
    return [variable.numpy().copy() for variable in optimizer.variables]


def take(
    optimizer: "tf.keras.optimizers.Optimizer",
    first: Sequence[np.ndarray],
    weight: "tf.Variable",
    challenge: Challenge,
    purpose: str,
) -> Updates:
    """Lets an optimizer change a weight of the model that it was built for.

    Args:
        optimizer: its step number is set.
        first: the state that it starts from.
        weight: what it changes.
        challenge: draws gradients and steps.
        purpose: names the draw.
    """
    import tensorflow as tf

    drawn = Draw.of(challenge, purpose, int(np.prod(weight.shape)))
    for variable, value in zip(optimizer.variables, first, strict=True):
        variable.assign(value)
    weight.assign(drawn.start.reshape(weight.shape))
    rates, weights = [], []
    for at, gradient in zip(drawn.steps, drawn.gradients, strict=True):
        optimizer.iterations.assign(at)
        rates.append(float(np.asarray(optimizer.learning_rate)))
        # Half precision scales the loss, and divides the gradients by as much.
        scale = float(optimizer.scale_loss(1.0))
        scaled = tf.constant(scale * gradient.reshape(weight.shape), tf.float32)
        optimizer.apply_gradients([(scaled, weight)])
        weights.append(weight.numpy().ravel()[:_NOTED].copy())
    return Updates(Array.of(rates), Array.of(weights))


def adam(drawn: Draw, rate: float) -> np.ndarray:
    """Returns by how much Adam changes the weight at each step, `[steps, numbers]`.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), in the form of section 2
    that Keras uses: the bias correction is part of the rate, and epsilon is added after it.
    """
    mean, square, changes = 0.0, 0.0, []
    for at, gradient in zip(drawn.steps + 1, drawn.gradients.astype(np.float64), strict=True):
        mean = _BETAS[0] * mean + (1 - _BETAS[0]) * gradient
        square = _BETAS[1] * square + (1 - _BETAS[1]) * gradient**2
        corrected = rate * np.sqrt(1 - _BETAS[1] ** at) / (1 - _BETAS[0] ** at)
        changes.append(-corrected * mean / (np.sqrt(square) + _EPSILON))
    return np.stack(changes)[:, :_NOTED]


def first_wrong(weights: np.ndarray, drawn: Draw, right: np.ndarray, limit: float) -> int | None:
    """Returns the first drawn step at which a weight changed otherwise; None if there is none.

    Args:
        weights: numbers of the weight after each step.
        drawn: what the optimizer was given.
        right: the right changes, `[steps, numbers]`.
        limit: how far a change may be off, besides its rounding.
    """
    if weights.shape != right.shape:
        return int(drawn.steps[0])
    start = drawn.start[np.newaxis, : right.shape[1]]
    changes = np.diff(np.concatenate([start, weights]).astype(np.float64), axis=0)
    allowed = np.where(right == 0, 0, limit + np.spacing(np.abs(weights)))
    wrong = np.abs(changes - right) > allowed
    return next(map(int, drawn.steps[wrong.any(axis=1)]), None)
