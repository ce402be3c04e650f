"""What is killed while `rps-grader run` grades a class: nothing is lost, a rerun does the rest."""

import os
import signal
import subprocess
import sys

import nbformat
import psutil
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from toy_class import POINTS, autograded, hand_in, make, results_of, rps_grader, solved

from autograder.grading.placing import basis_of


def slow(seconds=2):
    notebook = solved()
    notebook.cells.insert(1, new_code_cell(f"import time\ntime.sleep({seconds})"))
    return notebook


@pytest.fixture
def course(tmp_path, monkeypatch):
    sandbox.require()
    monkeypatch.setenv("PYTHONPATH", "")
    root = make(tmp_path)
    for number in range(6):
        hand_in(root, f"s{number}", slow())
    return root


def started(root, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", "run", "toy1", "--jobs", "2", *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def next_graded(running):
    """What is printed until a submission is graded."""
    lines = []
    for line in running.stdout:
        lines.append(line)
        if "graded (" in line:
            break
    return lines


def all_graded(root):
    found = results_of(root)
    students = {path.name for path in (root / "submitted").iterdir()}
    return all(
        (student, exercise) in found and found[student, exercise].score == points
        for student in students
        for exercise, points in POINTS.items()
    )


def parts(running):
    """The processes of a run, by what they are."""
    found = {}
    for process in psutil.Process(running.pid).children(recursive=True):
        try:
            command = " ".join(process.cmdline())
        except psutil.Error:
            continue
        for name in ("forking.py", "autograder.classroom.server", "multiprocessing.spawn"):
            if name in command:
                found.setdefault(name, process)
    return found


def test_the_warm_process_the_server_and_the_worker_are_started_again(course):
    running = started(course)
    said = []
    for name in ("forking.py", "autograder.classroom.server", "multiprocessing.spawn"):
        said += next_graded(running)
        parts(running)[name].kill()
    said += running.stdout
    assert running.wait(timeout=200) == 0, "".join(said)
    assert "6 graded" in "".join(said)
    assert all_graded(course)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL])
def test_what_is_done_stays_and_the_next_run_does_the_rest(course, kind):
    running = started(course)
    next_graded(running)
    processes = psutil.Process(running.pid).children(recursive=True)
    if kind == signal.SIGINT:
        os.killpg(running.pid, kind)
        assert "the same command grades the others" in running.communicate(timeout=60)[0]
        assert running.returncode == 130
        assert not list(course.glob(".autograding-*"))
    else:
        running.kill()
        running.wait()
        assert list(course.glob(".autograding-*"))
    graded = list(course.glob("autograded/*/toy1/toy1.ipynb"))
    assert 0 < len(graded) < 6
    for path in graded:
        nbformat.read(path, as_version=4)
        assert basis_of(path.parent, "toy1")
    _, left = psutil.wait_procs(processes, timeout=20)
    assert not left
    times = {path: path.stat().st_mtime_ns for path in graded}
    again = rps_grader(course, "run", "toy1")
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{6 - len(graded)} graded, {len(graded)} unchanged" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in graded} == times
    assert not list(course.glob(".autograding-*"))
    assert all_graded(course)


@pytest.mark.parametrize("begins", ["multiprocessing.spawn", "autograder.classroom.server"])
def test_an_interrupt_counts_while_a_run_begins(course, tmp_path, monkeypatch, begins):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    running = started(course)
    while begins not in parts(running):
        assert running.poll() is None
    processes = psutil.Process(running.pid).children(recursive=True)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=60)[0]
    assert said.strip() == "Interrupted. 0 results are kept; the same command grades the others."
    assert running.returncode == 130
    _, left = psutil.wait_procs(processes, timeout=20)
    assert not left
    assert not list(temporary.glob("rps-*"))
    assert not list(course.glob(".autograding-*"))


# A judge with a weakness: certain facts have the process killed that watches it.
WEAK = """
    def judge(self, facts, expected, rules):
        if facts.result.shape == (1,):
            import os
            os.kill(os.getppid(), 9)
        yield from self.right(facts, expected, rules)

    def right("""


def test_what_is_killed_again_and_again_stays_ungraded(course):
    module = course / "toy/exercises/double/exercise.py"
    module.write_text(module.read_text().replace("\n    def judge(", WEAK, 1))
    (course / "submitted/s0/toy1/toy1.ipynb").unlink()
    deadly = solved(double="def double(x):\n    return np.zeros(1)")
    nbformat.write(deadly, course / "submitted/s0/toy1/toy1.ipynb")
    done = rps_grader(course, "run", "toy1", "--student", "s0", "--student", "s1")
    assert done.returncode == 1
    assert "s0: not graded: the process that graded it was killed 3 times" in done.stdout
    assert "1 graded, 0 unchanged, 1 not graded in whole" in done.stdout
    assert results_of(course)["s1", "double"].score == POINTS["double"]
    assert not autograded(course, "s0").exists()
