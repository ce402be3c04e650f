"""Things are drawn, the shipped backbone knows them, and its tool trains another one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from rps_course import imagenet, profile
from tools.offline_backbone.things import THINGS, render_thing

WEIGHTS = Path(profile.get("offline").weights)
FOLDER = WEIGHTS.parent
ROOT = Path(__file__).parents[2]


def test_every_thing_is_drawn_and_none_twice_the_same():
    rng = np.random.default_rng(0)
    seen = [render_thing(name, rng, 48) for name in THINGS]
    assert all(p.shape == (48, 48, 3) and p.dtype == np.uint8 for p in seen)
    assert len({p.tobytes() for p in seen}) == len(THINGS) == 40
    assert min(p.std() for p in seen) > 2, "a picture with nothing in it"


def test_an_unknown_thing_is_named_with_the_allowed_ones():
    with pytest.raises(ValueError, match=r"'hand'.*ant"):
        render_thing("hand", np.random.default_rng(0))


def test_no_thing_it_learned_from_is_a_hand():
    words = " ".join(THINGS).lower()
    assert not any(w in words for w in ("hand", "fist", "rock", "paper", "scissors", "glove"))


def test_the_shipped_classifier_names_things_that_it_never_saw():
    offline = profile.get("offline")
    labels = imagenet.labels(offline)
    assert tuple(labels) == THINGS
    truth = np.arange(160) % len(labels)
    pictures = [
        render_thing(labels[y], np.random.default_rng([8, i]), 96) for i, y in enumerate(truth)
    ]
    found = imagenet.classifier(offline).predict(
        np.stack(pictures).astype(np.float32) / 255, verbose=0
    )
    assert found.shape == (160, len(labels))
    assert (found.argmax(1) == truth).mean() > 0.5, "chance is 0.025"


def run_tool(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "tools.offline_backbone", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def test_the_tool_goes_from_nothing_to_loadable_weights(tmp_path):
    arguments = ("--out", "weights", "--work", "work", "--pictures", "40", "--validation", "40",
                 "--batch", "20", "--stages", "32x1,96x1")  # fmt: skip
    first = run_tool(*arguments, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "validation accuracy" in first.stdout
    made = {p.name for p in (tmp_path / "weights").iterdir()}
    assert made == {p.name for p in FOLDER.iterdir() if p.name.startswith("offline_")}
    backbone = tf.keras.applications.MobileNetV2(
        (96, 96, 3), alpha=0.35, include_top=False, pooling="avg",
        weights=str(tmp_path / "weights" / WEIGHTS.name),
    )  # fmt: skip
    assert backbone.count_params() == 410_208
    again = run_tool(*arguments, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "going on after epoch 2" in again.stdout


def test_the_tool_refuses_stages_that_cannot_be(tmp_path):
    for stages in ("96", "48x2", "96x0", "500x1", "axb"):
        result = run_tool("--out", "weights", "--stages", stages, cwd=tmp_path)
        assert result.returncode == 2
        assert "SIZExEPOCHS" in result.stderr
    assert not (tmp_path / "weights").exists()
