"""What the cells of a notebook are to nbgrader and to this course."""

from nbformat import NotebookNode
from nbgrader import utils

from rps_course import exercises
from rps_course.exercises import trained


def grade_id(cell: NotebookNode) -> str | None:
    """Returns a cell's grade id, None without one."""
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def is_graded_here(cell: NotebookNode) -> bool:
    """Whether a cell is the test cell of one of this course's exercises."""
    return (
        cell.cell_type == "code"
        and utils.is_grade(cell)
        and not utils.is_solution(cell)
        and (grade_id(cell) in exercises.registry() or grade_id(cell) == trained.NAME)
    )
