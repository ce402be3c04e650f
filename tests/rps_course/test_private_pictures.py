"""The pictures that no student has: drawn from a secret, or the instructor's own."""

import os

import numpy as np
import pytest
from PIL import Image

from autograder.core.course import CourseError
from rps_course.exercises.trained_model import private
from rps_course.offline import hands
from rps_course.profile import get

OFFLINE, STANDARD = get("offline"), get("standard")


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(private, "NUMBER", 6)


@pytest.fixture
def own(tmp_path):
    """An instructor's folder with two pictures of each class."""
    folder = tmp_path / "own"
    for label, name in enumerate(STANDARD.classes):
        (folder / name).mkdir(parents=True)
        for i, kind in enumerate(("png", "jpg")):
            color = (80 * label, 100 + 50 * i, 200)
            Image.new("RGB", (400, 300), color).save(folder / name / f"{i}.{kind}")
        (folder / name / ".DS_Store").write_bytes(b"x")
    return folder


def made(folder, profile, secret=b"secret", own=None):
    folder.mkdir(exist_ok=True)
    private.make(profile, secret, own, folder)
    return private.load(folder)


def test_hands_are_drawn_from_the_secret_alone(tmp_path):
    pictures, labels = made(tmp_path / "a", OFFLINE)
    assert pictures.shape == (6, 96, 96, 3)
    assert pictures.dtype == np.float32
    assert sorted(labels[:3]) == sorted(labels[3:]) == [0, 1, 2]
    np.testing.assert_array_equal(made(tmp_path / "b", OFFLINE)[0], pictures)
    others, _ = made(tmp_path / "c", OFFLINE, secret=b"of another class")
    assert not {p.tobytes() for p in others} & {p.tobytes() for p in pictures}


def test_drawn_hands_are_kept_nowhere_else(tmp_path, monkeypatch):
    monkeypatch.setattr(hands, "cache_folder", lambda: tmp_path / "cache")
    made(tmp_path / "a", OFFLINE)
    assert not (tmp_path / "cache").exists()


def test_they_are_scaled_as_students_scale_theirs(tmp_path):
    from rps_course.preprocessing import preprocess_image

    pictures, labels = made(tmp_path, OFFLINE)
    drawn, _ = hands.drawn(b"secret", 6)
    for picture, label, original in zip(pictures, labels, drawn, strict=True):
        expected = preprocess_image({"image": original, "label": label}, 96)["image"]
        np.testing.assert_allclose(picture, expected, atol=0.003)  # half of a 255th, and rounding


def test_an_instructors_folder_takes_their_place(tmp_path, own):
    for profile in (OFFLINE, STANDARD):
        pictures, labels = made(tmp_path / profile.name, profile, own=own)
        assert pictures.shape == (6, profile.image_size, profile.image_size, 3)
        assert labels.tolist() == [0, 0, 1, 1, 2, 2]
        np.testing.assert_allclose(pictures[2, 5, 5], np.array([80, 100, 200]) / 255, atol=0.01)


def test_the_standard_profile_has_none_without_one(tmp_path):
    private.make(STANDARD, b"secret", None, tmp_path)
    assert not list(tmp_path.iterdir())


def remove(folder):
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


BROKEN = {
    "no folder of a class": (lambda own: remove(own / "paper"), "no folder paper"),
    "no pictures": (
        lambda own: [p.unlink() for p in (own / "rock").glob("*.*g")],
        "no pictures of the class 'rock'",
    ),
    "a text": (
        lambda own: (own / "scissors/notes.txt").write_text("cut"),
        "notes.txt is not a picture that can be read",
    ),
    "a broken link": (
        lambda own: (own / "rock/2.png").symlink_to(own / "nowhere.png"),
        "2.png does not exist",
    ),
    "a folder in a class's": (lambda own: (own / "rock/more").mkdir(), "more is a folder"),
    "a pipe": (lambda own: os.mkfifo(own / "rock/pipe.png"), "pipe.png does not exist"),
    "a damaged picture": (
        lambda own: (own / "rock/1.jpg").write_bytes((own / "rock/1.jpg").read_bytes()[:300]),
        "1.jpg is",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_folder_that_cannot_be_used_is_refused_with_its_name(tmp_path, own, what):
    change, says = BROKEN[what]
    change(own)
    with pytest.raises(CourseError, match="private picture") as refused:
        made(tmp_path / "made", STANDARD, own=own)
    assert says in str(refused.value)


def test_a_folder_that_is_not_there_is_refused_with_its_name(tmp_path):
    with pytest.raises(CourseError, match=r"There is no folder .*nowhere"):
        made(tmp_path / "made", STANDARD, own=tmp_path / "nowhere")
