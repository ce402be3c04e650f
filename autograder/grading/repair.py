"""Repairs a submission's cells before it is executed."""

import json
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import statements
from autograder.grading.cells import (
    METADATA,
    check_again,
    compared,
    grade_id,
    note,
    released_cells,
)
from autograder.grading.staging import is_whole

MAX_FURTHER = 2  # copies of a test cell that are probed too: the last ones
BLANK = "blank"  # whether what was handed in holds no text but what was released
_ADDED = "Lines that were added to the locked cell ran in a cell of their own."


class RepairNotebook(NbGraderPreprocessor):
    """Brings a submission's cells back in line with the released assignment.

    Students duplicate, delete, move and convert cells, and editors strip metadata. nbgrader alone
    then stops, for the whole class. Here the released metadata counts, and one cell for each grade
    id. Whatever the student's notebook calls a check is kept where it stands: what it finds there
    counts, as it did for the student (`check_again`).
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Repairs one notebook in place."""
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            released = _released(gradebook.find_notebook(info["notebook"], info["assignment"]))
        texts = {_text(cell) for cell in released_cells(self, resources)}
        if not texts:
            self.log.warning("There is no released notebook: written answers wait for a person")
        nb.metadata.setdefault(METADATA, {})[BLANK] = is_whole(nb) and _is_blank(nb, texts)
        self._recognize(nb, released)
        self._separate_checks(nb, released)
        self._choose(nb, released)
        self._add_missing(nb, released)
        return nb, resources

    def _recognize(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Gives every cell of the assignment its released metadata, and removes all other."""
        by_source = {
            compared(cell.source): name for name, cell in released.items() if _is_locked(cell)
        }
        for cell in nb.cells:
            name = grade_id(cell)
            if name not in released:
                if cell.metadata.pop("nbgrader", None):
                    self.log.warning("A cell of another assignment is not graded")
                name = by_source.get(compared(cell.source))
                if name is None:
                    continue
                self.log.warning("Cell %r had lost its metadata: restored", name)
            cell.metadata["nbgrader"] = dict(released[name].metadata["nbgrader"])

    def _separate_checks(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Gives each call of a check a cell of its own, and what was added to locked cells too."""
        calls = {
            statements.only(cell.source): name for name, cell in released.items() if _is_check(cell)
        }
        calls.pop((), None)
        cells = []
        for cell in nb.cells:
            original = released.get(grade_id(cell) or "")
            if original is not None and _is_locked(original):
                cells += self._locked(nb, cell, released, calls)
            elif cell.cell_type == "code":
                cells += _cut(cell, released, calls)
            else:
                cells.append(cell)
        nb.cells = cells

    def _locked(
        self, nb: NotebookNode, cell: NotebookNode, released: dict[str, NotebookNode], calls: dict
    ) -> list[NotebookNode]:
        """Returns a locked cell as it was released, and what was added to it as ordinary cells."""
        name = grade_id(cell)
        original = released[name]
        if compared(cell.source) in ("", compared(original.source)):
            return [_copy(original)]
        cell.metadata.pop("nbgrader")
        cells = _cut(cell, released, calls) if cell.cell_type == "code" else [cell]
        if any(grade_id(other) is None for other in cells):
            self.log.warning("Cell %r had been added to: the lines run before it", name)
            note(nb, name, _ADDED)
        there = any(grade_id(other) == name for other in cells)
        return cells if there else [*cells, _copy(original)]

    def _choose(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Keeps one cell of each grade id: of answers the last that has been worked on."""
        for name, original in released.items():
            same = [cell for cell in nb.cells if grade_id(cell) == name]
            worked_on = [
                cell for cell in same if compared(cell.source) != compared(original.source)
            ]
            chosen = same[:1] if _is_check(original) else (worked_on or same)[-1:]
            others = [cell for cell in same if cell is not chosen[0]]
            for cell in others:
                cell.metadata.pop("nbgrader")
            if others:
                self.log.warning("Cell %r exists several times: one of them is graded", name)
            for cell in others[-MAX_FURTHER:] if _is_check(original) else []:
                check_again(cell, name)

    def _add_missing(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Lets every solution be checked after it, and restores what is graded."""
        for name, original in released.items():
            if not original.metadata["nbgrader"]["grade"]:
                continue
            names = [grade_id(cell) for cell in nb.cells]
            solution = f"{name}_solution"
            after = names.index(solution) + 1 if solution in names else len(names)
            if name not in names:
                self.log.warning("Cell %r was missing: restored", name)
                nb.cells.insert(after, _copy(original))
            elif solution not in names or any(_checks(cell, name) for cell in nb.cells[after:]):
                continue
            else:
                self.log.warning("Cell %r stood before its solution: checked after it too", name)
                nb.cells.insert(after, _further(original))
            if _is_check(original) and any(c.cell_type == "code" for c in nb.cells[after + 1 :]):
                nb.cells.append(_further(original))  # the answer may be further down


def _released(notebook: Any) -> dict[str, NotebookNode]:
    """Returns the cells of a notebook of the gradebook, as they were released, by grade id."""
    released = {cell.name: _as_released(cell) for cell in notebook.source_cells}
    for cell in notebook.grade_cells:
        released[cell.name].metadata["nbgrader"] |= {"grade": True, "points": cell.max_score}
    for cell in notebook.solution_cells:
        released[cell.name].metadata["nbgrader"]["solution"] = True
    for cell in notebook.task_cells:
        released[cell.name].metadata["nbgrader"] |= {"task": True, "points": cell.max_score}
    return released


def _as_released(cell: Any) -> NotebookNode:
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


def _copy(original: NotebookNode) -> NotebookNode:
    """Returns a new cell that is as it was released."""
    new_cell = new_code_cell if original.cell_type == "code" else new_markdown_cell
    return new_cell(original.source, metadata={"nbgrader": dict(original.metadata["nbgrader"])})


def _further(original: NotebookNode) -> NotebookNode:
    """Returns a further cell that checks an exercise."""
    cell = new_code_cell(original.source)
    check_again(cell, original.metadata["nbgrader"]["grade_id"])
    return cell


def _cut(cell: NotebookNode, released: dict[str, NotebookNode], calls: dict) -> list[NotebookNode]:
    """Cuts a code cell where it calls checks; its first piece of other code stays the cell."""
    pieces = statements.cut(cell.source, calls)
    if not any(name for name, _ in pieces):
        return [cell]
    cells, left = [], [cell]
    for name, text in pieces:
        if name is not None:
            cells.append(_copy(released[name]))
        else:
            cells.append(left.pop() if left else new_code_cell())
            cells[-1].source = text
    return cells


def _is_locked(cell: NotebookNode) -> bool:
    return bool(cell.metadata["nbgrader"]["locked"])


def _is_check(cell: NotebookNode) -> bool:
    """Whether a released cell is a test cell with code."""
    about = cell.metadata["nbgrader"]
    return cell.cell_type == "code" and about["grade"] and not about["solution"]


def _checks(cell: NotebookNode, name: str) -> bool:
    """Whether a cell checks an exercise."""
    return name in (grade_id(cell), cell.metadata.get(METADATA, {}).get("checks"))


def _text(cell: NotebookNode) -> tuple[str, str]:
    """Returns what a cell says, with its attachments: an answer may be a picture."""
    return compared(cell.source), json.dumps(cell.get("attachments") or {}, sort_keys=True)


def _is_blank(nb: NotebookNode, released: set[tuple[str, str]]) -> bool:
    """Whether there are texts, and each is a released one, so that no answer can be among them."""
    texts = [
        cell
        for cell in nb.cells
        if cell.source.strip() and (cell.cell_type != "code" or statements.is_prose(cell.source))
    ]
    return bool(texts) and all(_text(cell) in released for cell in texts)
