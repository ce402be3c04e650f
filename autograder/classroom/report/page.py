"""The page of a class report: one file, without a network, in which nothing of a student runs."""

import base64
import hashlib
import math
import statistics
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.classroom.report import plots
from autograder.classroom.report.numbers import Item, Report
from autograder.core.verdict import plain

_FOLDER = Path(__file__).parent
_NONE = "–"
_MOST_PAIRS = 20
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def render(reports: Sequence[Report], made: datetime) -> str:
    """Returns the page.

    Args:
        reports: of the assignments, in order.
        made: when they were made, with a time zone.
    """
    script = (_FOLDER / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "points": _points,
        "share": lambda share: _NONE if share is None else f"{share:.0%}",
        "number": lambda value: _NONE if value is None else f"{value:.2f}",
        # What differs is never shown as equal.
        "percent": lambda share: f"{math.floor(share * 1000) / 10:g} %",
        "plain": plain,
        "duration": _duration,
    }
    names = ", ".join(report.assignment for report in reports)
    return environment.get_template("page.html.j2").render(
        title=f"Class report: {names}",
        made=f"Made on {made:%Y-%m-%d at %H:%M %Z}.",
        reports=reports,
        plots=plots,
        script=script,
        script_digest=digest,
        most_pairs=_MOST_PAIRS,
        median=statistics.median,
        scored=_scored,
        figure_names=_figure_names,
        head=_head,
    )


def _points(value: float | None) -> str:
    return _NONE if value is None else f"{round(value, 2):g}"


def _duration(seconds: float) -> str:
    """Returns how late something is, in the largest unit that says it."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.0f} s" if seconds else ""


def _scored(report: Report) -> list[Item]:
    return [item for item in report.items if not item.criterion and item.students]


def _figure_names(report: Report) -> list[str]:
    return list(dict.fromkeys(name for student in report.students for name in student.figures))


def _head(name: str, number: bool = False) -> Markup:
    kind = Markup(' class="n"') if number else ""
    return Markup('<th{} scope="col"><button type="button">{}</button></th>').format(kind, name)
