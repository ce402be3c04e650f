"""`rps-grader rejudge` judges again, without running, as grading again would."""

import shutil
import signal
import subprocess
import sys

import nbformat
import psutil
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader
from odd_class.written import answered
from test_run import assert_same, rows
from test_states import by_hand, submit
from toy_class import (
    TOY,
    autograded,
    find,
    hand_in,
    make,
    release_with_question,
    results_of,
    rps_grader,
    solved,
)

from autograder.core.verdict import MIME
from autograder.grading import placing
from autograder.grading.challenges import KEY_FILE
from autograder.grading.states import State

WRONG = "def double(x):\n    return 3 * x"
HALF = "def double(x):\n    return [2 * n + 1e-3 for n in x]"


def in_two_places():
    notebook = solved(double=WRONG)
    notebook.cells += [
        new_code_cell("def double(x):\n    return 2 * x"),
        new_code_cell("check.double(double)"),
    ]
    return notebook


CLASS = {
    "answered": answered,
    "close": lambda: solved(double=HALF),
    "exits": lambda: solved(double="import os; os._exit(1)"),
    "named": lambda: solved(double="def double(x):\n    return nothing"),
    "right": solved,
    "syntax": lambda: solved(double="def double(x)\n    return"),
    "twice": in_two_places,
    "wrong": lambda: solved(double=WRONG),
}


def change_rubric(root):
    """Another limit, other shares and messages: the class's own rubrics."""
    folder = root / "rubrics"
    folder.mkdir()
    for name in ("double", "measurements"):
        shutil.copy(TOY / f"toy/exercises/{name}/rubric.toml", folder / f"{name}.toml")
    double, few = folder / "double.toml", folder / "measurements.toml"
    text = double.read_text().replace("tolerance = 1e-5", "tolerance = 1e-2")
    text = text.replace("shape = { points = 1", "shape = { points = 2")
    text = text.replace("numbers = { points = 3", "numbers = { points = 2")
    double.write_text(text.replace("A number is off by", "Some number is off by"))
    few.write_text(few.read_text().replace("at_least = 3", "at_least = 4"))
    config = root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.Grading.rubric = 'rubrics'\n")


def change_points(root):
    path = root / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    find(notebook, "running_total").metadata["nbgrader"]["points"] = 30
    nbformat.write(notebook, path)
    nbgrader(root, "generate_assignment", "toy1", "--force")


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """A class whose rubric was changed, graded again by the stock command, and one judged again."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        stock = make(tmp_path_factory.mktemp("stock"))
        release_with_question(stock)
        for student, notebook in CLASS.items():
            hand_in(stock, student, notebook())
        nbgrader(stock, "autograde", "toy1")
        by_hand(stock, "answered", "why", 2, "Good.")
        by_hand(stock, "exits", "double", 3)
        ours = tmp_path_factory.mktemp("ours") / "course"
        shutil.copytree(stock, ours, symlinks=True)
        for root in (stock, ours):
            change_rubric(root)
            change_points(root)
        nbgrader(stock, "autograde", "toy1")
        patch.setenv("PYTHONPATH", str(ours))
        before = rows(ours)
        dry = rps_grader(ours, "rejudge", "toy1", "--dry-run")
        unchanged = rows(ours) == before
        yield stock, ours, dry, unchanged, rps_grader(ours, "rejudge", "toy1")


def test_a_dry_run_tells_who_gains_and_who_loses_and_why(courses):
    *_, dry, unchanged, _ = courses
    assert dry.returncode == 0, dry.stdout + dry.stderr
    assert unchanged
    assert "toy1: what would change" in dry.stdout
    said = " ".join(dry.stdout.split())
    assert "close │ double │ 1 → 4" in said
    assert "wrong │ double │ 1 → 2" in said
    assert "Some number is off by" in said
    assert "right │ measurements │ 2 → 0" in said
    assert "3 measurements, expected 4." in said
    assert "8 results would be judged again, with other points for " in said


def test_results_are_those_of_grading_again(courses):
    stock, ours, *_, done = courses
    assert done.returncode == 0, done.stdout + done.stderr
    assert "toy1: what has changed" in done.stdout
    assert_same(stock, ours)


def test_what_a_person_decided_stays(courses):
    _, ours, *_ = courses
    found = results_of(ours)
    assert (found["answered", "why"].state, found["answered", "why"].score) == (State.BY_HAND, 2)
    assert (found["exits", "double"].state, found["exits", "double"].score) == (State.BY_HAND, 3)


def test_judging_again_changes_nothing_more(courses):
    _, ours, *_ = courses
    done = rps_grader(ours, "rejudge", "toy1", "--dry-run")
    assert "judged again, and no points change." in done.stdout
    assert "Sanitizing" not in nbgrader(ours, "autograde", "toy1").stderr


def edit(root, student, change):
    path = autograded(root, student)
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def forge(notebook):
    notebook.metadata["autograder"]["kept"]["content"] = "bm90aGluZw=="


def of_another_student(root):
    kept = nbformat.read(autograded(root, "right"), as_version=4).metadata["autograder"]
    edit(root, "wrong", lambda notebook: notebook.metadata.update(autograder=kept))


def other_cell(notebook):
    find(notebook, "double").source = "check.double(double)  # mine"


def other_verdict(notebook):
    find(notebook, "double").metadata[MIME] = {"score": "many"}


def test_what_cannot_be_judged_again_is_named_and_left(courses):
    _, ours, *_ = courses
    score = results_of(ours)["wrong", "double"].score
    edit(ours, "close", forge)
    edit(ours, "named", other_cell)
    edit(ours, "answered", other_verdict)
    edit(ours, "syntax", lambda n: n.metadata["autograder"].pop("kept"))
    autograded(ours, "twice").write_text("no JSON")
    of_another_student(ours)
    submit(ours, "right", solved(double=WRONG))
    done = rps_grader(ours, "rejudge", "toy1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "close: its evidence has been changed" in done.stdout
    assert "named: the autograded notebook has been changed" in done.stdout
    assert "syntax: its evidence was not kept" in done.stdout
    assert "twice: toy1.ipynb cannot be read" in done.stdout
    assert "answered: its result cannot be read: VerdictError" in done.stdout
    assert "wrong: " in done.stdout
    assert "right: there is another submission now" in done.stdout
    assert results_of(ours)["wrong", "double"].score == score
    assert "7 results cannot be judged again without running: " in done.stdout
    command = done.stdout.split("without running: rps-grader ")[1].split()
    again = rps_grader(ours, *command)
    assert "7 graded" in again.stdout, again.stdout + again.stderr
    assert rps_grader(ours, "rejudge", "toy1").returncode == 0


def test_wrong_names_are_told(courses):
    _, ours, *_ = courses
    done = rps_grader(ours, "rejudge", "toy1", "--student", "nobody")
    assert done.returncode == 1
    assert "There is no result of nobody" in done.stderr
    done = rps_grader(ours, "rejudge", "toy9")
    assert done.returncode == 1
    assert "toy9" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_any_result_there_is_nothing_to_judge(tmp_path, monkeypatch):
    root = make(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(root))
    done = rps_grader(root, "rejudge", "toy1")
    assert done.returncode == 1
    assert "No submission of toy1 is graded yet: `rps-grader run toy1`." in done.stderr


def test_without_the_challenge_key_nothing_is_judged_and_no_new_one_is_made(courses):
    _, ours, *_ = courses
    key = ours / KEY_FILE
    secret = key.read_text()
    key.unlink()
    done = rps_grader(ours, "rejudge", "toy1", "--dry-run")
    assert done.returncode == 1
    assert f"There is no challenge key {KEY_FILE}" in done.stderr
    assert not key.exists()
    key.write_text(secret)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_what_is_killed_leaves_whole_results_and_no_process(courses, tmp_path, monkeypatch, kind):
    _, ours, *_ = courses
    for name in ("whole", "killed"):
        root = tmp_path / name
        shutil.copytree(ours, root)
        few = root / "rubrics/measurements.toml"
        few.write_text(few.read_text().replace("at_least = 4", "at_least = 2"))
    monkeypatch.setenv("PYTHONPATH", str(root))
    command = [sys.executable, "-m", "autograder", "rejudge", "toy1"]
    running = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, start_new_session=True)
    while not list(root.glob(".autograding-*/.lock")):  # then it takes results
        assert running.poll() is None
    judging = psutil.Process(running.pid).children()
    assert judging
    running.send_signal(kind)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == (130 if kind == signal.SIGINT else -kind)
    assert b"Traceback" not in said
    _, left = psutil.wait_procs(judging, timeout=20)
    assert not left
    assert all(placing.basis_of(path, "toy1") for path in root.glob("autograded/*/toy1"))
    done = rps_grader(root, "rejudge", "toy1")
    assert not list(root.glob(".autograding-*"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "whole"))
    assert done.returncode == rps_grader(tmp_path / "whole", "rejudge", "toy1").returncode
    assert rows(root) == rows(tmp_path / "whole")
