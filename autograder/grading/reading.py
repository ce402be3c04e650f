"""Reads evidence as untrusted input: it comes from a process that ran a student's code.

Evidence is taken from a test cell's outputs and must be one well-formed report on this exercise,
made with this submission's challenge under the grader's profile. Whether the facts earn points is
decided later (`autograder.core.check.judge`).
"""

import json
from typing import Any

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.course import Profile
from autograder.core.evidence import Evidence, EvidenceError
from autograder.core.exercise import Exercise, OtherProfileError
from autograder.core.facts import FactsError, decode

MAX_BYTES = 2_000_000


class NoEvidenceError(EvidenceError):
    """The test cell displayed no evidence at all."""


def _all(outputs: list[dict]) -> list[Any]:
    return [
        output["data"][evidence.MIME]
        for output in outputs
        if output.get("output_type") in ("display_data", "execute_result")
        and evidence.MIME in output.get("data", {})
    ]


def has_evidence(outputs: list[dict]) -> bool:
    """Whether a cell displayed any evidence, good or bad."""
    return bool(_all(outputs))


def has_facts(outputs: list[dict]) -> bool:
    """Whether a cell displayed what may be facts, and not only that a function raised."""
    return any(isinstance(content, dict) and "facts" in content for content in _all(outputs))


def find(outputs: list[dict]) -> Any:
    """Returns the one piece of evidence among a cell's outputs.

    Raises:
        NoEvidenceError: there is none.
        EvidenceError: there are several.
    """
    found = _all(outputs)
    if not found:
        raise NoEvidenceError("the test cell displayed no evidence")
    if len(found) > 1:
        raise EvidenceError(
            f"the test cell displayed {len(found)} pieces of evidence, expected one"
        )
    return found[0]


def read(content: Any, exercise: Exercise[Any, Any], challenge: Challenge, profile: Profile) -> Any:
    """Reads a piece of evidence.

    Args:
        content: what the notebook holds under the evidence's MIME type.
        exercise: the exercise of the test cell.
        challenge: the challenge that this cell was given.
        profile: the profile that the kernel was told to run under.

    Returns:
        The exercise's facts, or the `Failure` of a function that raised an exception.

    Raises:
        EvidenceError: it is not JSON, too large, of another form, exercise, submission or
            challenge, or it holds numbers that are not finite.
        OtherProfileError: the notebook chose another profile than it was told to run under.
    """
    about, facts = _decoded(_parsed(content), exercise)
    if about.challenge != challenge.id:
        raise EvidenceError("it answers another challenge than this submission was given")
    if about.profile != profile.name:
        raise OtherProfileError(
            f"The notebook runs under the profile {about.profile!r}, "
            f"but the class is graded under {profile.base!r}. Take out the line that chooses it."
        )
    return facts


def _decoded(content: Any, exercise: Exercise[Any, Any]) -> tuple[Evidence, Any]:
    """Returns the evidence, and its facts or the exception in place of them."""
    if not isinstance(content, dict):
        raise EvidenceError("it has another form than expected, at the top")
    try:
        about = decode(Evidence, {key: content[key] for key in content if key != "facts"})
        facts = None
        if about.raised is None:
            facts = decode(exercise.facts, content.get("facts"), "facts")
    except FactsError as error:
        raise EvidenceError(str(error)) from error
    if about.version != evidence.VERSION or about.exercise != exercise.name:
        raise EvidenceError("it is of another exercise, or of another version of the grader")
    if about.raised is not None and "facts" in content:
        raise EvidenceError("it has both facts and an exception")
    return about, about.raised or facts


def _parsed(content: Any) -> Any:
    """Returns evidence as JSON of a size that can be read."""
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
    return content
