"""Measures trained weights: their accuracy, and how they differ from the pretrained ones."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rps_course.exercises.trained_model import private as own
from rps_course.exercises.trained_model.facts import Measured
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

Pictures = tuple[np.ndarray, np.ndarray]  # float32 [n, H, W, 3] in [0, 1], and labels


def measure(model: "tf.keras.Model", profile: Profile, private: Path | None) -> Measured:
    """Returns what is measured of a classifier.

    Args:
        model: of the course's architecture, with the weights that were handed in.
        profile: the whole profile.
        private: folder with pictures that no student has; None for none.
    """
    frozen, tail = _distances(model, profile)
    accuracy = _accuracy(model, _test_data(profile))
    if private is None:
        return Measured(accuracy, frozen, tail)
    pictures = own.load(private)
    return Measured(accuracy, frozen, tail, _accuracy(model, pictures), len(pictures[1]))


@cache
def _test_data(profile: Profile) -> Pictures:
    from rps_course import data, preprocessing

    _, test, _ = data.load(profile)
    # The notebook's own profile may be another one: resize to what these weights take.
    return data.to_numpy(test.map(lambda s: preprocessing.preprocess_image(s, profile.image_size)))


def _accuracy(model: "tf.keras.Model", pictures: Pictures) -> float:
    """Returns a classifier's accuracy, 0 to 1."""
    x, y = pictures
    return float((model.predict(x, batch_size=64, verbose=0).argmax(axis=1) == y).mean())


@cache
def _pretrained(profile: Profile) -> tuple[tuple[int, np.ndarray], ...]:
    from rps_course import model

    backbone = model.build_backbone(profile)
    return tuple((i, w.numpy()) for i, layer in enumerate(backbone.layers) for w in layer.weights)


def _distances(
    model: "tf.keras.Model", profile: Profile
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Returns how far the weights of the frozen part and of the tail are from the pretrained."""
    frozen, tail = [], []
    theirs = [weight.numpy() for layer in model.layers[0].layers for weight in layer.weights]
    for (layer, pretrained), weight in zip(_pretrained(profile), theirs, strict=True):
        part = tail if layer >= profile.fine_tune_at else frozen
        part.append(_distance(weight, pretrained))
    return tuple(frozen), tuple(tail)


def _distance(weight: np.ndarray, pretrained: np.ndarray) -> float:
    return float((np.abs(weight - pretrained) / (0.01 + np.abs(pretrained))).max())
