"""Looking at Keras models from outside: what a training step moves, and how a model is compiled.

Everything is judged by behavior, so these helpers read variables before and after real training
steps. Steps run eagerly: tracing a graph for a single step costs several times the step itself.

Whoever judges takes the same step again with the reference implementation and compares numbers, so
nothing in a step may be random: heads are drawn from the challenge and have no Dropout.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import attempt, exception_fact, type_name
from rps_course.profile import Profile

if TYPE_CHECKING:
    import tensorflow as tf

N_PICTURES = 6
FEATURES = 1280  # MobileNetV2's last layer has 1,280 channels for every alpha up to 1


def inputs(challenge: Challenge, purpose: str, profile: Profile, n: int = N_PICTURES) -> np.ndarray:
    """Draws network inputs: float32 `[n, H, W, 3]` in [0, 1]."""
    return challenge.pictures(purpose, n, *profile.input_shape[:2]).astype(np.float32) / 255


def targets(challenge: Challenge, purpose: str, n: int = N_PICTURES) -> np.ndarray:
    """Draws labels: int64 `[n]`, every class at least once."""
    rng = challenge.rng(f"{purpose} targets")
    return rng.permutation(np.concatenate([np.arange(3), rng.integers(0, 3, n - 3)]))


def is_model(value: Any) -> bool:
    """Whether a value is a Keras model (functional, Sequential or subclassed)."""
    import tensorflow as tf

    return isinstance(value, tf.keras.Model)


def classifier(
    backbone: "tf.keras.Model", challenge: Challenge, purpose: str
) -> "tf.keras.Sequential":
    """Puts a head on a backbone of which a step can be taken again, number by number."""
    import tensorflow as tf

    # A Dropout that drops nothing keeps the layers those of the course's classifier.
    layers = [backbone, tf.keras.layers.Dropout(0.0), tf.keras.layers.Dense(3, "softmax")]
    model = tf.keras.Sequential(layers)
    set_head(model, challenge, purpose)
    return model


def set_head(model: "tf.keras.Model", challenge: Challenge, purpose: str) -> None:
    """Draws the weights of a model's last layer."""
    dense = model.layers[-1]
    dense.set_weights([drawn_head(challenge, purpose, dense.kernel.shape[0]), np.zeros(3)])


def drawn_head(challenge: Challenge, purpose: str, features: int) -> np.ndarray:
    """Draws the kernel of a head, float32 `[features, 3]`."""
    kernel = challenge.rng(f"{purpose} head").normal(0, 0.05, (features, 3))
    return kernel.astype(np.float32)


def later(challenge: Challenge, purpose: str, profile: Profile) -> np.ndarray:
    """Draws two more network inputs, to see what a backbone gives before and after a step."""
    return inputs(challenge, f"{purpose} later", profile, 2)


LATER = evidence.array(max_size=2 * FEATURES)


def alike(features: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether features are the same up to the rounding of different machines."""
    return features.shape == wanted.shape and np.allclose(
        features, wanted, rtol=1e-2, atol=1e-3 * max(1.0, wanted.max())
    )


def follows(before: np.ndarray, after: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether something changed as it should have, up to the rounding of different machines.

    Args:
        before: what it was.
        after: what it became.
        wanted: what it becomes with the reference implementation.
    """
    if after.shape != wanted.shape:
        return False
    change = np.abs(wanted - before).mean()
    return bool(np.abs(after - wanted).mean() <= 0.5 * change + 1e-4 * np.abs(wanted).mean())


def snapshot(model: "tf.keras.layers.Layer") -> list[np.ndarray]:
    """Returns copies of all of a layer's weights, in order."""
    return [variable.numpy().copy() for variable in model.weights]


def moved(before: list[np.ndarray], layer: "tf.keras.layers.Layer") -> list[int]:
    """Returns the indices of the weights that differ from a snapshot.

    Weights that the snapshot does not have count as moved: a model that was rebuilt in between
    is no longer the same model.
    """
    after = snapshot(layer)
    if len(after) != len(before):
        return list(range(len(after)))
    return [
        i
        for i, (a, b) in enumerate(zip(after, before, strict=True))
        if a.shape != b.shape or not np.array_equal(a, b)
    ]


def step(model: "tf.keras.Model", x: np.ndarray, y: np.ndarray) -> None:
    """Runs one eager training step on a compiled model.

    Raises:
        Raised: the model could not be trained as it was compiled.
    """
    model.run_eagerly = True
    attempt(model.train_on_batch, x, y)


def compile_facts(
    model: "tf.keras.Model", x: np.ndarray, y: np.ndarray, challenge: Challenge
) -> dict:
    """Returns how a model is compiled: optimizer, learning rate over time, loss and metrics.

    The loss is reported by what it gives on a batch, metrics by what they make of drawn outputs:
    with many of them, one metric does not pass for another.
    """
    import tensorflow as tf

    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not getattr(model, "compiled", False):
        return {"compiled": False}
    facts: dict[str, Any] = {
        "compiled": True,
        "optimizer": type_name(optimizer),
        "learning_rates": learning_rates(optimizer),
    }
    model.run_eagerly = True
    try:
        facts["loss"] = _finite(
            model.compute_loss(x=x, y=tf.constant(y), y_pred=model(x, training=False))
        )
    except Exception as error:
        facts["loss_raised"] = exception_fact(error)
    rng = challenge.rng("outputs for metrics")
    outputs = rng.dirichlet(np.ones(3), 96).astype(np.float32)
    labels = np.where(rng.random(96) < 0.5, outputs.argmax(axis=1), rng.integers(0, 3, 96))
    try:
        model.reset_metrics()
        results = model.compute_metrics(x, tf.constant(labels), tf.constant(outputs))
    except Exception as error:
        return facts | {"metrics_raised": exception_fact(error)}
    facts["metrics"] = [
        {"name": str(name)[:100], "value": _finite(value)}
        for name, value in list(results.items())[:10]
        if np.ndim(value) == 0 and name != "loss"
    ]
    return facts


def _finite(value: Any) -> float:
    return float(np.nan_to_num(value, nan=1e29, posinf=1e29, neginf=-1e29))


COMPILED = evidence.record(
    optional=(
        "optimizer", "learning_rates", "loss", "loss_raised", "metrics", "metrics_raised",
    ),
    compiled=evidence.boolean(),
    optimizer=evidence.text(100),
    learning_rates=evidence.listing(evidence.number(), 3),
    loss=evidence.number(),
    loss_raised=evidence.raised(),
    metrics=evidence.listing(evidence.record(name=evidence.text(100), value=evidence.number()), 10),
    metrics_raised=evidence.raised(),
)  # fmt: skip


def learning_rates(optimizer: "tf.keras.optimizers.Optimizer") -> list[float]:
    """Returns the learning rate at steps 0, 100 and 10,000 (a schedule may change it)."""
    rate = getattr(optimizer, "_learning_rate", None)
    if callable(rate) and not hasattr(rate, "assign"):
        return [float(np.asarray(rate(at))) for at in (0, 100, 10_000)]
    return [float(np.asarray(optimizer.learning_rate))]


def backbone_of(model: "tf.keras.Model") -> "tf.keras.layers.Layer | None":
    """Returns the layer of a classifier that is its backbone: the one with most weights."""
    layers = [layer for layer in model.layers if layer.weights]
    return max(layers, key=lambda layer: layer.count_params(), default=None)


@lru_cache
def weight_owners(profile: Profile) -> list[int]:
    """Returns, for every weight of the backbone, the index of the layer that it belongs to."""
    from rps_course import model

    layers = model.build_backbone(profile).layers
    return [i for i, layer in enumerate(layers) for _ in layer.weights]
