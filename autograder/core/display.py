"""A verdict as HTML: what a notebook shows below a check, and what a page of feedback shows.

All styles are inline, since Colab and other front ends drop style sheets, and every color is
legible on a light and on a dark ground. A mark says what its color says. Texts of a verdict may
quote a student: they are escaped here, and hold no formula.
"""

import html
import re
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder.core.verdict import (
    UNCHECKED,
    WITHOUT_ISOLATION,
    Criterion,
    Reason,
    Verdict,
    explain,
)

_GREEN, _RED, _AMBER, _GRAY, _BLUE = "#1a7f37", "#b42318", "#8a5300", "#59636e", "#1f6feb"
_LINE = "#80808059"
TOTAL = "points from the checks in this notebook"  # in the last line of a verdict as text
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Total:
    """The points of all checks of a notebook.

    Attributes:
        earned: points earned by those that ran.
        points: points that all of them give.
        left: names of exercises whose checks have not run yet.
    """

    earned: float
    points: float
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Says how far a notebook has come."""
        said = f"{self.earned:g} of {self.points:g} {TOTAL}"
        return f"{said}; not run yet: {', '.join(self.left)}" if self.left else said


def text(verdict: Verdict, repeated: Container[str] = (), total: Total | None = None) -> str:
    """Returns a verdict as text, with the running total below it."""
    said = explain(verdict, repeated)
    return f"{said}\n{total}" if total else said


def show(verdict: Verdict, repeated: Container[str] = (), total: Total | None = None) -> bool:
    """Shows a verdict below the cell of a notebook.

    Returns:
        Whether it is shown: not where there is no notebook that shows HTML.
    """
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:
        return False
    page = as_html(verdict, repeated=repeated, total=total)
    data = {"text/html": page, "text/plain": text(verdict, repeated, total)}
    shell.display_pub.publish(data)
    return True


def as_html(
    verdict: Verdict,
    *,
    repeated: Container[str] = (),
    total: Total | None = None,
    unfolded: bool = False,
) -> str:
    """Returns a verdict as HTML, with each criterion on a line of its own.

    Args:
        verdict: the verdict.
        repeated: mistakes that were found before: they have a second hint.
        total: the running total, if there is one.
        unfolded: whether hints stand open, as on paper.
    """
    color = _GREEN if verdict.is_full else _RED if verdict.score <= 0 else _AMBER
    points = f"{verdict.score:g} of {verdict.points:g} points"
    if not verdict.graded:
        color, points = _AMBER, "could not be graded"
    lines = [
        '<div style="display:flex;flex-wrap:wrap;gap:0 1em;justify-content:space-between;'
        f'font-weight:600;margin-bottom:.3em"><span>{inline(f"`{verdict.exercise}`")}</span>'
        f"<span>{points}</span></div>",
        *_rows(verdict, repeated, unfolded),
    ]
    for note in (*verdict.notes, *(() if verdict.isolated else (WITHOUT_ISOLATION,))):
        lines.append(_row(_mark("i", "note", _GRAY), inline(note)))
    if total:
        lines.append(_progress(total))
    return (
        f'<div style="max-width:52em;margin:.4em 0;padding:.5em .8em;border:1px solid {_LINE};'
        f"border-left:4px solid {color};border-radius:4px;line-height:1.5;"
        'font-size:14px;overflow-wrap:anywhere">'
        f"{''.join(lines)}</div>"
    )


def _rows(verdict: Verdict, repeated: Container[str], unfolded: bool) -> Iterator[str]:
    """Yields the criteria, each mistake below the first criterion that it cost points.

    What could not be checked is told below the last of these criteria, without their titles. Of an
    exercise that could not be graded, no criterion says that it earned nothing.
    """
    unchecked = {n for r in verdict.reasons if r.mistake == UNCHECKED for n in r.criteria}
    of_all = [reason for reason in verdict.reasons if not reason.criteria]
    told: dict[str, list[Reason]] = {}
    for reason in verdict.reasons:
        if reason.mistake == UNCHECKED:
            titles = "; ".join(c.title for c in verdict.criteria if c.name in reason.criteria)
            says = replace(reason, says=reason.says.replace(f": {titles}.", ".", 1))
            told.setdefault(reason.criteria[-1], []).append(says)
            continue
        for name in reason.criteria[:1]:
            told.setdefault(name, []).append(reason)
    failed = _mark("✗", "fails", _RED) if verdict.graded else _mark("–", "not graded", _GRAY)
    for reason in of_all:
        yield _row(failed, _said(reason, repeated, unfolded))
    for criterion in verdict.criteria if verdict.graded else ():
        lost = of_all or criterion.name in unchecked
        yield _criterion(criterion, unchecked=bool(lost))
        for reason in told.get(criterion.name, ()):
            yield _row("", _said(reason, repeated, unfolded))


def _criterion(criterion: Criterion, *, unchecked: bool) -> str:
    if criterion.held:
        mark = _mark("✓", "holds", _GREEN)
    elif unchecked:
        mark = _mark("–", "not checked", _GRAY)
    elif criterion.share > 0:
        mark = _mark("~", "holds in part", _AMBER)
    else:
        mark = _mark("✗", "fails", _RED)
    worth = f"{criterion.earned:g} of {criterion.points:g}"
    return _row(mark, inline(criterion.title), worth)


def _said(reason: Reason, repeated: Container[str], unfolded: bool) -> str:
    parts = [f'<div style="white-space:pre-line">{inline(reason.says)}</div>']
    opened = " open" if unfolded else ""
    second = reason.second_hint if reason.mistake in repeated else ""
    for name, hint in (("Hint", reason.hint), ("Another hint", second)):
        if hint:
            parts.append(
                f'<details{opened}><summary style="cursor:pointer">{name}</summary>'
                f'<div style="margin-left:1em;white-space:pre-line">{inline(hint)}</div></details>'
            )
    return "".join(parts)


def _row(mark: str, content: str, worth: str = "") -> str:
    points = f'<span style="flex:none;opacity:.8">{worth}</span>' if worth else ""
    return (
        '<div style="display:flex;gap:.6em;align-items:baseline;margin:.15em 0">'
        f'<span style="flex:none;width:1.5em;text-align:center">{mark}</span>'
        f'<div style="flex:1;min-width:0">{content}</div>{points}</div>'
    )


def _mark(sign: str, means: str, color: str) -> str:
    return (
        f'<span role="img" aria-label="{means}" title="{means}" style="display:inline-block;'
        f"width:1.45em;line-height:1.45em;border-radius:3px;background:{color};color:#fff;"
        f'font-weight:700">{sign}</span>'
    )


def _progress(total: Total) -> str:
    share = 100 * total.earned / total.points if total.points else 0
    color = _GREEN if total.earned >= total.points else _BLUE
    return (
        f'<div style="margin-top:.5em;padding-top:.4em;border-top:1px solid {_LINE};'
        f'font-size:13px">{inline(str(total))}'
        f'<div style="height:5px;margin-top:.3em;border-radius:3px;background:{_LINE}">'
        f'<div style="height:5px;width:{share:.0f}%;border-radius:3px;background:{color}"></div>'
        "</div></div>"
    )


def inline(said: str) -> str:
    """Returns a text as HTML: names between backticks as code, and no dollar begins a formula."""
    escaped = html.escape(said).replace("$", "<span>$</span>")
    return _CODE.sub(r"<code>\1</code>", escaped)
