"""A machine's trouble is no verdict: an old result stays, and the command fails."""

import os
import shutil

import nbformat
import pytest
import sandbox
import toy_class
from nbgrader_course import nbgrader

from autograder.grading import results

# Makes no sandbox for a kernel as long as a file has lines; each time it takes one away.
BROKEN = """#!/bin/sh
case "$*" in
    *autograder-kernel-*)
        if [ -s "{faults}" ]; then
            sed -i 1d "{faults}"
            echo "bwrap: No space left on device" >&2
            exit 1
        fi
esac
exec "{bwrap}" "$@"
"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    sandbox.require()
    root = toy_class.make(tmp_path)
    program, faults = tmp_path / "bin/bwrap", tmp_path / "faults"
    program.parent.mkdir()
    program.write_text(BROKEN.format(faults=faults, bwrap=shutil.which("bwrap")))
    program.chmod(0o755)
    faults.touch()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return root


def autograde(root, faults):
    # A start is tried warm and cold.
    (root.parent / "faults").write_text("\n" * 2 * faults)
    return nbgrader(root, "autograde", "toy1", check=False)


def scores(root):
    found = results.collect(f"sqlite:///{root}/gradebook.db", root / "autograded", "toy1")
    return {(r.student, r.exercise): r.score for r in found}


def test_a_kernel_that_does_not_start_is_tried_again(course):
    toy_class.hand_in(course, "ada", toy_class.solved())
    done = autograde(course, faults=1)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "It is tried once more" in done.stderr
    assert scores(course) == {("ada", name): points for name, points in toy_class.POINTS.items()}


def test_where_no_kernel_starts_the_old_result_stays_and_the_command_fails(course):
    toy_class.hand_in(course, "ada", toy_class.solved())
    assert autograde(course, faults=0).returncode == 0
    before = scores(course)
    path = course / "submitted/ada/toy1/toy1.ipynb"
    notebook = toy_class.solved(double="def double(x):\n    return 3 * x")
    nbformat.write(notebook, path)
    toy_class.hand_in(course, "ben", toy_class.solved())
    done = autograde(course, faults=2)  # ada's kernel, twice; ben's starts
    assert done.returncode != 0
    assert "A kernel did not start" in done.stderr
    after = scores(course)
    assert {key: after[key] for key in before} == before
    assert after["ben", "double"] == toy_class.POINTS["double"]
    assert "stale" in toy_class.rps_grader(course, "show", "toy1").stdout
    assert autograde(course, faults=0).returncode == 0
    assert scores(course)["ada", "double"] == 1
