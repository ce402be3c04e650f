"""What an audit of answers found, exercise by exercise: as a table, or for JSON."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.audit.answers.corpus import ACCEPT, MUTANT
from autograder.audit.answers.verdicts import Judged
from autograder.core.verdict import to_json

# The findings, in the order of the table's columns, with what they are called in lines below it.
TITLES = {
    "rejected": "right ones rejected",
    "accepted": "wrong ones accepted",
    "points": "other points",
    "messages": "mistake not named",
    "disagree": "self-check disagrees",
    "survived": "mutants survived",
}


@dataclass
class Row:
    """Findings on one exercise; all of the lists should be empty.

    Attributes:
        exercise: its grade id.
        right: how many right answers were tried.
        wrong: how many wrong ones.
        mutants: how many mutants of the solution.
        equivalent: how many of these are listed as equivalent.
        rejected: right answers that lost points.
        accepted: wrong answers and mutants that lost none.
        points: wrong answers that earned other points than expected.
        messages: wrong answers whose verdict lacks the expected phrase, or a hint.
        disagree: answers whose self-check differs from the verdict.
        survived: mutants that lost no points and are not listed as equivalent; and entries of the
            list that are no such mutants.
    """

    exercise: str
    right: int = 0
    wrong: int = 0
    mutants: int = 0
    equivalent: int = 0
    rejected: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    disagree: list[str] = field(default_factory=list)
    survived: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not any(getattr(self, name) for name in TITLES)


def score(judged: Iterable[Judged], equivalent: dict[tuple[str, str], str]) -> list[Row]:
    """Compares what answers earned with what they should have.

    Args:
        judged: the answers and their verdicts.
        equivalent: mutants that are right answers, by exercise and description, with reasons.
    """
    rows: dict[str, Row] = {}
    seen = set()
    for one in judged:
        name = one.answer.exercise
        row = rows.setdefault(name, Row(name))
        if one.answer.kind == MUTANT:
            seen.add((name, one.answer.name))
            _add_mutant(row, one, (name, one.answer.name) in equivalent)
        else:
            _add_answer(row, one)
    for name, description in equivalent.keys() - seen:
        if name in rows and rows[name].mutants:
            rows[name].survived.append(f"listed as equivalent, but no mutant: {description}")
    return list(rows.values())


def _add_answer(row: Row, one: Judged) -> None:
    answer = one.answer
    expected = answer.share * one.points
    about = f"{answer.kind}/{answer.name}: {one.score:g} of {one.points:g} points"
    if answer.kind == ACCEPT:
        row.right += 1
        if one.score < one.points:
            row.rejected.append(f"{about}\n{one.text}")
    else:
        row.wrong += 1
        if one.score >= one.points:
            row.accepted.append(about)
        elif abs(one.score - expected) > 0.005:
            row.points.append(f"{about}, expected {expected:.2f}\n{one.text}")
        reasons = one.verdict.reasons
        said = any(answer.says in reason.says for reason in reasons)
        if not said or not all(reason.hint for reason in reasons):
            row.messages.append(f"{answer.kind}/{answer.name}: lacks {answer.says!r}\n{one.text}")
    if one.disagree:
        row.disagree.append(f"{about}; the self-check says\n{one.self_check}")


def _add_mutant(row: Row, one: Judged, is_equivalent: bool) -> None:
    row.mutants += 1
    row.equivalent += is_equivalent
    if one.score >= one.points and not is_equivalent:
        row.survived.append(one.answer.name)
    elif one.score < one.points and is_equivalent:
        row.survived.append(f"listed as equivalent, but loses points: {one.answer.name}")


def show(rows: list[Row], console: Console) -> None:
    """Prints findings for people: a table, then everything that went wrong."""
    table = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False)
    table.add_column("exercise", min_width=18)
    table.add_column("tried")
    for name in TITLES:
        table.add_column(name, justify="right")
    for row in rows:
        found = [len(getattr(row, name)) for name in TITLES]
        tried = f"{row.right}+{row.wrong}+{row.mutants}"
        marked = (f"[bold red]{number}[/]" if number else "0" for number in found)
        table.add_row(row.exercise, tried, *marked)
    console.print("Tried: right answers + wrong ones + mutants of the solution")
    console.print(table)
    for row in rows:
        for name, title in TITLES.items():
            for line in getattr(row, name):
                text = line.replace("\n", "\n      ")
                console.print(f"  [red]{row.exercise}, {title}:[/] {escape(text)}", highlight=False)


def as_dict(rows: list[Row], judged: Iterable[Judged]) -> dict[str, Any]:
    """Returns findings and every verdict, for JSON."""
    return {
        "exercises": [asdict(row) for row in rows],
        "verdicts": [
            {
                "exercise": one.answer.exercise,
                "kind": one.answer.kind,
                "name": one.answer.name,
                "score": one.score,
                "points": one.points,
                "verdict": to_json(one.verdict),
                "self_check": to_json(one.self_verdict) if one.self_verdict else None,
            }
            for one in judged
        ],
    }
