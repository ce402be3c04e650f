import csv
import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys

import h5py
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from rps_course import augmentation, cli, data, model, run, submission, training
from rps_course.course import COURSE
from rps_course.fast import batches, checkpoint
from rps_course.profile import get

SMALL = dataclasses.replace(
    get("offline"), subset=(60, 24), batch_size=16, epochs_head=2, epochs_fine=2
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A short run through the command, and another with the same seed in this process."""
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    arguments = ["train", "--epochs", "2", "1", "--out"]
    done = subprocess.run(
        [sys.executable, "-m", "rps_course", *arguments, str(one)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"RPS_PROFILE": "grading-offline"},
    )
    assert done.returncode == 0, done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RPS_PROFILE", "grading-offline")
        assert cli.main([*arguments, str(two)]) == 0
    return one, two, done.stdout


def test_training_writes_weights_record_history_and_pictures(trained):
    folder, _, printed = trained
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "rps_model.weights.h5",
        "rps_model.json",
        "history.csv",
        "examples.png",
        "history.png",
        "predictions.png",
    }
    assert "Test accuracy 0." in printed
    assert re.search(r"Epoch 3 of 3: accuracy \d\.\d{4}, test accuracy \d\.\d{4}", printed)
    assert "validation" not in printed
    for name in ("examples.png", "history.png", "predictions.png"):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 300
            assert np.asarray(picture.convert("L")).std() > 10


def test_the_history_is_continuous_over_both_phases(trained):
    folder = trained[0]
    rows = list(csv.DictReader((folder / "history.csv").open()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    record = json.loads((folder / "rps_model.json").read_text())
    assert [phase["epochs"] for phase in record["phases"]] == [[0, 1], [2]]
    assert [phase["name"] for phase in record["phases"]] == ["head", "fine_tune"]
    rates = [phase["learning_rate"] for phase in record["phases"]]
    assert np.allclose(rates, [1e-3, 1e-5])
    assert [phase["views"] for phase in record["phases"]] == ["fresh", "fresh"]
    assert record["seed"] == 0
    assert record["seeded"] == ["initial weights", "Dropout", "shuffling", "augmentation"]


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

    one, two = map(values, trained[:2])
    assert one.keys() == two.keys()
    for name, array in one.items():
        assert np.array_equal(array, two[name]), name


@pytest.mark.parametrize(
    ("views", "says", "noted"), [("plain", "(whole network)", "plain"), ("2", "(2 views)", 2)]
)
def test_the_command_trains_in_each_way(views, says, noted, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RPS_PROFILE", "grading-offline")
    assert cli.main(["train", "--out", str(tmp_path), "--views", views]) == 0
    assert says in capsys.readouterr().out
    record = submission.load_record(tmp_path / "rps_model.json")
    assert [phase["views"] for phase in record["phases"]] == [noted, noted]


def test_the_real_data_takes_the_same_path(real_data, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RPS_PROFILE", "grading-standard")
    assert cli.main(["train", "--out", str(tmp_path)]) == 0
    assert "(grading-standard profile, seed 0)" in capsys.readouterr().out
    record = json.loads((tmp_path / "rps_model.json").read_text())
    assert record["architecture"]["options"] == {"alpha": 1.0}
    assert record["phases"][1]["trainable_parameters"] == 723_843


def test_a_checkpoint_of_another_training_is_not_taken_up(tmp_path, capsys):
    path = tmp_path / checkpoint.FILE
    settings = {"format": checkpoint._FORMAT, "seed": 0}
    notes = {"settings": settings, "phases": [{"epoch": [0], "history": {"loss": [1.0]}}]}
    np.savez(path, notes=json.dumps(notes))
    assert checkpoint.Checkpoint(path, {"seed": 0}).epochs == 1
    assert capsys.readouterr().out == ""
    assert checkpoint.Checkpoint(path, {"seed": 1}).epochs == 0
    assert "other settings: starting over" in capsys.readouterr().out
    path.write_bytes(b"PK is not enough")
    assert checkpoint.Checkpoint(path, {"seed": 0}).epochs == 0
    assert "cannot be read: starting over" in capsys.readouterr().out


def test_fine_tuning_must_have_epochs_left():
    with pytest.raises(training.TrainingError, match="above initial_epoch"):
        training.fine_tune(None, None, None, 20, 20)


def test_a_phase_without_epochs_is_refused(tmp_path):
    with pytest.raises(training.TrainingError, match="at least one epoch"):
        run.train(get("grading-offline"), tmp_path, epochs=(0, 3))


# The ways to train


@pytest.fixture(scope="module")
def arrays():
    return data.arrays(SMALL)


def train(views, arrays, profile=SMALL):
    """Both phases of the recipe: the classifier and its training."""
    tf.keras.utils.set_random_seed(0)
    generators = augmentation.make_generators(*arrays, batch_size=profile.batch_size, seed=0)
    recipe = training.Recipe(profile, views, seed=0, verbose=0)
    classifier = recipe.build()
    recipe.head(classifier, *generators)
    recipe.fine_tune(classifier, *generators)
    return classifier, recipe.record, recipe.history


@pytest.fixture(scope="module")
def ways(arrays):
    return {views: train(views, arrays) for views in ("plain", "fresh", 2)}


def test_fresh_views_are_plain_training_to_rounding(ways):
    (plain, _, history), (fresh, _, other) = ways["plain"], ways["fresh"]
    untrained = model.reference(SMALL).get_weights()
    for before, a, b in zip(untrained, plain.get_weights(), fresh.get_weights(), strict=True):
        moved = np.abs(a - before).max()
        assert np.abs(a - b).max() <= 1e-6 + 0.02 * moved
    for name in ("loss", "val_loss"):
        assert np.allclose(history[name], other[name], rtol=1e-3), name


@pytest.mark.parametrize("views", ["fresh", 2])
def test_the_result_is_an_ordinary_model_with_one_history(views, ways, arrays):
    classifier, record, history = ways[views]
    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 4
    )
    assert [phase["epochs"] for phase in record.phases] == [[0, 1], [2, 3]]
    assert [phase["views"] for phase in record.phases] == [views, views]
    loss, accuracy = classifier.evaluate(arrays[2], arrays[3], verbose=0)
    assert loss == pytest.approx(history["val_loss"][-1], rel=1e-3)
    assert accuracy == pytest.approx(history["val_accuracy"][-1])
    # Exactly what plain training moves has moved, batch norm statistics among it.
    backbone = model.build_backbone(SMALL)
    for i, (before, after) in enumerate(
        zip(backbone.layers, classifier.layers[0].layers, strict=True)
    ):
        for a, b in zip(before.get_weights(), after.get_weights(), strict=True):
            assert np.array_equal(a, b) == (i < SMALL.fine_tune_at), after.name


@pytest.mark.parametrize("views", ["plain", "fresh", 2])
def test_the_grader_cannot_tell_how_weights_were_trained(views, ways, tmp_path):
    classifier, record, _ = ways[views]
    weights, _ = submission.save(classifier, record, tmp_path)
    exercise = COURSE.exercises["trained_model"]
    # The grader's own test set is the whole one here too: SMALL's validation pictures.
    facts = exercise.measure(tmp_path, SMALL, None)
    assert max(facts.weights.frozen) == 0
    assert facts.weights.tail.still < 0.1
    digests = {weights.name: hashlib.sha256(weights.read_bytes()).hexdigest()}
    generous = dataclasses.replace(SMALL, none_at=-1.0, full_at=0.0)
    rules = COURSE.load_rubric().limits("trained_model") | {"record_accuracy": 1e-6}
    findings = [f for f in exercise.judge(facts, digests, generous, rules) if not f.figure]
    assert [finding.message for finding in findings] == ["without_gpu", "measured_public", None]


# Another run with the same seed, too: what was not interrupted went through `Recipe` alone.
@pytest.mark.parametrize(("views", "after"), [("plain", 1), ("fresh", 2), (2, 3)])
def test_an_interrupted_training_goes_on_to_the_same_result(
    views, after, ways, tmp_path, monkeypatch, capsys
):
    keep = checkpoint.Checkpoint._write

    def stop(self, classifier):
        keep(self, classifier)
        if self.epochs == after:
            raise KeyboardInterrupt

    # Pictures show what training came to, and take as long as the short training itself.
    monkeypatch.setattr(run, "_write_pictures", lambda *_: [])
    with monkeypatch.context() as patched:
        patched.setattr(checkpoint.Checkpoint, "_write", stop)
        with pytest.raises(KeyboardInterrupt):
            run.train(SMALL, tmp_path, views=views, verbose=0)
    assert {path.name for path in tmp_path.iterdir()} == {checkpoint.FILE}
    result = run.train(SMALL, tmp_path, views=views, verbose=0)
    assert f"Going on after epoch {after} of 4" in capsys.readouterr().out
    whole, record, history = ways[views]
    assert result.history == history
    for a, b in zip(result.model.get_weights(), whole.get_weights(), strict=True):
        assert np.array_equal(a, b)
    phases = submission.load_record(tmp_path / "rps_model.json")["phases"]
    assert [p | {"seconds": 0} for p in phases] == [p | {"seconds": 0} for p in record.phases]
    assert not (tmp_path / checkpoint.FILE).exists()


def test_functions_of_a_students_own_take_the_place_of_the_steps(arrays):
    calls = []

    def step(name, function):
        return lambda *arguments: (calls.append((name, *arguments[3:])), function(*arguments))[1]

    quick = dataclasses.replace(SMALL, epochs_head=2, epochs_fine=1)
    generators = augmentation.make_generators(*arrays, batch_size=SMALL.batch_size, seed=0)
    recipe = training.Recipe(quick, "fresh", verbose=0)
    classifier = recipe.build()
    recipe.head(classifier, *generators, fit=step("train_head", training.train_head))
    history = recipe.fine_tune(
        classifier,
        *generators,
        unfreeze=step("unfreeze", model.unfreeze),
        compile=step("compile", training.compile_fine_tune),
        fit=step("fine_tune", training.fine_tune),
    )
    assert calls == [("train_head", 2), ("unfreeze",), ("compile",), ("fine_tune", 2, 3)]
    assert history.epoch == [2]
    assert len(recipe.history["val_loss"]) == 3
    assert [phase["name"] for phase in recipe.record.phases] == ["head", "fine_tune"]


def test_another_training_shares_the_stored_views(arrays, monkeypatch):
    computed = []
    store = batches.stored
    monkeypatch.setattr(batches, "stored", lambda *a: (computed.append(1), store(*a))[1])
    quick = dataclasses.replace(SMALL, epochs_head=1, epochs_fine=1)
    generators = augmentation.make_generators(*arrays, batch_size=SMALL.batch_size, seed=0)
    recipe = training.Recipe(quick, 1, verbose=0)
    for seed in range(2):
        again = recipe.again(seed)
        classifier = again.build()
        again.head(classifier, *generators)
        again.fine_tune(classifier, *generators)
        assert len(computed) == 4  # of two sets: before the cut, and after it for the head
        assert again.record.seed == seed
