"""Cells that only show something: left out while grading, unless something needs them."""

import nbformat
import pytest
import sandbox
import toy_class
from nbformat.v4 import new_code_cell, new_output
from nbgrader_course import nbgrader

from autograder.grading import results, showing

SHOWS = 'factor = 2\nprint("shown", factor)'
CALLS_IT = "def double(x):\n    return factor * x"
HIDES_IT = 'def double(x):\n    exec("global y; y = fac" + "tor")\n    return y * x'
# By student: the showing cell, and the answer to `double`.
CLASS = {
    "unchanged": (SHOWS, "def double(x):\n    return 2 * x"),
    "changed": (f"{SHOWS}\nprint('and more')", "def double(x):\n    return 2 * x"),
    "used": (SHOWS, CALLS_IT),
    "used_out_of_sight": (SHOWS, HIDES_IT),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    sandbox.require()
    root = toy_class.make(tmp_path_factory.mktemp("showing"))
    path = root / "assignments/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(2, new_code_cell(SHOWS, metadata={"tags": [showing.TAG]}))
    path.chmod(0o644)
    nbformat.write(notebook, path)
    for student, (shows, answer) in CLASS.items():
        notebook = toy_class.solved(double=answer)
        home = [new_output("stream", text="seen at home\n")]
        notebook.cells.insert(2, new_code_cell(shows, outputs=home))
        toy_class.hand_in(root, student, notebook)
    nbgrader(root, "autograde", "toy1", "--force")
    return root


def displayed(course, student):
    notebook = nbformat.read(course / f"autograded/{student}/toy1/toy1.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.source.startswith(SHOWS))
    return "".join(
        o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in cell.outputs
    )


@pytest.mark.parametrize("student", CLASS)
def test_everybody_has_full_points(course, student):
    found = results.collect(f"sqlite:///{course}/gradebook.db", course / "autograded", "toy1")
    scores = {r.exercise: r.score for r in found if r.student == student}
    assert scores == toy_class.POINTS


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("unchanged", "seen at home\n"),
        ("changed", "shown 2\nand more\n"),
        ("used", "shown 2\n"),
        ("used_out_of_sight", "shown 2\n"),
    ],
)
def test_a_showing_cell_runs_only_where_it_is_needed(course, student, says):
    assert displayed(course, student) == says


@pytest.mark.parametrize(
    ("below", "left_out"),
    [
        ("print(1)", True),
        ("def f(factor): return factor", True),
        ("class C:\n    factor = 1", True),
        ("print([factor for factor in range(3)])", True),
        ("def f(): return factor", False),
        ("f = lambda: [factor for _ in 'ab']", False),
        ("factor += 1", False),
        ("def f():\n    global factor\n    factor += 1", False),
        ("print(eval('factor'))", False),
        ("%time print(factor)", False),
        ("def (: factor", False),
    ],
)
def test_a_name_that_another_cell_takes_is_seen(below, left_out):
    cells = [new_code_cell(SHOWS), new_code_cell(below)]
    assert (0 in showing.not_needed(cells, frozenset({SHOWS}))) is left_out


def test_showing_cells_that_need_each_other_are_left_out_together():
    cells = [new_code_cell("a = 1"), new_code_cell("print(a)"), new_code_cell("b = 2")]
    assert set(showing.not_needed(cells, frozenset({"a = 1", "print(a)"}))) == {0, 1}
    cells.append(new_code_cell("print(a)  # mine"))
    assert set(showing.not_needed(cells, frozenset({"a = 1", "print(a)"}))) == {1}
