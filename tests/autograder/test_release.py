"""What is released: the rubric of a class, points that agree with it, and solutions."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader_course import nbgrader, write_configuration
from toy_class import find, make

CHECK = "from toy import check; check.measurements('measurements.csv')"


@pytest.fixture
def toy(tmp_path):
    return make(tmp_path)


def self_check(root):
    """Runs a check where a student's notebook is."""
    folder = root / "assignments/toy1"
    (folder / "measurements.csv").write_text("1\n")
    return subprocess.run(
        [sys.executable, "-c", CHECK], cwd=folder, capture_output=True, text=True, check=False
    )


def test_students_check_with_the_rubric_of_the_class(toy):
    before = self_check(toy)
    assert before.returncode == 1
    assert "CheckFailed: measurements: 0 of 2 points" in before.stderr
    own = (toy / "toy/exercises/measurements/rubric.toml").read_text()
    (toy / "rubric").mkdir()
    (toy / "rubric/measurements.toml").write_text(own.replace("at_least = 3", "at_least = 1"))
    nbgrader(toy, "generate_assignment", "toy1", "--force", "--Grading.rubric=rubric")
    released = sorted(path.name for path in (toy / "assignments/toy1/rubric").iterdir())
    assert released == ["measurements.toml"]
    after = self_check(toy)
    assert (after.returncode, after.stderr) == (0, "")
    assert "measurements: 2 of 2 points" in after.stdout


def test_points_that_do_not_agree_are_told(toy):
    path = toy / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    find(notebook, "double").metadata["nbgrader"]["points"] = 5
    text = "| exercise | points |\n|---|---|\n| `double` | 5 |\n| `running_total` | 7 |"
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text))
    nbformat.write(notebook, path)
    done = nbgrader(toy, "generate_assignment", "toy1", "--force")
    told = [line for line in done.stderr.splitlines() if " points, " in line]
    assert len(told) == 2, done.stderr
    assert "The test cell 'double' has 5 points, the rubric of the exercise 4" in told[0]
    assert "says that 'running_total' has 7 points, but its test cell has 3" in told[1]


def test_a_rubric_that_cannot_be_used_stops_the_release(toy):
    (toy / "rubric").mkdir()
    (toy / "rubric/measurements.toml").write_text("points = 2")
    done = nbgrader(
        toy, "generate_assignment", "toy1", "--force", "--Grading.rubric=rubric", check=False
    )
    assert done.returncode != 0
    assert "rubric/measurements.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_solutions_and_validation_may_take_longer_than_grading(tmp_path):
    """On a laptop, a phase of the standard profile takes longer than a cell may while grading."""
    write_configuration(tmp_path)
    with (tmp_path / "nbgrader_config.py").open("a") as file:
        file.write("c.Execute.timeout = 1\n")
    source = tmp_path / "solutions/slow/slow.ipynb"
    source.parent.mkdir(parents=True)
    cell = new_code_cell("import time\ntime.sleep(3)\nprint('trained')")
    nbformat.write(new_notebook(cells=[cell]), source)
    nbgrader(tmp_path, "generate_assignment", "slow")
    nbgrader(tmp_path, "generate_solution", "slow")
    solution = nbformat.read(tmp_path / "release_solutions/slow/slow.ipynb", as_version=4)
    assert solution.cells[0].outputs[0].text == "trained\n"
    validated = nbgrader(tmp_path, "validate", str(source))
    assert "Success" in validated.stdout
    assert "Timeout" not in validated.stderr
