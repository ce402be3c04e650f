"""The verdict on one exercise: what it earned and why, as data.

The rubric makes it, and it is stored as JSON with the test cell of the graded notebook. Results,
tables and audits read it back from there. Text for people is made from it last (`explain`), and is
never read back.
"""

import json
import re
from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Annotated, Any

from autograder.core.facts import FactsError, Most, Short, decode, encode

MIME = "application/vnd.autograder.verdict+json"
VERSION = 1
MAX_BYTES = 200_000
WITHOUT_ISOLATION = "graded without isolation"
UNCHECKED = "unchecked"  # the message on criteria that could not be checked
_Text = Annotated[str, Most(5000)]
_Many = Most(100)
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class VerdictError(ValueError):
    """Data is not a verdict; the message says why."""


@dataclass(frozen=True)
class Criterion:
    """What one criterion of the rubric earned.

    Attributes:
        name: its name in the rubric.
        title: what must hold, for people.
        points: points that could be earned.
        share: of the points that was earned, 0 to 1.
        held: whether it holds.
    """

    name: str
    title: str
    points: float
    share: float
    held: bool

    def __post_init__(self) -> None:
        if not (0 <= self.share <= 1 and self.points >= 0):
            raise VerdictError(
                f"{self.name}: expected a share from 0 to 1 of points from 0. "
                f"Received: {self.share} of {self.points}"
            )

    @property
    def earned(self) -> float:
        """Points earned, to the hundredth."""
        return round(self.share * self.points, 2)

    @property
    def lost(self) -> float:
        """Points lost, to the hundredth."""
        return round(self.points - self.earned, 2)


@dataclass(frozen=True)
class Reason:
    """One mistake, or what could not be checked because of others, and the points lost for it.

    Attributes:
        criteria: names of the criteria that it cost points; empty for the whole exercise.
        lost: points lost for it.
        says: what is wrong.
        hint: what to look at next.
        second_hint: what to look at when that did not help.
        mistake: which mistake it is, the key of the rubric's message; `UNCHECKED` for none.
    """

    criteria: Annotated[tuple[str, ...], _Many]
    lost: float
    says: _Text
    hint: _Text
    second_hint: _Text
    mistake: Short = ""


@dataclass(frozen=True)
class Figure:
    """Something that was measured, for whoever looks at a class; it decides about no point.

    Attributes:
        name: what it is, such as `"accuracy"`.
        says: how it is shown, with its unit.
        value: the number; None for what is no number.
        full_at: the number that earns full points, where there is one.
    """

    name: Short
    says: Short
    value: float | None = None
    full_at: float | None = None


@dataclass(frozen=True)
class Verdict:
    """What an exercise earned and why.

    Attributes:
        exercise: its grade id.
        criteria: those of the rubric: those that were checked, in that order, then the others.
        reasons: what the lost points were lost for; they add up to `points - score`.
        notes: remarks that cost nothing.
        graded: whether it could be graded; if not, the reason says why.
        isolated: whether the student's code ran in the sandbox.
        figures: what was measured.
    """

    exercise: str
    criteria: Annotated[tuple[Criterion, ...], _Many]
    reasons: Annotated[tuple[Reason, ...], _Many] = ()
    notes: Annotated[tuple[_Text, ...], _Many] = ()
    graded: bool = True
    isolated: bool = True
    figures: Annotated[tuple[Figure, ...], _Many] = ()

    @property
    def score(self) -> float:
        """Points earned, to the hundredth."""
        return round(sum((criterion.earned for criterion in self.criteria), 0.0), 2)

    @property
    def points(self) -> float:
        """Points that could be earned, to the hundredth."""
        return round(sum((criterion.points for criterion in self.criteria), 0.0), 2)

    @property
    def is_full(self) -> bool:
        """Whether every point was earned."""
        return self.score >= self.points

    @property
    def holding(self) -> tuple[str, ...]:
        """Titles of the criteria that hold."""
        return tuple(criterion.title for criterion in self.criteria if criterion.held)


def scaled(verdict: Verdict, points: float) -> Verdict:
    """Returns a verdict of as many points as the exercise has in the gradebook."""
    factor = points / verdict.points if verdict.points else 1.0
    return replace(
        verdict,
        criteria=tuple(replace(c, points=c.points * factor) for c in verdict.criteria),
        reasons=tuple(replace(r, lost=round(r.lost * factor, 2)) for r in verdict.reasons),
    )


def to_json(verdict: Verdict) -> dict[str, Any]:
    """Returns a verdict as JSON, for `from_json` to read."""
    return {"version": VERSION, **encode(verdict)}


def from_json(content: Any) -> Verdict:
    """Reads a verdict that `to_json` wrote and that a person may have edited since.

    Raises:
        VerdictError: it is too large, of another version or form, or a number is not finite or out
            of its range.
    """
    try:
        size = len(json.dumps(content, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise VerdictError("it is not JSON, or holds a number that is not finite") from error
    if size > MAX_BYTES:
        raise VerdictError(f"it is {size:,} bytes, more than {MAX_BYTES:,}")
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise VerdictError(f"it is no verdict of version {VERSION}")
    try:
        verdict: Verdict = decode(
            Verdict, {key: value for key, value in content.items() if key != "version"}
        )
    except FactsError as error:
        raise VerdictError(str(error)) from error
    return verdict


def plain(text: str) -> str:
    """Returns a text of unknown origin without colors and control characters; line breaks stay."""
    shown = _ANSI.sub("", text)
    return "".join(c if c.isprintable() or c == "\n" else " " for c in shown)


def explain(verdict: Verdict, repeated: Container[str] = ()) -> str:
    """Returns a verdict as text: what holds, then what does not, with hints.

    Args:
        verdict: the verdict.
        repeated: mistakes that were found before, so that the first hint was not enough.
    """
    lines = [f"{verdict.exercise}: {verdict.score:g} of {verdict.points:g} points"]
    lines += [f"  [ok] {title}" for title in verdict.holding]
    for reason in verdict.reasons:
        lines += _lines(f"  [-{reason.lost:g}] ", reason.says)
        if reason.hint:
            lines += _lines("       Hint: ", reason.hint)
        if reason.second_hint and reason.mistake in repeated:
            lines += _lines("       More: ", reason.second_hint)
    for note in (*verdict.notes, *(() if verdict.isolated else (WITHOUT_ISOLATION,))):
        lines += _lines("  [note] ", note)
    return "\n".join(lines)


def shorten(says: str, length: int) -> str:
    """Returns at most so many characters of a text; code that is cut loses its backtick."""
    if len(says) <= length:
        return says
    kept = says[:length].rstrip()
    if kept.count("`") % 2:
        kept = "".join(kept.rpartition("`")[::2])
    return f"{kept}…"


def _lines(start: str, text: str) -> list[str]:
    """Returns the lines of a text, of which none but the first looks like a line of a verdict."""
    first, *others = text.split("\n")
    return [start + first, *(f"       | {line}" for line in others)]
