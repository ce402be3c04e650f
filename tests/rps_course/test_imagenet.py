import matplotlib.pyplot as plt
import numpy as np
import pytest

from rps_course import imagenet, plotting
from rps_course.profile import get


def test_the_real_classifier_has_a_thousand_classes_without_background(real_data, tmp_path):
    course = get("standard")
    labels = imagenet.labels(course)
    assert len(labels) == 1000
    assert labels[0] == "tench"
    assert "background" not in labels
    network = imagenet.classifier(course)
    probabilities = network.predict(np.full((1, 224, 224, 3), 0.5, np.float32), verbose=0)
    assert probabilities.shape == (1, 1000)
    assert np.isclose(probabilities.sum(), 1, atol=1e-4)


def test_top_k_is_ordered_and_complete():
    top = imagenet.top_k(np.array([[0.1, 0.6, 0.3]]), ["a", "b", "c"], k=2)
    assert [label for label, _ in top] == ["b", "c"]
    assert np.allclose([p for _, p in top], [0.6, 0.3])


@pytest.mark.parametrize("k", [0, 4])
def test_top_k_refuses_what_cannot_be(k):
    with pytest.raises(ValueError, match=f"3 probabilities, 3 labels, k={k}"):
        imagenet.top_k(np.ones((1, 3)), ["a", "b", "c"], k=k)


def test_the_table_of_applications_has_our_network():
    lines = imagenet.applications_table().split("\n")
    assert any(line.startswith("MobileNetV2 ") and "71.3%" in line for line in lines)
    assert len({len(line) for line in lines}) == 1


def test_plots_show_what_they_are_given():
    history = {"loss": [2, 1, 0.5], "val_loss": [2, 1.5, 1], "accuracy": [0.3, 0.5, 0.7]}
    history["val_accuracy"] = [0.3, 0.4, 0.6]
    figure = plotting.plot_history(history, fine_tune_start=2)
    titles = ["loss", "accuracy", "accuracy, close up"]
    assert [ax.get_title() for ax in figure.axes] == titles
    assert [len(ax.lines) for ax in figure.axes] == [3, 3, 3]
    assert figure.axes[0].texts[0].get_text() == "fine-tuning starts"
    assert list(figure.axes[2].lines[0].get_xdata()) == [2, 3]

    figure = plotting.plot_history(history, chance=1 / 3)
    assert [ax.get_title() for ax in figure.axes] == titles[:2]
    assert figure.axes[1].texts[0].get_text() == "chance: 0.333"
    low, high = figure.axes[1].get_ylim()
    assert low < 0.3 < 0.7 < high

    picture = np.zeros((1, 8, 8, 3))
    figure = plotting.show_prediction(picture, [[0.1, 0.7, 0.2]], ("rock", "paper", "scissors"))
    assert figure.axes[0].get_title() == "paper (70%)"
    figure = plotting.show_predictions(
        np.zeros((2, 8, 8, 3)), np.eye(3)[:2], ("rock", "paper", "scissors"), np.array([0, 2])
    )
    assert figure.axes[1].get_title() == "paper 100%, is scissors"
    plt.close("all")


def test_pictures_in_another_scale_are_shown_with_one_line_that_says_so(capsys):
    import tensorflow as tf

    images = np.linspace(-1, 2, 3 * 4 * 4 * 3, dtype=np.float32).reshape(3, 4, 4, 3)
    ds = tf.data.Dataset.from_tensor_slices({"image": images, "label": [0, 1, 2]})
    figure = plotting.show_examples(ds, ("rock", "paper", "scissors"), n=3)
    figure.canvas.draw()
    said = capsys.readouterr()
    assert said.out.splitlines() == ["Pixels from -1 to 2: shown as 0 and 1 where they are beyond."]
    assert said.err == ""
    plt.close("all")
