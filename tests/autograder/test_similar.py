"""Students who handed in nearly the same are shown, side by side; what everybody has is not."""

import io
import re
import shutil

import h5py
import nbformat
import numpy as np
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader
from toy_class import autograded, hand_in, make, rps_grader, solved

ORIGINAL = """
def running_total(x):
    total = np.zeros(len(x))
    so_far, count = 0.0, 0
    if len(x) == 0:
        raise ValueError("There are no numbers")
    for index in range(len(x)):
        so_far = so_far + x[index]
        total[index] = so_far
        count += 1
    if count != len(x) or not np.isclose(total[-1], np.sum(x)):
        print("something is wrong", count, total[-1] - np.sum(x))
    return total
"""
RENAMED = re.sub(r"\btotal\b", "result", ORIGINAL).replace("so_far", "s").replace("index", "i")
COMMENTED = ORIGINAL.replace("    for", "    # One number after the other\n    for").replace(
    "    return", '    "That is it."\n    return'
)
# The same answer, as it may be handed in once more.
COPIES = {
    "copied": ORIGINAL,
    "renamed": RENAMED,
    "commented": COMMENTED,
    "reformatted": ORIGINAL.replace(" = ", "=").replace("    ", "  ").replace("\n", "\n\n"),
    "extended": ORIGINAL.replace("    for", "    print(np.mean(x), np.std(x), sep='; ')\n    for"),
    "reordered": ORIGINAL.replace(
        "    total = np.zeros(len(x))\n    so_far, count = 0.0, 0\n",
        "    so_far, count = 0.0, 0\n    total = np.zeros(len(x))\n",
    ),
}
# Answers of their own; those of one line are the obvious one.
OWN = {
    "obvious": "def running_total(x):\n    return np.cumsum(x)",
    "obvious_too": "def running_total(numbers):\n    # NumPy has it\n    return np.cumsum(numbers)",
    "appended": """
def running_total(x):
    sums = []
    for number in x:
        sums.append(number + (sums[-1] if sums else 0))
    return np.array(sums)
""",
    "matrix": """
def running_total(x):
    n = len(x)
    below = np.tril(np.ones((n, n)))
    return below @ np.asarray(x).reshape(n)
""",
}
RARE = """
def double(x):
    result = []
    for one in np.ravel(x):
        result.append(one + one)
    return np.reshape(result, np.shape(x))
"""
MANY = """
def double(x):
    doubled = np.array(x, copy=True)
    doubled = doubled + np.asarray(x)
    return doubled.reshape(np.shape(x))
"""


def weights(seed, noise=0.0):
    """An HDF5 file of drawn weights, with a little noise."""
    drawn, content = np.random.default_rng(seed), io.BytesIO()
    with h5py.File(content, "w") as file:
        for name, shape in {"layers/dense": (40, 3), "bias": (3,)}.items():
            kernel = drawn.normal(size=shape)
            file[name] = kernel * (1 + noise * np.cos(np.arange(kernel.size)).reshape(shape))
    return content.getvalue()


ADDED = {
    "appended": "a = np.linspace(0, 1, 50)\nprint(a.mean(), a.std(), a.max(), len(a))",
    "matrix": "b = np.linspace(0, 1, 50)  # some\nprint(b.mean(), b.std(), b.max(), len(b))",
    "original": "print(double(np.arange(3)))",
}
FILES = {
    "copied": weights(1),
    "renamed": weights(1),
    "appended": weights(1, noise=0.001),
    "matrix": weights(2),
    "obvious": weights(3),
    "obvious_too": weights(3)[:3000],  # damaged
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("similar"))
        for student, answer in ({"original": ORIGINAL} | COPIES | OWN).items():
            double = {"original": RARE, "matrix": RARE.replace("one", "n")}.get(student, MANY)
            notebook = solved(root, running_total=answer, double=double)
            if student in ADDED:
                notebook.cells.append(new_code_cell(ADDED[student]))
            hand_in(root, student, notebook)
            if student in FILES:
                path = root / "submitted" / student / "toy1/measurements.csv"
                path.write_bytes(FILES[student])
        nbgrader(root, "autograde", "toy1")
        yield root


@pytest.fixture(scope="module")
def said(graded):
    return rps_grader(graded, "similar", "toy1")


def pairs(said):
    """The rows of the table: what, two students, and how alike in percent."""
    found = re.findall(r"│ (\S.*?) +│ (\w+) +│ (\w+) +│ +([\d.]+) % │", said.stdout)
    return {(what, frozenset((a, b))): float(similarity) for what, a, b, similarity in found}


@pytest.mark.parametrize("student", COPIES)
def test_copies_are_found_whatever_was_done_to_them(said, student):
    assert said.returncode == 0, said.stderr
    assert pairs(said)["running_total", frozenset(("original", student))] >= 80


def test_only_equal_answers_are_alike_to_a_hundred_percent(said):
    found = {
        student: pairs(said)["running_total", frozenset(("original", student))]
        for student in COPIES
    }
    equal = {student for student, similarity in found.items() if similarity == 100}
    assert equal == {"copied", "renamed", "reformatted"}
    assert found["extended"] == 99  # all of the original is in it
    assert "how much of one is in the other" in " ".join(said.stdout.split())


def test_own_answers_are_no_pairs(said):
    alike = set().union(*(who for what, who in pairs(said) if what == "running_total"))
    assert alike == {"original", *COPIES}


def test_what_many_students_wrote_is_no_sign_of_anything(said):
    found = {who for what, who in pairs(said) if what == "double"}
    assert found == {frozenset(("original", "matrix"))}


def test_added_cells_are_compared_too(said):
    assert pairs(said)["other cells", frozenset(("appended", "matrix"))] >= 80


def test_equal_and_nearly_equal_weights_are_found(said):
    what = "measurements: measurements.csv"
    found = {who: similarity for (name, who), similarity in pairs(said).items() if name == what}
    assert found.pop(frozenset(("copied", "renamed"))) == 100
    assert found.keys() == {frozenset(("copied", "appended")), frozenset(("renamed", "appended"))}
    assert set(found.values()) == {99}


def test_the_most_alike_come_first_and_are_shown_side_by_side(graded, said):
    similarities = list(pairs(said).values())
    assert similarities == sorted(similarities, reverse=True)
    for text in ("def double", "np.linspace", "def running_total"):  # of three pairs
        assert said.stdout.count(text) == 2
    one = rps_grader(graded, "similar", "toy1", "--texts", "1").stdout
    assert (one.count("def double"), one.count("def running_total")) == (2, 0)
    assert "def " not in rps_grader(graded, "similar", "toy1", "--texts", "0").stdout


def test_scores_do_not_change(graded, said):
    before = rps_grader(graded, "show", "toy1").stdout
    rps_grader(graded, "similar", "toy1")
    assert rps_grader(graded, "show", "toy1").stdout == before


def test_what_a_student_wrote_is_shown_without_colors_and_markup(graded):
    for student in ("obvious", "obvious_too"):
        path = autograded(graded, student)
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.append(new_code_cell(f"'[red]x[/]\x1b[31m'\n{ORIGINAL}"))
        nbformat.write(notebook, path)
    shown = rps_grader(graded, "similar", "toy1", "--texts", "50").stdout
    assert "[red]x[/]" in shown
    assert "\x1b" not in shown


def test_without_the_released_notebook_added_cells_are_not_compared(graded, said):
    shutil.rmtree(graded / "assignments/toy1")
    without = rps_grader(graded, "similar", "toy1")
    assert without.returncode == 0
    assert "other cells" not in {what for what, _ in pairs(without)}
    assert pairs(without).keys() >= {key for key in pairs(said) if key[0] == "running_total"}
    command = re.search("`(nbgrader .*?)`", without.stderr)[1].split()
    assert rps_grader(graded, "report", "toy1").returncode == 0
    page = (graded / "reports/toy1.html").read_text()
    assert "Not compared: cells that students added" in page
    assert ">other cells<" not in page
    nbgrader(graded, *command[1:])
    again = rps_grader(graded, "similar", "toy1")
    assert again.stderr == ""
    assert ("other cells", frozenset(("appended", "matrix"))) in pairs(again)


def test_an_unknown_assignment_is_named(graded):
    said = rps_grader(graded, "similar", "toy9")
    assert said.returncode == 2
    assert "The gradebook has no assignment 'toy9'; it has: toy1." in said.stderr
    assert rps_grader(graded, "similar").returncode == 2


def test_outside_of_a_course_it_says_where_to_run(tmp_path):
    said = rps_grader(tmp_path, "similar", "toy1")
    assert said.returncode == 2
    assert "No course is configured here. Run this in the course's root folder" in said.stderr


def test_nothing_to_compare_is_no_error(tmp_path):
    sandbox.require()
    root = make(tmp_path)
    said = rps_grader(root, "similar", "toy1")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == "No submission of toy1 is graded yet: nbgrader autograde toy1\n"
    hand_in(root, "ada", solved(root))
    nbgrader(root, "autograde", "toy1")
    said = rps_grader(root, "similar", "toy1")
    assert said.returncode == 0
    assert said.stdout == "No two of 1 graded submissions of toy1 are nearly equal.\n"
