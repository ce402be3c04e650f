"""A Keras folder that nobody may write to: the libraries' own lines have to read from it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rps_course.machine import caches, fetch

LINES = """
import tensorflow as tf
import tensorflow_datasets as tfds
from rps_course import profile
course = profile.current()
path = tf.keras.utils.get_file("ImageNetLabels.txt", "http://127.0.0.1:9/no-network")
print(open(path).read().split()[0], tf.keras.applications.MobileNetV2(
    input_shape=course.input_shape, include_top=False, pooling="avg", weights=course.weights
).name)
train = tfds.load("rock_paper_scissors", split="train")
print(next(iter(train))["image"].shape)
"""


@pytest.fixture
def read_only(tmp_path, monkeypatch):
    """A Keras folder that this process may not write to, though it may be root."""
    folder = tmp_path / "keras"
    (folder / "datasets").mkdir(parents=True)
    (folder / "datasets/labels.txt").write_text("one of them")
    (folder / "keras.json").write_text("{}")
    monkeypatch.setenv("KERAS_HOME", str(folder))
    if "keras" in sys.modules:  # whose own setting is to be what it was, afterwards
        monkeypatch.setattr(sys.modules["keras.src.backend.config"], "_KERAS_DIR", str(folder))
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder and real(path, mode))
    return folder


def test_keras_reads_a_read_only_folder_through_links(read_only):
    caches.make_readable()
    links = Path(os.environ["KERAS_HOME"])
    assert links != read_only
    assert (links / "datasets/labels.txt").read_text() == "one of them"
    (links / "datasets/mine.txt").write_text("a download")  # Keras may write
    assert not (read_only / "datasets/mine.txt").exists()
    # Whoever asks for the folder itself, to fill it or to show it, is not led astray.
    assert caches.keras_folder() == read_only
    caches.make_readable()
    assert Path(os.environ["KERAS_HOME"]) == links
    shutil.rmtree(links)


def test_a_folder_that_can_be_written_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    caches.make_readable()
    assert os.environ["KERAS_HOME"] == str(tmp_path)


def test_students_lines_work_with_read_only_folders(real_data, tmp_path):
    """In a laboratory with shared folders, without the grader's sandbox around it."""
    if os.geteuid() == 0 and shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap to take root's right to write")
    command = [sys.executable, "-c", LINES]
    if os.geteuid() == 0:
        bind = ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--tmpfs", "/tmp/.keras"]
        for folder in real_data.values():
            bind += ["--ro-bind", str(folder), str(folder)]
        command = [*bind, "--", *command]
    done = subprocess.run(
        command,
        env=os.environ | {"RPS_PROFILE": "standard", "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split("\n")[:2] == ["background mobilenetv2_1.00_224", "(300, 300, 3)"], (
        done.stderr[-3000:]
    )
    assert not list(tmp_path.iterdir()), "the folder of links is left behind"


def test_what_is_wrong_with_the_data_is_told_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    wrong = fetch.problems(fetch.standard())
    assert set(wrong) == {
        "dataset", "backbone weights", "ImageNet classifier", "ImageNet labels"
    }  # fmt: skip
    assert str(tmp_path / "keras/models") in wrong["backbone weights"]
