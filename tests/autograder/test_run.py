"""`rps-grader run` grades a class as `nbgrader autograde` does, several submissions at a time."""

import contextlib
import datetime
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from odd_class.written import answered, below
from test_states import by_hand, submit
from toy_class import (
    autograded,
    find,
    hand_in,
    make,
    release_with_question,
    results_of,
    rps_grader,
    solved,
    with_question,
)

from autograder.grading.challenges import KEY_FILE
from autograder.grading.placing import basis_of
from autograder.grading.states import State

WRONG = "def double(x):\n    return 3 * x"
FAILS = "def double(x):\n    raise ValueError('no')"


def without(grade_id):
    notebook = solved()
    notebook.cells.remove(find(notebook, grade_id))
    return notebook


def of_another_profile():
    notebook = solved()
    notebook.cells.insert(1, new_code_cell("PROFILE = 'long'"))
    return notebook


CLASS = {
    "answered": answered,
    "below": below,
    "blank": lambda: with_question(solved()),
    "broken": lambda: solved(double="def double(x)\n    return"),
    "exits": lambda: solved(double="import os; os._exit(1)"),
    "forgot_a_cell": lambda: without("double"),
    "late": solved,
    "long": of_another_profile,
    "right": solved,
    "stub": lambda: solved(double="def double(x):\n    raise NotImplementedError()"),
    "wrong": lambda: solved(double=WRONG),
}
RESUBMITTED = {"answered": lambda: answered("Another one.", double=FAILS), "wrong": solved}


def hand_in_class(root):
    for student, notebook in CLASS.items():
        hand_in(root, student, notebook(), None if student == "stub" else "1\n2\n3\n")
    (root / "submitted/late/toy1/timestamp.txt").write_text("2026-05-03 10:00:00 UTC")
    (root / "submitted/late/toy1/extra").mkdir()
    (root / "submitted/late/toy1/extra/ö.txt").write_text("mine")
    hand_in(root, "refused", solved())
    (root / "submitted/refused/toy1/toy1.ipynb").write_text("no JSON")
    hand_in(root, "renamed", solved())
    (root / "submitted/renamed/toy1/toy1.ipynb").rename(root / "submitted/renamed/toy1/mine.ipynb")
    (root / "submitted/renamed/toy1/toy1.txt").symlink_to("/etc/passwd")
    (root / "submitted/empty/toy1").mkdir(parents=True)
    (root / "solutions/toy1/given.csv").write_text("1\n")


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """A class, graded by the stock command, and the same one by ours: with the same attempts."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        stock = make(tmp_path_factory.mktemp("stock"))
        release_with_question(stock)
        with Gradebook(f"sqlite:///{stock}/gradebook.db") as gradebook:
            gradebook.find_assignment("toy1").duedate = datetime.datetime(2026, 5, 1)
            gradebook.db.commit()
        config = stock / "nbgrader_config.py"
        config.write_text(
            f"{config.read_text()}\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
            "c.CourseDirectory.ignore.append('*.bak')\n"
        )
        hand_in_class(stock)
        shutil.copy(stock / "gradebook.db", stock / "released.db")
        first = nbgrader(stock, "autograde", "toy1", check=False)
        ours = tmp_path_factory.mktemp("ours") / "course"
        shutil.copytree(stock, ours, symlinks=True)
        shutil.move(ours / "released.db", ours / "gradebook.db")
        patch.setenv("PYTHONPATH", str(ours))
        yield stock, first, ours, rps_grader(ours, "run", "toy1", "--force", "--jobs", 2)


def rows(root):
    """What a gradebook holds of submissions, but for random ids."""
    found = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        for one in gradebook.find_assignment("toy1").submissions:
            found[one.student_id] = one.timestamp, one.score, one.late_submission_penalty
            for notebook in one.notebooks:
                for grade in notebook.grades:
                    found[one.student_id, grade.name] = [
                        (grade.auto_score, grade.manual_score, grade.extra_credit),
                        (grade.needs_manual_grade, grade.max_score),
                    ]
                for comment in notebook.comments:
                    about = comment.auto_comment, comment.manual_comment
                    found[one.student_id, comment.name, "comment"] = about
    return found


def files(root):
    """What is autograded, but for run times, attempts and random ids."""
    found = {}
    for path in sorted((root / "autograded").rglob("*")):
        name, mode = str(path.relative_to(root)), path.stat().st_mode
        if path.suffix == ".ipynb":
            notebook = nbformat.read(path, as_version=4)
            about = notebook.metadata["autograder"]
            about.get("basis", {}).pop("attempt", None)
            about.pop("seconds", None)
            about["kept"] = about.get("kept", {}).keys()  # pickles differ from process to process
            for cell in notebook.cells:
                cell.pop("id", None)
                cell.metadata.pop("execution", None)
            found[name] = mode, notebook
        elif path.is_file():
            found[name] = mode, path.read_bytes()
    return found


def pages(root):
    nbgrader(root, "generate_feedback", "toy1")
    found = {}
    for path in (root / "feedback").rglob("*.html"):
        text = path.read_text().replace(str(root), "")
        found[path.parent.parent.name] = re.sub(r'(id|for|href)="[^"]*"', "", text)
    return found


def assert_same(stock, ours):
    assert rows(ours) == rows(stock)
    expected, found = files(stock), files(ours)
    assert found.keys() == expected.keys()
    for name, content in expected.items():
        assert found[name] == content, name


def test_the_whole_class_is_graded_as_by_the_stock_command(courses):
    stock, first, ours, _ = courses
    assert first.returncode == 1  # of another profile
    assert len(files(stock)) > len(CLASS)
    assert_same(stock, ours)


def test_what_could_not_be_graded_is_told_and_fails_the_command(courses):
    *_, run = courses
    assert run.returncode == 1, run.stdout + run.stderr
    assert "long: not graded: " in run.stdout
    assert "Traceback" not in run.stdout + run.stderr
    assert "[NbGrader" not in run.stdout + run.stderr


def test_the_summary_says_what_a_person_reads_and_the_log_what_nbgrader_says(courses):
    *_, run = courses
    (line,) = (line for line in run.stdout.splitlines() if line.startswith("late: "))
    assert "Handed in 2.4 d late" in line
    assert "SubmittedAssignment<" not in run.stdout
    assert "Late submission penalty" not in run.stdout
    log = Path(re.search(r"Log: (\S+)", run.stdout)[1]).read_text()
    assert "SubmittedAssignment<toy1 for late> is 208800.0 seconds late" in log


def test_a_summary_tells_errors_waiting_missing_and_zero_apart(courses):
    *_, run = courses
    assert "12 graded, 0 unchanged, 3 not graded in whole." in run.stdout, run.stdout
    assert "refused: `double` could not be graded. The notebook cannot be read" in run.stdout
    summary = next(line for line in run.stdout.splitlines() if line.startswith("toy1 is now"))
    for words in ("waiting", "error", "1 missing"):
        assert words in summary, summary
    log = re.search(r"Log: (\S+)", summary)[1]
    assert "Autograding" in Path(log).read_text()


def test_feedback_is_the_same(courses):
    stock, _, ours, _ = courses
    assert pages(ours) == pages(stock)


@pytest.fixture(scope="module")
def again(courses):
    """Both classes after scores by hand and other submissions."""
    stock, _, ours, _ = courses
    for root in (stock, ours):
        by_hand(root, "below", "why", 1, "Half of it.")
        by_hand(root, "exits", "double", 3)
        by_hand(root, "answered", "why", 2)
        for student, notebook in RESUBMITTED.items():
            submit(root, student, notebook())
    graded_at = autograded(ours, "right").stat().st_mtime_ns
    nbgrader(stock, "autograde", "toy1", check=False)
    run = rps_grader(ours, "run", "toy1", "--jobs", 2)
    return stock, ours, run, graded_at


def test_only_what_changed_is_graded_and_scores_by_hand_stay(again):
    stock, ours, run, graded_at = again
    assert "2 graded, 11 unchanged" in run.stdout, run.stdout + run.stderr
    assert autograded(ours, "right").stat().st_mtime_ns == graded_at
    assert_same(stock, ours)
    found = results_of(ours)
    assert (found["answered", "why"].state, found["answered", "why"].score) == (State.AGAIN, 2)
    assert (found["exits", "double"].state, found["exits", "double"].score) == (State.BY_HAND, 3)


def test_the_stock_command_takes_what_run_has_graded_for_graded(again):
    _, ours, _, _ = again
    done = nbgrader(ours, "autograde", "toy1", "--student=right")
    assert "Sanitizing" not in done.stderr


def test_some_students_again(again):
    _, ours, _, _ = again
    before = basis_of(ours / "autograded/right/toy1", "toy1")
    run = rps_grader(ours, "run", "toy1", "--student", "right", "--student", "late", "--force")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 graded, 0 unchanged" in run.stdout
    assert basis_of(ours / "autograded/right/toy1", "toy1").attempt == before.attempt
    run = rps_grader(ours, "run", "toy1", "--student", "right")
    assert run.returncode == 0
    assert "0 graded, 1 unchanged" in run.stdout


def test_a_terminal_shows_what_runs(again):
    _, ours, _, _ = again
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "autograder", "run", "toy1", "--student=late", "--force"]
    with subprocess.Popen(command, cwd=ours, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while new := os.read(terminal, 1 << 16):
                said += new
    os.close(terminal)
    assert running.returncode == 0, said
    assert b"1 running, slowest: late" in said
    assert b"INFO" not in said


def test_nothing_is_left_in_the_course(again):
    _, ours, _, _ = again
    assert not list(ours.glob(".autograding-*"))
    assert (ours / KEY_FILE).exists()
