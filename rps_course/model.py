"""The network: a pretrained one without its top as a backbone, and a small head.

How the network is compiled and trained is the business of `rps_course.training`.
"""

import os
from typing import TYPE_CHECKING, Any

from rps_course import profile as profiles

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

DROPOUT = 0.5
# Weights that were read in this process: reading them again would take Keras as long as building
# the model, and a check builds several.
_pretrained: dict[profiles.Profile, "list[np.ndarray]"] = {}


def network(profile: profiles.Profile, **arguments: Any) -> "tf.keras.Model":
    """Builds a profile's network of `tf.keras.applications`.

    Args:
        profile: says which network, options, input size and weights.
        arguments: further arguments for it.

    Raises:
        ProfileError: there is no such network, its options or weights do not fit it, or it has no
            layer to unfreeze.
    """
    import tensorflow as tf

    from rps_course.machine import caches

    os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")  # nobody changes the file of weights
    build = getattr(tf.keras.applications, profile.network)
    if profile.weights == "imagenet":
        caches.make_readable()
    given = {"input_shape": profile.input_shape, "weights": profile.weights, **profile.options}
    try:
        built = build(**given | arguments)
    except (TypeError, ValueError) as error:
        raise profiles.ProfileError(
            f"{profile.file}: [backbone] network, options, image_size and weights do not fit one "
            f"another: {' '.join(str(error).split())[:500]}"
        ) from error
    if not any(layer.weights for layer in built.layers[profile.fine_tune_at :]):
        last = max(i for i, layer in enumerate(built.layers) if layer.weights)
        raise profiles.ProfileError(
            f"{profile.file}: [backbone] fine_tune_at = {profile.fine_tune_at} leaves nothing to "
            f"fine-tune: the last layer of {profile.backbone} that has weights is {last}."
        )
    return built


def build_backbone(profile: profiles.Profile | None = None) -> "tf.keras.Model":
    """Builds the profile's network without its top, pretrained and frozen.

    Args:
        profile: says which network, input size and weights; None for the current profile.

    Returns:
        A model from pictures `[n, H, W, 3]` (float32 in [0, 1]) to features `[n, d]`, of which no
        weight trains; d is 1280 for MobileNetV2.

    Raises:
        ProfileError: see `network`.

    Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018;
    `tf.keras.applications.MobileNetV2`.
    """
    profile = profile or profiles.current()
    known = _pretrained.get(profile)
    weights = profile.weights if known is None else None
    backbone = network(profile, include_top=False, pooling="avg", weights=weights)
    if known is None:
        _pretrained[profile] = backbone.get_weights()
    else:
        backbone.set_weights(known)
    backbone.trainable = False
    return backbone


def build_classifier(
    backbone: "tf.keras.Model", n_classes: int | None = None
) -> "tf.keras.Sequential":
    """Puts a head on a backbone: Dropout, then one Dense layer with softmax.

    Args:
        backbone: a model from pictures to features `[n, d]`.
        n_classes: number of outputs; None for the classes of the current profile.

    Returns:
        A model from pictures to probabilities `[n, n_classes]`, not compiled.
    """
    import tensorflow as tf

    n_classes = len(profiles.current().classes) if n_classes is None else n_classes
    return tf.keras.Sequential(
        [
            backbone,
            tf.keras.layers.Dropout(DROPOUT),
            # Probabilities need float32, whatever precision the rest computes in.
            tf.keras.layers.Dense(n_classes, activation="softmax", dtype="float32"),
        ]
    )


def unfreeze(backbone: "tf.keras.Model", fine_tune_at: int) -> None:
    """Makes exactly the layers from `fine_tune_at` on train, in place.

    Compile the model again afterwards: what trains is settled when a model is compiled.

    Args:
        backbone: a frozen backbone.
        fine_tune_at: index of the first layer that trains, from 0.

    Raises:
        ValueError: the backbone has no layer of that index.
    """
    n_layers = len(backbone.layers)
    if not 0 <= fine_tune_at < n_layers:
        raise ValueError(
            f"fine_tune_at must be a layer index from 0 to {n_layers - 1}. Received: {fine_tune_at}"
        )
    # The whole first: switching a model on or off does the same to all of its layers.
    backbone.trainable = True
    for layer in backbone.layers[:fine_tune_at]:
        layer.trainable = False


def reference(profile: profiles.Profile | None = None) -> "tf.keras.Sequential":
    """Builds the course's whole classifier: the head on the frozen, pretrained backbone."""
    profile = profile or profiles.current()
    return build_classifier(build_backbone(profile), len(profile.classes))
