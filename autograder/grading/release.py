"""What a released notebook says of the rubric, and the rubric that is released with it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core.check import RUBRIC
from autograder.core.course import CourseError
from autograder.core.rubric import RubricError
from autograder.grading.cells import grade_id, is_graded_here
from autograder.grading.machine import Grading

_ROW = re.compile(r"^\|(?:[^|\n]*\|)? *`(\w+)` *\| *([\d.]+) *\|", re.MULTILINE)


class ReleaseRubric(NbGraderPreprocessor):
    """Puts the class's own rubric beside a released notebook, and compares points with it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.grading = Grading(parent=self)
        try:
            self.course, self.rubric = self.grading.load(), self.grading.load_rubric()
        except (CourseError, RubricError) as error:
            self.log.critical("Not released: %s", error)
            raise NbGraderException(str(error)) from error

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Looks at one notebook of `nbgrader generate_assignment`."""
        course, rubric = self.course, self.rubric
        cells = {grade_id(cell): cell for cell in nb.cells if is_graded_here(cell, course)}
        for name, cell in cells.items():
            points = rubric[name]["points"]
            received = cell.metadata["nbgrader"]["points"]
            if received != points:
                self.log.warning(
                    "The test cell %r has %g points, the rubric of the exercise %g: the gradebook "
                    "has those of the cell, and the self-check says those of the rubric.",
                    name, received, points,
                )  # fmt: skip
        for name, received in _told(nb):
            if name in cells and received != cells[name].metadata["nbgrader"]["points"]:
                self.log.warning(
                    "A text of the notebook says that %r has %g points, but its test cell has %g.",
                    name, received, cells[name].metadata["nbgrader"]["points"],
                )  # fmt: skip
        for name in cells if self.grading.rubric else ():
            path = Path(self.grading.rubric) / f"{name}.toml"
            if path.is_file():
                outputs = resources.setdefault("outputs", {})
                outputs[f"{RUBRIC}/{path.name}"] = path.read_bytes()
        return nb, resources


def _told(nb: NotebookNode) -> Iterator[tuple[str, float]]:
    """Yields exercises and points that tables in the texts list."""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for name, points in _ROW.findall(cell.source):
                yield name, float(points)
