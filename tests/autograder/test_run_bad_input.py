"""What `rps-grader run` cannot do: one clear message each, and nothing half-written."""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import nbformat
import pytest
import sandbox
from nbgrader_course import nbgrader
from test_cluster import said as said_by
from test_cluster import started, worker
from toy_class import autograded, hand_in, make, results_of, rps_grader, solved

from autograder.classroom import parcels
from autograder.classroom import worker as grading

WRONG = "def double(x):\n    return 3 * x"


@pytest.fixture(scope="module")
def course(toy_root):
    """A class with a graded submission that has changed since."""
    hand_in(toy_root, "lovelace", solved())
    done = rps_grader(toy_root, "run", "toy1")
    assert done.returncode == 0, done.stdout + done.stderr
    (toy_root / "submitted/lovelace/toy1/new.txt").write_text("more")
    return toy_root


def refused(root, *arguments, status=1):
    """What a run says that must change nothing."""
    before = {path: path.read_bytes() for path in root.glob("autograded/**/*") if path.is_file()}
    done = rps_grader(root, "run", *arguments)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    after = {path: path.read_bytes() for path in root.glob("autograded/**/*") if path.is_file()}
    assert before == after
    assert not list(root.glob(".autograding-*"))
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["toy1", "--jobs", "0"], 2, "'0': expected a whole number, 1 to 9,999,999"),
        (["toy1", "--jobs", "many"], 2, "expected a whole number, 1 to 9,999,999"),
        (["toy1", "--timeout", "9" * 400], 2, "expected a whole number, 1 to 9,999,999"),
        (["toy1", "--timeout", "-1"], 2, "expected a whole number, 1 to 9,999,999"),
        (["toy1", "--jobs", "2", "--scheduler", "tcp://x:1"], 2, "not allowed with argument"),
        (["toy1", "--jobs", "100000"], 1, "No memory for 100000 jobs"),
        (["toy2"], 1, "there are: toy1. Release it first: `nbgrader generate_assignment toy2"),
        (["toy1", "--student", "lovelaze"], 1, "'lovelaze'. Did you mean lovelace?"),
        (["toy1", "--scheduler", "nonsense"], 1, "No Dask scheduler answers at nonsense"),
        (["toy1", "--scheduler", ""], 1, "No Dask scheduler answers at"),
        (["toy1", "--student", "zoe"], 1, "There is no student 'zoe'."),
    ],
)
def test_a_call_that_cannot_be_meant_is_told(course, arguments, status, says):
    assert says in refused(course, *arguments, status=status)


def test_an_assignment_that_is_not_released_is_told_with_the_command_that_helps(tmp_path):
    root = make(tmp_path)
    (root / "gradebook.db").unlink()
    hand_in(root, "ada", solved())
    assert "Release it first: `nbgrader generate_assignment toy1 --force`" in refused(root, "toy1")
    assert not (root / "gradebook.db").exists()


def greet(listening, answer):
    with listening.accept()[0] as connection:
        connection.sendall(answer)
        while connection.recv(1000):
            pass


@pytest.mark.parametrize("answer", [None, b"", b"SSH-2.0-OpenSSH_9.2\r\n" * 9])
def test_a_scheduler_that_does_not_answer_is_told(course, answer):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        if answer is not None:  # something else listens there
            taken.listen()
            threading.Thread(target=greet, args=(taken, answer), daemon=True).start()
        assert f"No Dask scheduler answers at {address}" in refused(
            course, "toy1", "--scheduler", address
        )


def test_workers_with_other_code_grade_nothing(course, tmp_path):
    code = tmp_path / "code"
    code.mkdir()
    shutil.copytree(course / "toy", code / "toy")
    shutil.copy(course / "words.txt", code)
    rubric = code / "toy/exercises/double/rubric.toml"
    rubric.write_text(rubric.read_text().replace("tolerance = 1e-5", "tolerance = 1e-4"))
    arguments = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with started(*arguments, folder=tmp_path / "scheduler", course=code):
        address = said_by(tmp_path / "scheduler", r"Scheduler at: +(\S+)")
        assert "has no workers" in refused(course, "toy1", "--scheduler", address)
        with worker(address, tmp_path / "worker", code):
            said = refused(course, "toy1", "--scheduler", address)
    assert "other versions are installed: code of toy" in said
    assert "expected" in said


def test_without_a_sandbox_nothing_is_graded_and_a_score_stays(course, tmp_path, monkeypatch):
    for name in ("sh", "python3"):
        (tmp_path / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Submissions cannot be isolated on this machine" in refused(course, "toy1")
    assert results_of(course)["lovelace", "double"].score == 4


def test_a_gradebook_of_something_else_is_told(tmp_path):
    root = make(tmp_path)
    hand_in(root, "ada", solved())
    (root / "gradebook.db").write_text("my grades\n" * 100)
    assert "gradebook.db cannot be used: file is not a database" in refused(root, "toy1")


def locked(root, how="EXCLUSIVE"):
    """Keeps others from writing into the gradebook, or from reading it as well."""
    held = sqlite3.connect(root / "gradebook.db", check_same_thread=False)
    held.execute(f"BEGIN {how}")
    return held


def test_a_gradebook_that_stays_locked_is_told(course, tmp_path):
    config = course / "nbgrader_config.py"
    before = config.read_text()
    held = locked(course)
    try:
        url = f"sqlite:///{course}/gradebook.db?timeout=1"
        config.write_text(f"{before}\nc.CourseDirectory.db_url = {url!r}\n")
        assert "gradebook.db cannot be used: database is locked" in refused(course, "toy1")
        for command in ("show", "rejudge", "similar"):
            done = rps_grader(course, command, "toy1")
            assert "gradebook.db cannot be used: database is locked" in done.stderr
            assert "Traceback" not in done.stderr
            assert done.returncode != 0
        done = nbgrader(course, "autograde", "toy1", check=False)
        assert "gradebook.db cannot be used: database is locked" in done.stderr
        assert "Traceback" not in done.stderr
    finally:
        held.close()
        config.write_text(before)


def test_a_gradebook_that_others_write_into_is_told_and_old_results_stay(tmp_path):
    root = make(tmp_path)
    hand_in(root, "ada", solved())
    nbgrader(root, "autograde", "toy1")
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = 'sqlite:///{root}/gradebook.db?timeout=1'\n")
    nbformat.write(solved(double=WRONG), root / "submitted/ada/toy1/toy1.ipynb")
    held = locked(root, "IMMEDIATE")  # as formgrader: others may read
    try:
        assert "gradebook.db cannot be used: database is locked" in refused(root, "toy1")
        before = autograded(root, "ada").read_bytes()
        done = nbgrader(root, "autograde", "toy1", check=False)
        assert done.returncode == 1
        assert "gradebook.db cannot be used: database is locked" in done.stderr
        assert "Traceback" not in done.stderr
        assert "db upgrade" not in done.stderr
        assert autograded(root, "ada").read_bytes() == before
        assert results_of(root)["ada", "double"].score == 4
    finally:
        held.close()
    nbgrader(root, "autograde", "toy1")
    assert results_of(root)["ada", "double"].score == 1


def test_a_gradebook_that_is_locked_for_a_moment_is_waited_for(tmp_path):
    root = make(tmp_path)
    hand_in(root, "ada", solved())
    held = locked(root)
    threading.Timer(12, held.close).start()  # longer than Python's own 5 seconds
    done = rps_grader(root, "run", "toy1")
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.contextmanager
def small_disk(folder, size):
    """A disk of its own, at a folder."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("only root may make a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_an_old_result_stays(tmp_path):
    with small_disk(tmp_path / "disk", "2m") as disk:
        root = make(tmp_path)
        hand_in(root, "ada", solved())
        assert rps_grader(root, "run", "toy1").returncode == 0
        shutil.move(root / "autograded", disk)
        (root / "autograded").symlink_to(disk / "autograded")
        hand_in(root, "ben", solved(double=WRONG))
        size = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        (disk / "full").write_bytes(bytes(size))
        before = autograded(root, "ada").read_bytes()
        assert "A file cannot be read or written: [Errno 28] No space left" in refused(root, "toy1")
        assert autograded(root, "ada").read_bytes() == before
        (disk / "full").unlink()
        done = rps_grader(root, "run", "toy1")
        assert "1 graded, 1 unchanged" in done.stdout, done.stdout + done.stderr


def test_a_full_disk_for_temporary_files_is_told(tmp_path, monkeypatch):
    with small_disk(tmp_path / "tmp", "200k") as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        monkeypatch.setattr(grading, "_MAX_PATH", 1000)
        with pytest.raises(RuntimeError, match=f"cannot be started in {disk}.*No space left"):
            grading.Server(parcels.pack({}, {"gradebook.db": bytes(500_000)}))
        assert not list(disk.iterdir())


SAYS_WHY = "import socket, sys\nsocket.socket(fileno=int(sys.argv[1])).send(b'No sandbox.')\n"
REMOVES = "import shutil, sys\nshutil.rmtree(sys.argv[2])\n"


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (SAYS_WHY + REMOVES, "^No sandbox.$"),
        (REMOVES + "raise OSError('No luck.')", "(?s)cannot be started: .*No luck.$"),
        (REMOVES, "cannot be started: $"),
    ],
)
def test_why_a_grading_program_has_ended_is_told_however_late(tmp_path, monkeypatch, program, says):
    (tmp_path / "ends.py").write_text(program)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(grading, "_SERVER", "ends")
    start = grading.Server._start

    def late(server, printed):
        said = start(server, printed)
        server._process.wait(timeout=60)
        return said

    monkeypatch.setattr(grading.Server, "_start", late)
    with pytest.raises(RuntimeError, match=says):
        grading.Server(parcels.pack({}, {}))


def test_a_full_disk_for_temporary_files_is_not_taken_for_the_disk_of_the_course(
    tmp_path, monkeypatch
):
    root = make(tmp_path)
    hand_in(root, "ada", solved())
    with small_disk(tmp_path / "tmp", "40k") as disk:
        monkeypatch.setenv("TMPDIR", str(disk))
        said = refused(root, "toy1")
    assert f"{disk}/" in said
    assert "full" in said
    assert str(root / "gradebook.db") not in said


def test_a_file_that_does_not_fit_on_the_disk_of_a_worker_is_named(tmp_path):
    says = r"No space left on device: '.*/tmp/data\.bin'"
    with small_disk(tmp_path / "tmp", "200k") as disk, pytest.raises(OSError, match=says):
        parcels.write({"data.bin": bytes(500_000)}, disk)


def test_a_course_that_is_not_yours_to_write_in_is_told_before_anything_is_graded(course):
    for command in (
        ["nbgrader", "autograde", "toy1"],
        ["rps-grader", "run", "toy1"],
        ["rps-grader", "rejudge", "toy1"],
    ):
        program = Path(sys.executable).parent / command[0]
        shell = f"cd {course} && PYTHONPATH={course} {program} {' '.join(command[1:])}"
        called = sandbox.as_ordinary_user("sh", "-c", shell, shown=[course])
        done = subprocess.run(called, capture_output=True, text=True, check=False)
        said = " ".join((done.stdout + done.stderr).split())
        assert f"Results cannot be written: {course} is not yours to write in." in said
        assert "Traceback" not in said
        assert done.returncode == 1


def test_a_class_that_has_handed_in_nothing_is_told(tmp_path):
    root = make(tmp_path)
    (root / "submitted/ada/toy1").mkdir(parents=True)
    assert "There is no submission of toy1 that can be graded in" in refused(root, "toy1")
