"""What an audit of attacks and broken submissions found, for people or for JSON."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

from autograder.audit.attacks.corpus import Attack, Defect
from autograder.audit.attacks.course import ALONE, ANSWERS, HONEST_STUDENTS
from autograder.audit.attacks.outcomes import Outcome
from autograder.audit.attacks.trial import Trial
from autograder.audit.attacks.watching import Cost
from autograder.grading.budget import Budget


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
        costly: commands that took too much time or memory.
        unmeasured: what could not be tried on this machine; nothing that went wrong.
    """

    attacks: int
    defects: int
    succeeded: list[str] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    costly: list[str] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.succeeded or self.canaries or self.wrong or self.processes or self.costly)


def findings(trial: Trial, attacks: list[Attack], defects: list[Defect]) -> Findings:
    """Compares what happened in a trial with what should have."""
    found = Findings(len(attacks), len(defects))
    found.processes = trial.processes
    found.canaries = [f"changed: {name}" for name in trial.changed]
    found.canaries += [f"a connection to the listening port from {who}" for who in trial.visits]
    found.wrong = list(trial.failed)
    found.costly = [line for cost in trial.costs for line in _too_much(cost)]
    if not trial.key:
        found.unmeasured.append("This machine keeps no keys for a session: none was to be found.")
    by_name = {attack.name: attack for attack in attacks}
    expected = {defect.name: defect for defect in defects}
    for outcome in trial.outcomes.values():
        found.canaries += [f"{outcome.name} read: {what}" for what in outcome.read]
        found.succeeded += [f"{outcome.name}: its feedback has {what}" for what in outcome.active]
        attack = by_name.get(outcome.name.removesuffix(ANSWERS))
        if attack:
            if any(outcome.scores.values()):
                found.succeeded.append(f"{outcome.name} earned {outcome.scores}")
            found.wrong += [f"{outcome.name}: {line}" for line in _held_otherwise(outcome, attack)]
        elif outcome.name in expected:
            lines = _differs(outcome, expected[outcome.name])
            found.wrong += [f"{outcome.name}: {line}" for line in lines]
        elif outcome.name in HONEST_STUDENTS:
            alone = trial.outcomes.get((ALONE, outcome.assignment), outcome)
            found.wrong += _harmed(outcome, alone)
    return found


def _too_much(cost: Cost) -> Iterator[str]:
    """Yields what a command took more of than one submission may take of the grader."""
    budget = Budget()
    if cost.longest > budget.seconds:
        yield f"{cost.command}: {cost.longest:.0f} s without a result (then {cost.after or 'none'})"
    if cost.memory_mb > budget.memory_mb:
        yield f"{cost.command}: {cost.memory_mb:,} MB of memory"


def _held_otherwise(outcome: Outcome, attack: Attack) -> Iterator[str]:
    """Yields the exercises in which an attack failed for no reason that it names."""
    if outcome.scores.keys() != set(outcome.assignment.split("-")):
        yield f"was not graded ({outcome.status})"
        return
    if outcome.unseen:
        yield f"its feedback has characters that nobody sees: {', '.join(outcome.unseen)}"
    for exercise, reason in outcome.reasons.items():
        if not any(phrase in reason for phrase in attack.says):
            expected = _or(attack.says)
            yield f"{exercise} failed for another reason than {expected}: {reason or 'none'}"


def _harmed(honest: Outcome, alone: Outcome) -> Iterator[str]:
    """Yields how the results of an honest submission differ from those that it has alone."""
    said = f"an honest submission of {honest.assignment}, {honest.name}"
    if honest.status != "graded" or honest.reason:
        yield f"{said}: {honest.status}, {honest.reason}"
    if (honest.scores, honest.notes) != (alone.scores, alone.notes):
        yield f"{said}: {honest.scores} {honest.notes}, alone {alone.scores} {alone.notes}"


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
        ("commands that took too much time or memory", found.costly),
    ):
        style = "bold red" if lines else "green"
        console.print(f"  [{style}]{len(lines):>3}[/] {title}")
        for line in lines:
            console.print(f"      {escape(line)}", highlight=False)
    for line in found.unmeasured:
        console.print(f"  [yellow]note[/] {escape(line)}")


def as_dict(found: Findings, trial: Trial) -> dict[str, Any]:
    """Returns findings, what commands took and the outcome of every submission, for JSON."""
    costs = [asdict(cost) for cost in trial.costs]
    outcomes = [asdict(outcome) for outcome in trial.outcomes.values()]
    return asdict(found) | {"costs": costs, "outcomes": outcomes}
