"""Judging the trained weights and the record that came with a submission.

The files are opened in the sandbox (`autograder/inside/weights.py`): a weights file is a program's
input of unknown origin, read by a large C library. Judging what was measured is done outside.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.isolation import INSIDE, Stopped
from autograder.verification import OtherProfileError
from rps_course import evidence, profile, rubric, submission
from rps_course.exercises import trained

if TYPE_CHECKING:
    from autograder.execution import Run

_SECONDS = 900
_WEIGHTS = 10_000  # far more than the network has arrays
_MEASURED = evidence.record(
    accuracy={"type": "number", "minimum": 0, "maximum": 1},
    frozen_changed=evidence.integer(_WEIGHTS),
    tail_changed=evidence.integer(_WEIGHTS),
    record={"type": ["object", "null"]},
    record_problem=evidence.text(1000),
    sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
)
_ANSWER = {
    "oneOf": [
        evidence.record(weights=evidence.text(2000)),
        evidence.record(other_profile=evidence.text(2000)),
        evidence.record(measured=_MEASURED),
    ]
}


class UnreadableError(RuntimeError):
    """Reading the files ended in nothing; the message says why, for a student."""


def judge(run: "Run", table: dict) -> Iterator[rubric.Finding]:
    """Yields findings on handed-in weights.

    Args:
        run: has the contents of the files.
        table: the rubric's table of `trained_model`.

    Raises:
        UnreadableError: the files could not be read within the sandbox's limits.
        OtherProfileError: the weights or the record are of another profile than the class's.
    """
    full = profile.get(run.profile.base)
    answer = _measure(run, full)
    if "other_profile" in answer:
        raise OtherProfileError(answer["other_profile"])
    if "weights" in answer:
        yield rubric.fails(None, "weights", received=answer["weights"])
        return
    weights = run.handed_in[submission.RPS_WEIGHTS]
    facts = answer["measured"] | {"sha256": hashlib.sha256(weights).hexdigest()}
    yield from trained.judge(trained.Measured(**facts), full, table)


def _measure(run: "Run", full: profile.Profile) -> dict:
    import jsonschema

    with tempfile.TemporaryDirectory(prefix="rps-weights-") as folder:
        for name, content in run.handed_in.items():
            if content is not None:
                (Path(folder) / name).write_bytes(content)
        program = [sys.executable, "-P", INSIDE / "weights.py", full.name]
        try:
            said = run.isolation.run(
                program, folder=Path(folder), data=True, timeout=_SECONDS, answer_mb=4
            )
            answer = json.loads(said, parse_constant=_refuse)
            jsonschema.validate(answer, _ANSWER)
        except Stopped as error:
            raise UnreadableError(f"Reading the weights and the record {error}.") from error
        except (ValueError, RecursionError, jsonschema.ValidationError) as error:
            raise UnreadableError("Reading the weights and the record gave no answer.") from error
        return answer


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
