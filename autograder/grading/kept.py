"""What is kept of an execution with its result: enough to judge it again without running it again.

It stands in the metadata of the autograded notebook, signed with the key of the attempt, which only
the grader has. What a right answer gives is kept as well, as Python's own objects, with a digest of
the code that made them: where that has changed, they are made anew.
"""

import base64
import hashlib
import hmac
import json
import pickle
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import nbformat
from nbformat import NotebookNode

from autograder.core.challenge import Challenge
from autograder.core.exercise import FileExercise
from autograder.core.facts import FactsError, Most, decode, encode
from autograder.grading import reading, versions
from autograder.grading.cells import METADATA, checked_by, grade_id
from autograder.grading.run import FailedLine, Measured, Retraining, Run
from autograder.sandbox.watchdog import Problem

_KEY = "kept"
_MAX_BYTES = 16_000_000  # of what is kept of one notebook, before it is compressed
_MANY, _LONG = Most(2000), Most(_MAX_BYTES)
_Text = Annotated[str, _LONG]


class NotKeptError(ValueError):
    """A result cannot be judged again without running; the message says why."""


@dataclass(frozen=True)
class _Stop:
    """Why something was not executed to its end; see `Problem`."""

    says: Annotated[str, Most(2000)]
    kind: str


@dataclass(frozen=True)
class _Cell:
    """A cell that checks an exercise.

    Attributes:
        source: a digest of its source.
        outputs: what it displayed, as JSON.
        challenge: the secret that it was probed with, in hex.
        stopped: why it was not executed to its end.
        read: whether facts were read from what it displayed.
        expected: what a right answer gives, pickled, in base64; empty where nobody asked for that.
    """

    source: str
    outputs: _Text
    challenge: str
    stopped: _Stop | None = None
    read: bool = False
    expected: _Text = ""


@dataclass(frozen=True)
class _Kept:
    """What is kept of an execution; what is not explained here is that of `Run`.

    Attributes:
        code: digest of the code that made what right answers give.
        profile: name of the profile.
        unsafe: whether it was not isolated.
        cells: those that check an exercise, by their index.
        lost: of `Run`, but with an empty name for a cell of no exercise.
    """

    code: str
    profile: str
    unsafe: bool
    refused: str
    cells: Annotated[dict[str, _Cell], _MANY]
    lost: Annotated[dict[str, _Stop], _MANY]
    failed: Annotated[dict[str, FailedLine], _MANY]
    notes: Annotated[dict[str, Annotated[tuple[_Text, ...], _MANY]], _MANY]
    measured: dict[str, Measured]
    retrained: dict[str, Retraining] | None = None


def keep(nb: NotebookNode, run: Run, displayed: Mapping[int, list]) -> None:
    """Keeps an execution with its judged notebook, unless that takes too much room.

    Args:
        nb: the notebook.
        run: the execution, and what judging it found out.
        displayed: the outputs of cells that check an exercise, by index, before they were judged.
    """
    cells = {str(index): _cell(nb, index, outputs, run) for index, outputs in displayed.items()}
    found = _Kept(
        versions.course_code(run.course),
        run.profile.name,
        run.isolation.unsafe,
        run.refused,
        cells,
        {name or "": _Stop(str(stop), stop.kind) for name, stop in run.lost.items()},
        {str(index): line for index, line in run.failed.items()},
        {name: tuple(notes) for name, notes in run.notes.items()},
        run.measured,
        run.retrained or None,
    )
    content = json.dumps(encode(found)).encode()
    about = nb.metadata.setdefault(METADATA, {})
    about.pop(_KEY, None)
    if len(content) <= _MAX_BYTES:
        packed = base64.b64encode(zlib.compress(content)).decode()
        about[_KEY] = {"content": packed}
        sign(nb, run.key)


def sign(nb: NotebookNode, key: bytes) -> None:
    """Signs what is kept with a notebook, with the key of its attempt."""
    kept = nb.metadata[METADATA][_KEY]
    kept["signature"] = _signature(kept["content"], key)


def _cell(nb: NotebookNode, index: int, outputs: list, run: Run) -> _Cell:
    exercise = checked_by(nb.cells[index], run.course)
    stop = run.stopped.get(index)
    return _Cell(
        _digest(nb.cells[index].source),
        json.dumps(outputs),
        run.challenge(exercise, index).secret.hex() if exercise in run.challenges else "",
        _Stop(str(stop), stop.kind) if stop else None,
        index in run.expected,
        _pickled(run.expected[index]) if index in run.expected else "",
    )


def restore(nb: NotebookNode, run: Run) -> None:
    """Takes an execution from a judged notebook: the outputs of its cells, and the rest in a `Run`.

    Args:
        nb: the notebook.
        run: with course, profile, rubric and isolation as they are now, and the attempt's key; the
            rest is filled in.

    Raises:
        NotKeptError: it has to run again.
    """
    found = _read(nb, run.key)
    if found.profile != run.profile.name:
        raise NotKeptError(f"it ran under the profile {found.profile}")
    now = found.code == versions.course_code(run.course)
    run.refused = found.refused
    run.isolation.unsafe = found.unsafe
    run.lost |= {name or None: Problem(s.says, s.kind) for name, s in found.lost.items()}
    run.failed |= {int(index): line for index, line in found.failed.items()}
    run.notes |= {name: list(notes) for name, notes in found.notes.items()}
    run.measured |= found.measured
    run.retrained |= found.retrained or {}
    for place, cell in found.cells.items():
        _restore_cell(nb, int(place), cell, run, now)
    asked = {checked_by(cell, run.course) for cell in nb.cells} - {None}
    if not asked <= run.challenges.keys():
        raise NotKeptError("other cells check its exercises now")


def _restore_cell(nb: NotebookNode, index: int, cell: _Cell, run: Run, now: bool) -> None:
    here = nb.cells[index] if index < len(nb.cells) else None
    name = checked_by(here, run.course) if here is not None else None
    if name is None or _digest(here.source) != cell.source:
        raise NotKeptError("the autograded notebook has been changed")
    here.outputs = [nbformat.from_dict(output) for output in json.loads(cell.outputs)]
    challenge = Challenge(bytes.fromhex(cell.challenge))
    if grade_id(here) == name:
        run.challenges[name] = challenge
    else:
        run.further.setdefault(name, {})[index] = challenge
    if cell.stopped:
        run.stopped[index] = Problem(cell.stopped.says, cell.stopped.kind)
    exercise = run.course.exercises[name]
    if isinstance(exercise, FileExercise):
        if name not in run.measured and not (cell.stopped or run.refused):
            raise NotKeptError("its files could not be measured")
    elif cell.read:
        try:
            reading.read(reading.find(here.outputs), exercise, challenge, run.profile)
        except reading.EvidenceError as error:
            raise NotKeptError(f"its evidence is of an older version of {name}") from error
        if now and cell.expected:
            run.expected[index] = pickle.loads(base64.b64decode(cell.expected))


def _read(nb: NotebookNode, key: bytes) -> _Kept:
    about = nb.metadata.get(METADATA, {}).get(_KEY)
    if about is None:
        raise NotKeptError("its evidence was not kept")
    try:
        packed = str(about["content"])
        if not hmac.compare_digest(about["signature"], _signature(packed, key)):
            raise NotKeptError("its evidence has been changed")
        found: _Kept = decode(_Kept, json.loads(zlib.decompress(base64.b64decode(packed))))
    except (TypeError, KeyError) as error:
        raise NotKeptError("its evidence has been changed") from error
    except FactsError as error:
        raise NotKeptError("its evidence is of an older version of the grader") from error
    return found


def _signature(packed: str, key: bytes) -> str:
    return hmac.digest(key, f"kept\0{packed}".encode(), "sha256").hex()


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()


def _pickled(expected: Any) -> str:
    try:
        return base64.b64encode(pickle.dumps(expected)).decode()
    except Exception:  # a course may return anything; it is made anew then
        return ""
