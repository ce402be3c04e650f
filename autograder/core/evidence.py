"""Evidence: what a test cell reports about a student's function, as JSON and without a verdict.

The grader reads evidence, which may be hostile, in `autograder.grading.reading`.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from autograder.core.facts import Failure, Most, Short, encode

MIME = "application/vnd.autograder.evidence+json"
VERSION = 2


class EvidenceError(ValueError):
    """A piece of evidence cannot be used; the message says why."""


@dataclass(frozen=True)
class Evidence:
    """Evidence without its facts, whose type depends on the exercise.

    Attributes:
        version: of the format.
        exercise: the grade id.
        challenge: the id of the challenge that the facts were gathered with.
        profile: the profile that they were gathered under.
        raised: the exception that the function raised; there are no facts then.
    """

    version: int
    exercise: Short
    challenge: Annotated[str, Most(16)]
    profile: Annotated[str, Most(50)]
    raised: Failure | None = None


def envelope(exercise: str, challenge_id: str, profile: str, facts: Any) -> dict[str, Any]:
    """Returns the evidence of one exercise as it is displayed.

    Args:
        exercise: the grade id.
        challenge_id: the id of the challenge.
        profile: name of the profile.
        facts: the exercise's facts, or the `Failure` of a function that raised an exception.
    """
    raised = facts if isinstance(facts, Failure) else None
    content: dict[str, Any] = encode(Evidence(VERSION, exercise, challenge_id, profile, raised))
    return content if raised else content | {"facts": encode(facts)}
