import dataclasses
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from rps_course import data, profile
from rps_course.machine import fetch

RPS = profile.get("standard").dataset
NAMES = ["rock", "paper", "scissors"]
GRADING = profile.get("grading-offline")


@pytest.fixture(scope="module")
def rendered():
    return data.load(GRADING)


def test_the_packages_own_hands_come_as_elements_of_tfds(rendered):
    train, _, info = rendered
    sample = next(train.as_numpy_iterator())
    assert set(sample) == {"image", "label"}
    assert sample["image"].shape == (300, 300, 3)
    assert sample["image"].dtype == np.uint8
    assert sample["label"].dtype == np.int64
    assert info.features["label"].names == NAMES


def test_grading_takes_few_pictures_as_many_of_each_class(rendered):
    train, test, info = rendered
    for ds, n, split in ((train, 48, "train"), (test, 24, "test")):
        labels = [int(sample["label"]) for sample in ds.as_numpy_iterator()]
        assert np.bincount(labels).tolist() == [n // 3] * 3
        assert info.splits[split].num_examples == n


def test_the_same_pictures_come_each_time(rendered):
    again = next(data.load(GRADING)[1].as_numpy_iterator())
    np.testing.assert_array_equal(again["image"], next(rendered[1].as_numpy_iterator())["image"])


def test_arrays_hold_preprocessed_pictures_and_labels():
    X_train, y_train, X_test, y_test = data.arrays(GRADING)
    assert X_train.shape == (48, 96, 96, 3)
    assert X_test.shape == (24, 96, 96, 3)
    assert X_train.dtype == np.float32
    assert 0 <= X_train.min() < X_train.max() <= 1
    assert y_train.dtype == y_test.dtype == np.int64


def small_dataset(n=5):
    import tensorflow as tf

    images = np.arange(n * 12, dtype=np.float32).reshape(n, 2, 2, 3)
    return tf.data.Dataset.from_tensor_slices({"image": images, "label": np.arange(n)}), images


def test_to_numpy_keeps_the_order():
    ds, images = small_dataset()
    X, y = data.to_numpy(ds)
    np.testing.assert_array_equal(X, images)
    np.testing.assert_array_equal(y, np.arange(5))


def test_to_numpy_counts_a_dataset_of_unknown_length():
    ds, images = small_dataset()
    X, y = data.to_numpy(ds.filter(lambda sample: sample["label"] % 2 == 0))
    np.testing.assert_array_equal(X, images[::2])
    np.testing.assert_array_equal(y, [0, 2, 4])


def test_to_numpy_refuses_a_dataset_that_never_ends():
    with pytest.raises(data.DataError, match="forever"):
        data.to_numpy(small_dataset()[0].repeat())


def test_to_numpy_refuses_pictures_of_unknown_size():
    import tensorflow as tf

    ds, _ = small_dataset()
    one = {"image": tf.TensorSpec((None, None, 3)), "label": tf.TensorSpec((), tf.int64)}
    odd = tf.data.Dataset.from_generator(lambda: iter(ds), output_signature=one)
    with pytest.raises(data.DataError, match="preprocess them first"):
        data.to_numpy(odd)


@pytest.fixture
def no_network(monkeypatch):
    monkeypatch.setattr(fetch, "_KERAS_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(fetch, "_WEIGHTS", "http://127.0.0.1:9")


@pytest.mark.parametrize("name", ["standard", "grading-standard"])
def test_missing_data_without_a_network_says_how_to_get_it(name, tmp_path, monkeypatch, no_network):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(data.DataError, match="rps-course fetch"):
        data.load(profile.get(name))


def test_grading_never_downloads(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(fetch, "can_download", lambda timeout=2.0: True)
    monkeypatch.setattr(fetch, "fetch_data", lambda: pytest.fail("downloads"))
    with pytest.raises(data.DataError, match="rps-course fetch"):
        data.load(profile.get("grading-standard"))


def test_the_rock_paper_scissors_data_set_comes_through_tfds(real_data):
    train, test, info = data.load(profile.get("standard"))
    assert info.features["label"].names == NAMES
    assert info.splits["train"].num_examples == int(train.cardinality()) == 2520
    assert info.splits["test"].num_examples == int(test.cardinality()) == 372
    sample = next(train.as_numpy_iterator())
    assert sample["image"].shape == (300, 300, 3)
    assert sample["image"].dtype == np.uint8


def test_grading_takes_a_fixed_balanced_few_of_the_tfds_pictures(real_data):
    course = profile.get("grading-standard")
    train, test, info = data.load(course)
    labels = [int(sample["label"]) for sample in train.as_numpy_iterator()]
    assert np.bincount(labels).tolist() == [16, 16, 16]
    assert info.splits["train"].num_examples == 48
    assert info.features["label"].names == NAMES
    again = data.load(dataclasses.replace(course, subset=(48, 12)))
    some = [sample["image"] for sample in again[1].take(3).as_numpy_iterator()]
    assert len(list(again[1])) == 12
    np.testing.assert_array_equal(some[0], next(test.as_numpy_iterator())["image"])


def copied(real_data, tmp_path):
    shutil.copytree(
        real_data["TFDS_DATA_DIR"] / RPS,
        tmp_path / RPS,
        copy_function=shutil.copyfile,
    )
    for path in (tmp_path / RPS).rglob("*"):
        path.chmod(0o755)
    return next((tmp_path / RPS).glob("*/dataset_info.json")).parent


def test_a_dataset_cut_short_is_noticed_before_training(real_data, tmp_path, monkeypatch):
    shard = next(copied(real_data, tmp_path).glob("*test.tfrecord*"))
    shard.write_bytes(shard.read_bytes()[:-1000])
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(data.DataError, match="test set is not whole"):
        data.load(profile.get("standard"))


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"splits": [{"name": "train"}]})])
def test_a_dataset_with_damaged_notes_is_noticed(content, tmp_path, monkeypatch):
    folder = tmp_path / RPS / "3.0.0"
    folder.mkdir(parents=True)
    (folder / "dataset_info.json").write_text(content)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(data.DataError, match="damaged"):
        data.load(profile.get("standard"))


def test_importing_the_library_and_its_command_does_not_import_tensorflow():
    code = (
        "import sys, rps_course.cli, rps_course.imagenet, rps_course.plotting;"
        "heavy = {'tensorflow', 'keras', 'tensorflow_datasets', 'matplotlib', 'h5py'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
