import csv
import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
from PIL import Image

from rps_course import training
from rps_course.profile import get


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A short run on the offline profile through the command, and another with the same seed."""
    folders = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp(name)
        done = command("grading-offline", "train", "--out", str(folder), "--epochs", "2", "1")
        assert done.returncode == 0, done.stderr
        folders.append((folder, done))
    return folders


def command(profile, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "rps_course", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"RPS_PROFILE": profile},
    )


def test_training_writes_weights_record_history_and_pictures(trained):
    folder, done = trained[0]
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "rps_model.weights.h5",
        "rps_model.json",
        "history.csv",
        "examples.png",
        "history.png",
        "predictions.png",
    }
    assert "Test accuracy 0." in done.stdout
    for name in ("examples.png", "history.png", "predictions.png"):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 300
            assert np.asarray(picture.convert("L")).std() > 10


def test_the_history_is_continuous_over_both_phases(trained):
    folder, _ = trained[0]
    rows = list(csv.DictReader((folder / "history.csv").open()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    record = json.loads((folder / "rps_model.json").read_text())
    assert [phase["epochs"] for phase in record["phases"]] == [[0, 1], [2]]
    assert [phase["name"] for phase in record["phases"]] == ["head", "fine_tune"]
    rates = [phase["learning_rate"] for phase in record["phases"]]
    assert np.allclose(rates, [1e-3, 1e-5])


def test_the_same_seed_gives_the_same_weights(trained):
    def values(folder):
        found = {}
        with h5py.File(folder / "rps_model.weights.h5", "r") as file:
            file.visititems(
                lambda name, item: (
                    found.update({name: np.array(item)}) if isinstance(item, h5py.Dataset) else None
                )
            )
        return found

    one, two = (values(folder) for folder, _ in trained)
    assert one.keys() == two.keys()
    for name, array in one.items():
        assert np.allclose(array, two[name], atol=1e-5), name


def test_the_real_data_takes_the_same_path(real_data, tmp_path):
    done = command("grading-standard", "train", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "(grading-standard profile, seed 0)" in done.stdout
    record = json.loads((tmp_path / "rps_model.json").read_text())
    assert record["architecture"]["alpha"] == 1.0
    assert record["phases"][1]["trainable_parameters"] == 723_843


def test_histories_are_joined_in_order():
    class History:
        def __init__(self, *values):
            self.history = {"loss": list(values), "val_loss": list(values)}

    merged = training.merge_histories(History(3, 2), History(1))
    assert merged == {"loss": [3, 2, 1], "val_loss": [3, 2, 1]}


def test_fine_tuning_must_have_epochs_left():
    with pytest.raises(training.TrainingError, match="above initial_epoch"):
        training.fine_tune(None, None, None, 20, 20)


def test_a_phase_without_epochs_is_refused(tmp_path):
    with pytest.raises(training.TrainingError, match="at least one epoch"):
        training.run(get("grading-offline"), tmp_path, epochs=(0, 3))
