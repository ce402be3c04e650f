"""The shipped backbone loads, has layers to fine-tune, and helps with hands."""

from pathlib import Path

import numpy as np
import pytest

from rps_course import profile
from rps_course.offline.drawing import render_hand

WEIGHTS = Path(profile.get("offline").weights)
FOLDER = WEIGHTS.parent


@pytest.fixture(scope="module")
def backbone():
    import tensorflow as tf

    return tf.keras.applications.MobileNetV2(
        input_shape=(96, 96, 3),
        alpha=0.35,
        include_top=False,
        pooling="avg",
        weights=WEIGHTS,
    )


@pytest.fixture(scope="module")
def hands(backbone):
    """Features and labels of 240 hands, in the order of a training and a test part."""
    labels = np.arange(240) % 3
    pictures = [render_hand(y, np.random.default_rng([7, i]), 96) for i, y in enumerate(labels)]
    x = np.stack(pictures).astype(np.float32) / 255
    return backbone.predict(x, batch_size=60, verbose=0), labels


def ridge_accuracy(x, y, split, classes):
    """Test accuracy of a linear classifier by ridge regression on the first `split` rows."""
    x = (x - x[:split].mean(0)) / (x[:split].std(0) + 1e-3)
    train, test = x[:split], x[split:]
    gram = train @ train.T
    ridge = np.eye(split) * np.trace(gram) / split * 0.1
    weights = np.linalg.solve(gram + ridge, np.eye(classes)[y[:split]] - 1 / classes)
    return float(((test @ train.T @ weights).argmax(1) == y[split:]).mean())


def test_the_three_files_take_at_most_two_megabytes():
    files = [p for p in FOLDER.iterdir() if p.name.startswith("offline_")]
    assert len(files) == 3
    assert sum(p.stat().st_size for p in files) <= 2_000_000


def test_the_weights_are_a_real_mobilenet_with_layers_to_fine_tune(backbone):
    assert len(backbone.layers) == 155
    assert backbone.output_shape == (None, 1280)
    assert backbone.count_params() == 410_208
    assert all(np.isfinite(w).all() for w in backbone.get_weights())
    variances = [w for v, w in zip(backbone.weights, backbone.get_weights(), strict=True)
                 if "moving_variance" in v.path]  # fmt: skip
    assert len(variances) == 52
    assert any((v < 0.9).any() or (v > 1.1).any() for v in variances), "batch norm never trained"


def test_its_features_are_alive_in_inference_mode(hands):
    features, _ = hands
    assert features.std() > 0.05
    assert (features.max(0) > 0).mean() > 0.5


def test_its_features_tell_the_hands_apart(hands):
    features, labels = hands
    assert ridge_accuracy(features, labels, 180, 3) > 0.7, "chance is 0.333"
