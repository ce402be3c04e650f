"""Measuring and judging files that came with a submission.

The files are opened in the sandbox (`inside/measure.py`): they are a program's input of unknown
origin, read by large C libraries. Judging what was measured is done outside.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from autograder.core.exercise import FileExercise, OtherProfileError, Retrained
from autograder.core.facts import Most, decode
from autograder.core.rubric import Finding, flags
from autograder.grading import inside
from autograder.grading.run import Measured, Retraining, Run
from autograder.sandbox import withholding
from autograder.sandbox.isolation import Stopped

_SECONDS = 900


class UnreadableError(RuntimeError):
    """The files could not be measured; the message says why, for a student."""


@dataclass(frozen=True)
class _Answer:
    """What the measuring program prints, except for the exercise's facts."""

    other_profile: Annotated[str, Most(2000)] | None = None


def judge(exercise: FileExercise[Any], run: Run) -> Iterator[Finding]:
    """Yields findings on handed-in files, measuring them if they are not.

    Args:
        exercise: asks for them.
        run: the submission.

    Raises:
        UnreadableError: the files could not be measured within the limits of the sandbox.
        OtherProfileError: they are of another profile than the class's.
    """
    if exercise.name not in run.measured:
        contents = {name: run.handed_in.get(name) for name in exercise.files}
        run.measured[exercise.name] = measure(exercise, contents, run)
    measured = run.measured[exercise.name]
    facts, limits = read(measured, exercise), run.rubric.limits(exercise.name)
    again, retraining = None, run.retrained.get(exercise.name)
    if retraining:
        try:
            again = _retrained(retraining, exercise)
        except UnreadableError as error:
            names = " and ".join(exercise.files)
            yield flags("not_retrained", files=names, because=str(error).rstrip("."))
    yield from exercise.judge(facts, measured.digests, run.whole_profile, limits, again)


def _retrained(retraining: Retraining, exercise: FileExercise[Any]) -> Retrained[Any]:
    """Returns what a course is told of files that were made again.

    Raises:
        UnreadableError: there are none that can be used.
    """
    if retraining.measured is None:
        raise UnreadableError(retraining.problem)
    facts = read(retraining.measured, exercise)
    return Retrained(facts, retraining.measured.digests, retraining.seconds)


def measure(
    exercise: FileExercise[Any], contents: Mapping[str, bytes | None], run: Run
) -> Measured:
    """Measures files in the sandbox.

    Args:
        exercise: asks for them.
        contents: of those files, by name; None for one that is missing or too large.
        run: the submission.

    Raises:
        UnreadableError: they could not be measured within the limits of the sandbox.
    """
    profile = run.whole_profile
    program = [sys.executable, "-P", inside.MEASURE, run.address, exercise.name, profile.name]
    private = [run.private] if run.private else []
    # Measuring runs no student's code, and may use what earlier assignments asked for.
    copies = withholding.copies(run.address, exercise.assignment)
    with tempfile.TemporaryDirectory(prefix="autograder-files-") as folder:
        for name, content in contents.items():
            if content is not None:
                (Path(folder) / name).write_bytes(content)
        try:
            said = run.isolation.run(
                [*program, *private],
                folder=Path(folder),
                readable=private,
                course=run.course,
                profile=profile,
                copies=copies,
                warm=run.isolation.warm(
                    run.course, run.address, run.profile, run.heavy, inside.WARM, copies
                ),
                timeout=_SECONDS,
                answer_mb=4,
            )
        except Stopped as error:
            raise UnreadableError(f"Reading {' and '.join(contents)} {error}.") from error
    digests = {n: hashlib.sha256(c).hexdigest() for n, c in contents.items() if c is not None}
    return Measured(said.decode(errors="replace"), digests)


def read(measured: Measured, exercise: FileExercise[Any]) -> Any:
    """Returns the facts that were measured of an exercise's files.

    Raises:
        UnreadableError: the program that measured them gave no facts.
        OtherProfileError: they are of another profile than the class's.
    """
    try:
        answer = json.loads(measured.said, parse_constant=_refuse)
        if isinstance(answer, dict) and answer.keys() == {"facts"}:
            return decode(exercise.facts, answer["facts"])
        other = decode(_Answer, answer).other_profile
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"Reading {' and '.join(exercise.files)} gave no answer.") from error
    raise OtherProfileError(other)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
