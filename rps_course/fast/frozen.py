"""Where a network can be cut: what comes before the first layer that trains is frozen.

The frozen part gives the same for the same picture however long one trains. `inference` computes it
fast, and `batches` puts its outputs in place of pictures, so that training goes through the rest of
the network alone. Which of these a training uses is decided in `views`.
"""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf


class FrozenError(ValueError):
    """A network has no frozen part that could be computed once, or no room to keep its outputs."""


def split(classifier: "tf.keras.Sequential") -> tuple["tf.keras.Model", "tf.keras.Sequential"]:
    """Cuts a classifier before the first layer that trains.

    Args:
        classifier: a backbone (a functional model) and the layers of a head.

    Returns:
        `(front, tail)`: models that together compute what the classifier computes and share its
        layers: training the tail trains the classifier. The front gives the same in training as in
        inference. The tail is not compiled.

    Raises:
        FrozenError: the classifier has another form, or nothing before its first trainable layer.
    """
    import tensorflow as tf

    layers = list(getattr(classifier, "layers", ()))
    if (
        not isinstance(classifier, tf.keras.Sequential)
        or not layers
        or len(getattr(layers[0], "inputs", None) or ()) != 1
    ):
        raise FrozenError(
            "A Sequential model with a backbone as its first layer is needed, as "
            f"rps_course.model.build_classifier makes it. Received: {type(classifier).__name__} of "
            f"{', '.join(type(layer).__name__ for layer in layers[:5]) or 'no layers'}"
        )
    backbone, *head = layers
    trained = {id(weight) for weight in classifier.trainable_weights}
    first = next(
        (i for i, layer in enumerate(backbone.layers) if _changes(layer, trained)),
        len(backbone.layers),
    )
    at = _narrowest(backbone, first)
    if at <= 1:
        raise FrozenError(
            f"Nothing is frozen before layer {first} of {backbone.name}, the first one that "
            "trains, so nothing can be computed once. Freeze the backbone's first layers, or "
            'train with views="plain".'
        )
    front, rest = _cut(backbone, at)
    rest = [] if rest is None else [rest]
    return front, tf.keras.Sequential([tf.keras.Input(front.output_shape[1:]), *rest, *head])


def before(front: "tf.keras.Model", layer: int) -> tuple["tf.keras.Model", "tf.keras.Model | None"]:
    """Cuts a frozen model in two, before a layer that will train later.

    Args:
        front: a frozen model, as `split` returns it.
        layer: index of the layer, 1 or more; the cut moves back to where there is no shortcut.

    Returns:
        `(earlier, rest)`, which together compute what `front` computes. The rest is None, and the
        earlier part all of `front`, if that ends before the layer or nothing would be left of it.
    """
    at = _narrowest(front, min(layer, len(front.layers)))
    return _cut(front, at if at > 1 else len(front.layers))


def fingerprint(model: "tf.keras.Model") -> str:
    """Returns a name for what a frozen model computes: its kinds of layers and their weights."""
    digest = hashlib.sha256(repr([type(layer).__name__ for layer in model.layers]).encode())
    for weight in model.get_weights():
        digest.update(weight.tobytes())
    return digest.hexdigest()


def _cut(model: "tf.keras.Model", at: int) -> tuple["tf.keras.Model", "tf.keras.Model | None"]:
    import tensorflow as tf

    if at == len(model.layers):
        return model, None
    cut = model.layers[at - 1].output
    return tf.keras.Model(model.input, cut), tf.keras.Model(cut, model.output)


def _changes(layer: "tf.keras.layers.Layer", trained: set[int]) -> bool:
    """Whether a layer's outputs depend on the training that is about to come."""
    import tensorflow as tf

    return (
        any(id(weight) in trained for weight in layer.weights)
        # An unfrozen batch norm takes the statistics of the batch, with or without own weights.
        or (isinstance(layer, tf.keras.layers.BatchNormalization) and layer.trainable)
        or getattr(layer, "seed_generator", None) is not None  # Dropout and other random layers
    )


def _narrowest(backbone: "tf.keras.Model", first: int) -> int:
    """Returns the last place up to layer `first` where a single tensor passes: no shortcut."""
    import tensorflow as tf

    layers = backbone.layers
    if first == len(layers):
        return first
    for at in range(first, 0, -1):
        inside = {id(t) for layer in layers[at:] for t in tf.nest.flatten(layer.output)}
        needed = {id(t) for layer in layers[at:] for t in tf.nest.flatten(layer.input)}
        if needed - inside == {id(layers[at - 1].output)}:
            return at
    return 0
