"""The page of a class report: one file, without a network, in which nothing of a student runs.

Its policy allows the one script and the one style sheet of the page, by their digests.
"""

import base64
import hashlib
import math
import statistics
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.classroom.report import plots, text
from autograder.classroom.report.model import FEWEST, Item, Report, Student
from autograder.core.display import inline
from autograder.core.verdict import plain
from autograder.grading import times

_FOLDER = Path(__file__).parent
_UNDONE = ("error", "stale", "not graded")
_NAMES = 24  # in a cell; the table of students has all
_ROWS = 30  # of a table; all are in the JSON file
_LONGEST = 400  # characters of a text; the JSON file has all
_SEARCHED = 4000  # characters of what is said of a student, besides what the table shows


def render(reports: Sequence[Report], made: datetime) -> str:
    """Returns the page.

    Args:
        reports: of the assignments, in order.
        made: when they were made, with a time zone.
    """
    script, style = ((_FOLDER / name).read_text("utf-8") for name in ("page.js", "page.css"))
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": text.points,
        "percent": text.percent,
        "likeness": text.likeness,
        "duration": times.duration,
        "discrimination": _discrimination,
        "by_chance": lambda students: f"{_by_chance(students):.2f}",
        "plain": plain,
        "said": _said,
        "searched": _searched,
        "names": _names,
        "breakable": _breakable,
        "to_do": _to_do,
    }
    environment.tests["inverted"] = _is_inverted
    names = ", ".join(report.assignment for report in reports)
    return environment.get_template("page.html.j2").render(
        title=f"Class report: {names}",
        made=f"Made on {made:%Y-%m-%d at %H:%M %Z}.",
        reports=reports,
        plots=plots,
        script=script,
        script_digest=_digest(script),
        style=style,
        style_digest=_digest(style),
        undone=_UNDONE,
        most_rows=_ROWS,
        median=statistics.median,
        scored=_scored,
        fewest=FEWEST,
        figure_names=_figure_names,
    )


def _digest(content: str) -> str:
    """Returns what a policy allows a script or a style sheet by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _short(value: str) -> str:
    shown = plain(value).strip()
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} …"


def _said(value: str) -> Markup:
    """Returns a text as feedback shows it: names between backticks as code."""
    return Markup(inline(_short(value)))


def _searched(student: Student) -> str:
    """Returns what a student is found by: the beginnings of all texts, as far as they fit."""
    return " ".join(map(_short, student.says))[:_SEARCHED]


def _breakable(name: str) -> Markup:
    return Markup("_<wbr>").join(name.split("_"))


def _names(students: Sequence[str]) -> str:
    shown = ", ".join(map(plain, students[:_NAMES]))
    return f"{shown} and {len(students) - _NAMES} more" if len(students) > _NAMES else shown


def _discrimination(item: Item) -> str:
    if item.discrimination is not None:
        return text.signed(item.discrimination)
    if not item.students:
        return text.NONE
    return "too few" if item.compared < FEWEST else "all equal"


def _by_chance(students: int) -> float:
    """Returns what 19 of 20 correlations are within where there is none: the t-test's bound.

    Args:
        students: of whom they are; three at least.
    """
    from scipy.stats import t

    critical = t.ppf(0.975, students - 2)
    return float(critical / math.sqrt(students - 2 + critical**2))


def _is_inverted(item: Item) -> bool:
    """Whether weak students earn more of an item than strong ones, and not by chance."""
    found = item.discrimination
    return found is not None and found < -_by_chance(item.compared)


def _scored(report: Report) -> list[Item]:
    return [item for item in report.items if not item.criterion and item.students]


def _to_do(report: Report) -> list[tuple[str, str, list[str]]]:
    """Returns what waits for somebody: a status, what it is about, and the students."""
    found: dict[tuple[str, str], list[str]] = {}
    for student in report.students:
        for about in _waits(student):
            found.setdefault(about, []).append(student.id)
    return [(status, about, students) for (status, about), students in found.items()]


def _waits(student: Student) -> Iterable[tuple[str, str]]:
    if student.status in _UNDONE:
        yield student.status, student.reason
    for exercise in student.waiting:
        yield "waiting", exercise


def _figure_names(report: Report) -> list[str]:
    return list(dict.fromkeys(name for student in report.students for name in student.figures))
