"""The renderer draws the same pictures for everyone, of every class, and keeps them safely."""

import os
import subprocess
import sys

import numpy as np
import pytest

from rps_course.offline import drawing, hands


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    """A cache of this test's own."""
    import platformdirs

    folder = tmp_path / "cache"
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *args, **kwargs: str(folder))
    return folder


@pytest.fixture
def drawings(monkeypatch):
    """Counts how many pictures are drawn instead of read."""
    drawn = []
    draw_one = hands._draw_one
    monkeypatch.setattr(hands, "_draw_one", lambda *args: (drawn.append(args), draw_one(*args))[1])
    return drawn


def test_elements_have_the_type_and_size_of_the_tfds_pictures(cache_folder):
    pictures, labels = hands.pictures("train", 6)
    assert pictures.shape == (6, 300, 300, 3)
    assert pictures.dtype == np.uint8
    assert labels.shape == (6,)
    assert labels.dtype == np.int64


def test_a_longer_set_begins_with_the_shorter_one(cache_folder, drawings):
    short, short_labels = hands.pictures("train", 4)
    longer, labels = hands.pictures("train", 9)
    np.testing.assert_array_equal(longer[:4], short)
    np.testing.assert_array_equal(labels[:4], short_labels)
    assert len(drawings) == 9, "the second call draws only what the cache lacks"


def test_every_three_pictures_show_each_class_once(cache_folder):
    labels = hands._labels((20, 0), 300)
    assert all(sorted(three) == [0, 1, 2] for three in labels.reshape(-1, 3).tolist())
    assert len({tuple(three) for three in labels.reshape(-1, 3).tolist()}) > 1


def test_training_and_test_set_share_no_picture(cache_folder):
    train, _ = hands.pictures("train", 9)
    test, _ = hands.pictures("test", 9)
    assert len({p.tobytes() for p in np.concatenate([train, test])}) == 18


def test_cached_pictures_equal_drawn_ones(cache_folder, drawings):
    first, _ = hands.pictures("test", 3)
    assert list(cache_folder.glob("*.npz"))
    again, _ = hands.pictures("test", 3)
    np.testing.assert_array_equal(first, again)
    assert len(drawings) == 3


@pytest.mark.parametrize("damage", ["nothing in it", "cut short", "a byte changed", "other arrays"])
def test_a_damaged_cache_is_drawn_again(cache_folder, drawings, damage):
    good, _ = hands.pictures("test", 3)
    (file,) = cache_folder.glob("*.npz")
    whole = file.read_bytes()
    if damage == "nothing in it":
        file.write_bytes(b"")
    elif damage == "cut short":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "a byte changed":
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    else:
        np.savez(file, lengths=np.array([5]), data=np.zeros(5, np.uint8))
    drawings.clear()
    again, _ = hands.pictures("test", 3)
    np.testing.assert_array_equal(again, good)
    assert len(drawings) == 3
    drawings.clear()
    hands.pictures("test", 3)
    assert not drawings, "and the repaired cache is used"


def test_a_cache_that_cannot_be_written_changes_nothing(cache_folder):
    good, _ = hands.pictures("test", 3)
    for file in cache_folder.iterdir():
        file.unlink()
    cache_folder.rmdir()
    cache_folder.write_text("a file where the folder should be")
    again, _ = hands.pictures("test", 3)
    np.testing.assert_array_equal(again, good)


def test_no_half_written_file_stays_behind(cache_folder, monkeypatch):
    def full_disk(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hands.np, "savez", full_disk)
    hands.pictures("test", 3)
    assert list(cache_folder.iterdir()) == []


@pytest.mark.parametrize("n", [0, -3, 2.5, "3", True, 10**9])
def test_an_impossible_number_is_refused_with_what_is_allowed(n):
    with pytest.raises(hands.HandsError, match=r"Received n=.*Allowed"):
        hands.pictures("train", n)


def test_an_unknown_split_is_refused_with_the_known_ones():
    with pytest.raises(hands.HandsError, match=r"'validation'.*train, test"):
        hands.pictures("validation")


def test_an_unknown_gesture_or_thing_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"label 3.*rock"):
        drawing.render_hand(3, rng)


def test_a_hand_depends_on_its_generator_alone():
    one = drawing.render_hand(1, np.random.default_rng(5), 96)
    np.random.default_rng(9).random(100)
    assert np.array_equal(one, drawing.render_hand(1, np.random.default_rng(5), 96))
    assert not np.array_equal(one, drawing.render_hand(1, np.random.default_rng(6), 96))


def test_a_hand_lies_on_white_and_its_arm_comes_from_the_border():
    for seed in range(12):
        picture = drawing.render_hand(seed % 3, np.random.default_rng(seed), 150).astype(int)
        white = (picture.min(-1) > 170) & (np.ptp(picture, axis=-1) < 30)
        assert 0.4 < white.mean() < 0.97
        border = np.concatenate([white[0], white[-1], white[:, 0], white[:, -1]])
        assert 0.01 < 1 - border.mean() < 0.6


def test_paper_covers_more_of_its_hull_with_gaps_than_rock():
    """A property that a person uses: fingers leave gaps, a fist does not."""

    def outline(label, seed):
        picture = drawing.render_hand(label, np.random.default_rng(seed), 150).astype(int)
        solid = (picture.min(-1) < 150) | (np.ptp(picture, axis=-1) > 45)
        edges = (solid[1:] ^ solid[:-1]).sum() + (solid[:, 1:] ^ solid[:, :-1]).sum()
        return edges / np.sqrt(solid.sum())

    rock, paper, scissors = (
        np.mean([outline(label, seed) for seed in range(12)]) for label in range(3)
    )
    assert paper > scissors > rock
    assert paper > 1.3 * rock


def test_a_linear_classifier_on_pixels_does_not_solve_the_hands():
    """Otherwise the course's point, features learned elsewhere, would not be needed."""
    labels = np.arange(450) % 3
    pictures = [drawing.render_hand(y, np.random.default_rng(i), 60) for i, y in enumerate(labels)]
    flat = (np.stack(pictures)[:, ::2, ::2] / 255).reshape(450, -1)
    x, x_test, y, y_test = flat[:300], flat[300:], labels[:300], labels[300:]
    mean = x.mean(0)
    x, x_test = x - mean, x_test - mean
    gram = x @ x.T
    best = 0.0
    for ridge in (0.01, 0.1, 1.0, 10.0):
        weights = np.linalg.solve(
            gram + ridge * np.trace(gram) / len(x) * np.eye(len(x)), np.eye(3)[y] - 1 / 3
        )
        best = max(best, float(((x_test @ x.T @ weights).argmax(1) == y_test).mean()))
    assert best < 0.7


def test_importing_the_renderer_does_not_import_tensorflow():
    code = "import sys, rps_course.offline.hands; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
