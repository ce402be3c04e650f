"""The network: MobileNetV2 without its top as a backbone, and a small head for three classes.

How the network is compiled and trained is the business of `rps_course.training`.
"""

from typing import TYPE_CHECKING

from rps_course import profile as profiles

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

DROPOUT = 0.5
# Weights that were read in this process: reading them again would take Keras as long as building
# the model, and a check builds several.
_pretrained: dict[profiles.Profile, "list[np.ndarray]"] = {}


def build_backbone(profile: profiles.Profile | None = None) -> "tf.keras.Model":
    """Builds MobileNetV2 without its top, pretrained and frozen.

    Args:
        profile: says which width, input size and weights; None for the current profile.

    Returns:
        A model from pictures `[n, H, W, 3]` (float32 in [0, 1]) to features `[n, 1280]`, of which
        no weight trains.

    Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018;
    `tf.keras.applications.MobileNetV2`.
    """
    import tensorflow as tf

    profile = profile or profiles.current()
    known = _pretrained.get(profile)
    backbone = tf.keras.applications.MobileNetV2(
        input_shape=profile.input_shape,
        include_top=False,
        pooling="avg",
        alpha=profile.alpha,
        weights=profile.weights if known is None else None,
    )
    if known is None:
        _pretrained[profile] = backbone.get_weights()
    else:
        backbone.set_weights(known)
    backbone.trainable = False
    return backbone


def build_classifier(backbone: "tf.keras.Model", n_classes: int = 3) -> "tf.keras.Sequential":
    """Puts a head on a backbone: Dropout, then one Dense layer with softmax.

    Args:
        backbone: a model from pictures to features `[n, d]`.
        n_classes: number of outputs.

    Returns:
        A model from pictures to probabilities `[n, n_classes]`, not compiled.
    """
    import tensorflow as tf

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
