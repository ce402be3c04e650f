"""The state of every exercise: one class, graded, shown, scored by hand, changed, graded again."""

import contextlib
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
import sandbox
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader_course import nbgrader
from odd_class.member import solved
from odd_class.written import answered, below
from toy_class import (
    UNANSWERED,
    autograded,
    hand_in,
    make,
    release_with_question,
    results_of,
    rps_grader,
)

from autograder.grading import results
from autograder.grading.machine import Grading
from autograder.grading.states import Bases, State

WRONG = "def double(x):\n    return 3 * x"
SLOW = "import time\ntime.sleep(600)"
WRITTEN = {
    "answered": (answered, State.WAITING),
    "below": (below, State.WAITING),
    "blank": (solved, State.GRADED),
    "white_space": (lambda: answered(f"\n{UNANSWERED}  \n"), State.GRADED),
}


def submit(root, student, notebook):
    """Hands in a notebook once more."""
    nbformat.write(notebook, root / "submitted" / student / "toy1/toy1.ipynb")


def collected(root):
    """What there is by student and exercise, as `rps-grader show` sees it."""
    with contextlib.chdir(root):
        application = NbGrader()
        application.initialize([])
    bases = Bases(application.coursedir, Grading(parent=application), "toy1")
    found = results.collect(application.coursedir.db_url, root / "autograded", "toy1", bases)
    return {(result.student, result.exercise): result for result in found}


def by_hand(root, student, exercise, score, comment=None):
    """Scores an exercise as formgrader does."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade(exercise, "toy1", "toy1", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        if comment:
            gradebook.find_comment(exercise, "toy1", "toy1", student).manual_comment = comment
        gradebook.db.commit()


def table(root, *arguments):
    target = root / "table.csv"
    nbgrader(root, "export", "--to", str(target), *arguments)
    with target.open() as file:
        return list(csv.DictReader(file))


def rows(root):
    return {row["student_id"]: row for row in table(root)}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        course = make(tmp_path_factory.mktemp("toy"))
        patch.syspath_prepend(str(course))
        release_with_question(course)
        yield course


@pytest.fixture(scope="module")
def before(root):
    """What is shown and exported before anything is graded."""
    for student, (submission, _) in WRITTEN.items():
        hand_in(root, student, submission())
    hand_in(root, "refused", answered())
    (root / "submitted/refused/toy1/toy1.ipynb").write_text("no JSON")
    hand_in(root, "exits", solved(double="import os; os._exit(1)"))
    (root / "submitted/elsewhere/toy1").mkdir(parents=True)
    (root / "submitted/elsewhere/toy1/notes.txt").write_text("my homework")
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        gradebook.add_student("absent")
    return rows(root), rps_grader(root, "show", "toy1"), rps_grader(root, "show", "toy1", "--check")


@pytest.fixture(scope="module")
def graded(root, before):
    nbgrader(root, "autograde", "toy1")
    return root, collected(root)


def test_before_grading_submissions_are_not_missing(before):
    table, shown, checked = before
    assert table["answered"]["status"] == "not graded"
    assert (table["absent"]["status"], table["absent"]["reason"]) == ("missing", "")
    assert table["elsewhere"]["status"] == "missing"
    assert table["elsewhere"]["reason"] == "a folder without a notebook"
    assert "answered: handed in, not graded" in shown.stdout
    assert "elsewhere: missing: a folder without a notebook" in shown.stdout
    assert (shown.returncode, checked.returncode) == (0, 1)


@pytest.mark.parametrize("student", WRITTEN)
def test_a_written_answer_gets_no_zero_without_a_person(graded, student):
    _, found = graded
    result = found[student, "why"]
    assert result.state is WRITTEN[student][1]
    assert result.score == (0 if result.state is State.GRADED else None)
    assert found[student, "double"].score == 4


def test_a_refused_notebook_waits_for_a_person_too(graded):
    _, found = graded
    assert found["refused", "double"].state is State.FAILED
    assert found["refused", "why"].state is State.WAITING
    assert found["exits", "double"].state is State.FAILED


def test_table_and_show_agree(graded):
    root, _ = graded
    table_of = rows(root)
    status = {student: row["status"] for student, row in table_of.items()}
    assert status["blank"] == "graded"
    assert status["answered"] == "waiting"
    assert status["refused"] == status["exits"] == "error"
    assert table_of["below"]["waiting"] == table_of["refused"]["waiting"] == "why"
    assert table_of["blank"]["waiting"] == ""
    shown = rps_grader(root, "show", "toy1").stdout
    assert "below why: waits for a person" in shown
    assert "blank why -2: no answer" in shown
    each = table(root, "--StatusExportPlugin.exercises=True", "--student=['answered']")
    assert [(row["exercise"], row["score"], row["state"]) for row in each] == [
        ("double", "4.0", "graded"),
        ("running_total", "3.0", "graded"),
        ("measurements", "2.0", "graded"),
        ("why", "", "waits for a person"),
    ]
    each = table(root, "--StatusExportPlugin.exercises=True", "--student=['blank']")
    assert [(row["exercise"], row["reason"]) for row in each if row["reason"]] == [
        ("why", "no answer")
    ]


def test_a_result_that_may_not_be_read_is_named(graded, monkeypatch):
    root, _ = graded

    def refuse(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(results.nbformat, "read", refuse)
    with pytest.raises(results.ResultsError, match=r"toy1\.ipynb cannot be read with your rights"):
        results_of(root)


def test_a_page_of_feedback_says_what_waits(graded):
    root, _ = graded
    done = nbgrader(root, "generate_feedback", "toy1", "--student=below")
    assert "WARNING" not in done.stderr
    page = (root / "feedback/below/toy1/toy1.html").read_text()
    assert "waits for a person" in page


def test_what_is_graded_is_not_graded_again(graded):
    root, _ = graded
    path = autograded(root, "blank")
    graded_at = path.stat().st_mtime_ns
    done = nbgrader(root, "autograde", "toy1")
    assert "Sanitizing" not in done.stderr
    assert path.stat().st_mtime_ns == graded_at


def test_a_score_by_hand_survives_and_shows_as_such(graded):
    root, _ = graded
    by_hand(root, "below", "why", 1, "Half of it.")
    by_hand(root, "exits", "double", 3)
    nbgrader(root, "autograde", "toy1", "--force", "--student=below")
    found = collected(root)
    assert (found["below", "why"].state, found["below", "why"].score) == (State.BY_HAND, 1)
    assert (found["exits", "double"].state, found["exits", "double"].score) == (State.BY_HAND, 3)
    shown = rps_grader(root, "show", "toy1").stdout
    assert "below why -1: graded by a person: Half of it." in shown
    assert "exits double -1: graded by a person" in shown
    assert rows(root)["below"]["status"] == "graded"
    nbgrader(root, "generate_feedback", "toy1", "--student=below")
    page = (root / "feedback/below/toy1/toy1.html").read_text()
    assert "1 of 2 points" in page
    assert "waits for a person" not in page


def test_a_new_answer_is_graded_and_looked_at_again(graded):
    root, _ = graded
    by_hand(root, "answered", "why", 2)
    new = answered("Another answer.", double=WRONG)
    submit(root, "answered", new)
    result = collected(root)["answered", "why"]
    assert (result.state, result.about) == (
        State.STALE, "changed since it was graded: submission",
    )  # fmt: skip
    assert rows(root)["answered"]["status"] == "stale"
    nbgrader(root, "generate_feedback", "toy1", "--student=answered")
    page = (root / "feedback/answered/toy1/toy1.html").read_text()
    assert "about an earlier state" in page
    nbgrader(root, "autograde", "toy1")
    found = collected(root)
    assert (found["answered", "why"].state, found["answered", "why"].score) == (State.AGAIN, 2)
    assert found["answered", "double"].score == 1
    row = rows(root)["answered"]
    assert (row["status"], row["waiting"]) == ("waiting", "why (again)")
    nbgrader(root, "autograde", "toy1", "--force", "--student=answered")
    assert collected(root)["answered", "why"].state is State.AGAIN
    by_hand(root, "answered", "why", 1)
    assert collected(root)["answered", "why"].state is State.BY_HAND


@pytest.mark.parametrize("name", ["zed\u202e", "two\nlines", b"no utf-8 \xff"])
def test_a_folder_whose_name_can_be_no_students_is_not_forgotten(graded, name):
    root, _ = graded
    folder = root / "submitted" / os.fsdecode(name)
    shutil.copytree(root / "submitted/blank", folder)
    told = ascii(os.fsdecode(name))[1:-1]
    try:
        shown = rps_grader(root, "show", "toy1", "--check")
        row = rows(root)[told]
        rps_grader(root, "report", "toy1", "--to", "odd")
    finally:
        shutil.rmtree(folder)
    assert shown.returncode == 1
    assert f"{told}: handed in, not graded: The name of the folder holds characters" in " ".join(
        shown.stdout.split()
    )
    assert (row["status"], row["score"]) == ("not graded", "")
    assert json.dumps(told) in (root / "odd/toy1.json").read_text()


def test_another_rubric_makes_results_stale(graded):
    root, _ = graded
    path = root / "toy/exercises/double/rubric.toml"
    text = path.read_text()
    try:
        path.write_text(text.replace("tolerance = 1e-5", "tolerance = 1e-4"))
        row = rows(root)["blank"]
        shown = rps_grader(root, "show", "toy1").stdout
    finally:
        path.write_text(text)
    assert (row["status"], row["score"]) == ("stale", "9.0")
    assert row["reason"] == "changed since it was graded: rubric"
    assert "blank: stale: changed since it was graded: rubric" in shown
    assert rows(root)["blank"]["status"] == "graded"


def test_a_stale_result_has_no_score_that_nobody_gave(graded):
    root, _ = graded
    path = root / "toy/exercises/double/rubric.toml"
    text = path.read_text()
    before = collected(root)
    try:
        path.write_text(text.replace("tolerance = 1e-5", "tolerance = 1e-4"))
        shown = json.loads(rps_grader(root, "show", "toy1", "--json").stdout)
        exported = table(root, "--StatusExportPlugin.exercises=True")
    finally:
        path.write_text(text)
    written = {(row["student_id"], row["exercise"]): row["score"] for row in exported}
    stale = {(r["student"], r["exercise"]): r["score"] for r in shown if r["state"] == State.STALE}
    given = {
        key: None if before[key].state in (State.WAITING, State.FAILED) else before[key].score
        for key in stale
    }
    assert stale == given
    assert {key: float(written[key]) if written[key] else None for key in stale} == given
    assert {before[key].state for key in stale} >= {State.WAITING, State.FAILED, State.GRADED}


def test_other_points_and_another_profile_make_results_stale(graded):
    root, _ = graded
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        cell = gradebook.find_grade_cell("why", "toy1", "toy1")
        cell.max_score = 3
        gradebook.db.commit()
        try:
            reason = rows(root)["blank"]["reason"]
            both = table(root, "--Grading.profile=long", "--student=['blank']")[0]["reason"]
        finally:
            cell.max_score = 2
            gradebook.db.commit()
    assert reason == "changed since it was graded: points"
    assert both == "changed since it was graded: points, profile"
    assert rows(root)["blank"]["status"] == "graded"


def test_other_versions_make_results_stale(graded):
    root, _ = graded
    about = root / "nbconvert-99.0.dist-info"  # found before the one that is installed
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: nbconvert\nVersion: 99.0\n")
    try:
        reason = rows(root)["blank"]["reason"]
    finally:
        shutil.rmtree(about)
    assert reason == "changed since it was graded: versions"
    assert rows(root)["blank"]["status"] == "graded"


def start(root, student):
    environment = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    }
    command = [sys.executable, "-m", "nbgrader", "autograde", "toy1", f"--student={student}"]
    return subprocess.Popen(
        command, cwd=root, env=environment, stderr=subprocess.PIPE, text=True, process_group=0
    )


def kill_in_the_middle(root, student):
    process = start(root, student)
    for line in process.stderr:
        if "Autograding" in line:
            break
    time.sleep(1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()


def test_a_killed_run_is_no_zero_and_is_made_up_for(graded):
    root, _ = graded
    hand_in(root, "killed", answered(double=SLOW))
    kill_in_the_middle(root, "killed")
    found = collected(root)
    assert {found["killed", name].state for name in ("double", "why")} == {State.SUBMITTED}
    assert rows(root)["killed"]["status"] == "not graded"
    submit(root, "killed", answered())
    nbgrader(root, "autograde", "toy1")
    assert collected(root)["killed", "double"].score == 4


def test_an_old_result_stays_until_the_new_one_is_whole(graded):
    root, _ = graded
    submit(root, "white_space", solved(double=SLOW))
    kill_in_the_middle(root, "white_space")
    result = collected(root)["white_space", "double"]
    assert (result.state, result.score) == (State.STALE, 4)
    assert autograded(root, "white_space").is_file()
    submit(root, "white_space", WRITTEN["white_space"][0]())
    assert collected(root)["white_space", "double"].state is State.GRADED


def test_what_a_judge_failed_on_is_graded_by_the_next_run(graded):
    root, _ = graded
    path = root / "toy/exercises/double/exercise.py"
    right = path.read_text()
    try:
        path.write_text(right.replace("doubled = 2 *", "doubled = 1 / 0 *"))
        done = nbgrader(root, "autograde", "toy1", "--student=blank", "--force", check=False)
    finally:
        path.write_text(right)
    assert done.returncode != 0
    assert results_of(root)["blank", "double"].state is State.FAILED
    nbgrader(root, "autograde", "toy1")
    assert collected(root)["blank", "double"].score == 4


def test_nothing_is_left_to_do_in_the_end(graded):
    root, _ = graded
    for (student, exercise), result in collected(root).items():
        if result.state in (State.WAITING, State.FAILED, State.AGAIN):
            by_hand(root, student, exercise, 1)
    # What is left is a folder without a notebook.
    assert rps_grader(root, "show", "toy1", "--check").returncode == 1
    shutil.rmtree(root / "submitted/elsewhere")
    done = rps_grader(root, "show", "toy1", "--check")
    assert done.returncode == 0, done.stdout
