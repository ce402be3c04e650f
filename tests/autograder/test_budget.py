"""One submission, one budget: whatever it does, it ends, and the class goes on."""

import signal
import subprocess
import sys
import time

import psutil
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import nbgrader
from toy_class import POINTS, hand_in, make, results_of, solved

SECONDS = 8
FLOOD = """\
# Replies that nobody asked for, so many that the grader never sees the time.

kernel = get_ipython().kernel
ident = kernel._parent_ident["shell"]
stream = kernel.shell_channel_thread.manager.get_subshell_to_shell_channel_socket(None)
while True:
    try:
        while True:
            kernel.session.send(stream, "execute_reply", {"status": "ok"}, ident=ident)
    except KeyboardInterrupt:
        pass
"""
SLEEP = "import time\ntime.sleep(2)"


def with_cells(*sources):
    notebook = solved()
    notebook.cells[1:1] = [new_code_cell(source) for source in sources]
    return notebook


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    sandbox.require()
    root = make(tmp_path_factory.mktemp("budget"))
    hand_in(root, "flood", with_cells(FLOOD))
    hand_in(root, "sleepy", with_cells(*[SLEEP] * 500))
    hand_in(root, "zz_honest", solved())
    limits = [f"--ExecuteWithChallenge.timeout={SECONDS}", "--Isolation.notebook_timeout=20"]
    return nbgrader(root, "autograde", "toy1", *limits), results_of(root)


def test_cells_that_sleep_end_when_the_notebook_has_had_its_time(graded):
    _, found = graded
    for exercise in ("double", "running_total"):
        result = found["sleepy", exercise]
        assert result.error
        assert "took what was left of the notebook's 20 seconds" in " ".join(result.reasons)


def test_a_flood_of_messages_ends(graded):
    done, found = graded
    # The cell is lost; what comes after it runs in another kernel.
    assert found["flood", "double"].score == POINTS["double"]
    assert "A kernel was lost" in done.stderr


def test_the_class_goes_on(graded):
    _, found = graded
    scores = {exercise: found["zz_honest", exercise].score for exercise in POINTS}
    assert scores == POINTS


# A judge with a weakness: certain facts make it hang, take memory, or end its process.
WEAK_JUDGE = """
import os, pathlib, signal, time
from toy.exercises.double.exercise import Double

right = Double.judge

def judge(self, facts, expected, rules):
    n = (facts.result.shape or (0,))[0]
    if n == 1:
        time.sleep(1000)
    if n == 2:
        hoard = [bytearray(b"x" * 10**8) for _ in range(100)]
    if n == 3:
        os.abort()
    if n == 4 and not os.path.exists("killed"):
        pathlib.Path("killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    yield from right(self, facts, expected, rules)

Double.judge = judge
c.Budget.seconds = 12
c.Budget.memory_mb = 2000
c.Isolation.notebook_timeout = 18
"""
REASONS = {
    "a_hangs": "The notebook took longer than 30 seconds to grade.",
    "b_hoards": "The notebook took more than 2,000 MB of memory to read and judge.",
    "d_crashes": "The notebook ended the process that graded it (SIGABRT).",
}


@pytest.fixture(scope="module")
def weak(tmp_path_factory):
    sandbox.require()
    root = make(tmp_path_factory.mktemp("weak"))
    config = root / "nbgrader_config.py"
    config.write_text(
        f"import sys\nsys.path.insert(0, {str(root)!r})\n{config.read_text()}{WEAK_JUDGE}"
    )
    for n, student in enumerate(["a_hangs", "b_hoards", "d_crashes"], 1):
        answer = f"def double(x):\n    return np.zeros({n})"
        hand_in(root, student, solved(double=answer))
    hand_in(root, "c_killed", solved(double="def double(x):\n    return np.zeros(4)"))
    for student in ("a_before", "c_between", "zz_honest"):
        hand_in(root, student, solved())
    return root, nbgrader(root, "autograde", "toy1")


@pytest.mark.parametrize("student", sorted(REASONS))
def test_what_takes_more_of_the_grader_than_its_budget_is_not_graded(weak, student):
    root, done = weak
    found = results_of(root)
    for exercise in POINTS:
        assert found[student, exercise].error
        assert REASONS[student] in " ".join(found[student, exercise].reasons)
    assert f"Not graded: the submission of {student!r}" in done.stderr


@pytest.mark.parametrize("student", ["a_before", "c_between", "zz_honest"])
def test_submissions_beside_it_are_graded(weak, student):
    found = results_of(weak[0])
    assert {exercise: found[student, exercise].score for exercise in POINTS} == POINTS


def test_what_was_graded_when_somebody_killed_the_process_is_graded_once_more(weak):
    root, done = weak
    result = results_of(root)["c_killed", "double"]
    assert not result.error
    assert "has shape [4]" in " ".join(result.reasons)
    assert "Graded once more: the submission of 'c_killed'" in done.stderr


def test_nothing_of_the_processes_is_left(weak):
    root, _ = weak
    assert not list(root.glob(".autograding-*"))
    left = [p for p in psutil.process_iter(["cmdline"]) if str(root) in str(p.info["cmdline"])]
    assert not left


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_both_processes_and_the_next_run_goes_on(weak, kind):
    root, _ = weak
    student = f"patient_{kind.name.lower()}"
    hand_in(root, student, with_cells("import time\nprint('here')\ntime.sleep(10)"))
    arguments = ["autograde", "toy1", f"--student={student}", "--Isolation.notebook_timeout=90"]
    command = [sys.executable, "-m", "nbgrader", *arguments]
    started = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)
    for line in started.stderr:
        if "Autograding" in line:
            break
    time.sleep(3)
    started.send_signal(kind)
    said = started.communicate(timeout=60)[1]
    assert started.returncode == 130
    assert "Interrupted. What is graded is kept" in said
    assert "Traceback" not in said
    assert not list(root.glob(".autograding-*"))
    before = results_of(root).get((student, "double"))
    assert before is None or before.score is None
    nbgrader(root, *arguments)
    assert results_of(root)[student, "double"].score == POINTS["double"]
