"""The role of a notebook's cells for nbgrader and for a course, and the verdicts on them.

Besides its test cell, further cells of a submission may check an exercise: copies of the test cell,
and calls that the student typed. A verdict stands in its test cell's metadata, under its own MIME
type: nbgrader takes an error, or text alone, for a score, and neither of these outputs can hold
anything else; another output would be an empty box on every page. A student's cells keep no
metadata when they are taken in.
"""

from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Configurable

from autograder.core import verdict as verdicts
from autograder.core.course import Course
from autograder.core.verdict import Verdict

METADATA = "autograder"  # where grading keeps what it knows of a notebook or a cell
SECONDS = "seconds"  # in it: how long a notebook ran


def grade_id(cell: NotebookNode) -> str | None:
    """Returns a cell's grade id, None without one."""
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def compared(source: str) -> str:
    """Returns a cell's source as it is compared with another: editors change white space."""
    return " ".join(source.split())


def is_graded_here(cell: NotebookNode, course: Course) -> bool:
    """Whether a cell is the test cell of one of the course's exercises."""
    return (
        cell.cell_type == "code"
        and utils.is_grade(cell)
        and not utils.is_solution(cell)
        and grade_id(cell) in course.exercises
    )


def released_cells(preprocessor: Configurable, resources: ResourcesDict) -> list[NotebookNode]:
    """Returns the cells of the notebook that nbgrader converts, as it was released.

    Returns:
        The cells; none where the released notebook is not there or cannot be read.
    """
    info, folders = resources["nbgrader"], CourseDirectory(config=preprocessor.config)
    file = f"{info['assignment']}/{info['notebook']}.ipynb"
    path = Path(folders.format_path(folders.release_directory, ".", file))
    try:
        cells: list[NotebookNode] = nbformat.read(path, as_version=4).cells
    except (OSError, ValueError):
        return []
    return cells


def check_again(cell: NotebookNode, exercise: str) -> None:
    """Makes an ordinary cell one that checks an exercise, besides its test cell."""
    cell.metadata.pop("nbgrader", None)
    cell.metadata[METADATA] = {"checks": exercise}


def checked_by(cell: NotebookNode, course: Course) -> str | None:
    """Returns the exercise that a cell checks, None if it checks none."""
    if is_graded_here(cell, course):
        return grade_id(cell)
    name: str | None = cell.metadata.get(METADATA, {}).get("checks")
    return name if name in course.exercises else None


def notes(notebook: NotebookNode) -> dict[str, list[str]]:
    """Returns what was noted of a submission before it ran, by exercise."""
    found: dict[str, list[str]] = notebook.metadata.get(METADATA, {}).get("notes", {})
    return found


def note(notebook: NotebookNode, exercise: str, text: str) -> None:
    """Notes something for the verdict on an exercise."""
    kept = notebook.metadata.setdefault(METADATA, {}).setdefault("notes", {})
    kept.setdefault(exercise, []).append(text)


def store(cell: NotebookNode, verdict: Verdict) -> None:
    """Stores a verdict with its test cell."""
    cell.metadata[verdicts.MIME] = verdicts.to_json(verdict)


def stored(cell: NotebookNode) -> Verdict | None:
    """Returns the verdict that is stored with a cell, None where there is none.

    Raises:
        VerdictError: what is stored there is no verdict on this cell.
    """
    if verdicts.MIME not in cell.metadata:
        return None
    verdict = verdicts.from_json(cell.metadata[verdicts.MIME])
    if verdict.exercise != grade_id(cell):
        raise verdicts.VerdictError(f"it is a verdict on {verdict.exercise!r}")
    return verdict
