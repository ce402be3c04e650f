"""Measuring and judging files that came with a submission.

The files are opened in the sandbox (`inside/measure.py`): they are a program's input of unknown
origin, read by large C libraries. Judging what was measured is done outside.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.core import evidence
from autograder.core.course import Course, Settings
from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.rubric import Finding
from autograder.grading import inside
from autograder.sandbox.isolation import Isolation, Stopped

_SECONDS = 900


class UnreadableError(RuntimeError):
    """Measuring the files ended in nothing; the message says why, for a student."""


def judge(
    exercise: FileExercise,
    handed_in: dict[str, bytes | None],
    course: Course,
    address: str,
    settings: Settings,
    isolation: Isolation,
    table: dict,
) -> Iterator[Finding]:
    """Yields findings on handed-in files.

    Args:
        exercise: asks for them.
        handed_in: their contents by name; None for one that is missing.
        course: the course of the exercise.
        address: where the sandbox finds the course.
        settings: the whole profile of the class.
        isolation: how they are opened.
        table: the exercise's part of the rubric.

    Raises:
        UnreadableError: the files could not be measured within the sandbox's limits.
        OtherProfileError: they are of another profile than the class's.
    """
    contents = {name: handed_in.get(name) for name in exercise.files}
    program = [sys.executable, "-P", inside.MEASURE, address, exercise.name, settings.name]
    with tempfile.TemporaryDirectory(prefix="autograder-files-") as folder:
        for name, content in contents.items():
            if content is not None:
                (Path(folder) / name).write_bytes(content)
        try:
            said = isolation.run(
                program,
                folder=Path(folder),
                course=course,
                settings=settings,
                timeout=_SECONDS,
                answer_mb=4,
            )
        except Stopped as error:
            raise UnreadableError(f"Reading {' and '.join(contents)} {error}.") from error
    answer = _answer(said, exercise)
    if "other_profile" in answer:
        raise OtherProfileError(answer["other_profile"])
    digests = {n: hashlib.sha256(c).hexdigest() for n, c in contents.items() if c is not None}
    yield from exercise.judge(answer["facts"], digests, settings, table)


def _answer(said: bytes, exercise: FileExercise) -> Any:
    import jsonschema

    expected = {
        "oneOf": [
            evidence.record(other_profile=evidence.text(2000)),
            evidence.record(facts=exercise.facts),
        ]
    }
    try:
        answer = json.loads(said, parse_constant=_refuse)
        jsonschema.validate(answer, expected)
    except (ValueError, RecursionError, jsonschema.ValidationError) as error:
        raise UnreadableError(f"Reading {' and '.join(exercise.files)} gave no answer.") from error
    return answer


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
