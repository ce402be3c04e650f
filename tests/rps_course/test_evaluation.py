"""Error analysis, a split for validation, and a folder of one's own photos."""

import numpy as np
import pytest
from PIL import Image

from rps_course import data, evaluation, plotting, preprocessing

CLASSES = ("rock", "paper", "scissors")


def test_a_matrix_counts_pairs_of_classes():
    matrix = evaluation.confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 0, 0, 2], 4)
    assert matrix.tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [2, 0, 1, 0], [0, 0, 0, 0]]
    assert matrix.dtype == np.int64


@pytest.mark.parametrize(
    ("true", "predicted", "says"),
    [
        ([0, 1], [0], "of one length"),
        ([[0], [1]], [[0], [1]], "of one length"),
        ([0, 3], [0, 0], "y_true must hold whole numbers from 0 to 2. Received: [3]"),
        ([0, 1], [0, 0.5], "y_pred must hold whole numbers from 0 to 2. Received: [0.5]"),
    ],
)
def test_what_is_no_class_is_refused(true, predicted, says):
    with pytest.raises(ValueError, match=says.replace("[", r"\[")):
        evaluation.confusion_matrix(true, predicted, 3)


def test_the_surest_mistake_comes_first():
    probabilities = np.array([[0.9, 0.1, 0], [0.6, 0.4, 0], [0.2, 0.7, 0.1], [0.05, 0.0, 0.95]])
    found = evaluation.most_confident_mistakes(probabilities, np.array([0, 1, 0, 1]), n=2)
    assert found.tolist() == [3, 2]
    assert not len(evaluation.most_confident_mistakes(probabilities, probabilities.argmax(axis=1)))


def test_occlusion_finds_what_the_answer_depends_on():
    picture = np.zeros((32, 48, 3), np.float32)
    picture[4:10, 30:40] = 1  # a class is told by this spot alone

    def predict(pictures):
        share = np.clip(pictures[:, 4:10, 30:40].mean(axis=(1, 2, 3)), 0, 1)
        return np.stack([1 - share, share], axis=1)

    drops = evaluation.occlusion(predict, picture[np.newaxis], steps=9)
    assert drops.shape == (9, 9)
    row, column = np.unravel_index(drops.argmax(), drops.shape)
    assert (row, column) in {(r, c) for r in (0, 1, 2) for c in (5, 6, 7)}
    assert drops.max() > 0.4
    assert drops[-1, 0] == 0
    other = evaluation.occlusion(predict, picture, of=0, steps=9)
    assert np.allclose(other, -drops, atol=1e-6)


def test_a_split_takes_the_share_of_every_class():
    y = np.repeat([0, 1, 2], [10, 20, 41])
    X = np.arange(len(y), dtype=np.float32)[:, np.newaxis]
    (X_train, _), (X_val, y_val) = data.split_validation(X, y, 0.2, seed=3)
    assert np.bincount(y_val).tolist() == [2, 4, 8]
    assert sorted([*X_train[:, 0], *X_val[:, 0]]) == list(range(len(y)))
    assert np.array_equal(y[X_val[:, 0].astype(int)], y_val)
    again, other = (data.split_validation(X, y, 0.2, seed)[1][0] for seed in (3, 4))
    assert np.array_equal(again, X_val)
    assert not np.array_equal(other, X_val)


@pytest.mark.parametrize(
    ("share", "says"), [(0, "above 0 and below 1"), (1.0, "above 0 and below 1"), (0.01, "Class 0")]
)
def test_a_split_that_leaves_a_set_empty_is_refused(share, says):
    with pytest.raises(ValueError, match=says):
        data.split_validation(np.zeros((9, 2)), np.repeat([0, 1, 2], 3), share, 0)


def test_photos_are_read_from_a_folder_for_each_class(tmp_path):
    for name, count in (("rock", 2), ("scissors", 1)):
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.new("RGB", (40, 30), (10 * number, 0, 0)).save(tmp_path / name / f"{number}.jpg")
    (tmp_path / "rock/.DS_Store").write_bytes(b"x")
    X, y = preprocessing.load_folder(tmp_path, CLASSES, 24)
    assert X.shape == (3, 24, 24, 3)
    assert y.tolist() == [0, 0, 2]


def test_a_folder_without_photos_says_where_they_belong(tmp_path):
    with pytest.raises(preprocessing.PictureError, match="has no pictures") as refused:
        preprocessing.load_folder(tmp_path, CLASSES)
    assert str(tmp_path / "paper") in str(refused.value)


def test_a_heic_photo_is_named_and_told_what_to_do(tmp_path):
    (tmp_path / "rock").mkdir()
    (tmp_path / "rock/IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    with pytest.raises(preprocessing.PictureError, match="save a HEIC photo as JPEG") as refused:
        preprocessing.load_folder(tmp_path, CLASSES)
    assert "IMG_1.HEIC" in str(refused.value)


def test_pictures_of_matrices_maps_and_curves_have_what_they_are_about():
    figure = plotting.plot_confusion(np.array([[5, 1, 0], [0, 6, 0], [2, 0, 4]]), CLASSES)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[:2] == ["5\n83%", "1\n17%"]
    figure = plotting.show_occlusion(np.zeros((1, 8, 8, 3)), np.eye(3), "rock")
    assert figure.axes[1].get_title() == "what 'rock' depends on"
    figure = plotting.show_table(np.array([[0.5, 1], [0, 0.25]]), ["x", "y"], "t", "r", "c")
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.50", "1.00", "0.00", "0.25"]
    curves = {"a": {"accuracy": [0.1, 0.2, 0.5], "val_accuracy": [0.3, 0.3, 0.4]}}
    figure = plotting.compare_histories(curves, 1, chance=1 / 3)
    assert [ax.get_title() for ax in figure.axes] == ["training accuracy", "validation accuracy"]
    assert list(figure.axes[1].lines[0].get_ydata()) == [0.3, 0.3, 0.4]
    said = [text.get_text() for text in figure.axes[1].texts]
    assert said == ["fine-tuning starts", "chance: 0.333"]
