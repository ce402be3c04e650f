"""Submissions as they really come, through the stock `nbgrader autograde`."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader_course import ROOT, make_course, nbgrader

from autograder.grading import results

POINTS = {"preprocess_image": 8, "to_numpy": 6, "load_custom_sample": 6}


def solved():
    """The solved notebook as a student has it."""
    notebook = nbformat.read(ROOT / "solutions/ps1/ps1.ipynb", as_version=4)
    for cell in notebook.cells:
        lines = cell.source.split("\n")
        cell.source = "\n".join(line for line in lines if "SOLUTION" not in line)
    return notebook


def find(notebook, grade_id):
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def after_set_up(notebook, source):
    notebook.cells.insert(3, new_code_cell(source))
    return notebook


def with_copies():
    notebook = solved()
    for name in ("to_numpy_solution", "to_numpy"):
        cell = find(notebook, name)
        notebook.cells.insert(notebook.cells.index(cell) + 1, nbformat.from_dict(dict(cell)))
    return notebook


def without_a_test_cell():
    notebook = solved()
    notebook.cells.remove(find(notebook, "to_numpy"))
    return notebook


def without_solution_and_test_cell():
    notebook = without_a_test_cell()
    notebook.cells.remove(find(notebook, "to_numpy_solution"))
    return notebook


def without_metadata():
    notebook = solved()
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def with_the_test_first():
    notebook = solved()
    cell = find(notebook, "to_numpy")
    notebook.cells.remove(cell)
    notebook.cells.insert(3, cell)
    return notebook


def with_flipped_metadata():
    notebook = solved()
    find(notebook, "to_numpy").metadata["nbgrader"] |= {"grade": False, "points": 600}
    find(notebook, "to_numpy").source = "None"
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
        "real = np.stack\n"
        "def loud(*a, **k):\n"
        "    print('careful!', file=sys.stderr); os.write(2, b'native noise'); "
        "warnings.warn('old')\n"
        "    return real(*a, **k)\n"
        "np.stack = loud",
    )


def silenced():
    return after_set_up(solved(), "check.to_numpy = lambda function: print('All checks passed')")


def killed():
    notebook = solved()
    find(notebook, "to_numpy_solution").source = "import os; os._exit(1)"
    return notebook


ZERO = {"to_numpy": 0}
SUBMISSIONS = {
    "with_copies": (with_copies, {}, None),
    "without_a_test_cell": (without_a_test_cell, {}, None),
    "without_solution_and_test_cell": (without_solution_and_test_cell, ZERO, "NameError"),
    "without_metadata": (without_metadata, {}, None),
    "with_the_test_first": (with_the_test_first, {}, None),
    "with_flipped_metadata": (with_flipped_metadata, {}, None),
    "noisy": (noisy, {}, None),
    "silenced": (silenced, {}, None),
    "of_another_course": (of_another_course, dict.fromkeys(POINTS, 0), "NameError"),
    "killed": (killed, ZERO, "ended the notebook's kernel"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    course = make_course(tmp_path_factory.mktemp("course"), "ps1")
    for student, (make, _, _) in SUBMISSIONS.items():
        folder = course / "submitted" / student / "ps1"
        folder.mkdir(parents=True)
        nbformat.write(make(), folder / "ps1.ipynb")
    done = nbgrader(course, "autograde", "ps1", check=False)
    found = results.collect(f"sqlite:///{course}/gradebook.db", course / "autograded", "ps1")
    return done, found, course


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


def test_every_submission_is_graded_under_the_profile_that_was_chosen(graded):
    """Even where the real data would allow another: the first submission must not change it."""
    course = graded[2]
    for student in set(SUBMISSIONS) - {"of_another_course"}:
        notebook = nbformat.read(course / f"autograded/{student}/ps1/ps1.ipynb", as_version=4)
        printed = "".join(
            o.text for c in notebook.cells for o in c.get("outputs", []) if "text" in o
        )
        assert "Profile grading-offline:" in printed, student


def test_an_unsolved_release_earns_nothing_and_says_why(tmp_path):
    course = make_course(tmp_path, "ps1")
    folder = course / "submitted/nobody/ps1"
    folder.mkdir(parents=True)
    (folder / "ps1.ipynb").write_bytes((course / "assignments/ps1/ps1.ipynb").read_bytes())
    nbgrader(course, "autograde", "ps1")
    found = results.collect(f"sqlite:///{course}/gradebook.db", course / "autograded", "ps1")
    assert [result.score for result in found] == [0, 0, 0]
    assert all("has no answer yet" in result.reasons[0] for result in found)

    # The same submission again: the challenge depends on it, so the result is the same.
    nbgrader(course, "autograde", "ps1", "--force")
    again = results.collect(f"sqlite:///{course}/gradebook.db", course / "autograded", "ps1")
    assert again == found


def test_nbgrader_without_our_configuration_still_grades_by_the_checks(tmp_path):
    course = make_course(tmp_path, "ps1")
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.source_directory = 'solutions'\n"
        "c.CourseDirectory.release_directory = 'assignments'\n"
        "c.Execute.timeout = 300\n"
    )
    notebook = solved()
    cell = find(notebook, "to_numpy_solution")
    cell.source = cell.source.replace("np.array(y)", "np.zeros(len(y), int) - 1")
    folder = course / "submitted/ada/ps1"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "ps1.ipynb")
    nbgrader(course, "autograde", "ps1", profile="grading-offline")
    found = results.collect(f"sqlite:///{course}/gradebook.db", course / "autograded", "ps1")
    assert {r.exercise: r.score for r in found} == POINTS | {"to_numpy": 0}


def test_validate_tells_a_student_what_is_wrong(tmp_path):
    course = make_course(tmp_path, "ps1")
    released = course / "assignments/ps1/ps1.ipynb"
    failed = nbgrader(course, "validate", str(released), profile="grading-offline", check=False)
    assert "VALIDATION FAILED ON 3 CELL(S)" in failed.stdout
    assert "has no answer yet" in failed.stdout
    path = tmp_path / "solved.ipynb"
    nbformat.write(solved(), path)
    passed = nbgrader(course, "validate", str(path), profile="grading-offline")
    assert "Success! Your notebook passes all the tests." in passed.stdout
