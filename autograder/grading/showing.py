"""Cells of the course that only show something: they need not run while grading.

An instructor tags them `show`. Where a student left one unchanged, and no other cell of the
notebook takes a name from it, running it would tell grading nothing. What it displayed when it was
handed in stays.
"""

import ast
import re
import symtable
from collections.abc import Iterator

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Configurable

from autograder.core import evidence
from autograder.grading.cells import METADATA, released_cells
from autograder.grading.inside.notebook import PICTURES

TAG = "show"
_ASIDE = "pictures"  # where the pictures of a submission are kept with its notebook
_MAX_ASIDE = 10  # of one cell
_WORD = re.compile(r"[^\W\d]\w*")
# What can take any name, also one that only a text holds.
_MAX_CODE = 20_000  # characters of a student's cell that are parsed: it may be made to take long
_INDIRECT = {"eval", "exec", "globals", "locals", "vars", "get_ipython"}


def released(preprocessor: Configurable, resources: ResourcesDict) -> frozenset[str]:
    """Returns the sources of the tagged cells of the notebook that nbgrader converts."""
    cells = released_cells(preprocessor, resources)
    return frozenset(cell.source.strip() for cell in cells if TAG in cell.metadata.get("tags", ()))


class KeepShown(NbGraderPreprocessor):
    """Clears all outputs that were handed in, but those of cells that only show something.

    Pictures of the other cells are kept aside, for feedback to show beside those made by grading.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Clears outputs in place."""
        shown, aside = released(self, resources), {}
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                cell.execution_count = None
                if drawn := _pictures(cell):
                    aside[str(index)] = drawn
                if cell.source.strip() not in shown:
                    cell.outputs = []
        if aside:
            nb.metadata.setdefault(METADATA, {})[_ASIDE] = aside
        return nb, resources


def handed_in(nb: NotebookNode) -> dict[int, list[tuple[str, str]]]:
    """Returns kind and data of the pictures that a submission came with, by the cell's index."""
    aside = nb.metadata.get(METADATA, {}).get(_ASIDE, {})
    return {int(index): [(kind, data) for kind, data in found] for index, found in aside.items()}


def _pictures(cell: NotebookNode) -> list[tuple[str, str]]:
    data = (output.get("data", {}) for output in cell.outputs)
    return [(kind, shown[kind]) for shown in data for kind in PICTURES if kind in shown][
        :_MAX_ASIDE
    ]


def not_needed(cells: list[NotebookNode], shown: frozenset[str]) -> dict[int, set[str]]:
    """Returns which cells need not run, by their indices, with the names that each one makes.

    Args:
        cells: of a submission.
        shown: what `released` returns.
    """
    found: dict[int, set[str]] = {}
    taken: set[str] = set()  # by cells below that run
    for index, cell in reversed(list(enumerate(cells))):
        if cell.cell_type != "code":
            continue
        made = _made(cell.source) if cell.source.strip() in shown else None
        if made is None or made & taken:
            taken |= _taken(cell.source)
        else:
            found[index] = made
    return found


def missed(cells: list[NotebookNode]) -> set[str]:
    """Returns the names that cells, and functions that were probed, did not find."""
    said = [
        line for cell in cells for output in cell.get("outputs", ()) for line in _errors(output)
    ]
    return {name for line in said for name in re.findall("'([^']+)'", line)}


def _errors(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "error" and output.ename == "NameError":
        yield str(output.evalue)
    content = output.get("data", {}).get(evidence.MIME)
    raised = content.get("raised") if isinstance(content, dict) else None
    if isinstance(raised, dict) and raised.get("type") == "NameError":
        yield str(raised.get("message"))


def _made(source: str) -> set[str] | None:
    """Returns the names that a cell makes; None where that cannot be told."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return None
    made: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            made.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.alias):
            made.add((node.asname or node.name).partition(".")[0])
    return made


def _taken(source: str) -> set[str]:
    """Returns the names that a cell may take from other cells."""
    words = set(_WORD.findall(source))
    if words & _INDIRECT or len(source) > _MAX_CODE:
        return words
    try:
        nodes = ast.walk(ast.parse(source))
        changed = {ast.unparse(node.target) for node in nodes if isinstance(node, ast.AugAssign)}
        return changed | set(_globals(symtable.symtable(source, "cell", "exec")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, or a mistake
        return words


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _globals(inner)
