"""What the cells of a notebook are to nbgrader and to a course."""

from nbformat import NotebookNode
from nbgrader import utils

from autograder.core.course import Course


def grade_id(cell: NotebookNode) -> str | None:
    """Returns a cell's grade id, None without one."""
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def is_graded_here(cell: NotebookNode, course: Course) -> bool:
    """Whether a cell is the test cell of one of the course's exercises."""
    return (
        cell.cell_type == "code"
        and utils.is_grade(cell)
        and not utils.is_solution(cell)
        and grade_id(cell) in course.exercises
    )
