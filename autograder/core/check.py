"""Self-checks, which the test cells of notebooks call, and what a grader does instead.

A check probes the student's function with fresh random inputs, prints what holds, and raises
`CheckFailed` with what does not hold and where to look next. A grader probes the same way but asks
for the facts alone (`report`), with a challenge of its own, and judges them itself.
"""

import contextlib
import hashlib
import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.core import evidence, withheld
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
from autograder.core.verdict import Verdict, explain

RUBRIC = "rubric"  # folder beside a notebook: what was released with it


class CheckFailed(AssertionError):
    """A criterion does not hold; the message says which, and gives a hint."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback through the library's inner workings.
        return str(self).split("\n")


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


@contextlib.contextmanager
def standard_error_to_output() -> Iterator[None]:
    """Prints warnings as ordinary output: nbgrader takes anything on stderr for a failed test."""
    captured = io.StringIO()
    try:
        with contextlib.redirect_stderr(captured):
            yield
    finally:
        if captured.getvalue():
            print(captured.getvalue(), end="")


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
) -> None:
    """Checks a student's function and prints what holds.

    Args:
        exercise: the exercise.
        function: the student's function.
        profile: the profile that the notebook runs under.
        rubric: the rubric.
        answers: functions of the course's library that the grader withholds.

    Raises:
        CheckFailed: something does not hold.
    """
    challenge = Challenge.fresh()
    with withheld.put_away(answers):
        facts = facts_of(exercise, function, challenge, profile)
    with standard_error_to_output():
        verdict = judge(exercise, facts, challenge, profile, rubric)
    conclude(verdict)


def run_files(
    exercise: FileExercise[Any], path: Path, profile: Any, rubric: rubrics.Rubric
) -> None:
    """Checks files and prints what holds.

    Args:
        exercise: asks for them.
        path: the first of its files, whatever its name; the others lie beside it.
        profile: the whole profile.
        rubric: the rubric.

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
    conclude(verdict)


# The last verdict of each check in this kernel, and the mistakes found since it last passed.
latest: dict[str, Verdict] = {}
mistakes: dict[str, set[str]] = {}


def conclude(verdict: Verdict) -> None:
    """Prints a verdict, with a more specific hint on a mistake that was found before.

    Raises:
        CheckFailed: points were lost.
    """
    latest[verdict.exercise] = verdict
    before = mistakes.pop(verdict.exercise, set())
    if not verdict.is_full:
        mistakes[verdict.exercise] = before | {reason.mistake for reason in verdict.reasons}
        raise CheckFailed(explain(verdict, repeated=before))
    print(explain(verdict))
