"""Measuring and judging files that came with a submission.

The files are opened in the sandbox (`inside/measure.py`): they are a program's input of unknown
origin, read by large C libraries. Judging what was measured is done outside.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from autograder.core.course import Profile
from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.facts import Most, decode
from autograder.core.rubric import Finding
from autograder.grading import inside
from autograder.grading.run import Measured, Run
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
    profile = run.course.profile(run.profile.base, False)
    if exercise.name not in run.measured:
        run.measured[exercise.name] = _measure(exercise, profile, run)
    measured = run.measured[exercise.name]
    facts, limits = _facts(measured.said, exercise), run.rubric.limits(exercise.name)
    yield from exercise.judge(facts, measured.digests, profile, limits)


def _measure(exercise: FileExercise[Any], profile: Profile, run: Run) -> Measured:
    contents = {name: run.handed_in.get(name) for name in exercise.files}
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


def _facts(said: str, exercise: FileExercise[Any]) -> Any:
    try:
        answer = json.loads(said, parse_constant=_refuse)
        if isinstance(answer, dict) and answer.keys() == {"facts"}:
            return decode(exercise.facts, answer["facts"])
        other = decode(_Answer, answer).other_profile
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"Reading {' and '.join(exercise.files)} gave no answer.") from error
    raise OtherProfileError(other)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
