"""Repairs a submission's cells before it is executed."""

from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.cells import grade_id


class RepairNotebook(NbGraderPreprocessor):
    """Brings a submission's cells back in line with the released assignment.

    Students duplicate, delete, move and convert cells, and editors strip metadata. nbgrader alone
    then stops, for the whole class. Here the released metadata counts: extra copies become ordinary
    cells, missing test cells are restored after their solution, and the rest is graded.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Repairs one notebook in place."""
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(info["notebook"], info["assignment"])
            released = {cell.name: self._released(cell) for cell in notebook.source_cells}
            for cell in notebook.grade_cells:
                released[cell.name].metadata["nbgrader"] |= {
                    "grade": True,
                    "points": cell.max_score,
                }
            for cell in notebook.solution_cells:
                released[cell.name].metadata["nbgrader"]["solution"] = True
            for cell in notebook.task_cells:
                released[cell.name].metadata["nbgrader"] |= {"task": True, "points": cell.max_score}
        self._recognize(nb, released)
        self._drop_copies(nb)
        self._bring_back(nb, released)
        return nb, resources

    @staticmethod
    def _released(cell: Any) -> NotebookNode:
        new_cell = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        metadata = {
            "schema_version": 3,
            "grade": False,
            "solution": False,
            "task": False,
            "locked": cell.locked,
            "grade_id": cell.name,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
        }
        return new_cell(source=cell.source, metadata={"nbgrader": metadata})

    def _recognize(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Gives every cell of the assignment its released metadata, and removes all other."""
        by_source = {
            cell.source.strip(): name
            for name, cell in released.items()
            if cell.metadata["nbgrader"]["locked"]
        }
        for cell in nb.cells:
            name = grade_id(cell)
            if name not in released:
                had_metadata = "nbgrader" in cell.metadata
                cell.metadata.pop("nbgrader", None)
                name = by_source.get(str(cell.source).strip())
                if name is None:
                    if had_metadata:
                        self.log.warning("A cell of another assignment is not graded")
                    continue
                self.log.warning("Test cell %r had lost its metadata: restored", name)
            cell.metadata["nbgrader"] = dict(released[name].metadata["nbgrader"])

    def _drop_copies(self, nb: NotebookNode) -> None:
        """Keeps the last cell of each grade id, as Python keeps the last definition."""
        seen = set()
        for cell in reversed(nb.cells):
            name = grade_id(cell)
            if name in seen:
                self.log.warning("Cell %r exists several times: the last one is graded", name)
                cell.metadata.pop("nbgrader")
            elif name is not None:
                seen.add(name)

    def _bring_back(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Puts each test cell after its solution, and restores missing ones."""
        for name, cell in released.items():
            if not cell.metadata["nbgrader"]["grade"]:
                continue
            names = [grade_id(other) for other in nb.cells]
            solution = f"{name}_solution"
            after = names.index(solution) + 1 if solution in names else len(names)
            if name not in names:
                self.log.warning("Test cell %r was missing: restored", name)
                nb.cells.insert(after, cell)
            elif solution in names and names.index(name) < after:
                self.log.warning("Test cell %r stood before its solution: moved after it", name)
                nb.cells.insert(after, nb.cells[names.index(name)])
                nb.cells.pop(names.index(name))
