"""Submissions that change while the class is graded: what is graded is what the result is of."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from toy_class import POINTS, hand_in, results_of, rps_grader, solved

from autograder.grading.states import State

WRONG = "def double(x):\n    return 3 * x"


@pytest.fixture(scope="module")
def course(toy_root):
    """A class that the stock command has graded, and that has changed since it looked at it.

    And what the command said.
    """
    first = solved()
    first.cells.insert(1, new_code_cell("import time; time.sleep(3)"))
    hand_in(toy_root, "a", first)
    for student in ("added", "deleted", "dated", "renamed"):
        hand_in(toy_root, student, solved(double=WRONG))
    command = [Path(sys.executable).parent / "nbgrader", "autograde", "toy1"]
    with subprocess.Popen(command, cwd=toy_root, stderr=subprocess.PIPE, text=True) as running:
        for line in running.stderr:
            if "Converting notebook" in line:
                break
        change(toy_root / "submitted")
        said = running.stderr.read()
    return toy_root, " ".join(said.split())


def change(submitted):
    nbformat.write(solved(), submitted / "added/toy1/final.ipynb")
    (submitted / "deleted/toy1/toy1.ipynb").unlink()
    (submitted / "dated/toy1/timestamp.txt").write_text("2026-05-03 10:00:00 UTC")
    (submitted / "renamed/toy1/toy1.ipynb").unlink()
    nbformat.write(solved(), submitted / "renamed/toy1/final.ipynb")


def test_what_is_new_is_seen(course):
    root, _ = course
    found = results_of(root)
    notes = {student: found[student, "double"].notes for student in ("added", "renamed")}
    assert any("Also handed in, not graded: final.ipynb" in note for note in notes["added"])
    assert any("final.ipynb was graded" in note for note in notes["renamed"])
    assert found["renamed", "double"].score == POINTS["double"]
    assert ("deleted", "double") not in found or (
        found["deleted", "double"].state is not State.GRADED
    )


def test_what_is_gone_is_told_and_stops_nobody(course):
    _, said = course
    assert "Not graded: the submission of 'deleted'. there is no notebook in" in said
    assert "Not graded, see above: the submissions of deleted" in said
    assert "Traceback" not in said


def test_the_next_run_finds_nothing_to_do(course):
    root, _ = course
    done = rps_grader(root, "run", "toy1")
    assert "0 graded, 4 unchanged" in done.stdout, done.stdout + done.stderr
