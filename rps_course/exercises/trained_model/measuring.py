"""Measures trained weights: how well they do, and whether they are what training makes of them.

What is frozen is computed once for all pictures, by the pretrained network: the frozen part of
handed-in weights must equal it.
"""

import dataclasses
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course.exercises.trained_model import private as own
from rps_course.exercises.trained_model.facts import Head, Measured, Scores, Tail
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

_BATCH = 16  # Keras keeps all activations of a batch: 75 MB a picture in the standard profile
# Pictures like those that the network was pretrained on leave the means about where they are. Such
# a way, in standard deviations, has no direction; that of the offline profile is 0.11.
_CLEAR = 0.05
_TRAINING = 150  # training pictures that show where the means of batch norms move
Numbers = tuple[np.ndarray, np.ndarray]  # inputs and labels, or kernel and bias of a head


def measure(
    model: "tf.keras.Model",
    profile: Profile,
    private: Path | None = None,
    first: Numbers | None = None,
    split: dict[str, Any] | None = None,
) -> Measured:
    """Returns what is measured of a classifier.

    Args:
        model: of the course's architecture, with the weights that were handed in.
        profile: the whole profile.
        private: folder with pictures that no student has; None for none.
        first: the head that phase 1 ended with; None where that is not known.
        split: `share` and `seed` of the split that the validation pictures come from; None where
            they are the test set.
    """
    pretrained, _, before = _pretrained(profile)
    after = _parts(model.layers[0], profile)[1]
    head = tuple(model.layers[-1].get_weights())
    (test, labels), (training, _) = _inputs(profile, True), _inputs(profile, False)
    scores = {}
    if private is not None:
        inputs, theirs = _private_inputs(profile, private)
        scores["private"] = _score(_compute(after, inputs), head, theirs)
    seen = test, labels
    if split is not None:
        seen = _validation_inputs(profile, split["share"], split["seed"])
        scores["validation"] = _score(_compute(after, seen[0]), head, seen[1])
    if first is not None:
        scores["first"] = _score(_compute(before, seen[0]), first, seen[1])
    return Measured(
        public=_score(_compute(after, test), head, labels),
        frozen=_distances(pretrained, model.layers[0], profile.fine_tune_at),
        tail=_tail(before, after, _goal(profile)),
        head=_head(head[0], first and first[0], _compute(before, training)),
        **scores,
    )


@cache
def _pretrained(profile: Profile) -> tuple["tf.keras.Model", "tf.keras.Model", "tf.keras.Model"]:
    """Returns the pretrained backbone, its frozen part and its tail."""
    from rps_course import model

    backbone = model.build_backbone(profile)
    return backbone, *_parts(backbone, profile)


def _parts(
    backbone: "tf.keras.Model", profile: Profile
) -> tuple["tf.keras.Model", "tf.keras.Model"]:
    from rps_course.fast import frozen

    front, tail = frozen.before(backbone, profile.fine_tune_at)
    assert tail is not None  # every profile unfreezes something
    return front, tail


@cache
def _inputs(profile: Profile, test: bool) -> Numbers:
    """Returns what the tail is given of the test set, or of some training pictures; and labels."""
    from rps_course import data

    few = dataclasses.replace(profile, subset=(_TRAINING, 1))
    return _given(profile, data.load(profile)[1] if test else data.load(few)[0])


@cache
def _validation_inputs(profile: Profile, share: float, seed: int) -> Numbers:
    """Returns the same of the pictures that `split_validation` takes from the training set."""
    import tensorflow as tf

    from rps_course import data

    training = data.load(profile)[0]
    labels = np.array([int(sample["label"]) for sample in training.as_numpy_iterator()])
    numbers = np.arange(len(labels))
    chosen = np.isin(numbers, data.split_validation(numbers, labels, share, seed)[1][0])
    both = tf.data.Dataset.zip((training, tf.data.Dataset.from_tensor_slices(chosen)))
    few = both.filter(lambda _, is_chosen: is_chosen).map(lambda sample, _: sample)
    return _given(profile, few.apply(tf.data.experimental.assert_cardinality(chosen.sum())))


def _given(profile: Profile, pictures: "tf.data.Dataset") -> Numbers:
    """Returns what the tail is given of pictures, and their labels."""
    from rps_course import data, preprocessing

    # The notebook's own profile may be another one: resize to what these weights take.
    size = profile.image_size
    x, y = data.to_numpy(pictures.map(lambda s: preprocessing.preprocess_image(s, size)))
    return _compute(_pretrained(profile)[1], x), y


@cache
def _private_inputs(profile: Profile, folder: Path) -> Numbers:
    """Returns the same of the pictures that no student has."""
    x, y = own.load(folder)
    return _compute(_pretrained(profile)[1], x), y


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


@cache
def _goal(profile: Profile) -> list[np.ndarray]:
    """Returns the means of what each batch norm of the tail is given while it trains.

    Its moving mean goes there. A batch norm that trains takes the statistics of the batch, so the
    next one is given something else than in inference.
    """
    import tensorflow as tf

    before = _pretrained(profile)[2]
    unfrozen = tf.keras.models.clone_model(before)
    unfrozen.set_weights(before.get_weights())
    for layer in unfrozen.layers:  # setting the model's own switch changes nothing in Keras 3.15
        layer.trainable = True
    given = [norm.input for norm in _norms(unfrozen)]
    if not given:
        return []
    outputs = tf.keras.Model(unfrozen.input, given)(_inputs(profile, False)[0], training=True)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return [np.asarray(x).mean(axis=tuple(range(len(x.shape) - 1))) for x in outputs]


def _tail(before: "tf.keras.Model", after: "tf.keras.Model", goal: list[np.ndarray]) -> Tail:
    """Compares the unfrozen part with the pretrained one.

    Args:
        before: the pretrained part.
        after: the same with the weights that were handed in.
        goal: where the means of its batch norms go while it trains.
    """
    layers = list(zip(before.layers, after.layers, strict=True))
    pairs = [pair for old, new in layers for pair in zip(_trained(old), _trained(new), strict=True)]
    moved = np.concatenate([(b - a).ravel() for a, b in pairs])
    tail = Tail(float((moved == 0).mean()), _size(moved))
    if not goal:
        return tail
    taken, whole = [], []
    for old, new, mean in zip(_norms(before), _norms(after), goal, strict=True):
        start, scale = old.moving_mean.numpy(), np.sqrt(old.moving_variance.numpy() + old.epsilon)
        taken.append((new.moving_mean.numpy().astype(np.float64) - start) / scale)
        whole.append((mean - start) / scale)
    way, goal_way = np.concatenate(taken), np.concatenate(whole)
    if _size(goal_way) < _CLEAR:
        return tail
    if not way.any():
        return dataclasses.replace(tail, way=0.0)
    share, toward = _along(way, goal_way)
    return dataclasses.replace(tail, toward=toward, way=share)


def _along(way: np.ndarray, goal: np.ndarray) -> tuple[float, float]:
    """Returns the share of the way to a goal that was taken, and the cosine between both."""
    # One mean of 1e38, of a channel that changes no output, must not make them NaN.
    way, goal = way.astype(np.float64), goal.astype(np.float64)
    along = float(way @ goal)
    return along / float(goal @ goal), along / float(np.linalg.norm(way) * np.linalg.norm(goal))


def _norms(model: "tf.keras.Model") -> list["tf.keras.layers.BatchNormalization"]:
    import tensorflow as tf

    return [x for x in model.layers if isinstance(x, tf.keras.layers.BatchNormalization)]


def _trained(layer: "tf.keras.layers.Layer") -> list[np.ndarray]:
    """Returns what an optimizer changes of a layer once it is unfrozen."""
    import tensorflow as tf

    weights = [weight.numpy() for weight in layer.weights]
    is_norm = isinstance(layer, tf.keras.layers.BatchNormalization)
    return weights[:-2] if is_norm else weights  # without its moving mean and variance


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
