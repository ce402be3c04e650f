"""The plots of a class report, as SVG that follows the colors of the page."""

import html
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autograder.classroom.report.numbers import Item, Measurement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What matplotlib draws in these colors, the page draws in its own, light or dark.
_COLORS = {"#010101": "var(--text)", "#020202": "var(--faint)", "#030303": "var(--accent)"}
_TEXT, _FAINT, _ACCENT = _COLORS
_BINS = 12


def sums(values: Sequence[float], points: float) -> str:
    """Draws how many students have which sum.

    Args:
        values: the sums.
        points: the most that can be earned.
    """

    def draw(axes: "Axes") -> None:
        axes.hist(values, bins=_BINS, range=(0, points), color=_ACCENT, rwidth=0.9)
        axes.set_xlabel(f"points of {points:g}")
        axes.set_xlim(0, points)
        axes.xaxis.get_major_locator().set_params(integer=True)
        _count(axes)

    return _svg(draw, 5.2, 2.6, f"Histogram of {len(values)} sums of points, 0 to {points:g}")


def success(items: Sequence[Item]) -> str:
    """Draws the mean share of the points of each exercise.

    Args:
        items: exercises that somebody has a score in.
    """

    def draw(axes: "Axes") -> None:
        names = [item.exercise for item in items][::-1]
        shares = [(item.mean or 0) / item.points if item.points else 0 for item in items][::-1]
        axes.barh(names, [1] * len(names), color=_FAINT, height=0.55)
        axes.barh(names, shares, color=_ACCENT, height=0.55)
        for place, share in enumerate(shares):
            axes.annotate(f"{share:.0%}", (1.02, place), va="center", color=_TEXT, fontsize=10)
        axes.set_xlim(0, 1.15)
        axes.set_xticks([])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)

    height = 0.4 + 0.34 * len(items)
    return _svg(draw, 5.2, height, "Mean share of the points of each exercise")


def measured(measurement: Measurement) -> str:
    """Draws what was measured, with the line that earns full points."""

    def draw(axes: "Axes") -> None:
        low, high = _range(measurement)
        axes.hist(measurement.values, bins=_BINS, range=(low, high), color=_ACCENT, rwidth=0.9)
        axes.set_xlim(low, high)
        if measurement.full_at is not None:
            axes.axvline(measurement.full_at, color=_TEXT, linestyle="--", linewidth=1.2)
            axes.annotate(
                f"full points: {measurement.full_at:g}",
                (measurement.full_at, 1.02),
                xycoords=("data", "axes fraction"),
                ha="center",
                color=_TEXT,
                fontsize=10,
            )
        axes.set_xlabel(measurement.name)
        _count(axes)

    about = f"Histogram of {measurement.name}, {len(measurement.values)} values"
    return _svg(draw, 5.2, 2.6, about)


def _range(measurement: Measurement) -> tuple[float, float]:
    """Returns what the axis shows: all values and the limit, and of shares nothing above 1."""
    limit = () if measurement.full_at is None else (measurement.full_at,)
    shown = (*measurement.values, *limit)
    low, high = min(shown), max(shown)
    room = 0.1 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, 1.0 if low >= 0 and 0.5 < high <= 1 else high + room


def _count(axes: "Axes") -> None:
    axes.set_ylabel("students")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)


def _svg(draw: Callable[["Axes"], None], width: float, height: float, about: str) -> str:
    """Returns a plot as an SVG element.

    Args:
        draw: draws it.
        width: in inches.
        height: in inches.
        about: what it shows, for those who do not see it.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings = {
        "svg.fonttype": "none",  # text stays text, in the page's font
        "svg.hashsalt": about,  # the same plot gives the same file
        "font.size": 10,
    }
    settings |= dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), _TEXT)
    settings |= {"xtick.color": _TEXT, "ytick.color": _TEXT}
    written = io.StringIO()
    with rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        FigureCanvasSVG(figure)
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    for drawn, shown in _COLORS.items():
        svg = svg.replace(drawn, shown)
    return svg.replace("<svg", f'<svg role="img" aria-label="{html.escape(about)}"', 1)
