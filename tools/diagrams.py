"""Draws the diagrams of the notebooks: `python -m tools.diagrams` writes `lessons/pictures/`.

They are PNG files, which every page of feedback shows, on a card of their own that is readable on
light and on dark pages. What a layer sees is computed, with the offline profile's network.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from PIL import Image

from rps_course import profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOLDER = Path(__file__).parents[1] / "lessons/pictures"
PAPER, INK, QUIET = "#fbfaf7", "#22272e", "#59636e"
FROZEN, TRAINS, PLAIN = "#cfe0ec", "#f7c69b", "#e8e6e0"
DPI = 88  # 836 pixels wide: pages of feedback do not scale pictures down
COLORS = 128  # of a file: few are enough, and make it small
# Layers whose outputs are shown, and what they are called there.
SEEN = (
    ("Conv1_relu", "first convolution"),
    ("block_2_add", "block 2"),
    ("block_5_add", "block 5"),
    ("out_relu", "last convolution"),
)


def _card(width: float, height: float) -> tuple[Figure, "Axes"]:
    """Returns a figure of this size in inches, whose axes measure tenths of an inch."""
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 10 * width), ylim=(0, 10 * height))
    axes.set_axis_off()
    return figure, axes


def _box(
    axes: "Axes", x: float, y: float, width: float, height: float, color: str, *lines: str
) -> None:
    """Draws a box around a center, with a name in bold and lines below it."""
    corner = (x - width / 2, y - height / 2)
    shape = FancyBboxPatch(
        corner, width, height, boxstyle="round,pad=0,rounding_size=1", fc=color, ec=QUIET, lw=1
    )
    axes.add_patch(shape)
    for number, line in enumerate(lines):
        axes.text(
            x,
            y + 1.05 * (len(lines) - 1) - 2.1 * number,
            line,
            ha="center",
            va="center",
            color=INK,
            fontsize=10 if number == 0 else 8.5,
            weight="bold" if number == 0 else "normal",
        )


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color=QUIET, lw=1.4)
    )


def phases() -> Figure:
    """Draws backbone, cut and head, and what trains in each phase."""
    figure, axes = _card(9.5, 4.4)
    recipe = profile.get("standard")
    cut = recipe.fine_tune_at
    rows = (
        (31, "Phase 1: feature extraction", recipe.learning_rate_head, FROZEN),
        (11.5, "Phase 2: fine-tuning", recipe.learning_rate_fine, TRAINS),
    )
    for y, title, rate, tail in rows:
        axes.text(2, y + 8, title, color=INK, fontsize=12, weight="bold", va="center")
        said = f"learning rate {np.format_float_positional(rate)}"
        axes.text(35, y + 8, said, color=QUIET, fontsize=10, va="center")
        _box(axes, 7.5, y, 11, 8, PLAIN, "picture", "[n, H, W, 3]")
        _box(axes, 31, y, 30, 8, FROZEN, f"backbone, layers 0 to {cut - 1}", "frozen")
        _box(
            axes, 56.5, y, 17, 8, tail, f"layers from {cut}",
            "trains" if tail == TRAINS else "frozen",
        )  # fmt: skip
        _box(axes, 73, y, 11, 8, TRAINS, "head", "trains")
        _box(axes, 87.5, y, 13, 8, PLAIN, "probabilities", "[n, 3]")
        for start, end in ((13, 16), (46, 48), (65, 67.5), (78.5, 81)):
            _arrow(axes, (start, y), (end, y))
        axes.plot([47, 47], [y - 6, y + 6], color=INK, lw=1.2, ls=(0, (4, 3)))
    axes.text(47, 3.6, "the cut: FINE_TUNE_AT", color=INK, fontsize=9.5, ha="center", va="center")
    axes.annotate(
        "the same model goes on", (73, 16), (73, 21.5), color=QUIET, fontsize=9.5,
        ha="center", va="center", arrowprops={"arrowstyle": "-|>", "color": QUIET},
    )  # fmt: skip
    axes.plot([73, 73], [23, 26.5], color=QUIET, lw=1)
    return figure


def flow() -> Figure:
    """Draws the way of one picture through the network, with what four of its layers see."""
    picture, seen = _what_layers_see()
    figure, axes = _card(9.5, 3.9)
    axes.text(
        2,
        36,
        "What the network makes of one picture",
        color=INK,
        fontsize=12,
        weight="bold",
        va="center",
    )
    axes.text(
        93, 36, "four channels of four layers, offline profile", color=QUIET, fontsize=10,
        ha="right", va="center",
    )  # fmt: skip
    _picture(figure, 3, 17, 12, picture)
    _caption(axes, 9, 14.5, "picture", f"{picture.shape[0]} x {picture.shape[1]} x 3", "")
    left = 20.0
    for (_, sees), (shape, channels) in zip(SEEN, seen, strict=True):
        for number, channel in enumerate(channels):
            side = 5.8
            x, y = left + 6.2 * (number % 2), 23.2 - 6.2 * (number // 2)
            _picture(figure, x, y, side, channel, "magma")
        _caption(axes, left + 6, 14.5, sees, " x ".join(map(str, shape)), "")
        _arrow(axes, (left - 4.2, 23), (left - 1, 23))
        left += 16.4
    _arrow(axes, (left - 4.2, 23), (left - 1.2, 23))
    axes.text(left + 3.3, 23, "1,280\nfeatures", ha="center", va="center", color=INK, fontsize=10)
    axes.add_patch(FancyBboxPatch((19, 3.2), 64, 3.6, boxstyle="round,pad=0,rounding_size=1",
                                  fc=FROZEN, ec=QUIET, lw=1))  # fmt: skip
    axes.text(51, 5, "backbone", ha="center", va="center", color=INK, fontsize=10, weight="bold")
    axes.add_patch(FancyBboxPatch((85, 3.2), 8, 3.6, boxstyle="round,pad=0,rounding_size=1",
                                  fc=TRAINS, ec=QUIET, lw=1))  # fmt: skip
    axes.text(89, 5, "head", ha="center", va="center", color=INK, fontsize=10, weight="bold")
    return figure


def _caption(axes: "Axes", x: float, y: float, *lines: str) -> None:
    for number, line in enumerate(lines):
        color, weight = (INK, "bold") if number == 0 else (QUIET, "normal")
        axes.text(
            x, y - 2.4 * number, line, ha="center", va="center", color=color, fontsize=8.5,
            weight=weight,
        )  # fmt: skip


def _picture(
    figure: Figure, x: float, y: float, side: float, image: np.ndarray, colors: str | None = None
) -> None:
    """Shows a square picture; x and y are its lower left corner in tenths of an inch."""
    width, height = 10 * figure.get_size_inches()
    axes = figure.add_axes((x / width, y / height, side / width, side / height))
    low, high = np.percentile(image, (2, 98))
    axes.imshow(image, cmap=colors, vmin=low, vmax=high)
    axes.set_axis_off()


def _what_layers_see() -> tuple[np.ndarray, list[tuple[tuple[int, ...], list[np.ndarray]]]]:
    """Returns a picture, and of each layer the output's shape and its four strongest channels."""
    import tensorflow as tf

    from rps_course import model, preprocessing
    from rps_course.offline import hands

    offline = profile.get("offline")
    images, labels = hands.pictures("test", 30)
    scissors = images[list(labels).index(2)]
    picture = preprocessing.preprocess_image({"image": scissors, "label": 2}, offline.image_size)
    backbone = model.build_backbone(offline)
    outputs = [backbone.get_layer(name).output for name, _ in SEEN]
    found = []
    for output in tf.keras.Model(backbone.input, outputs)(picture["image"][np.newaxis]):
        maps = output.numpy()[0]
        inner = maps[1:-1, 1:-1] if len(maps) > 4 else maps  # the edge sees the padding
        strongest = np.argsort(-inner.std((0, 1)))[:4]
        found.append((maps.shape, [inner[..., channel] for channel in strongest]))
    return picture["image"].numpy(), found


def main() -> None:
    """Writes the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"font.family": "DejaVu Sans"}):
        for draw in (phases, flow):
            path = FOLDER / f"{draw.__name__}.png"
            draw().savefig(path, dpi=DPI, facecolor=PAPER, metadata={"Software": None})
            Image.open(path).convert("RGB").quantize(COLORS).save(path, optimize=True)
            print(f"Wrote {path.relative_to(FOLDER.parents[1])}")


if __name__ == "__main__":
    main()
