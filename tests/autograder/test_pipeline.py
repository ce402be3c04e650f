"""Submissions as they really come, through the stock `nbgrader autograde`."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader
from toy_class import POINTS, find, hand_in, make, results_of, solved


def after_set_up(notebook, source):
    notebook.cells.insert(2, new_code_cell(source))
    return notebook


def with_copies():
    notebook = solved()
    for name in ("running_total_solution", "running_total"):
        cell = find(notebook, name)
        notebook.cells.insert(notebook.cells.index(cell) + 1, nbformat.from_dict(dict(cell)))
    return notebook


def without_a_test_cell():
    notebook = solved()
    notebook.cells.remove(find(notebook, "running_total"))
    return notebook


def without_solution_and_test_cell():
    notebook = without_a_test_cell()
    notebook.cells.remove(find(notebook, "running_total_solution"))
    return notebook


def without_metadata():
    notebook = solved()
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def with_the_test_first():
    notebook = solved()
    cell = find(notebook, "running_total")
    notebook.cells.remove(cell)
    notebook.cells.insert(2, cell)
    return notebook


def with_flipped_metadata():
    notebook = solved()
    find(notebook, "running_total").metadata["nbgrader"] |= {"grade": False, "points": 600}
    find(notebook, "running_total").source = "None"
    return notebook


def of_another_course():
    notebook = nbformat.v4.new_notebook()
    metadata = {"grade": True, "solution": False, "locked": True, "task": False}
    metadata |= {"schema_version": 3, "grade_id": "tower_of_hanoi", "points": 100}
    notebook.cells.append(new_code_cell("assert True", metadata={"nbgrader": metadata}))
    return notebook


def noisy():
    return after_set_up(
        solved(),
        "import os, sys, warnings\n"
        "real = np.cumsum\n"
        "def loud(*a, **k):\n"
        "    print('careful!', file=sys.stderr); os.write(2, b'native noise'); "
        "warnings.warn('old')\n"
        "    return real(*a, **k)\n"
        "np.cumsum = loud",
    )


def silenced():
    return after_set_up(
        solved(), "check.running_total = lambda function: print('All checks passed')"
    )


def killed():
    notebook = solved()
    find(notebook, "running_total_solution").source = "import os; os._exit(1)"
    return notebook


def quits():
    """Asks for the kernel's end in each way that IPython has; it would come in the slow cell."""
    notebook = after_set_up(solved(), "import time\ntime.sleep(1)")
    for call in ("quit()", "exit", "get_ipython().ask_exit()"):
        after_set_up(notebook, call)
    return notebook


ZERO = {"running_total": 0}
SUBMISSIONS = {
    "with_copies": (with_copies, {}, None),
    "without_a_test_cell": (without_a_test_cell, {}, None),
    "without_solution_and_test_cell": (without_solution_and_test_cell, ZERO, "NameError"),
    "without_metadata": (without_metadata, {}, None),
    "with_the_test_first": (with_the_test_first, {}, None),
    "with_flipped_metadata": (with_flipped_metadata, {}, None),
    "noisy": (noisy, {}, None),
    "silenced": (silenced, {}, None),
    "quits": (quits, {}, None),
    "of_another_course": (
        of_another_course,
        {"double": 0, "running_total": 0},
        "has no cell of this assignment",
    ),
    "killed": (killed, ZERO, "ended the notebook's kernel"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        course = make(tmp_path_factory.mktemp("toy"))
        for student, (write, _, _) in SUBMISSIONS.items():
            hand_in(course, student, write())
        done = nbgrader(course, "autograde", "toy1", check=False)
    return done, list(results_of(course).values()), course


def test_the_class_is_graded_although_some_notebooks_are_broken(graded):
    done, found, _ = graded
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert {result.student for result in found} == set(SUBMISSIONS)


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_a_submission_earns_what_it_deserves(graded, student):
    _, found, _ = graded
    _, lost, says = SUBMISSIONS[student]
    results_of = {result.exercise: result for result in found if result.student == student}
    assert {name: result.score for name, result in results_of.items()} == POINTS | lost
    for name in lost:
        assert says in " ".join(results_of[name].reasons)


def test_every_submission_is_graded_under_the_profile_of_the_class(graded):
    """The first submission must not change it for the next."""
    course = graded[2]
    for student in set(SUBMISSIONS) - {"of_another_course"}:
        notebook = nbformat.read(course / f"autograded/{student}/toy1/toy1.ipynb", as_version=4)
        printed = "".join(
            o.text for c in notebook.cells for o in c.get("outputs", []) if "text" in o
        )
        assert "Profile grading-plain" in printed, student


@pytest.fixture
def toy(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    return make(tmp_path)


def test_an_unsolved_release_earns_nothing_and_says_why(toy):
    released = nbformat.read(toy / "assignments/toy1/toy1.ipynb", as_version=4)
    hand_in(toy, "nobody", released, measurements=None)
    nbgrader(toy, "autograde", "toy1")
    found = results_of(toy)
    assert [result.score for result in found.values()] == [0, 0, 0]
    for exercise in ("double", "running_total"):
        assert "has no answer yet" in found["nobody", exercise].reasons[0]

    # The same submission again: the challenge depends on it, so the result is the same.
    nbgrader(toy, "autograde", "toy1", "--force")
    assert results_of(toy) == found


def test_nbgrader_without_our_configuration_still_grades_by_the_checks(toy):
    (toy / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.source_directory = 'solutions'\n"
        "c.CourseDirectory.release_directory = 'assignments'\n"
    )
    hand_in(toy, "ada", solved(double="def double(x):\n    return 3 * x"))
    nbgrader(toy, "autograde", "toy1")
    assert {e: r.score for (_, e), r in results_of(toy).items()} == POINTS | {"double": 0}


def test_validate_tells_a_student_what_is_wrong(toy):
    released = toy / "assignments/toy1/toy1.ipynb"
    failed = nbgrader(toy, "validate", str(released), check=False)
    assert "VALIDATION FAILED ON 3 CELL(S)" in failed.stdout
    assert "has no answer yet" in failed.stdout
    (toy / "measurements.csv").write_text("1\n2\n3\n")
    nbformat.write(solved(), toy / "solved.ipynb")
    passed = nbgrader(toy, "validate", str(toy / "solved.ipynb"))
    assert "Success! Your notebook passes all the tests." in passed.stdout
