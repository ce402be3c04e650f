"""Reading evidence as what it is: untrusted input from a process that ran a student's code.

Evidence is taken from a test cell's outputs and must be one well-formed report on this exercise,
made with this submission's challenge under the grader's profile. Whether the facts earn points is
the rubric's business (`autograder.core.check.judge`).
"""

import json
from typing import Any

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.course import Settings
from autograder.core.evidence import EvidenceError
from autograder.core.exercise import Exercise, OtherProfileError, decode

MAX_BYTES = 2_000_000


class NoEvidenceError(EvidenceError):
    """The test cell displayed no evidence at all."""


def schema(exercise: Exercise) -> dict:
    """Returns the JSON Schema of an exercise's whole evidence."""
    return evidence.record(
        version={"const": evidence.VERSION},
        exercise={"const": exercise.name},
        challenge=evidence.text(16),
        profile=evidence.text(50),
        facts={"anyOf": [evidence.record(raised=evidence.raised()), exercise.facts]},
    )


def find(outputs: list[dict]) -> Any:
    """Returns the one piece of evidence among a cell's outputs.

    Raises:
        NoEvidenceError: there is none.
        EvidenceError: there are several.
    """
    found = [
        output["data"][evidence.MIME]
        for output in outputs
        if output.get("output_type") in ("display_data", "execute_result")
        and evidence.MIME in output.get("data", {})
    ]
    if not found:
        raise NoEvidenceError("the test cell displayed no evidence")
    if len(found) > 1:
        raise EvidenceError(f"the test cell displayed {len(found)} pieces of evidence, wanted one")
    return found[0]


def read(content: Any, exercise: Exercise, challenge: Challenge, settings: Settings) -> dict:
    """Validates a piece of evidence.

    Args:
        content: what the notebook holds under the evidence's MIME type.
        exercise: the exercise of the test cell.
        challenge: the challenge that this cell was given.
        settings: the profile that the kernel was told to run under.

    Returns:
        The facts, as JSON that fits the exercise's schema; arrays are still encoded.

    Raises:
        EvidenceError: it is not JSON, too large, of another form, exercise, submission or
            challenge, or it holds numbers that are not finite.
        OtherProfileError: the notebook chose another profile than it was told to run under.
    """
    import jsonschema

    if isinstance(content, str):
        if len(content) > MAX_BYTES:
            raise EvidenceError(f"it is larger than {MAX_BYTES:,} bytes")
        try:
            content = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise EvidenceError("it is not JSON") from error
    try:
        text = json.dumps(content, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise EvidenceError("it is not JSON, or holds numbers that are not finite") from error
    if len(text) > MAX_BYTES:
        raise EvidenceError(f"it is {len(text):,} bytes, more than {MAX_BYTES:,}")
    validator = jsonschema.Draft202012Validator(schema(exercise))
    problem = jsonschema.exceptions.best_match(validator.iter_errors(content))
    if problem is not None:
        where = "/".join(map(str, problem.absolute_path)) or "the top"
        raise EvidenceError(f"it has another form than expected, at {where[:100]}")
    if content["challenge"] != challenge.id:
        raise EvidenceError("it answers another challenge than this submission was given")
    if content["profile"] != settings.name:
        raise OtherProfileError(
            f"The notebook runs under the profile {content['profile']!r}, "
            f"but the class is graded under {settings.base!r}. Take out the line that chooses it."
        )
    decode(content["facts"])  # bytes that do not fit their shape, or are not finite
    return content["facts"]
