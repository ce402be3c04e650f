"""The course's pictures: examples, curves of both phases, likeliest classes, predictions."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import tensorflow as tf
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TRAINING, _VALIDATION, _MARK = "#1f6f8b", "#d1495b", "#555555"
_BEHIND = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.6}


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
    samples = list(ds.take(n).as_numpy_iterator())
    images = _clipped([np.asarray(sample["image"]) for sample in samples])
    for ax, image, sample in zip(axes.flat, images, samples, strict=False):
        _show_picture(ax, image, classes[int(sample["label"])])
    return figure


def _clipped(images: list[np.ndarray]) -> list[np.ndarray]:
    """Returns pictures of floats in [0, 1]; says so once where that changes them."""
    if not images or not np.issubdtype(images[0].dtype, np.floating):
        return images
    low, high = min(map(np.min, images)), max(map(np.max, images))
    if low < 0 or high > 1:
        print(f"Pixels from {low:.3g} to {high:.3g}: shown as 0 and 1 where they are beyond.")
    return [np.clip(image, 0, 1) for image in images]


def show_batch(X: np.ndarray, y: np.ndarray, classes: "Sequence[str]", n: int = 9) -> "Figure":
    """Shows the first `n` pictures of a batch `(X [b, H, W, 3] in [0, 1], y [b])`."""
    import matplotlib.pyplot as plt

    n = min(n, len(X))
    columns = min(n, 3 if n <= 9 else 5)
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
    val_set: str = "validation set",
) -> "Figure":
    """Plots loss and accuracy by epoch, and the accuracy once more without the first epochs.

    Args:
        history: `loss`, `val_loss`, `accuracy` and `val_accuracy`, one value an epoch.
        fine_tune_start: the epoch that phase 2 started at, which is marked; None without a phase 2.
        chance: the accuracy of guessing, drawn as a line; None to leave it out.
        val_set: what the `val_` curves were measured on, for the legend.
    """
    import matplotlib.pyplot as plt

    panels = [("loss", "loss", 0), ("accuracy", "accuracy", 0)]
    first = (fine_tune_start or len(history["accuracy"]) // 2) // 2
    if first:
        panels.append(("accuracy, close up", "accuracy", first))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(3.1 * len(panels), 3.5), layout="constrained"
    )
    for ax, (title, name, first) in zip(axes, panels, strict=True):
        _plot_curves(ax, history, name, first, val_set)
        ax.set_title(title)
        if fine_tune_start:
            _mark_fine_tuning(ax, fine_tune_start)
    if chance is not None:
        _mark_chance(axes[1], chance)
        axes[1].set_ylim(min(chance, axes[1].get_ylim()[0]) - 0.02, 1.01)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def compare_histories(
    histories: "Mapping[str, dict[str, list[float]]]",
    fine_tune_start: int | None = None,
    chance: float | None = None,
) -> "Figure":
    """Plots the accuracy of several trainings by epoch: training on the left, validation beside it.

    Args:
        histories: `accuracy` and `val_accuracy` of each, by what was changed in it.
        fine_tune_start: the epoch that phase 2 started at; None without a phase 2.
        chance: the accuracy of guessing, drawn as a line; None to leave it out.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9.3, 3.8), sharey=True, layout="constrained")
    titles = {"accuracy": "training accuracy", "val_accuracy": "validation accuracy"}
    for ax, (key, title) in zip(axes, titles.items(), strict=True):
        for name, history in histories.items():
            values = history[key]
            ax.plot(range(1, len(values) + 1), values, marker="o", ms=3, label=name)
        if fine_tune_start:
            _mark_fine_tuning(ax, fine_tune_start)
        if chance is not None:
            _mark_chance(ax, chance)
        ax.set_title(title)
        _by_epoch(ax)
    axes[0].set_ylim(top=1.02)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(histories)
    )
    return figure


def _plot_curves(
    ax: "Axes", history: dict[str, list[float]], name: str, first: int, val_set: str
) -> None:
    """Draws the curves of a loss or metric from the epoch after `first` on."""
    for key, color, label in (
        (name, _TRAINING, "training set (augmented, with Dropout)"),
        (f"val_{name}", _VALIDATION, val_set),
    ):
        values = history.get(key, [])
        epochs = range(first + 1, len(values) + 1)
        ax.plot(epochs, values[first:], color=color, label=label, marker="o", ms=3)
    _by_epoch(ax)


def _by_epoch(ax: "Axes") -> None:
    ax.set_xlabel("epoch")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def _mark_chance(ax: "Axes", chance: float) -> None:
    ax.axhline(chance, color=_MARK, linestyle=":", linewidth=1)
    ax.annotate(
        f"chance: {chance:.3f}",
        (1, chance),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 4),
        textcoords="offset points",
        ha="right",
        color=_MARK,
        fontsize=9,
    )


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
        bbox=_BEHIND,
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
    right.set_xlim(0, max(0.1, *probabilities) * 1.18)
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


def plot_confusion(matrix: np.ndarray, classes: "Sequence[str]") -> "Figure":
    """Shows a confusion matrix: true classes down, predicted ones across, mistakes in color.

    Args:
        matrix: counts `[n, n]`, true classes in rows.
        classes: the n class names in label order.
    """
    import matplotlib.pyplot as plt

    matrix = np.asarray(matrix)
    side = 1.6 + 0.9 * len(classes)
    figure, ax = plt.subplots(figsize=(side + 0.8, side), layout="constrained")
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    right = np.eye(len(classes), dtype=bool)
    ax.imshow(np.where(right, shares, np.nan), cmap="Blues", vmin=0, vmax=1.4)
    ax.imshow(np.where(right, np.nan, shares), cmap="Reds", vmin=0, vmax=0.7)
    pairs = zip(matrix.flat, shares.flat, strict=True)
    _write_cells(
        ax, [f"{n:,}\n{share:.0%}" for n, share in pairs], classes, "true class", "taken for"
    )
    return figure


def show_table(
    values: np.ndarray, names: "Sequence[str]", title: str, rows: str, columns: str
) -> "Figure":
    """Shows a table of shares in color, darker where they are larger.

    Args:
        values: shares `[n, n]`, 0 to 1.
        names: of the n rows and of the n columns.
        title: what the shares are.
        rows: what the rows are.
        columns: what the columns are.
    """
    import matplotlib.pyplot as plt

    size = (1.9 + len(names), 1.3 + 0.7 * len(names))
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    ax.imshow(values, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
    _write_cells(ax, [f"{value:.2f}" for value in np.ravel(values)], names, rows, columns)
    ax.set_title(title, fontsize=11)
    return figure


def _write_cells(
    ax: "Axes", texts: "Sequence[str]", names: "Sequence[str]", rows: str, columns: str
) -> None:
    """Writes a text into each cell of a square table, row by row, and names on its sides."""
    for place, text in enumerate(texts):
        row, column = divmod(place, len(names))
        ax.text(column, row, text, ha="center", va="center", fontsize=11)
    ax.set_xticks(range(len(names)), names)
    ax.set_yticks(range(len(names)), names)
    ax.set_xlabel(columns)
    ax.set_ylabel(rows)
    ax.tick_params(length=0)


def show_occlusion(image: np.ndarray, drops: np.ndarray, name: str) -> "Figure":
    """Shows a picture beside a map of where covering it costs the answer most.

    Args:
        image: `[H, W, 3]` or a batch of one, in [0, 1].
        drops: `[rows, columns]`, see `evaluation.occlusion`.
        name: the class that the map is about.
    """
    import matplotlib.pyplot as plt

    image = np.asarray(image).reshape(np.shape(image)[-3:])
    height, width = image.shape[:2]
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
    _show_picture(left, image)
    _show_picture(right, image, f"what {name!r} depends on")
    most = max(float(np.max(drops)), 0.01)
    shown = right.imshow(
        np.clip(drops, 0, None),
        cmap="magma",
        alpha=0.6,
        vmin=0,
        vmax=most,
        extent=(0, width, height, 0),
        interpolation="bilinear",
    )
    bar = figure.colorbar(shown, ax=right, shrink=0.8)
    bar.set_label("drop of the probability when covered", fontsize=9)
    return figure
