"""Looking at Keras models from outside: what a training step moves, and how a model is compiled.

Everything is judged by behavior, so these helpers read variables before and after real training
steps. Steps run eagerly: tracing a graph for a single step costs several times the step itself.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course import evidence
from rps_course.challenge import Challenge
from rps_course.exercises.base import attempt, exception_fact, type_name
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


def compile_facts(model: "tf.keras.Model", x: np.ndarray, y: np.ndarray) -> dict:
    """Returns how a model is compiled: optimizer, learning rate over time, loss and metrics.

    The loss is reported by what it gives on a batch, next to the outputs it was computed from.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not getattr(model, "compiled", False):
        return {"compiled": False}
    facts: dict[str, Any] = {
        "compiled": True,
        "optimizer": type_name(optimizer),
        "learning_rates": learning_rates(optimizer),
        "outputs": evidence.encode(np.asarray(model(x, training=False))[:, :1000]),
    }
    model.run_eagerly = True
    try:
        results = model.evaluate(x, y, batch_size=len(x), verbose=0, return_dict=True)
    except Exception as error:
        return facts | {"evaluation": exception_fact(error)}
    facts["results"] = [
        {"name": str(name)[:100], "value": float(np.nan_to_num(value, posinf=1e29, neginf=-1e29))}
        for name, value in list(results.items())[:10]
        if np.ndim(value) == 0
    ]
    return facts


COMPILED = evidence.record(
    optional=("optimizer", "learning_rates", "outputs", "evaluation", "results"),
    compiled=evidence.boolean(),
    optimizer=evidence.text(100),
    learning_rates=evidence.listing(evidence.number(), 3),
    outputs=evidence.array(max_size=N_PICTURES * 1000),
    evaluation=evidence.raised(),
    results=evidence.listing(evidence.record(name=evidence.text(100), value=evidence.number()), 10),
)


def learning_rates(optimizer: "tf.keras.optimizers.Optimizer") -> list[float]:
    """Returns the learning rate at steps 0, 100 and 10,000 (a schedule may change it)."""
    rate = getattr(optimizer, "_learning_rate", None)
    if callable(rate) and not hasattr(rate, "assign"):
        return [float(np.asarray(rate(at))) for at in (0, 100, 10_000)]
    return [float(np.asarray(optimizer.learning_rate))]


def loss_findings(outputs: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Returns sparse categorical cross-entropy and accuracy of probabilities `[n, 3]`."""
    clipped = np.clip(outputs.astype(np.float64), 1e-7, 1)
    return (
        float(-np.log(clipped[np.arange(len(y)), y]).mean()),
        float((outputs.argmax(axis=1) == y).mean()),
    )


def backbone_of(model: "tf.keras.Model") -> "tf.keras.layers.Layer | None":
    """Returns the layer of a classifier that is its backbone: the one with most weights."""
    layers = [layer for layer in model.layers if layer.weights]
    return max(layers, key=lambda layer: layer.count_params(), default=None)
