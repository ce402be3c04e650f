"""Formgrader shows the model answer and its marking scheme below each answer that a person grades.

Both stand in the source of the assignment, in the answer's own cell: the scheme between
`### BEGIN MARK SCHEME` and `### END MARK SCHEME`. Neither is released, nor stored in a submission,
nor shown in feedback.
"""

import re
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import is_grade, is_solution

from autograder.core import verdict as verdicts
from autograder.grading.cells import grade_id

_SCHEME = re.compile(r"\n*^### BEGIN MARK SCHEME\n(.*?)\n### END MARK SCHEME$", re.S | re.M)
_MARK = re.compile(r"[ \t]*###? *(?:BEGIN|END) SOLUTION[ \t]*")


def without_scheme(source: str) -> str:
    """Returns the source of a cell without its marking scheme."""
    return _SCHEME.sub("", source)


def solved(source: str) -> str:
    """Returns the source of a solution's cell as a student would hand it in: without its marks."""
    lines = without_scheme(source).split("\n")
    return "\n".join(line for line in lines if not _MARK.fullmatch(line))


class ShowModelAnswers(Preprocessor):
    """Adds model answers to the page of a submission in formgrader."""

    enabled = True

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Adds a text cell after each answer that a person grades, where there is a source."""
        if "submission_id" not in resources:  # not a page of formgrader
            return nb, resources
        folders = CourseDirectory(parent=self)
        folder = folders.format_path(folders.source_directory, ".", resources["assignment_id"])
        path = Path(folder) / f"{resources['notebook_id']}.ipynb"
        answers = _answers(path) if path.is_file() else {}
        cells = []
        for cell in nb.cells:
            if verdicts.MIME in cell.metadata:  # the score alone is for nbgrader, as it graded
                cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result"]
            cells.append(cell)
            if grade_id(cell) in answers:
                cells.append(new_markdown_cell(answers[grade_id(cell)]))
        nb.cells = cells
        return nb, resources


def _answers(path: Path) -> dict[str, str]:
    """Returns what is shown below answers, by grade id."""
    shown = {}
    for cell in nbformat.read(path, as_version=4).cells:
        name = grade_id(cell)
        if name and cell.cell_type == "markdown" and is_grade(cell) and is_solution(cell):
            scheme = _SCHEME.search(cell.source)
            parts = ["**Model answer** (students do not see it)", without_scheme(cell.source)]
            if scheme:
                parts += ["**Points**", scheme[1]]
            shown[name] = "\n\n".join(parts)
    return shown
