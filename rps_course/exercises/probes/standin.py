"""A small network that stands in for the pretrained one where that one is not needed.

Whatever a function does to a backbone shows on any network: which weights move, whether batch
normalization runs in training mode, what the head sees. This one is drawn from the challenge, with
another number of layers and features each time, so it is no pretrained backbone, and a layer number
or a number of features that stands in an answer does not fit it.
"""

from typing import TYPE_CHECKING

import numpy as np

from autograder.core.challenge import Challenge
from rps_course.exercises.probes import probing
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

_GRID = 12  # side of the feature map that a picture becomes at once
SHAPE = (2 * _GRID, 2 * _GRID, 3)  # of the pictures that `classifier` takes
MAX_FEATURES = 40
NORM_WEIGHTS = 4  # of a batch normalization: scale, offset, moving mean, moving variance


def backbone(
    challenge: Challenge,
    purpose: str,
    shape: tuple[int, ...],
    *,
    frozen: bool = True,
    pooling: str | None = "avg",
) -> "tf.keras.Model":
    """Builds a stand-in for the pretrained backbone; the same each time it is drawn.

    Args:
        challenge: draws layers and weights.
        purpose: names the draw.
        shape: of its inputs, `[H, W, 3]`.
        frozen: whether no layer trains; otherwise all do.
        pooling: as for the networks of `tf.keras.applications`.

    Returns:
        A functional model from pictures `[n, H, W, 3]` to features `[n, d]`, d from 24 to 40: from
        four to six times a convolution, batch normalization and ReLU, then pooling.
    """
    import tensorflow as tf

    rng = challenge.rng(f"{purpose} stand-in")
    channels = [*rng.integers(6, 12, rng.integers(3, 6)), rng.integers(24, MAX_FEATURES + 1)]
    inputs = tf.keras.Input(shape)
    outputs = tf.keras.layers.AveragePooling2D(shape[0] // _GRID)(inputs)
    for n in map(int, channels):
        outputs = tf.keras.layers.Conv2D(n, 3, padding="same", use_bias=False)(outputs)
        outputs = tf.keras.layers.BatchNormalization(momentum=0.9)(outputs)
        outputs = tf.keras.layers.ReLU()(outputs)
    if pooling is not None:
        kinds = {
            "avg": tf.keras.layers.GlobalAveragePooling2D,
            "max": tf.keras.layers.GlobalMaxPooling2D,
        }
        outputs = kinds[pooling]()(outputs)
    model = tf.keras.Model(inputs, outputs)
    for layer in model.layers:
        layer.set_weights(_weights(layer, rng))
    model.trainable = not frozen
    return model


def classifier(challenge: Challenge, purpose: str, profile: Profile) -> "tf.keras.Sequential":
    """Builds a classifier on a frozen stand-in; a step of it can be taken again, number by number.

    It takes pictures of `SHAPE` and pools their maximum, unlike the backbone that a student puts a
    head on: this is no answer to that.
    """
    import tensorflow as tf

    # A Dropout that drops nothing keeps the layers those of the course's classifier.
    layers = [
        backbone(challenge, purpose, SHAPE, pooling="max"),
        tf.keras.layers.Dropout(0.0),
        tf.keras.layers.Dense(len(profile.classes), "softmax"),
    ]
    model = tf.keras.Sequential(layers)
    probing.set_head(model, challenge, purpose)
    return model


def unfreeze_some(model: "tf.keras.Model", challenge: Challenge, purpose: str) -> None:
    """Makes drawn layers of a stand-in train, the last one with weights among them.

    That is no part of an answer to `unfreeze`, whatever is drawn: the first layer with weights
    trains and the last but one does not, so they are wrong on both sides of any cut.
    """
    model.trainable = True
    trains = challenge.rng(f"{purpose} trains").random(len(model.layers)) < 0.5
    first, *_, last_but_one, last = sorted(set(owners(model)))
    trains[[first, last_but_one, last]] = True, False, True
    for layer, on in zip(model.layers, trains, strict=True):
        layer.trainable = bool(on)


def _weights(layer: "tf.keras.layers.Layer", rng: np.random.Generator) -> list[np.ndarray]:
    shapes = [weight.shape for weight in layer.weights]
    if len(shapes) == 1:
        fan_in = np.prod(shapes[0][:-1])
        return [rng.normal(0, np.sqrt(2 / fan_in), shapes[0])]
    if len(shapes) == NORM_WEIGHTS:
        n = shapes[0]
        return [rng.uniform(0.6, 1.4, n), *rng.normal(0.1, 0.1, (2, *n)), rng.uniform(0.5, 1.5, n)]
    return []


def owners(model: "tf.keras.Model") -> list[int]:
    """Returns, for every weight of a model, the index of the layer that it belongs to."""
    return [i for i, layer in enumerate(model.layers) for _ in layer.weights]


def cuts(challenge: Challenge, purpose: str, model: "tf.keras.Model") -> tuple[int, ...]:
    """Draws two layers to unfreeze from.

    Each has weights and follows one with weights: a cut that is off by one, either way, moves other
    weights.
    """
    counts = [len(layer.weights) for layer in model.layers]
    possible = [i for i in range(1, len(counts)) if counts[i - 1] and counts[i]]
    drawn = challenge.rng(f"{purpose} cuts").choice(possible[1:-1], 2, replace=False)
    return tuple(map(int, drawn))
