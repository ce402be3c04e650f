"""The demo class through the doors a TA takes: autograde, feedback, export, solutions, validate."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader_course import ROOT, nbgrader

from autograder.grading import results
from autograder.samples import demo as demo_class
from rps_course.course import COURSE
from tools.points import by_rubric

pytestmark = pytest.mark.timeout(3000)


def cells(path):
    notebook = nbformat.read(path, as_version=4)
    return {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in notebook.cells}


def test_every_score_is_the_expected_one(demo):
    _, done = demo
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All scores are as expected" in done.stdout


def test_the_table_shows_every_student_and_a_reason_for_every_loss(demo):
    _, done = demo
    for student in demo_class.students(ROOT):
        assert student.id in done.stdout
        for exercise in student.earns:
            assert f"{student.id} {exercise} -" in done.stdout
    for reason in (
        "weights changed in one training step",
        "The learning rate is 0.1, expected 0.001",
        "outputs of shape [1], expected [3]",
        "still compiled as it was for the head",
        "has no answer yet",
        "SyntaxError",
    ):
        assert reason in done.stdout


def test_the_class_covers_all_exercises(demo):
    course, _ = demo
    graded = set()
    for assignment in ("ps1", "ps2", "ps3", "ps4"):
        url = f"sqlite:///{course}/gradebook.db"
        found = results.collect(url, course / "autograded", assignment)
        graded |= {r.exercise for r in found if r.student == "ada" and r.score == r.points}
    assert graded == set(COURSE.exercises)


def test_verdicts_stand_in_the_form_that_nbgrader_reads(demo):
    course, _ = demo
    full = cells(course / "autograded/ada/ps2/ps2.ipynb")["build_backbone"]
    assert [o.output_type for o in full.outputs] == ["stream"]
    partial = cells(course / "autograded/cleo/ps2/ps2.ipynb")["build_backbone"]
    assert partial.outputs[-1].data["text/plain"] == "5"
    zero = cells(course / "autograded/finn/ps2/ps2.ipynb")["build_classifier"]
    assert [o.output_type for o in zero.outputs] == ["error"]
    assert "expected [3]" in zero.outputs[0].evalue


def test_no_verdict_shows_the_challenge_or_the_evidence(demo):
    course, _ = demo
    text = (course / "autograded/ada/ps2/ps2.ipynb").read_text()
    assert '"challenge"' not in text
    assert "evidence+json" not in text


def test_feedback_tells_the_student_why(demo):
    course, done = demo
    assert done.returncode == 0
    nbgrader(course, "generate_feedback", "ps2")
    page = (course / "feedback/eve/ps2/ps2.html").read_text()
    assert "The learning rate is 0.1, expected 0.001" in page
    assert "2 of 3 points" in page
    assert "Exercise 4: how the head will learn" in page
    assert "4 more points wait for a person." in page


def test_scores_are_exported(demo):
    course, done = demo
    assert done.returncode == 0
    nbgrader(course, "export")
    with (course / "grades.csv").open() as file:
        rows = {(r["assignment"], r["student_id"]): r for r in csv.DictReader(file)}
    points = by_rubric()["ps2"]
    whole = sum(points.values())
    assert float(rows["ps2", "ada"]["raw_score"]) == whole
    frozen = COURSE.load_rubric()["build_backbone"]["criteria"]["frozen"]["points"]
    assert float(rows["ps2", "cleo"]["raw_score"]) == whole - frozen


def test_solutions_are_released(demo):
    course, _ = demo
    nbgrader(course, "generate_solution", "ps2")
    text = (course / "release_solutions/ps2/ps2.ipynb").read_text()
    assert "include_top=False" in text


def test_rps_grader_show_prints_the_same_table(demo):
    course, _ = demo
    done = subprocess.run(
        [Path(sys.executable).with_name("rps-grader"), "show", "ps2"],
        cwd=course,
        # As where the environment is not activated: nbgrader's own programs are not on the path.
        env=os.environ | {"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "cleo build_backbone -5" in done.stdout
    assert "finn build_classifier -8" in done.stdout
    assert "one per class. (1 more)" in " ".join(done.stdout.split())


def test_handed_in_weights_are_not_replaced_while_grading(demo):
    course, _ = demo
    for name in ("rps_model.weights.h5", "rps_model.json"):
        handed_in = (course / "submitted/ada/ps4" / name).read_bytes()
        assert (course / "autograded/ada/ps4" / name).read_bytes() == handed_in


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["show", "ps9"], 2, "no assignment 'ps9'"),
        (["demo", "--course", "."], 1, "holds the course itself"),
        (["demo", "--course", "solutions"], 1, "is no demo course"),
        (["demo", "--course", "/proc/demo"], 1, "/proc/demo cannot be made: No such file"),
        (["fly"], 2, "invalid choice"),
        ([], 2, "COMMAND"),
    ],
)
def test_wrong_arguments_are_told_clearly(demo, arguments, status, says):
    course, _ = demo
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=ROOT if "demo" in arguments else course,  # the demo needs a clone
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert says in done.stderr


def test_a_folder_without_a_gradebook_is_told_and_stays_empty(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "show", "ps1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "There is no gradebook" in done.stderr
    assert not list(tmp_path.iterdir())
