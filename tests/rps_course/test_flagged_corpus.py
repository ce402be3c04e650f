"""What is flagged of the course's own corpus, notebooks and library."""

import ast
import inspect
import pkgutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.grading import flagging
from rps_course.course import COURSE

ROOT = Path(__file__).parents[2]
ACCEPTED = sorted(ROOT.glob("corpus/ps*/*/accept/*.py"))
# One line each, which everybody would write.
TOO_SHORT = {"rps_course.training.compile_head", "rps_course.training.compile_fine_tune"}


def flags(assignment, cells):
    """What is said of cells of an assignment."""
    released = nbformat.read(ROOT / f"assignments/{assignment}/{assignment}.ipynb", as_version=4)
    found = flagging.find(cells, released.cells, {}, COURSE, assignment)
    return [flag.says for flag in found]


def test_no_right_answer_of_the_corpus_is_flagged():
    said = {
        str(path.relative_to(ROOT / "corpus")): flags(
            path.parents[2].name, [new_code_cell(path.read_text())]
        )
        for path in ACCEPTED
    }
    assert len(said) > 150
    assert {name: found for name, found in said.items() if found} == {}


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_the_courses_own_notebooks_are_not_flagged(assignment):
    for folder in ("solutions", "assignments"):
        path = ROOT / f"{folder}/{assignment}/{assignment}.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        # As if a student had changed every one of them.
        assert list(flagging.find(cells, [], {}, COURSE, assignment)) == []


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_copies_of_the_librarys_answers_are_flagged(assignment):
    unnoticed = [
        address
        for address in COURSE.answers[assignment]
        if f"Cell 1 is nearly the course's own `{address}`."
        not in flags(assignment, [copied(address)])
    ]
    assert set(unnoticed) <= TOO_SHORT


def copied(address):
    """A function of the library as somebody hands it in who does not want it to be seen."""
    source = ast.unparse(ast.parse(inspect.getsource(pkgutil.resolve_name(address))))
    return new_code_cell(source.replace("profile", "settings").replace("model", "net"))
