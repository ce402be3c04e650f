"""The rubric: points, criteria, limits and messages of all exercises, from TOML files.

Judging an exercise yields findings; the rubric turns them into points and into sentences that say
what is wrong and where to look next. It holds every limit that judging compares with, and the share
of a criterion's points that each mistake leaves.
"""

import tomllib
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from autograder.core.verdict import UNCHECKED, Criterion, Figure, Reason, Verdict, plain

# What the engine itself says of any exercise.
_GENERAL = Path(__file__).parent / "messages.toml"


class RubricError(RuntimeError):
    """A rubric file cannot be used."""


@dataclass(frozen=True)
class Finding:
    """What `judge` concludes about one criterion.

    Attributes:
        criterion: its name in the rubric; None when the finding is about the whole exercise.
        message: key of the rubric's message; None when the criterion holds.
        share: of the criterion's points that are earned all the same, 0 to 1; None for the share
            that the rubric gives to the message.
        values: what the message quotes (`received`, `expected`, ...).
        flag: whether it is for a person to look at, and no part of the verdict.
        figure: what was measured, where the finding says that and nothing else.
    """

    criterion: str | None
    message: str | None = None
    share: float | None = None
    values: dict[str, Any] = field(default_factory=dict)
    flag: bool = False
    figure: Figure | None = None


def holds(criterion: str) -> Finding:
    """The criterion holds: all of its points."""
    return Finding(criterion, None, 1.0)


def fails(
    criterion: str | None, message: str, share: float | None = None, **values: Any
) -> Finding:
    """The criterion does not hold: `share` of its points, and the message with these values.

    Without a share, the message in the rubric decides: `share = 0.5` leaves half of the points;
    without it, none are left. A share of 1 leaves them all: the message is a note.
    """
    return Finding(criterion, message, share, values)


def flags(message: str, **values: Any) -> Finding:
    """A person should look at this: the message with these values, which no student sees."""
    return Finding(None, message, values=values, flag=True)


def shows(
    name: str, says: str, value: float | None = None, full_at: float | None = None
) -> Finding:
    """This was measured: see `autograder.core.verdict.Figure`."""
    return Finding(None, figure=Figure(name, says, value, full_at))


@dataclass(frozen=True)
class Rubric:
    """The rubric of a course.

    Attributes:
        exercises: tables by grade id, with `points`, `criteria`, `messages` and `limits`.
        general: messages that any exercise may give.
    """

    exercises: dict[str, dict[str, Any]]
    general: dict[str, dict[str, Any]]

    def __getitem__(self, exercise: str) -> dict[str, Any]:
        """Returns one exercise's table."""
        if exercise not in self.exercises:
            raise RubricError(
                f"The rubric has no exercise {exercise!r}. It has: {', '.join(self.exercises)}."
            )
        return self.exercises[exercise]

    def limits(self, exercise: str) -> dict[str, Any]:
        """Returns the limits that an exercise's `judge` compares facts with."""
        limits: dict[str, Any] = self[exercise].get("limits", {})
        return limits

    def verdict(self, exercise: str, findings: Iterable[Finding]) -> Verdict:
        """Turns findings into points, and into reasons that add up to the points lost.

        A finding that leaves all points is a note. Any other about the whole exercise (criterion
        None) takes all points, and nothing else counts. A criterion without a finding could not be
        checked, because of those that do not hold: it earns nothing, and the verdict says so.

        Raises:
            RubricError: a finding has a message that the rubric does not have; a criterion has two
                findings; or one has none although all others hold.
            VerdictError: the share of a finding is not from 0 to 1.
        """
        checked: dict[str, Criterion] = {}
        reasons: list[Reason] = []
        notes: list[str] = []
        figures: list[Figure] = []
        for finding in findings:
            if finding.figure:
                figures.append(finding.figure)
                continue
            if finding.flag:
                continue
            reason, share = self._reason(exercise, finding)
            if finding.message is not None and share == 1:
                notes.append(reason.says)
            elif finding.criterion is None:
                lost = self._lost(exercise)
                return Verdict(exercise, lost, (reason,), tuple(notes), figures=tuple(figures))
            if finding.criterion is None:
                continue
            if finding.criterion in checked:
                raise RubricError(f"{exercise}: two findings on {finding.criterion!r}")
            criterion = _criterion(self[exercise], finding.criterion, share)
            checked[criterion.name] = criterion
            if not criterion.held:
                _add(reasons, replace(reason, criteria=(criterion.name,), lost=criterion.lost))
        others = self._lost(exercise, except_for=checked)
        if others:
            reasons.append(self._unchecked(exercise, others, checked.values()))
        criteria = (*checked.values(), *others)
        return Verdict(exercise, criteria, tuple(reasons), tuple(notes), figures=tuple(figures))

    def flagged(self, exercise: str, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Returns what findings say that a person should look at."""
        return tuple(self._reason(exercise, f)[0].says for f in findings if f.flag)

    def not_graded(self, exercise: str, because: str, kind: str = "") -> Verdict:
        """Returns the verdict on an exercise that could not be graded.

        Args:
            exercise: its grade id.
            because: the reason.
            kind: what kind of reason it is, for its hint: `not_graded_<kind>` among the messages.
                Empty for a fault that is not the student's.
        """
        message = f"not_graded_{kind}" if kind else "not_graded"
        finding = fails(None, message, exercise=exercise, because=because)
        return replace(self.verdict(exercise, [finding]), graded=False)

    def _lost(self, exercise: str, except_for: Container[str] = ()) -> tuple[Criterion, ...]:
        """Returns the criteria of an exercise, those without a finding, as earning nothing."""
        table = self[exercise]
        names = (name for name in table["criteria"] if name not in except_for)
        return tuple(_criterion(table, name, 0.0) for name in names)

    def _unchecked(
        self, exercise: str, others: tuple[Criterion, ...], checked: Iterable[Criterion]
    ) -> Reason:
        """Returns the reason for points of criteria that could not be checked.

        The rubric lists criteria in the order in which one depends on another: the first of them
        was not checked because of those before it that do not hold.
        """
        order = list(self[exercise]["criteria"])
        failed = [criterion for criterion in checked if not criterion.held]
        if not failed:
            names = ", ".join(criterion.name for criterion in others)
            raise RubricError(f"{exercise}: there is no finding on {names}, and all others hold")
        first = min(order.index(criterion.name) for criterion in others)
        before = [criterion for criterion in failed if order.index(criterion.name) < first]
        finding = fails(
            None,
            UNCHECKED,
            titles="; ".join(criterion.title for criterion in others),
            because="; ".join(criterion.title for criterion in before or failed),
        )
        reason, _ = self._reason(exercise, finding)
        lost = round(sum(criterion.lost for criterion in others), 2)
        return replace(reason, criteria=tuple(c.name for c in others), lost=lost)

    def _reason(self, exercise: str, finding: Finding) -> tuple[Reason, float]:
        """Returns what a finding says, of the whole exercise, and the share that it leaves."""
        points = float(self[exercise]["points"])
        if finding.message is None:
            return Reason((), points, "", "", ""), 1.0
        messages = self[exercise].get("messages", {})
        message = messages.get(finding.message) or self.general.get(finding.message)
        if message is None:
            raise RubricError(f"{exercise}: the rubric has no message {finding.message!r}")
        # What is quoted may be a student's own text.
        values = {k: plain(v) if isinstance(v, str) else v for k, v in finding.values.items()}
        parts = ("says", "hint", "second_hint")
        says, hint, second = (message.get(part, "").format(**values) for part in parts)
        share = message.get("share", 0) if finding.share is None else finding.share
        return Reason((), points, says, hint, second, finding.message), float(share)


def _criterion(table: dict[str, Any], name: str, share: float) -> Criterion:
    criterion = table["criteria"][name]
    return Criterion(name, criterion["title"], float(criterion["points"]), share, share == 1)


def _add(reasons: list[Reason], reason: Reason) -> None:
    """Adds a reason; a mistake that costs several criteria is reported once."""
    last = reasons[-1] if reasons else None
    if last and last.criteria and last.says == reason.says:
        criteria = (*last.criteria, *reason.criteria)
        reasons[-1] = replace(reason, criteria=criteria, lost=round(last.lost + reason.lost, 2))
    else:
        reasons.append(reason)


@cache
def load(folder: Path, exercises: tuple[str, ...], changed: Path | None = None) -> Rubric:
    """Reads the rubric of a course.

    Args:
        folder: holds `<exercise>/rubric.toml` for each exercise, and maybe `messages.toml`.
        exercises: grade ids of the exercises.
        changed: folder with `<exercise>.toml` for each exercise whose rubric a class has changed.

    Raises:
        RubricError: a file is missing, is not TOML, or its criteria do not add up to the points; or
            a changed rubric belongs to no exercise, or does not fit the original one.
    """
    general = _read(_GENERAL)["messages"]
    if (folder / "messages.toml").is_file():
        general = general | _read(folder / "messages.toml").get("messages", {})
    paths = {name: folder / name / "rubric.toml" for name in exercises}
    for path in _changes(changed):
        if path.stem not in paths:
            raise RubricError(
                f"The rubric {path} is of no exercise. Its name must be that of one: "
                f"{', '.join(exercises)}."
            )
        _table(path)
        _compare(path, paths[path.stem])
        paths[path.stem] = path
    return Rubric({name: _table(path) for name, path in paths.items()}, general)


def _compare(changed: Path, original: Path) -> None:
    """Makes sure that a changed rubric has what `judge` needs: keys, and choices for texts."""
    own, expected = _read(changed), _read(original)
    choices = expected.pop("choices", {})
    own.pop("choices", None)
    _compare_tables(own, expected, "", f"The rubric {changed}", original)
    for name, allowed in choices.items():
        if own["limits"][name] not in allowed:
            raise RubricError(
                f"The rubric {changed} has limits.{name} = {own['limits'][name]!r}. Allowed: "
                f"{', '.join(map(repr, allowed))}."
            )


def _compare_tables(
    own: dict[str, Any], expected: dict[str, Any], place: str, rubric: str, original: Path
) -> None:
    allowed = expected.keys() | ({"share"} if "says" in expected else set())
    for key in sorted(own.keys() - allowed):
        raise RubricError(
            f"{rubric} has the unknown key {place}{key}. Allowed: {', '.join(sorted(allowed))}."
        )
    for key in sorted(expected.keys() - own.keys() - {"second_hint", "share"}):
        raise RubricError(f"{rubric} lacks the key {place}{key}. See {original}.")
    for key, value in own.items():
        model = expected.get(key, 0.5)  # of what may be added, a share
        if isinstance(value, dict) and isinstance(model, dict):
            _compare_tables(value, model, f"{place}{key}.", rubric, original)
        elif _kind(value) != _kind(model):
            raise RubricError(
                f"{rubric} has {place}{key} = {value!r}, expected {_kind(model)} such as {model!r}."
            )


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    names = {"str": "a text", "dict": "a table"}
    kind = type(value).__name__
    return names.get(kind, f"a {kind}")


def _changes(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    if not folder.is_dir():
        raise RubricError(f"There is no folder {folder} with the rubric of the class.")
    return sorted(folder.glob("*.toml"))


def _table(path: Path) -> dict[str, Any]:
    table = _read(path)
    for name, message in table.get("messages", {}).items():
        if not 0 <= message.get("share", 0) <= 1:
            raise RubricError(
                f"The rubric {path} has messages.{name}.share = {message['share']}, expected a "
                "number from 0 to 1."
            )
    total = sum(criterion["points"] for criterion in table.get("criteria", {}).values())
    if total != table.get("points"):
        raise RubricError(
            f"The rubric {path}: the criteria add up to {total} points, but the exercise has "
            f"{table.get('points')}."
        )
    return table


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise RubricError(f"Cannot read the rubric {path}: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise RubricError(f"The rubric {path} is not valid TOML: {error}.") from error
