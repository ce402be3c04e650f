"""What exercises are called in the texts of a notebook."""

import re
from collections.abc import Iterable

from nbformat import NotebookNode
from nbgrader import utils

from autograder.core.verdict import plain, shorten
from autograder.grading.cells import grade_id

_HEADING = re.compile(r"^#{1,4} +(.+?) *#*$", re.MULTILINE)
_EXERCISE = re.compile(r"\bexercise\b", re.IGNORECASE)
_MAX_TITLE = 100


def of(cells: Iterable[NotebookNode]) -> dict[str, str]:
    """Returns the titles of exercises, by the grade ids of the cells that are worth points.

    The title is the last heading above the cell that says "exercise", unless another cell has it
    already: then it is the last heading of all. What has no heading above it has no title.
    """
    found: dict[str, str] = {}
    last = exercise = ""
    for cell in cells:
        is_text = cell.cell_type == "markdown" and not utils.is_solution(cell)
        for heading in _HEADING.findall(cell.source[:10_000]) if is_text else ():
            text = " ".join(plain(re.sub(r"[`*_]", "", heading)).split())
            last = shorten(text, _MAX_TITLE)
            exercise = last if _EXERCISE.search(last) else exercise
        if utils.is_grade(cell) or utils.is_task(cell):
            found[grade_id(cell) or ""] = exercise or last
            exercise = ""
    return {name: title for name, title in found.items() if title}
