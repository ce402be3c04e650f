"""A class graded by a Dask scheduler and two workers: other processes, in folders of their own."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell
from toy_class import POINTS, hand_in, results_of, solved

from autograder.classroom import cluster
from autograder.sandbox import bubblewrap

STUDENTS = [f"s{number}" for number in range(8)]
SLOW = "import time\ntime.sleep(3)"


def slow():
    notebook = solved()
    notebook.cells.insert(1, new_code_cell(SLOW))
    return notebook


@contextlib.contextmanager
def started(*arguments, folder, course, **variables):
    """A program of Dask, in a folder of its own, which can import the course."""
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": str(course), "TMPDIR": str(folder)} | variables
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def said(folder, pattern):
    """What a program's log says, as soon as it does."""
    for _ in range(300):
        found = re.search(pattern, (folder / "log").read_text())
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text())


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Its address."""
    folder = tmp_path_factory.mktemp("dask") / "scheduler"
    arguments = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with started(*arguments, folder=folder, course=folder):
        yield said(folder, r"Scheduler at: +(\S+)")


@contextlib.contextmanager
def worker(scheduler, folder, course, *further):
    arguments = ["worker", scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard", *further]
    with started(*arguments, folder=folder, course=course) as process:
        said(folder, r"(Registered to)")
        yield process


@pytest.fixture(scope="module")
def course(toy_root):
    for student in STUDENTS:
        hand_in(toy_root, student, slow())
    return toy_root


@pytest.fixture(scope="module")
def code(course, tmp_path_factory):
    """The course's code as it is installed on the workers' machines, without the class."""
    folder = tmp_path_factory.mktemp("installed") / "code"
    folder.mkdir()
    shutil.copytree(course / "toy", folder / "toy")
    shutil.copy(course / "words.txt", folder)
    return folder


def test_workers_fetch_what_they_lack(course, code, scheduler, tmp_path):
    hand_in(course, "long", solved(), "1\n2\n3\n")
    config = course / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(f"{before}\nc.Grading.profile = 'long'\n")
    (code / "words.txt").unlink()
    try:
        with worker(scheduler, tmp_path / "one", code):
            done = command(course, "--scheduler", scheduler, "--student", "long")
            assert done.wait(timeout=200) == 0, done.stdout.read()
    finally:
        config.write_text(before)
    assert (code / "words.txt").read_text() == "toy\n"
    assert results_of(course)["long", "double"].score == POINTS["double"]


def command(root, *arguments):
    program = [sys.executable, "-m", "autograder", "run", "toy1", *arguments]
    return subprocess.Popen(
        program, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_retraining_asks_for_a_gpu_where_a_worker_offers_one(course, code, scheduler, tmp_path):
    students = ["first", "second", "third"]
    for student in students:
        hand_in(course, student, solved())
    arguments = ["--scheduler", scheduler, "--retrain"]
    arguments += [part for student in students for part in ("--student", student)]
    with worker(scheduler, tmp_path / "cpu", code) as cpu:
        with worker(scheduler, tmp_path / "gpu", code, "--resources", "GPU=1") as gpu:
            done = command(course, *arguments)
            text = done.communicate(timeout=200)[0]
            assert done.returncode == 0, text
            assert "3 graded, 0 unchanged" in text
            assert "GPU" not in text
            assert grades(gpu)
            assert not grades(cpu)
        done = command(course, *arguments, "--force")
        text = done.communicate(timeout=200)[0]
        assert done.returncode == 0, text
        assert "No worker offers a GPU: training runs on the CPU." in text
        assert grades(cpu)


@pytest.mark.parametrize("devices", [["nvidia0", "nvidiactl"], ["kfd"], ["dri"], []])
def test_this_machine_offers_a_gpu_that_computes(monkeypatch, devices):
    found = [Path("/dev") / name for name in devices]
    monkeypatch.setattr(bubblewrap, "gpu_devices", lambda: found)
    with cluster.local(2) as client:
        assert bool(cluster.gpus(client)) == (devices not in ([], ["dri"]))


def grades(process):
    """Whether a worker has started the program that grades beside it."""
    return bool(psutil.Process(process.pid).children())


def test_a_worker_that_is_killed_loses_nothing(course, code, scheduler, tmp_path):
    with (
        worker(scheduler, tmp_path / "one", code) as killed,
        worker(scheduler, tmp_path / "two", code),
    ):
        running = command(course, "--scheduler", scheduler)
        lines = []
        for line in running.stdout:
            lines.append(line)
            if "graded (" in line:
                killed.kill()
                break
        lines += running.stdout
        assert running.wait(timeout=300) == 0, "".join(lines)
    found = results_of(course)
    for student in STUDENTS:
        assert {exercise: found[student, exercise].score for exercise in POINTS} == POINTS
    assert "0 not graded in whole" in "".join(lines)


def test_a_submission_that_workers_die_with_stays_ungraded_with_its_score(course, code, tmp_path):
    hand_in(course, "unlucky", solved())
    done = command(course, "--student", "unlucky")
    assert done.wait(timeout=200) == 0, done.stdout.read()
    (course / "submitted/unlucky/toy1/new.txt").write_text("more")
    folder = tmp_path / "scheduler"
    arguments = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with started(*arguments, folder=folder, course=folder, **once):
        address = said(folder, r"Scheduler at: +(\S+)")
        with worker(address, tmp_path / "one", code) as killed:
            running = command(course, "--scheduler", address, "--student", "unlucky")
            while not psutil.Process(killed.pid).children():  # the program beside it, that grades
                time.sleep(0.05)
            killed.kill()
            text = running.stdout.read()
    assert running.wait(timeout=60) == 1, text
    assert "unlucky: not graded: workers that graded it died" in text
    assert results_of(course)["unlucky", "double"].score == POINTS["double"]


def test_a_scheduler_that_goes_away_is_told_and_what_is_done_is_kept(course, code, tmp_path):
    hand_in(course, "later", slow())
    folder = tmp_path / "scheduler"
    arguments = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with started(*arguments, folder=folder, course=folder) as scheduler:
        address = said(folder, r"Scheduler at: +(\S+)")
        with worker(address, tmp_path / "one", code):
            running = command(course, "--scheduler", address, "--force")
            lines = []
            for line in running.stdout:
                lines.append(line)
                if "graded (" in line:
                    scheduler.kill()
            assert running.wait(timeout=120) == 1
    assert "Traceback" not in "".join(lines)
    assert "The scheduler does not answer any more" in "".join(lines)
    done = re.search(r"1/\d+ (\w+): graded", "".join(lines))[1]
    assert results_of(course)[done, "double"].score == POINTS["double"]
    assert not list(course.glob(".autograding-*"))
