"""Self-checks, which the test cells of notebooks call, and what a grader does instead.

A check probes the student's function with fresh random inputs, shows what holds, and raises
`CheckFailed` with what does not hold and where to look next. A grader probes the same way but asks
for the facts alone (`report`), with a challenge of its own, and judges them itself.
"""

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.core import display, evidence, withheld
from autograder.core import rubric as rubrics
from autograder.core.challenge import Challenge
from autograder.core.exercise import (
    Exercise,
    FileExercise,
    OtherProfileError,
    Raised,
    failure,
)
from autograder.core.facts import Failure, decode, encode
from autograder.core.verdict import Verdict

RUBRIC = "rubric"  # folder beside a notebook: what was released with it


class CheckFailed(AssertionError):
    """A criterion does not hold; the message says which, and gives a hint.

    Attributes:
        shown: what a notebook says of it that shows the verdict above; empty elsewhere.
    """

    shown = ""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback through the library's inner workings.
        return [self.shown] if self.shown else str(self).split("\n")


def released_rubric(beside: Path = Path()) -> Path | None:
    """Returns the folder of rubrics that was released with a notebook; None if there is none.

    Args:
        beside: the folder of the notebook; the working folder, where it runs.
    """
    folder = beside / RUBRIC
    return folder if folder.is_dir() else None


def judge(
    exercise: Exercise[Any, Any],
    facts: Any,
    challenge: Challenge,
    profile: Any,
    rubric: rubrics.Rubric,
) -> Verdict:
    """Judges the facts of one exercise; the self-check and the grader share this.

    Args:
        exercise: the exercise.
        facts: its facts, decoded, or the `Failure` of a function that raised an exception.
        challenge: the challenge that the facts were gathered with.
        profile: the profile that they were gathered under.
        rubric: the rubric.
    """
    if isinstance(facts, Failure):
        return rubric.verdict(exercise.name, [raised_finding(facts, exercise.name)])
    expected = exercise.expect(challenge, profile)
    findings = exercise.judge(facts, expected, rubric.limits(exercise.name))
    return rubric.verdict(exercise.name, findings)


def raised_finding(raised: Failure, exercise: str) -> rubrics.Finding:
    """Returns the finding on a function that raised an exception, or whose result made us raise."""
    if raised.type == "NotImplementedError":
        return rubrics.fails(None, "blank", exercise=exercise)
    if raised.type == withheld.WithheldError.__name__:
        return rubrics.fails(None, "withheld", exercise=exercise, received=raised.message)
    received = f"{raised.type}: {raised.message}".rstrip(": ")
    if raised.by_check:
        return rubrics.fails(None, "unusable", exercise=exercise, received=received)
    where = f" at `{raised.line}`" if raised.line else ""
    return rubrics.fails(None, "raised", exercise=exercise, received=received, where=where)


_MOST_LINES = 8  # of warnings: Keras gives one for each layer that finds no weights in a file


@contextlib.contextmanager
def standard_error_to_output() -> Iterator[None]:
    """Prints the first warnings as ordinary output.

    nbgrader takes anything on standard error for a failed test.
    """
    captured = io.StringIO()
    try:
        with contextlib.redirect_stderr(captured):
            yield
    finally:
        lines = captured.getvalue().splitlines()
        if len(lines) > _MOST_LINES:
            lines[_MOST_LINES:] = [f"... and {len(lines) - _MOST_LINES} more lines of warnings"]
        for line in lines:
            print(line)


def facts_of(
    exercise: Exercise[Any, Any],
    function: Callable[..., Any],
    challenge: Challenge,
    profile: Any,
) -> Any:
    """Returns facts of a student's function, or the `Failure` of one that raised an exception."""
    with standard_error_to_output():
        try:
            facts = exercise.gather(function, challenge, profile)
            return decode(exercise.facts, encode(facts))  # so that a self-check sees no more
        except Raised as error:
            return error.failure
        except Exception as error:
            # What the function returned was too odd to be probed at all.
            return replace(failure(error), by_check=True)


def report(
    exercise: Exercise[Any, Any], function: Callable[..., Any], challenge: Challenge, profile: Any
) -> dict[str, Any]:
    """Returns evidence of what a student's function does, for a grader to judge.

    Args:
        exercise: the exercise.
        function: the student's function.
        challenge: the challenge that the grader set.
        profile: the profile that the notebook runs under.
    """
    facts = facts_of(exercise, function, challenge, profile)
    return evidence.envelope(exercise.name, challenge.id, profile.name, facts)


def run(
    exercise: Exercise[Any, Any],
    function: Callable[..., Any],
    profile: Any,
    rubric: rubrics.Rubric,
    answers: Iterable[str] = (),
    among: Collection[str] = (),
) -> None:
    """Checks a student's function and shows what holds.

    Args:
        exercise: the exercise.
        function: the student's function.
        profile: the profile that the notebook runs under.
        rubric: the rubric.
        answers: functions of the course's library that the grader withholds.
        among: all exercises of the notebook, for a running total of its points.

    Raises:
        CheckFailed: something does not hold.
    """
    challenge = Challenge.fresh()
    with withheld.put_away(answers):
        facts = facts_of(exercise, function, challenge, profile)
    with standard_error_to_output():
        verdict = judge(exercise, facts, challenge, profile, rubric)
    conclude(verdict, rubric, among)


def run_files(
    exercise: FileExercise[Any],
    path: Path,
    profile: Any,
    rubric: rubrics.Rubric,
    among: Collection[str] = (),
) -> None:
    """Checks files and shows what holds.

    Args:
        exercise: asks for them.
        path: the first of its files, whatever its name; the others lie beside it.
        profile: the whole profile.
        rubric: the rubric.
        among: all exercises of the notebook, for a running total of its points.

    Raises:
        CheckFailed: something does not hold.
    """
    with tempfile.TemporaryDirectory() as name, standard_error_to_output():
        digests = {}
        for file in exercise.files:
            source = path if file == exercise.files[0] else path.with_name(file)
            if source.is_file():
                shutil.copyfile(source, Path(name) / file)
                digests[file] = hashlib.sha256(source.read_bytes()).hexdigest()
        try:
            facts = exercise.measure(Path(name), profile, None)
        except OtherProfileError as error:
            findings = [rubrics.fails(None, "other_profile", received=str(error))]
        else:
            findings = list(exercise.judge(facts, digests, profile, rubric.limits(exercise.name)))
        verdict = rubric.verdict(exercise.name, findings)
    conclude(verdict, rubric, among)


# The last verdict of each check in this kernel, and the mistakes found since it last passed.
latest: dict[str, Verdict] = {}
mistakes: dict[str, set[str]] = {}


def conclude(verdict: Verdict, rubric: rubrics.Rubric, among: Collection[str]) -> None:
    """Shows a verdict, with a more specific hint on a mistake that was found before.

    Where there is no notebook that shows HTML, it is text: printed, or that of the exception.

    Raises:
        CheckFailed: points were lost.
    """
    latest[verdict.exercise] = verdict
    before = mistakes.pop(verdict.exercise, set())
    total = _total(among, rubric) if among else None
    said = display.text(verdict, before, total)
    # `nbgrader validate` quotes tracebacks, and no other output.
    shown = "NBGRADER_VALIDATING" not in os.environ and display.show(verdict, before, total)
    if not verdict.is_full:
        mistakes[verdict.exercise] = before | {reason.mistake for reason in verdict.reasons}
        failed = CheckFailed(said)
        if shown:
            earned = f"{verdict.score:g} of {verdict.points:g} points"
            failed.shown = (
                f"CheckFailed: {verdict.exercise} has {earned}. See above what to change."
            )
        raise failed
    if not shown:
        print(said)


def _total(among: Collection[str], rubric: rubrics.Rubric) -> display.Total:
    """Returns the points of the last checks of these exercises."""
    run = [latest[name] for name in among if name in latest]
    return display.Total(
        earned=round(sum(verdict.score for verdict in run), 2),
        points=sum(float(rubric[name]["points"]) for name in among),
        left=tuple(name for name in among if name not in latest),
    )


def unsolved(names: Iterable[str]) -> list[str]:
    """Returns which of these exercises did not get full points when they were last checked."""
    return [name for name in names if name in latest and not latest[name].is_full]
