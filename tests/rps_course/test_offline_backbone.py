"""The shipped backbone loads, knows its things and helps with hands; its script trains another."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rps_course import profile, synthetic

FOLDER = profile.OFFLINE_WEIGHTS.parent
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def backbone():
    import tensorflow as tf

    return tf.keras.applications.MobileNetV2(
        input_shape=(96, 96, 3),
        alpha=0.35,
        include_top=False,
        pooling="avg",
        weights=str(profile.OFFLINE_WEIGHTS),
    )


@pytest.fixture(scope="module")
def hands(backbone):
    """Features and labels of 240 hands, in the order of a training and a test part."""
    labels = np.arange(240) % 3
    pictures = [
        synthetic.render_hand(y, np.random.default_rng([7, i]), 96) for i, y in enumerate(labels)
    ]
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


def test_backbone_and_top_name_things_they_never_saw(backbone):
    names = (FOLDER / "offline_classes.txt").read_text().split("\n")[:-1]
    top = np.load(FOLDER / "offline_top.npz")
    assert tuple(names) == synthetic.THINGS
    assert top["kernel"].shape == (1280, len(names))
    assert top["bias"].shape == (len(names),)
    labels = np.arange(160) % len(names)
    pictures = [
        synthetic.render_thing(names[y], np.random.default_rng([8, i]), 96)
        for i, y in enumerate(labels)
    ]
    features = backbone.predict(np.stack(pictures).astype(np.float32) / 255, verbose=0)
    found = (features @ top["kernel"].astype(np.float32) + top["bias"]).argmax(1)
    assert (found == labels).mean() > 0.5, "chance is 0.025"


def test_its_features_tell_the_hands_apart(hands):
    features, labels = hands
    assert ridge_accuracy(features, labels, 180, 3) > 0.7, "chance is 0.333"


def test_no_thing_it_learned_from_is_a_hand():
    words = " ".join(synthetic.THINGS).lower()
    assert not any(w in words for w in ("hand", "fist", "rock", "paper", "scissors", "glove"))


def run_script(*arguments, cwd):
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "train_offline_backbone.py"), *arguments],
        cwd=cwd,
        env=os.environ,
        capture_output=True,
        text=True,
    )


def test_the_training_script_goes_from_nothing_to_loadable_weights(tmp_path):
    import tensorflow as tf

    arguments = ("--out", "weights", "--work", "work", "--pictures", "40", "--validation", "40",
                 "--batch", "20", "--stages", "32x1,96x1")  # fmt: skip
    first = run_script(*arguments, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "validation accuracy" in first.stdout
    made = {p.name for p in (tmp_path / "weights").iterdir()}
    assert made == {p.name for p in FOLDER.iterdir() if p.name.startswith("offline_")}
    backbone = tf.keras.applications.MobileNetV2(
        (96, 96, 3), alpha=0.35, include_top=False, pooling="avg",
        weights=str(tmp_path / "weights" / profile.OFFLINE_WEIGHTS.name),
    )  # fmt: skip
    assert backbone.count_params() == 410_208
    again = run_script(*arguments, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "going on after epoch 2" in again.stdout


def test_the_training_script_refuses_stages_that_cannot_be(tmp_path):
    for stages in ("96", "48x2", "96x0", "500x1", "axb"):
        result = run_script("--out", "weights", "--stages", stages, cwd=tmp_path)
        assert result.returncode == 2
        assert "SIZExEPOCHS" in result.stderr
    assert not (tmp_path / "weights").exists()
