"""Measures trained weights: how well they do, and whether they are what training makes of them.

What is frozen is computed once for all pictures, by the pretrained network: the frozen part of
handed-in weights must equal it.
"""

import dataclasses
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rps_course.exercises.trained_model import private as own
from rps_course.exercises.trained_model.facts import Head, Measured, Scores, Tail
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

_BATCH = 64
_TRAINING = 150  # training pictures that show where the means of batch norms move
Numbers = tuple[np.ndarray, np.ndarray]  # kernel and bias of a head


def measure(
    model: "tf.keras.Model",
    profile: Profile,
    private: Path | None = None,
    first: Numbers | None = None,
) -> Measured:
    """Returns what is measured of a classifier.

    Args:
        model: of the course's architecture, with the weights that were handed in.
        profile: the whole profile.
        private: folder with pictures that no student has; None for none.
        first: the head that phase 1 ended with; None where that is not known.
    """
    from rps_course import model as network
    from rps_course.fast import frozen

    pretrained = network.build_backbone(profile)
    front, before = frozen.before(pretrained, profile.fine_tune_at)
    _, after = frozen.before(model.layers[0], profile.fine_tune_at)
    assert before is not None  # every profile unfreezes something
    assert after is not None
    x, y = _data(profile, test=True)
    test = _compute(front, x)
    head = tuple(model.layers[-1].get_weights())
    training = _compute(front, _data(profile, test=False)[0])
    features = _compute(before, training)
    scores = {}
    if private is not None:
        x, labels = own.load(private)
        scores["private"] = _score(_compute(after, _compute(front, x)), head, labels)
    if first is not None:
        scores["first"] = _score(_compute(before, test), first, y)
    return Measured(
        public=_score(_compute(after, test), head, y),
        frozen=_distances(pretrained, model.layers[0], profile.fine_tune_at),
        tail=_tail(before, after, training),
        head=_head(head[0], first and first[0], features),
        **scores,
    )


@cache
def _data(profile: Profile, test: bool) -> Numbers:
    """Returns the whole test set, or some training pictures, and their labels."""
    from rps_course import data, preprocessing

    few = dataclasses.replace(profile, subset=(_TRAINING, 1))
    chosen = data.load(profile)[1] if test else data.load(few)[0]
    # The notebook's own profile may be another one: resize to what these weights take.
    size = profile.image_size
    return data.to_numpy(chosen.map(lambda s: preprocessing.preprocess_image(s, size)))


def _compute(model: "tf.keras.Model", x: np.ndarray) -> np.ndarray:
    batches = (x[i : i + _BATCH] for i in range(0, len(x), _BATCH))
    return np.concatenate([np.asarray(model(batch, training=False)) for batch in batches])


def _score(features: np.ndarray, head: Numbers, labels: np.ndarray) -> Scores:
    from scipy.special import log_softmax

    kernel, bias = head
    logs = log_softmax(features.astype(np.float64) @ kernel + bias, axis=1)
    right = logs.argmax(axis=1) == labels
    loss = -logs[np.arange(len(labels)), labels].mean()
    return Scores(float(right.mean()), float(loss), len(labels))


def _distances(
    pretrained: "tf.keras.Model", theirs: "tf.keras.Model", fine_tune_at: int
) -> tuple[float, ...]:
    """Returns how far the weights of the frozen part are from the pretrained ones."""
    pairs = zip(pretrained.layers[:fine_tune_at], theirs.layers, strict=False)
    return tuple(
        float((np.abs(b - a) / (0.01 + np.abs(a))).max())
        for old, new in pairs
        for a, b in zip(old.get_weights(), new.get_weights(), strict=True)
    )


def _tail(before: "tf.keras.Model", after: "tf.keras.Model", inputs: np.ndarray) -> Tail:
    """Compares the unfrozen part with the pretrained one.

    Args:
        before: the pretrained part, which is frozen.
        after: the same with the weights that were handed in.
        inputs: what training pictures give before it.
    """
    import tensorflow as tf

    moved = np.concatenate([
        (b - a).ravel()
        for old, new in zip(before.layers, after.layers, strict=True)
        for a, b in zip(_trained(old), _trained(new), strict=True)
    ])  # fmt: skip
    tail = Tail(float((moved == 0).mean()), _size(moved))
    norms = [
        (old, new)
        for old, new in zip(before.layers, after.layers, strict=True)
        if isinstance(old, tf.keras.layers.BatchNormalization)
    ]
    if not norms:
        return tail
    means = tf.keras.Model(before.input, [old.input for old, _ in norms])
    taken, goal = [], []
    for (old, new), values in zip(norms, _outputs(means, inputs), strict=True):
        scale = np.sqrt(old.moving_variance.numpy() + old.epsilon)
        start = old.moving_mean.numpy()
        taken.append((new.moving_mean.numpy() - start) / scale)
        goal.append((values.mean(axis=tuple(range(values.ndim - 1))) - start) / scale)
    way, whole = np.concatenate(taken), np.concatenate(goal)
    if not way.any():
        return dataclasses.replace(tail, way=0.0)
    along = float(way @ whole)
    toward = along / float(np.linalg.norm(way) * np.linalg.norm(whole))
    return dataclasses.replace(tail, toward=toward, way=along / float(whole @ whole))


def _trained(layer: "tf.keras.layers.Layer") -> list[np.ndarray]:
    """Returns what an optimizer changes of a layer once it is unfrozen."""
    import tensorflow as tf

    weights = [weight.numpy() for weight in layer.weights]
    is_norm = isinstance(layer, tf.keras.layers.BatchNormalization)
    return weights[:-2] if is_norm else weights  # without its moving mean and variance


def _outputs(model: "tf.keras.Model", x: np.ndarray) -> list[np.ndarray]:
    found = model(x, training=False)
    return [np.asarray(output) for output in (found if isinstance(found, list) else [found])]


def _head(kernel: np.ndarray, first: np.ndarray | None, features: np.ndarray) -> Head:
    """Compares a head with the random numbers that Dense layers start from (Glorot, Bengio 2010).

    What all classes have in common changes no prediction. So fits by a formula leave none of it,
    and training leaves it nearly as it was drawn.
    """
    common = kernel.mean(axis=1)
    inputs, classes = kernel.shape
    drawn = np.sqrt(2 / (inputs + classes) / classes)
    mean = features.mean(axis=0)
    correlation = float(np.corrcoef(common, mean)[0, 1]) if common.std() > 0 else 0.0
    moved = None if first is None else _size(kernel - first)
    return Head(_size(common) / float(drawn), correlation, moved)


def _size(values: np.ndarray) -> float:
    """Returns the root mean square of numbers."""
    return float(np.sqrt((values**2).mean()))
