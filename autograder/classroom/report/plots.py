"""The plots of a class report, as SVG that takes its colors and its font from the page."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autograder.classroom.report.model import Item, Measurement
from autograder.classroom.report.text import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What matplotlib draws in these colors, the page draws in its own, light or dark.
_COLORS = {
    "#010101": "var(--text)",
    "#020202": "var(--faint)",
    "#030303": "var(--accent)",
    "#040404": "var(--paper)",
}
_TEXT, _FAINT, _ACCENT, _PAPER = _COLORS
_WIDTH = 4.6  # inches
_BINS = 12
_SCORES = 15  # bins of scores at most
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# A font as matplotlib 3.9 writes it: one declaration, with the size before the family.
_FONT_SIZE = re.compile(r"[\d.]+px")


def sums(final: Sequence[float], so_far: Sequence[float], points: float) -> str:
    """Draws how many students have which score.

    Args:
        final: the scores of those who are graded.
        so_far: the scores of those of whom something waits for a person.
        points: the most that can be earned.
    """

    def draw(axes: "Axes") -> None:
        shown = [[min(value, points) for value in values] for values in (final, so_far)]
        _histogram(axes, _steps(points), shown, ("graded", "something waits for a person"))
        axes.set_xlabel(f"points of {points:g}")
        axes.xaxis.get_major_locator().set_params(integer=True)

    about = f"Histogram of {len(final) + len(so_far)} scores, 0 to {points:g} points"
    return _svg(draw, _WIDTH, 2.6, about)


def _steps(points: float) -> list[float]:
    """Returns the edges of bins for scores: whole points, around each where there are few."""
    from matplotlib.ticker import MaxNLocator

    edges = list(MaxNLocator(_SCORES, integer=True).tick_values(0, points))
    return [-0.5, *(edge + 0.5 for edge in edges)] if edges[1] - edges[0] == 1 else edges


def success(items: Sequence[Item]) -> str:
    """Draws the mean share of the points of each exercise.

    Args:
        items: exercises that somebody has a score in. Where fewer have one than elsewhere, the plot
            says how many.
    """
    most = max(item.students for item in items)

    def draw(axes: "Axes") -> None:
        names = [item.exercise for item in items][::-1]
        fewer = [f" of {i.students}" if i.students < most else "" for i in items][::-1]
        shares = [(item.mean or 0) / item.points if item.points else 0 for item in items][::-1]
        axes.barh(names, [1] * len(names), color=_FAINT, height=0.55)
        axes.barh(names, shares, color=_ACCENT, height=0.55)
        for place, share in enumerate(shares):
            axes.annotate(percent(share) + fewer[place], (1.02, place), va="center", color=_TEXT)
        axes.set_xlim(0, 1.3 if any(fewer) else 1.15)
        axes.set_xticks([])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)

    height = 0.4 + 0.34 * len(items)
    return _svg(draw, _WIDTH, height, "Mean share of the points of each exercise")


def measured(measurement: Measurement) -> str:
    """Draws what was measured, whether it earned points, and the line that earns all."""
    values = measurement.values, measurement.without_points

    def draw(axes: "Axes") -> None:
        _histogram(axes, _edges(measurement), values, ("earned points", "earned nothing"))
        if measurement.full_at is not None:
            axes.axvline(measurement.full_at, color=_TEXT, linestyle="--", linewidth=1.2)
            axes.annotate(
                f"full points: {measurement.full_at:g}",
                (measurement.full_at, 1.02),
                xycoords=("data", "axes fraction"),
                ha="center",
                color=_TEXT,
            )
        axes.set_xlabel(measurement.name)

    about = f"Histogram of {measurement.name}, {sum(map(len, values))} values"
    return _svg(draw, _WIDTH, 2.8, about)


def _edges(measurement: Measurement) -> list[float]:
    """Returns the edges of bins around all values, of which one is the limit.

    A bar then lies on one side of the limit. Of shares, nothing above 1 is shown.
    """
    values = (*measurement.values, *measurement.without_points)
    limit = min(values) if measurement.full_at is None else measurement.full_at
    low, high = min(*values, limit), max(*values, limit)
    width = (high - low) / _BINS or abs(high) / _BINS or 1.0
    first, last = -1, 1
    while limit + first * width > low:
        first -= 1
    while limit + last * width <= high:
        last += 1
    edges = [limit + n * width for n in range(first, last + 1)]
    is_share = low >= 0 and 0.5 < high <= 1
    return list(dict.fromkeys(min(edge, 1.0) for edge in edges)) if is_share else edges


def _histogram(
    axes: "Axes", edges: list[float], values: Sequence[Sequence[float]], labels: tuple[str, str]
) -> None:
    """Draws a stacked histogram: the first values filled, the others hatched."""
    _, _, (filled, hatched) = axes.hist(
        [list(part) for part in values],
        bins=edges,
        stacked=True,
        rwidth=0.9,
        color=[_ACCENT, _PAPER],
    )
    for bar in hatched:
        if bar.get_height():  # the edge of an empty one is a line
            bar.set(edgecolor=_TEXT, hatch="/////", linewidth=0.8)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylabel("students")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    if values[1]:
        shown = next(bar for bar in hatched if bar.get_height())
        axes.figure.legend(
            [filled[0], shown], labels, loc="outside lower center", ncols=2, frameon=False
        )


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
        "font.size": 11,
        "hatch.linewidth": 0.8,
        "text.parse_math": False,
    }
    settings |= dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), _TEXT)
    settings |= {"xtick.color": _TEXT, "ytick.color": _TEXT}
    written = io.StringIO()
    with rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        FigureCanvasSVG(figure)
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return _element(written.getvalue(), about)


def _element(svg: str, about: str) -> str:
    """Returns what matplotlib wrote, as an element of a page whose policy allows no style in it."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    used = set(re.findall(r"""(?:url\(|href=")#([^)"]+)""", svg))
    for element in root.iter():
        element.attrib.update(_attributes(element.attrib.pop("style", "")))
        for name, value in element.attrib.items():
            element.set(name, _COLORS.get(value, value))
        if element.get("id") not in used:  # other plots of the page have the same
            element.attrib.pop("id", None)
    root.set("stroke-linejoin", "round")  # as the style sheet has it that is left out
    root.set("role", "img")
    root.set("aria-label", about)
    return ET.tostring(root, encoding="unicode")


def _attributes(style: str) -> dict[str, str]:
    """Returns the declarations of a style as attributes, the font without its family."""
    pairs = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    found = {name.strip(): value.strip() for name, _, value in pairs}
    found.pop("font-family", None)
    size = _FONT_SIZE.search(found.pop("font", ""))
    return found | ({"font-size": size[0]} if size else {})
