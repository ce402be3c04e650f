import csv
import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from functools import cache

import h5py
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from rps_course import augmentation, data, model, submission, training
from rps_course.course import COURSE
from rps_course.fast import batches as parts
from rps_course.fast import checkpoint, frozen
from rps_course.profile import get

SMALL = dataclasses.replace(get("offline"), subset=(60, 24), batch_size=16)


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

    one, two = (values(folder) for folder, _ in trained)
    assert one.keys() == two.keys()
    for name, array in one.items():
        assert np.array_equal(array, two[name]), name


@pytest.mark.parametrize(
    ("views", "says", "noted"), [("plain", "(whole network)", "plain"), ("2", "(2 views)", 2)]
)
def test_the_command_trains_in_each_way(views, says, noted, tmp_path):
    done = command("grading-offline", "train", "--out", str(tmp_path), "--views", views)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout
    record = submission.load_record(tmp_path / "rps_model.json")
    assert [phase["views"] for phase in record["phases"]] == [noted, noted]


def test_the_real_data_takes_the_same_path(real_data, tmp_path):
    done = command("grading-standard", "train", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "(grading-standard profile, seed 0)" in done.stdout
    record = json.loads((tmp_path / "rps_model.json").read_text())
    assert record["architecture"]["options"] == {"alpha": 1.0}
    assert record["phases"][1]["trainable_parameters"] == 723_843


@pytest.mark.parametrize(("views", "after"), [("plain", 1), ("plain", 3), ("fresh", 2), (2, 3)])
def test_an_interrupted_training_goes_on_to_the_same_result(
    views, after, whole_runs, tmp_path, monkeypatch, capsys
):
    keep = checkpoint.Checkpoint._write

    def stop(self, classifier):
        keep(self, classifier)
        if self.epochs == after:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint.Checkpoint, "_write", stop)
        with pytest.raises(KeyboardInterrupt):
            training.run(SMALL, tmp_path, epochs=(2, 2), views=views, verbose=0)
    assert {path.name for path in tmp_path.iterdir()} == {checkpoint.FILE}
    result = training.run(SMALL, tmp_path, epochs=(2, 2), views=views, verbose=0)
    assert f"Going on after epoch {after} of 4" in capsys.readouterr().out
    whole = whole_runs(views)
    assert result.history == whole.history
    for a, b in zip(result.model.get_weights(), whole.model.get_weights(), strict=True):
        assert np.array_equal(a, b)
    record, other = (
        submission.load_record(path)["phases"]
        for run in (result, whole)
        for path in run.files
        if path.name == "rps_model.json"
    )
    assert record == other
    assert not (tmp_path / checkpoint.FILE).exists()


@pytest.fixture(scope="module")
def whole_runs(tmp_path_factory):
    """Makes runs that nobody interrupts."""

    @cache
    def run(views):
        folder = tmp_path_factory.mktemp("whole")
        return training.run(SMALL, folder, epochs=(2, 2), views=views, verbose=0)

    return run


def test_a_checkpoint_of_another_training_is_not_taken_up(tmp_path, capsys):
    path = tmp_path / checkpoint.FILE
    notes = {"settings": {"seed": 0}, "phases": [{"epoch": [0], "history": {"loss": [1.0]}}]}
    np.savez(path, notes=json.dumps(notes))
    assert checkpoint.Checkpoint(path, {"seed": 0}).epochs == 1
    assert capsys.readouterr().out == ""
    assert checkpoint.Checkpoint(path, {"seed": 1}).epochs == 0
    assert "other settings: starting over" in capsys.readouterr().out
    path.write_bytes(b"PK is not enough")
    assert checkpoint.Checkpoint(path, {"seed": 0}).epochs == 0
    assert "cannot be read: starting over" in capsys.readouterr().out


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


# The ways to train


@pytest.fixture(scope="module")
def arrays():
    return data.arrays(SMALL)


def train(views, arrays, epochs=(3, 2), profile=SMALL):
    """Both phases of the recipe, as `training.run` does them."""
    tf.keras.utils.set_random_seed(0)
    generators = augmentation.make_generators(*arrays, batch_size=profile.batch_size, seed=0)
    record = submission.Record(profile, seed=0)
    classifier = model.reference(profile)
    training.compile_head(classifier)
    at = profile.fine_tune_at
    parts = training.prepare(classifier, *generators, views, fine_tune_at=at, verbose=0)
    head = training.train_head(*parts, epochs[0], verbose=0)
    record.add_phase("head", classifier, head)
    model.unfreeze(classifier.layers[0], profile.fine_tune_at)
    training.compile_fine_tune(classifier)
    parts = training.prepare(classifier, *parts[1:], views, verbose=0)
    fine = training.fine_tune(*parts, epochs[0], sum(epochs), verbose=0)
    record.add_phase("fine_tune", classifier, fine)
    return classifier, record, training.merge_histories(head, fine)


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
        ("loss", "accuracy", "val_loss", "val_accuracy"), 5
    )
    assert [phase["epochs"] for phase in record.phases] == [[0, 1, 2], [3, 4]]
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
    facts = exercise.measure(tmp_path, SMALL)
    assert max(facts.weights.frozen) == 0
    assert max(facts.weights.tail) > 0
    digests = {weights.name: hashlib.sha256(weights.read_bytes()).hexdigest()}
    generous = dataclasses.replace(SMALL, none_at=-1.0, full_at=0.0)
    rules = COURSE.rules().limits("trained_model") | {"record_tolerance": 1e-6}
    findings = exercise.judge(facts, digests, generous, rules)
    assert [finding.message for finding in findings] == ["without_gpu", None]


@pytest.mark.parametrize("views", ["plain", "fresh", 2])
def test_the_same_seed_gives_the_same_training(views, ways, arrays):
    again, _, history = train(views, arrays)
    for a, b in zip(again.get_weights(), ways[views][0].get_weights(), strict=True):
        assert np.array_equal(a, b)
    assert history == ways[views][2]


def test_more_views_show_more_pictures(arrays):
    """With one view the frozen part gives the same features in every epoch; with two it doesn't."""
    for views, different in ((1, 1), (2, 2)):
        generators = augmentation.make_generators(*arrays, batch_size=60, seed=0)
        classifier = model.reference(SMALL)
        training.compile_head(classifier)
        _, features, _ = training.prepare(classifier, *generators, views, verbose=0)
        sums = set()
        for _ in range(4):
            sums.add(round(float(np.float64(features[0][0]).sum()), 3))
            features.on_epoch_end()
        assert len(sums) == different


@pytest.fixture(scope="module")
def two_phases(arrays):
    """A classifier in the second phase, and the batches that its first phase was prepared with."""
    generators = augmentation.make_generators(*arrays, batch_size=16, seed=0)
    classifier = model.reference(SMALL)
    training.compile_head(classifier)
    _, *batches = training.prepare(classifier, *generators, 2, fine_tune_at=149, verbose=0)
    assert batches[0][0][0].shape == (16, 1280)
    model.unfreeze(classifier.layers[0], 149)
    training.compile_fine_tune(classifier)
    return classifier, batches


def test_the_second_phase_takes_up_what_the_first_one_stored(two_phases, arrays):
    classifier, batches = two_phases
    tail, train_gen, val_gen = training.prepare(classifier, *batches, 2, verbose=0)
    assert train_gen is batches[0].batches
    assert val_gen is batches[1].batches
    # The same as if it had been computed for this phase.
    front, _ = frozen.split(classifier)
    pictures, _ = augmentation.make_generators(*arrays, batch_size=60, seed=0)
    wanted, labels = pictures[0]
    wanted = front.predict_on_batch(wanted)
    assert np.allclose(train_gen.views[0], wanted, atol=2e-3 * np.abs(wanted).max())
    assert np.array_equal(train_gen.labels[0], labels)
    assert np.allclose(val_gen[0][0], front.predict_on_batch(arrays[2][:16]), atol=1e-4)
    assert np.allclose(tail.predict(val_gen, verbose=0), classifier(arrays[2]), atol=1e-5)


@pytest.mark.parametrize(("views", "from_layer"), [(1, 149), (2, 150), ("fresh", 149)])
def test_what_does_not_fit_the_second_phase_is_computed_anew(views, from_layer, two_phases, arrays):
    classifier, batches = two_phases
    try:
        model.unfreeze(classifier.layers[0], from_layer)
        training.compile_fine_tune(classifier)
        tail, train_gen, val_gen = training.prepare(classifier, *batches, views, verbose=0)
        assert train_gen is not batches[0].batches
        assert train_gen.batches is parts.origin(batches[0])
        assert np.allclose(tail.predict(val_gen, verbose=0), classifier(arrays[2]), atol=1e-5)
    finally:
        model.unfreeze(classifier.layers[0], 149)
        training.compile_fine_tune(classifier)


@pytest.mark.parametrize("views", [0, -1, 2.5, True, "stale", None])
def test_another_way_to_train_is_refused(views):
    with pytest.raises(training.TrainingError, match='"plain", "fresh" or a number of at least 1'):
        training.prepare(None, None, None, views)


def test_batches_that_cannot_be_asked_for_one_by_one_are_refused(arrays):
    classifier = model.reference(SMALL)
    with pytest.raises(training.TrainingError, match="compile it before"):
        training.prepare(classifier, None, None, "fresh")
    training.compile_head(classifier)
    with pytest.raises(training.TrainingError, match="Received: train_gen of type list"):
        training.prepare(classifier, [], [], "fresh")
