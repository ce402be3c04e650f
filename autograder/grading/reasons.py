"""Reasons that only a whole notebook gives: why a function is not there, or misses a name.

A cell goes on after a line that failed. What a later one then misses often comes from there, so
these reasons name the first line that failed.
"""

import platform

from nbformat import NotebookNode
from nbgrader import utils

from autograder.core.check import raised_finding
from autograder.core.facts import Failure
from autograder.core.rubric import Finding, fails
from autograder.grading.cells import grade_id, is_graded_here
from autograder.grading.reading import has_evidence
from autograder.grading.run import FailedLine, Run

_SYNTAX = ("SyntaxError", "IndentationError", "TabError")
_MODULE = ("ModuleNotFoundError",)


def no_evidence(name: str, cell: NotebookNode, nb: NotebookNode, run: Run) -> Finding:
    """Returns the finding on an exercise of which there is no evidence.

    Args:
        name: the exercise.
        cell: the cell that checks it.
        nb: the executed notebook.
        run: how it was executed.
    """
    if _is_of_another_assignment(nb, run):
        return fails(None, "other_notebook", exercise=name)
    before = _failed_before(cell, nb, run)
    solution = f"{name}_solution"
    above = next((line for i, line in before.items() if grade_id(nb.cells[i]) == solution), None)
    first = next(iter(before.values()), None)
    because = "".join(
        f" Running it stopped with {output.ename}: {output.evalue}."
        for output in cell.outputs
        if output.output_type == "error"
    )
    if above and above != first:
        because += f" The cell above it failed at {_told(above)}."
    if first:
        because += f" The first to fail was {_told(first)}."
    message = "no_evidence"
    for kind, types in (("syntax", _SYNTAX), ("module", _MODULE)):
        if (above or first) and (above or first).type in types:
            message = f"no_evidence_{kind}"
    return fails(None, message, exercise=name, because=because, python=_python())


def raised(failure: Failure, name: str, cell: NotebookNode, nb: NotebookNode, run: Run) -> Finding:
    """Returns the finding on a function that raised an exception.

    Args:
        failure: the exception.
        name: the exercise.
        cell: the cell that checks it.
        nb: the executed notebook.
        run: how it was executed.
    """
    finding = raised_finding(failure, name)
    if failure.by_check:
        return finding
    first = next(iter(_failed_before(cell, nb, run).values()), None)
    if failure.type in _MODULE:
        return fails(None, "raised_module", **finding.values, python=_python())
    if failure.type == "NameError" and first:
        return fails(None, "raised_name", **finding.values, first=_told(first))
    return finding


def _failed_before(cell: NotebookNode, nb: NotebookNode, run: Run) -> dict[int, FailedLine]:
    """Returns the failed lines above a test cell, in the notebook's order."""
    place = next(i for i, other in enumerate(nb.cells) if other is cell)
    return {i: line for i, line in sorted(run.failed.items()) if i < place}


def _told(failed: FailedLine) -> str:
    where = f"{failed.line} of cell {failed.cell}" if failed.line else f"cell {failed.cell}"
    return f"{where} ({failed.type}: {failed.message})"


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def _is_of_another_assignment(nb: NotebookNode, run: Run) -> bool:
    """Whether nothing but restored test cells belongs to this assignment."""
    tests = [cell for cell in nb.cells if is_graded_here(cell, run.course)]
    definitions = [f"def {grade_id(cell)}" for cell in tests]
    known = any(
        (grade_id(cell) and not utils.is_grade(cell)) or any(d in cell.source for d in definitions)
        for cell in nb.cells
    )
    return not known and not any(has_evidence(cell.outputs) for cell in tests)
