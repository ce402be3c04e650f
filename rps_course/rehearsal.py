"""Runs a notebook from top to bottom, as a student does before handing it in."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from rich.console import Console
from tqdm import tqdm

from autograder.core import cell_errors, check, display, running
from autograder.core.exercise import FileExercise
from rps_course.course import COURSE

_STYLES = {"  [ok] ": "green", "  [-": "red"}  # by how a line of a verdict begins
_CALL = re.compile(r"^check\.(\w+)\(", re.MULTILINE)
# What is copied of what lies beside the notebook; a grader copies no more either.
_MAX_FILES, _MAX_BYTES, _MAX_DEPTH = 500, 200_000_000, 4

# Run after the last cell: what the checks found, as data.
_SUM = """\
import json
from autograder.core import check
found = check.latest.items()
print(json.dumps({n: [v.score, v.points, [r.says for r in v.reasons]] for n, v in found}))
"""


class _Client(running.ForCommands, NotebookClient):
    """Runs a student's notebook."""


class NotebookError(ValueError):
    """The file cannot be run; the message says why."""


@dataclass(frozen=True)
class Check:
    """What became of a cell that checks an exercise.

    Attributes:
        exercise: its grade id.
        passed: whether it gave full points.
        score: points that the exercise's last check gave, 0 if none ran; None if nobody knows.
        points: points that could be earned.
        reasons: why the last check did not give all of them, as far as is known.
    """

    exercise: str
    passed: bool
    score: float | None
    points: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """What came of running a notebook.

    Attributes:
        told: what its checks say, and which cells failed, for people.
        checks: the checks in it.
        by_person: points of answers that a person grades.
        failed: numbers of the cells that raised an error or were cut short, from 1.
    """

    told: tuple[str, ...]
    checks: tuple[Check, ...]
    by_person: float
    failed: tuple[int, ...]

    @property
    def is_full(self) -> bool:
        """Whether every check gave full points."""
        return all(check.passed for check in self.checks)

    @property
    def score(self) -> float | None:
        """Points that the checks gave together; None if nobody knows."""
        scores = {check.exercise: check.score for check in self.checks}
        return None if None in scores.values() else sum(scores.values())

    @property
    def points(self) -> float:
        """Points that the checks can give together."""
        return sum({check.exercise: check.points for check in self.checks}.values())

    def tell(self) -> None:
        """Prints it."""
        console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        for line in "\n".join(self.told).split("\n"):
            style = next((s for start, s in _STYLES.items() if line.startswith(start)), None)
            console.print(line, style=style)
        passed = sum(check.passed for check in self.checks)
        said = f"{passed} of {len(self.checks)} checks gave full points."
        if self.score is not None:
            said = f"{self.score:g} of {self.points:g} points: {said}"
        if self.by_person:
            said += f" A person gives up to {self.by_person:g} more."
        console.print(said, style="green" if self.is_full else "red")


def rehearse(path: Path, seconds: int) -> Rehearsal:
    """Runs a notebook in a copy of its folder.

    Args:
        path: the notebook file; neither it nor any other file is changed.
        seconds: how long a cell may take.

    Returns:
        What came of it.

    Raises:
        NotebookError: the file is no notebook, it has no check, or there is no kernel.
    """
    notebook = read(path)
    names = [name for cell in notebook.cells for name in _checks(cell)]
    if not names:
        raise NotebookError(f"{path} has no check, such as `check.top_k(top_k)`.")
    whole = len(notebook.cells)
    notebook.cells.append(new_code_cell(_SUM))
    with tempfile.TemporaryDirectory(prefix="rps-check-") as folder:
        left_out = _copy(path.parent, Path(folder))
        try:
            count = min(_run(notebook, Path(folder), seconds), whole)
        except NoSuchKernel as error:
            raise NotebookError(
                "There is no Jupyter kernel to run a notebook in. Install one: `pip install "
                "ipykernel`."
            ) from error
    ran = notebook.cells[:count]
    told = [line for number, cell in enumerate(ran, 1) for line in _told(cell, number)]
    if count < whole:
        told.append(f"Cell {count + 1} ended the kernel: it and the cells after it gave nothing.")
    if left_out:
        more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
        told.append(f"The notebook ran without {left_out[0]}{more}: too large or too many files.")
    passed = [_error(cell) is None for cell in ran for _ in _checks(cell)]
    found = _sum(notebook.cells[-1]) if count == whole else None
    rubric = COURSE.load_rubric(check.released_rubric(path.parent))
    checks = []
    for name, full in zip_longest(names, passed, fillvalue=False):
        points = float(rubric[name]["points"]) if name in COURSE.exercises else 0.0
        if found is None:
            checks.append(Check(name, full, None, points))
        else:
            checks.append(Check(name, full, *found.get(name, (0.0, points, ()))))
    for name in _unchecked(notebook, names):
        told.append(
            f"No cell checks `{name}`: it was deleted or changed. The grader puts it back. To see "
            f"what it finds, add a cell that calls `check.{name}`."
        )
        checks.append(Check(name, False, 0.0, float(rubric[name]["points"]), (told[-1],)))
    failed = tuple(number for number, cell in enumerate(ran, 1) if _error(cell) is not None)
    return Rehearsal(tuple(told), tuple(checks), _by_person(notebook), failed)


def _sum(cell: NotebookNode) -> dict[str, tuple[float, float, tuple[str, ...]]] | None:
    """Returns score, points and reasons of each check that ran.

    None if a notebook keeps them from us.
    """
    try:
        said = json.loads("".join(_printed(cell)))
        return {
            name: (float(score), float(points), tuple(map(str, reasons)))
            for name, (score, points, reasons) in said.items()
        }
    except (ValueError, TypeError, AttributeError):
        return None


def _unchecked(notebook: NotebookNode, checked: list[str]) -> list[str]:
    """Returns the exercises that a notebook has a cell for and does not check.

    Of the files that its problem set asks for, only the check is a cell.
    """
    ids = [about.get("grade_id") for about in _graded(notebook)]
    answered = [e for e in COURSE.exercises.values() if f"{e.name}_solution" in ids]
    assignments = {exercise.assignment for exercise in answered}
    return [
        exercise.name
        for exercise in COURSE.exercises.values()
        if exercise.name not in checked
        and (
            exercise in answered
            or (isinstance(exercise, FileExercise) and exercise.assignment in assignments)
        )
    ]


def _graded(notebook: NotebookNode) -> list[dict]:
    """Returns what nbgrader knows of cells, as far as a student's notebook still says it."""
    found = (cell.metadata.get("nbgrader") for cell in notebook.cells)
    return [about for about in found if isinstance(about, dict)]


def _by_person(notebook: NotebookNode) -> float:
    answers = [about for about in _graded(notebook) if about.get("solution")]
    points = (about.get("points") for about in answers)  # whatever a student's notebook says
    return sum(number for number in points if isinstance(number, int | float))


def read(path: Path) -> NotebookNode:
    """Reads a notebook.

    Raises:
        NotebookError: there is none, or the file is none.
        OSError: it may not be read.
    """
    if not path.is_file():
        raise NotebookError(f"There is no file {path}.")
    content = path.read_bytes()
    try:  # in the encodings that the grader reads
        text = content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
        found = json.loads(text)
    except UnicodeDecodeError as error:
        raise NotebookError(f"{path} is no notebook: it is not text.") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise NotebookError(f"{path} is no notebook: it is not JSON.") from error
    if not isinstance(found, dict):
        raise NotebookError(f"{path} is no notebook: it has no cells.")
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:  # of many kinds
        raise NotebookError(f"{path} is no notebook: {type(error).__name__}: {error}") from error


def _copy(folder: Path, target: Path) -> list[Path]:
    """Copies what lies in a notebook's folder, the nearest first; returns what is too much."""
    files, size, left_out = 0, 0, []
    for path in sorted(_files(folder), key=lambda path: (len(path.parts), path)):
        own = (folder / path).stat().st_size
        if files == _MAX_FILES or size + own > _MAX_BYTES:
            left_out.append(path)
            continue
        files, size = files + 1, size + own
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / path, target / path)
    return left_out


def _files(folder: Path) -> Iterator[Path]:
    """Yields the files of a folder and of folders in it, relative to it.

    Hidden folders and virtual environments are left out.
    """
    for here, folders, names in os.walk(folder):
        place = Path(here).relative_to(folder)
        if "pyvenv.cfg" in names or len(place.parts) == _MAX_DEPTH:
            folders.clear()
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (place / name for name in names if (folder / place / name).is_file())


def _run(notebook: NotebookNode, folder: Path, seconds: int) -> int:
    """Runs the cells; returns how many, which are not all where one of them ends its kernel."""
    last = 0
    with tqdm(total=len(notebook.cells), unit="cell", leave=False, disable=None) as bar:

        def started(cell: NotebookNode, cell_index: int) -> None:
            nonlocal last
            last = cell_index
            bar.update(cell_index - bar.n)

        client = _Client(notebook, folder, seconds, allow_errors=True, on_cell_start=started)
        try:
            client.execute()
        except DeadKernelError:
            return last
    return len(notebook.cells)


def _checks(cell: NotebookNode) -> list[str]:
    return _CALL.findall(cell.source) if cell.cell_type == "code" else []


def _error(cell: NotebookNode) -> NotebookNode | None:
    errors = (o for o in cell.get("outputs", ()) if o.output_type == "error")
    return next(errors, None)


def _told(cell: NotebookNode, number: int) -> Iterator[str]:
    """Yields what a person should know of an executed cell."""
    error = _error(cell)
    if error is not None and error.ename == "KeyboardInterrupt":
        yield f"Cell {number} was cut short: it took too long (--timeout)."
    elif error is not None and error.ename == "CheckFailed":
        yield _without_total("".join([*_printed(cell), error.evalue]))
    elif error is not None:
        said = cell_errors.message(error.evalue, cell.source)
        yield f"Cell {number} failed: {error.ename}: {said}"
    elif _checks(cell):
        shown = [o.data["text/plain"] for o in cell.outputs if "text/plain" in o.get("data", ())]
        yield _without_total("".join([*_printed(cell), *shown]).rstrip())


def _without_total(said: str) -> str:
    """Returns what a check says, without the running total of the notebook at its end."""
    before, _, last = said.rpartition("\n")
    return before if display.TOTAL in last else said


def _printed(cell: NotebookNode) -> list[str]:
    return [output.text for output in cell.outputs if output.output_type == "stream"]
