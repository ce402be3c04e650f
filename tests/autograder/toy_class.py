"""The toy course of tests/toy_course, in a folder of its own: what tests of the engine grade."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader_course import nbgrader, run_module

from autograder.grading import results

TOY = Path(__file__).parents[1] / "toy_course"
POINTS = {"double": 4, "running_total": 3, "measurements": 2}
UNANSWERED = "YOUR ANSWER HERE"


def make(folder):
    """Copies the toy course, released, into a new folder."""
    root = folder / "course"
    shutil.copytree(_released(), root)
    os.environ["PYTHONPATH"] = str(root)  # it is not installed
    return root


@cache
def _released():
    root = Path(tempfile.mkdtemp(prefix="toy-course-")) / "course"
    atexit.register(shutil.rmtree, root.parent)
    shutil.copytree(TOY, root, ignore=shutil.ignore_patterns("__pycache__"))
    os.environ["PYTHONPATH"] = str(root)
    nbgrader(root, "generate_assignment", "toy1")
    return root


def rps_grader(root, *arguments, permitted=True):
    """Runs a command; unless all is permitted, modes of files count for it, also for root."""
    if permitted or os.geteuid() != 0:
        return run_module("autograder", root, arguments, {})
    less = "-dac_override,-dac_read_search"
    command = ["setpriv", f"--bounding-set={less}", f"--inh-caps={less}", "--"]
    command += [sys.executable, "-m", "autograder", *map(str, arguments)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def solved(root=TOY, **answers):
    """A solved notebook, with other answers to some exercises."""
    notebook = nbformat.read(root / "solutions/toy1/toy1.ipynb", as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("_solution")
        lines = [line for line in cell.source.split("\n") if "### " not in line]
        cell.source = "\n".join(lines)
        if name in answers and cell.metadata["nbgrader"]["solution"]:
            cell.source = answers[name]
    return notebook


_DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
MODEL_ANSWER = """\
Because it *does*.

### BEGIN MARK SCHEME
- 2 points: the cause
### END MARK SCHEME"""


def with_question(notebook, answer=UNANSWERED):
    """Adds a question that is answered in words, and an answer."""
    about = {"grade": True, "solution": True, "locked": False, "task": False, "points": 2}
    about |= {"grade_id": "why", "schema_version": 3}
    notebook.cells += [
        new_markdown_cell(
            "Why? ![a dot](attachment:dot.png)",
            id="toy-question",
            attachments={"dot.png": {"image/png": _DOT}},
        ),
        new_markdown_cell(answer, id="toy-answer", metadata={"nbgrader": about}),
    ]
    return notebook


def release_with_question(root):
    """Releases the toy assignment with a question at its end."""
    path = root / "solutions/toy1/toy1.ipynb"
    nbformat.write(with_question(nbformat.read(path, as_version=4), MODEL_ANSWER), path)
    nbgrader(root, "generate_assignment", "toy1", "--force")


def hand_in(root, student, notebook, measurements="1\n2\n3\n"):
    """Hands in a notebook, and measurements if there are any."""
    folder = root / "submitted" / student / "toy1"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "toy1.ipynb")
    if measurements is not None:
        (folder / "measurements.csv").write_text(measurements)


def autograded(root, student):
    """Where a student's autograded notebook is."""
    return root / "autograded" / student / "toy1/toy1.ipynb"


def find(notebook, grade_id):
    """The cell of a grade id."""
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def results_of(root):
    """What each student earned in each exercise."""
    found = results.collect(f"sqlite:///{root}/gradebook.db", root / "autograded", "toy1")
    return {(result.student, result.exercise): result for result in found}


def refused(done, says, status=2):
    assert done.returncode == status, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("rps-grader: error: ")]
    assert len(lines) == 1, done.stderr
    assert says in lines[0]
    assert "Traceback" not in done.stderr
