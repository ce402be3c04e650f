"""Formgrader as a TA uses it: nbgrader's server extension, clicked through in Chromium."""

import csv
from pathlib import Path

import browser
import notebook_server
import pytest
import sandbox
from nbgrader_course import nbgrader
from toy_class import hand_in, make, release_with_question, rps_grader, solved, with_question

STUDENTS = {"ada": "def double(x):\n    return 2 * x", "ben": "def double(x):\n    return x"}
COMMENT = "Half of it: say what causes what."


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class that has handed in, and of which nothing is graded."""
    browser.require()
    sandbox.require()
    root = make(tmp_path_factory.mktemp("formgrader"))
    release_with_question(root)
    for student, answer in STUDENTS.items():
        hand_in(root, student, with_question(solved(double=answer), f"{student} says so."))
    return root


@pytest.fixture(scope="module")
def server(course):
    """The address of a Jupyter server in the course's folder."""
    with notebook_server.serve(course) as address:
        yield address


@pytest.fixture(scope="module")
def window():
    with browser.window(1100, 1200) as page:
        yield page


@pytest.fixture(scope="module")
def graded(course, server, window):
    """The class after its TA has autograded it, and graded ben's written answer, by clicking."""
    window.goto(f"{server}/formgrader/manage_submissions/toy1")
    listed = {}
    for student in STUDENTS:
        row = window.locator("tr", has=window.get_by_text(student, exact=True))
        listed[student] = row.locator(".status").inner_text()
        row.locator(".autograde a").click()
        dialog = window.locator(".modal.in")
        dialog.get_by_text(f"Successfully autograded 'toy1' for student '{student}'").wait_for()
        dialog.get_by_role("button", name="OK").click()
        dialog.wait_for(state="detached")
    assert listed == dict.fromkeys(STUDENTS, "needs autograding")

    window.goto(f"{server}/formgrader/manage_students/ben/toy1")
    window.get_by_role("link", name="toy1", exact=True).last.click()
    window.locator("input.score#why").wait_for()
    # The page saves nothing before it has loaded both.
    window.wait_for_function("window.formgrader?.grades?.loaded && formgrader.comments?.loaded")
    score = window.locator("input.score#why")
    assert window.get_by_text("2 points: the cause").is_visible()
    assert window.locator(".output_prompt", has_text="Out[").count() == 0
    for field, entered in ((score, "1"), (window.locator("textarea#why-comment"), COMMENT)):
        field.fill(entered)
        with window.expect_response(lambda response: response.request.method == "PUT"):
            field.press("Tab")  # a field is saved when it is left
    return course


def test_what_was_clicked_is_what_the_command_shows(graded):
    shown = rps_grader(graded, "show", "toy1")
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert f"ben why -1: graded by a person: {COMMENT}" in said


def test_what_was_clicked_is_what_is_exported(graded):
    nbgrader(graded, "export", "--StatusExportPlugin.exercises=True")
    with (graded / "exercises.csv").open() as file:
        rows = {(row["student_id"], row["exercise"]): row for row in csv.DictReader(file)}
    assert float(rows["ben", "why"]["score"]) == 1
    assert rows["ben", "why"]["state"] == "graded by a person"
    assert rows["ada", "why"]["state"] == "waits for a person"
    assert float(rows["ada", "double"]["score"]) == 4
    assert float(rows["ben", "double"]["score"]) < 4


def test_the_lists_show_scores_and_what_waits(graded, server, window):
    window.goto(f"{server}/formgrader/gradebook/toy1/toy1")
    window.get_by_text("Submission #2").wait_for()
    window.goto(f"{server}/formgrader/manage_submissions/toy1")
    rows = {
        student: window.locator("tr", has=window.get_by_text(student, exact=True)).inner_text()
        for student in STUDENTS
    }
    assert "needs manual grading" in rows["ada"]
    assert "graded" in rows["ben"]
    assert "needs" not in rows["ben"]


def test_feedback_of_the_button_has_the_comment(graded, server, window):
    window.goto(f"{server}/formgrader/manage_submissions/toy1")
    row = window.locator("tr", has=window.get_by_text("ben", exact=True))
    row.locator(".generate-feedback a").click()
    window.locator(".modal.in").get_by_text("Successfully generated feedback").wait_for()
    page = Path(graded / "feedback/ben/toy1/toy1.html").read_text()
    assert COMMENT in page
    assert "1 of 2 points, given by a person" in page


def test_a_name_of_one_word_is_listed_without_a_none(graded, server, window):
    (graded / "roster.csv").write_text("student_id,name\nben,Dan\n")
    assert rps_grader(graded, "roster", "roster.csv").returncode == 0
    for page in ("manage_students", "manage_submissions/toy1", "gradebook/toy1/toy1"):
        window.goto(f"{server}/formgrader/{page}")
        window.get_by_role("link", name="Dan,", exact=True, include_hidden=True).wait_for(
            state="attached"
        )
