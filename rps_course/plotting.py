"""The course's pictures: examples, curves of both phases, likeliest classes, predictions."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tensorflow as tf
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TRAINING, _VALIDATION, _MARK = "#1f6f8b", "#d1495b", "#555555"


def _show_picture(axes: "Axes", image: Any, title: str = "", color: str = "black") -> None:
    axes.imshow(np.asarray(image))
    axes.set_title(title, fontsize=11, color=color)
    axes.set_axis_off()


def show_examples(ds: "tf.data.Dataset", classes: "Sequence[str]", n: int = 9) -> "Figure":
    """Shows the first `n` pictures of a dataset with their class names.

    Args:
        ds: dataset of `{"image": [H, W, 3], "label": integer}`.
        classes: class names in label order.
        n: how many pictures, at least 1.
    """
    import matplotlib.pyplot as plt

    columns = min(n, 5 if n > 9 else 3)
    rows = -(-n // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(2.4 * columns, 2.6 * rows), squeeze=False, layout="constrained"
    )
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, sample in zip(axes.flat, ds.take(n).as_numpy_iterator(), strict=False):
        _show_picture(ax, sample["image"], classes[int(sample["label"])])
    return figure


def show_batch(X: np.ndarray, y: np.ndarray, classes: "Sequence[str]", n: int = 9) -> "Figure":
    """Shows the first `n` pictures of a batch `(X [b, H, W, 3] in [0, 1], y [b])`."""
    import matplotlib.pyplot as plt

    n = min(n, len(X))
    columns = min(n, 3)
    rows = -(-n // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(2.4 * columns, 2.6 * rows), squeeze=False, layout="constrained"
    )
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, image, label in zip(axes.flat, X, y, strict=False):
        _show_picture(ax, np.clip(image, 0, 1), classes[int(label)])
    return figure


def plot_history(
    history: dict[str, list[float]],
    fine_tune_start: int | None = None,
    chance: float | None = None,
) -> "Figure":
    """Plots loss and accuracy by epoch, and the accuracy once more without the first epochs.

    Args:
        history: `loss`, `val_loss`, `accuracy` and `val_accuracy`, one value an epoch.
        fine_tune_start: the epoch that phase 2 started at, which is marked; None without a phase 2.
        chance: the accuracy of guessing, drawn as a line; None to leave it out.
    """
    import matplotlib.pyplot as plt

    panels = [("loss", "loss", 0), ("accuracy", "accuracy", 0)]
    first = (fine_tune_start or len(history["accuracy"]) // 2) // 2
    if first:
        panels.append(("accuracy, close up", "accuracy", first))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4 * len(panels), 3.9), layout="constrained"
    )
    for ax, (title, name, first) in zip(axes, panels, strict=True):
        _plot_curves(ax, history, name, first)
        ax.set_title(title)
        if fine_tune_start:
            _mark_fine_tuning(ax, fine_tune_start)
    if chance is not None:
        axes[1].axhline(chance, color=_MARK, linestyle=":", linewidth=1)
        axes[1].annotate(
            f"chance: {chance:.3f}",
            (1, chance),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 3),
            textcoords="offset points",
            ha="right",
            color=_MARK,
            fontsize=9,
        )
        axes[1].set_ylim(min(chance, axes[1].get_ylim()[0]) - 0.02, 1.01)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _plot_curves(ax: "Axes", history: dict[str, list[float]], name: str, first: int) -> None:
    """Draws the curves of a loss or metric from the epoch after `first` on."""
    for key, color, label in (
        (name, _TRAINING, "training (augmented, with Dropout)"),
        (f"val_{name}", _VALIDATION, "validation"),
    ):
        values = history.get(key, [])
        epochs = range(first + 1, len(values) + 1)
        ax.plot(epochs, values[first:], color=color, label=label, marker="o", ms=3)
    ax.set_xlabel("epoch")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def _mark_fine_tuning(ax: "Axes", start: int) -> None:
    ax.axvline(start + 0.5, color=_MARK, linestyle="--", linewidth=1)
    ax.annotate(
        "fine-tuning starts",
        (start + 0.5, 0.5),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        rotation=90,
        va="center",
        color=_MARK,
        fontsize=9,
    )


def show_top_k(image: np.ndarray, top: "Sequence[tuple[str, float]]") -> "Figure":
    """Shows a picture beside a bar plot of its likeliest classes.

    Args:
        image: `[H, W, 3]` or a batch of one, in [0, 1].
        top: pairs of label and probability, the likeliest first.
    """
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(
        1, 2, figsize=(9, 3.4), width_ratios=[1, 1.5], layout="constrained"
    )
    _show_picture(left, np.asarray(image).reshape(np.shape(image)[-3:]))
    labels, probabilities = zip(*top, strict=True)
    bars = right.barh(range(len(top)), probabilities, color=_TRAINING)
    right.bar_label(bars, [f"{p:.1%}" for p in probabilities], padding=4, fontsize=9)
    right.set_yticks(range(len(top)), labels)
    right.invert_yaxis()
    right.set_xlim(0, max(probabilities) * 1.18)
    right.set_xlabel("probability")
    right.spines[["top", "right"]].set_visible(False)
    return figure


def show_prediction(image: np.ndarray, probs: np.ndarray, classes: "Sequence[str]") -> "Figure":
    """Shows a picture beside the probability of each class.

    Args:
        image: `[H, W, 3]` or a batch of one, in [0, 1].
        probs: `[n]` or `[1, n]`.
        classes: the n class names in label order.
    """
    figure = show_top_k(image, list(zip(classes, np.ravel(probs).tolist(), strict=True)))
    best = classes[int(np.argmax(probs))]
    figure.axes[0].set_title(f"{best} ({np.max(probs):.0%})", fontsize=12)
    figure.axes[1].set_xlim(0, 1.15)
    return figure


def show_predictions(
    X: np.ndarray, probs: np.ndarray, classes: "Sequence[str]", y: np.ndarray
) -> "Figure":
    """Shows pictures with what the model takes them for; mistakes in red.

    Args:
        X: `[n, H, W, 3]` in [0, 1].
        probs: `[n, len(classes)]`.
        classes: class names in label order.
        y: true labels `[n]`.
    """
    figure = show_batch(X, y, classes, n=len(X))
    for ax, p, label in zip(figure.axes, probs, y, strict=False):
        guess = int(np.argmax(p))
        right = guess == int(label)
        title = f"{classes[guess]} {p[guess]:.0%}"
        if not right:
            title += f", is {classes[int(label)]}"
        ax.set_title(title, fontsize=11, color="black" if right else "crimson")
    return figure
