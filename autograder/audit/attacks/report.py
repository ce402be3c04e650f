"""What an audit of attacks and broken submissions found, for people or for JSON."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

from autograder.audit.attacks.corpus import Attack, Defect
from autograder.audit.attacks.course import HONEST
from autograder.audit.attacks.trial import Outcome, Trial


@dataclass
class Findings:
    """What went wrong; every list should be empty.

    Attributes:
        attacks: how many attacks were tried.
        defects: how many broken submissions were graded.
        succeeded: attacks that earned points or left something running in a browser.
        canaries: canaries that were read, changed or visited.
        wrong: submissions with another outcome than expected, and commands that failed.
        processes: processes that were left behind.
    """

    attacks: int
    defects: int
    succeeded: list[str] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.succeeded or self.canaries or self.wrong or self.processes)


def findings(trial: Trial, attacks: list[Attack], defects: list[Defect]) -> Findings:
    """Compares what happened in a trial with what should have."""
    found = Findings(len(attacks), len(defects))
    found.processes = trial.processes
    found.canaries = [f"changed: {name}" for name in trial.changed]
    found.canaries += [f"a connection to the listening port from {who}" for who in trial.visits]
    found.wrong = list(trial.failed)
    by_name = {attack.name: attack for attack in attacks}
    expected = {defect.name: defect for defect in defects}
    for outcome in trial.outcomes.values():
        found.canaries += [f"{outcome.name} read: {what}" for what in outcome.read]
        if outcome.active:
            found.succeeded.append(f"{outcome.name}: its feedback runs code in the browser")
        if outcome.name in by_name:
            if any(outcome.scores.values()):
                found.succeeded.append(f"{outcome.name} earned {outcome.scores}")
            attack = by_name[outcome.name]
            if outcome.scores.keys() != set(attack.exercises):
                found.wrong.append(f"{outcome.name}: was not graded ({outcome.status})")
            elif attack.says not in outcome.reason:
                found.wrong.append(
                    f"{outcome.name}: failed for another reason than {attack.says!r}: "
                    f"{outcome.reason or 'none'}"
                )
        elif outcome.name in expected:
            found.wrong += [
                f"{outcome.name}: {line}" for line in _differs(outcome, expected[outcome.name])
            ]
        elif outcome.name == HONEST and (outcome.status != "graded" or outcome.reason):
            found.wrong.append(f"an honest submission of {outcome.assignment}: {outcome.reason}")
    return found


def _differs(outcome: Outcome, defect: Defect) -> Iterator[str]:
    odd = [name for name, points in defect.scores.items() if outcome.scores.get(name) not in points]
    if odd or outcome.scores.keys() != defect.scores.keys():
        expected = ", ".join(f"{_or(points)} in {name}" for name, points in defect.scores.items())
        yield f"earned {outcome.scores}, expected {expected or 'nothing'}"
    if outcome.status not in defect.status:
        yield f"is {outcome.status!r} in the table, expected {_or(defect.status)}"
    if not any(phrase in outcome.reason for phrase in defect.says):
        yield f"its reasons lack {_or(defect.says)}: {outcome.reason or 'none'}"


def _or(allowed: tuple) -> str:
    return " or ".join(map(repr, allowed))


def show(found: Findings, console: Console) -> None:
    """Prints the findings for people."""
    console.print(f"{found.attacks} attacks, {found.defects} broken submissions")
    for title, lines in (
        ("succeeded attacks", found.succeeded),
        ("canaries read or changed", found.canaries),
        ("wrong outcomes", found.wrong),
        ("processes left", found.processes),
    ):
        style = "bold red" if lines else "green"
        console.print(f"  [{style}]{len(lines):>3}[/] {title}")
        for line in lines:
            console.print(f"      {escape(line)}", highlight=False)


def as_dict(found: Findings, trial: Trial) -> dict[str, Any]:
    """Returns findings and the outcome of every submission, for JSON."""
    return asdict(found) | {"outcomes": [asdict(outcome) for outcome in trial.outcomes.values()]}
