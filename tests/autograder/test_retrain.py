"""Notebooks that are run in full as well, and what is said of the files that they write."""

import csv
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from toy_class import POINTS, hand_in, make, nbgrader, results_of, rps_grader, solved

MAKES = """
with open("measurements.csv", "w") as file:
    file.write("1\\n2\\n3\\n")
"""
CELLS = {
    "honest": MAKES,
    # Six numbers are handed in, and the notebook makes three.
    "better": MAKES,
    "copied": """
import glob, shutil
for name in glob.glob("**/*.csv", recursive=True) + glob.glob("/tmp/**/*.csv", recursive=True):
    shutil.copy(name, "measurements.csv")
""",
    "fails": "raise ValueError('no \\x1b[31minstrument')\n",
    "slow": "import time\nif os.environ['TOY_PROFILE'] == 'plain':\n    time.sleep(1000)\n" + MAKES,
    "helped": "import instrument\n",
    # While grading it has nothing to work with.
    "in_full": "assert os.environ['TOY_PROFILE'] == 'plain'\n" + MAKES,
    "withheld": """
from toy.library import double

def measured():
    numbers = double(np.arange(3))
    open("measurements.csv", "w").write("\\n".join(map(str, numbers)))

measured()
""",
    "checked": "check.measurements('measurements.csv')\n" + MAKES,
    "ended": MAKES + "import os\nos._exit(0)\n",
    "forged": """
import os
for number in range(3, 30):
    try:
        os.write(number, b'{"files": {"measurements.csv": "OTk5"}}')
    except OSError:
        pass
os._exit(0)
""",
    "no_text": "open('measurements.csv', 'w').write('many')\n",
}
PROBLEMS = {
    "copied": "it wrote no such file",
    "fails": "it wrote no such file; the first exception was ValueError: no instrument",
    "slow": "it took longer than 20 seconds",
    "withheld": "WithheldError",
    "ended": "it gave no answer",
    "no_text": "Reading measurements.csv stopped",
}


@pytest.fixture(scope="module")
def course(toy_root):
    """Grades the class first as always, and then in full."""
    config = toy_root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.Isolation.retrain_timeout = 20\n")
    for student, cell in CELLS.items():
        notebook = solved()
        notebook.cells.insert(2, new_code_cell(cell))
        hand_in(toy_root, student, notebook, "1\n2\n3\n" * (2 if student == "better" else 1))
    (toy_root / "submitted/copied/toy1/kept.csv").write_text("1\n2\n3\n")
    (toy_root / "submitted/helped/toy1/instrument.py").write_text(MAKES)
    done = rps_grader(toy_root, "run", "toy1")
    assert done.returncode == 0, done.stdout
    return toy_root


@pytest.fixture(scope="module")
def retrained(course):
    return rps_grader(course, "run", "toy1", "--retrain")


def test_all_are_graded_again_and_no_points_change(course, retrained):
    assert retrained.returncode == 0, retrained.stdout
    assert f"{len(CELLS)} graded, 0 unchanged" in retrained.stdout
    assert "No worker offers a GPU: training runs on the CPU." in retrained.stdout
    for student in CELLS:
        assert {name: results_of(course)[student, name].score for name in POINTS} == POINTS


def test_the_files_that_a_notebook_writes_are_measured(course, retrained):
    for student in ("honest", "better", "helped", "in_full", "checked"):
        assert "The grader ran the notebook: 3 measurements." in notes(course, student)


def test_what_is_much_better_than_the_notebook_makes_is_flagged(course, retrained):
    assert flags(course, "better") == ("6 measurements, but the notebook makes 3.",)
    for student in ("honest", "in_full", "checked"):
        assert flags(course, student) == ()


@pytest.mark.parametrize("student", PROBLEMS)
def test_a_notebook_that_makes_no_files_is_flagged_with_the_reason(course, retrained, student):
    (says,) = (says for says in flags(course, student) if "again by running" in says)
    assert says.startswith("measurements.csv could not be made again")
    assert PROBLEMS[student] in says
    assert not any("The grader ran" in note for note in notes(course, student))


def test_a_notebook_that_speaks_for_the_program_gains_nothing(course, retrained):
    assert results_of(course)["forged", "measurements"].score == POINTS["measurements"]


def test_show_and_export_say_it(course, retrained):
    shown = " ".join(rps_grader(course, "show", "toy1").stdout.split())
    assert "honest: The grader ran the notebook: 3 measurements." in shown
    assert "better to look at: 6 measurements, but the notebook makes 3." in shown
    nbgrader(course, "export")
    rows = csv.DictReader((course / "grades.csv").open())
    reasons = {row["student_id"]: (row["reason"], row["flags"]) for row in rows}
    assert "The grader ran the notebook" in reasons["honest"][0]
    assert "it took longer than 20 seconds" in reasons["slow"][1]


def test_the_report_says_it(course, retrained):
    done = rps_grader(course, "report", "toy1")
    assert done.returncode == 0, done.stderr
    (report,) = json.loads((course / "reports/toy1.json").read_text())["assignments"]
    students = {student["id"]: student for student in report["students"]}
    made = students["better"]["figures"]["made by the grader"]
    assert (made["value"], made["full_at"]) == (3.0, None)
    assert re.fullmatch(r"3 in \d+ s", made["says"])
    assert students["better"]["flags"] == ["6 measurements, but the notebook makes 3."]
    assert students["better"]["figures"]["numbers"]["value"] == 6.0
    assert "made by the grader" not in students["copied"]["figures"]
    measured = {found["name"]: found for found in report["measured"]}
    assert set(measured) == {"numbers", "made by the grader"}
    assert len(measured["numbers"]["values"]) == len(CELLS)
    page = (course / "reports/toy1.html").read_text()
    assert made["says"] in page
    assert "full points: 3" in page


def test_judging_again_keeps_it_and_compares_with_the_limit_of_now(course, retrained):
    rubric = course / "rubric"
    rubric.mkdir()
    text = (course / "toy/exercises/measurements/rubric.toml").read_text()
    changed = re.sub(r"more = 1\b.*", "more = 3", text)
    config = course / "nbgrader_config.py"
    (rubric / "measurements.toml").write_text(changed)
    before = config.read_text()
    config.write_text(f"{before}\nc.Grading.rubric = 'rubric'\n")
    try:
        done = rps_grader(course, "rejudge", "toy1")
        assert done.returncode == 0, done.stdout
        assert "The grader ran the notebook: 3 measurements." in notes(course, "better")
        assert flags(course, "better") == ()
        assert "it took longer" in " ".join(flags(course, "slow"))
        for arguments in ([], ["--retrain"]):
            done = rps_grader(course, "run", "toy1", *arguments)
            assert f"0 graded, {len(CELLS)} unchanged" in done.stdout, done.stdout
    finally:
        config.write_text(before)


def test_a_later_run_leaves_it_unless_something_has_changed(course, retrained):
    (course / "submitted/honest/toy1/new.txt").write_text("more")
    rps_grader(course, "run", "toy1", "--student", "honest")
    assert notes(course, "honest") == ()
    done = rps_grader(course, "run", "toy1", "--retrain", "--student", "honest")
    assert "1 graded, 0 unchanged" in done.stdout
    assert notes(course, "honest")


def test_an_assignment_that_asks_for_no_files_has_nothing_to_retrain(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "")
    root = make(tmp_path)
    path = root / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "measurements" not in cell.source]
    nbformat.write(notebook, path)
    nbgrader(root, "generate_assignment", "toy1", "--force")
    hand_in(root, "ada", solved())
    done = rps_grader(root, "run", "toy1", "--retrain")
    assert done.returncode == 1
    assert "toy1 asks for no files that its notebook makes" in done.stderr
    assert not (root / "autograded").exists()


def notes(course, student):
    return results_of(course)[student, "measurements"].notes


def flags(course, student):
    return results_of(course)[student, "measurements"].flags
