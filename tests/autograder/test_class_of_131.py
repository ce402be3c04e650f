"""A class of honest students, graded by one call of the stock command.

All that looks at what became of it is here, so that it is graded once.
"""

import base64
import csv
import json

import nbformat
import odd_class
import pytest
import sandbox
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from odd_class import CLASS, cells, checks, files
from odd_class.member import POINTS
from toy_class import (
    autograded,
    find,
    make,
    release_with_question,
    results_of,
    rps_grader,
)

from autograder.core.verdict import shorten
from autograder.grading.states import State


@pytest.fixture(scope="module")
def class_of_131(tmp_path_factory):
    """The course folder, whose name looks like a pattern, and the command that graded the class."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("odd") / "courses [2026] + more")
        solution = root / "solutions/toy1/toy1.ipynb"
        # Other points than the rubric's, which are scaled.
        solution.write_text(solution.read_text().replace('"points": 3', '"points": 6'))
        release_with_question(root)
        released = (root / "assignments/toy1/toy1.ipynb").read_text()
        for student, member in CLASS.items():
            member.hand_in(root / "submitted" / student / "toy1", released)
        with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
            gradebook.add_student("absent")
        done = nbgrader(root, "autograde", "toy1", "--ExecuteWithChallenge.timeout=10",
                        "--Isolation.output_mb=3", check=False)  # fmt: skip
        yield root, done


@pytest.fixture(scope="module")
def course(class_of_131):
    return class_of_131[0]


@pytest.fixture(scope="module")
def results(course):
    return results_of(course)


def of(results, student):
    return {e: result for (s, e), result in results.items() if s == student}


def said(found):
    return " ".join(text for r in found.values() for text in (*r.reasons, *r.notes))


def exported(course, *options):
    nbgrader(course, "export", "--to", "table.csv", *options)
    with (course / "table.csv").open() as file:
        return list(csv.DictReader(file))


# The whole class.


def test_the_class_has_131_members_and_goes_through_in_one_run(class_of_131):
    assert len(CLASS) == sum(map(len, odd_class.KINDS)) == 131
    _, done = class_of_131
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("student", CLASS)
def test_every_submission_earns_what_it_deserves(results, student):
    found, member = of(results, student), CLASS[student]
    outcome = dict.fromkeys(POINTS, State.MISSING) | {
        exercise: result.score if result.state is State.GRADED else result.state
        for exercise, result in found.items()
    }
    assert outcome == member.outcome, said(found)
    assert member.says in said(found)
    for result in found.values():
        if result.verdict:
            lost = sum(reason.lost for reason in result.verdict.reasons)
            assert lost == pytest.approx(result.verdict.points - result.verdict.score)


@pytest.mark.parametrize("student", cells.AT_FAULT)
def test_a_lost_point_has_the_one_reason_and_the_hint_of_its_kind(results, student):
    found, member = of(results, student), CLASS[student]
    for exercise in member.otherwise.keys() - {"why"}:
        (reason,) = found[exercise].verdict.reasons
        assert member.says in reason.says
        assert member.hint in reason.hint


def test_the_gradebook_has_the_same_scores(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grades = {
            (submission.student_id, grade.name): None if grade.needs_manual_grade else grade.score
            for submission in gradebook.find_assignment("toy1").submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
    assert grades == {
        (student, exercise): {State.WAITING: None, State.FAILED: 0}.get(outcome, outcome)
        for student, member in CLASS.items()
        for exercise, outcome in member.outcome.items()
        if outcome is not State.MISSING
    }


def test_the_table_of_exercises_has_the_same_states_and_scores(course):
    found = {
        (row["student_id"], row["exercise"]): (row["state"], row["score"])
        for row in exported(course, "--StatusExportPlugin.exercises=True")
    }
    blank = {State.WAITING: "", State.MISSING: "", State.FAILED: ""}
    assert found == {
        (student, exercise): (
            (outcome, blank[outcome])
            if isinstance(outcome, State)
            else (State.GRADED, f"{outcome:.1f}")
        )
        for student, member in CLASS.items()
        for exercise, outcome in member.outcome.items()
    }


def total(member):
    return sum(points for points in member.outcome.values() if not isinstance(points, State))


def status(member):
    states = set(member.outcome.values())
    words = {State.FAILED: "error", State.WAITING: "waiting", State.MISSING: "missing"}
    there = [word for state, word in words.items() if state in states]
    return (there or ["graded" if total(member) else "zero"])[0]


def test_the_table_of_students_has_the_same_states_and_scores(course):
    found = {
        row["student_id"]: (row["status"], float(row["score"] or 0), row["waiting"])
        for row in exported(course)
    }
    assert found == {
        student: (
            status(member),
            total(member),
            "why" if member.outcome["why"] is State.WAITING else "",
        )
        for student, member in CLASS.items()
    }


def test_show_has_the_same_states_and_scores_and_names_every_reason(course, results, monkeypatch):
    monkeypatch.setenv("COLUMNS", "10000")
    lines = rps_grader(course, "show", "toy1").stdout.split("\n")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]
    words = {State.WAITING: "?", State.FAILED: "error", State.MISSING: "-"}
    columns = len(POINTS) + 1  # and their sum; the flags come after it
    assert {student: shown[:columns] for student, *shown in rows} == {
        student: [
            *(words.get(o, o) if isinstance(o, State) else f"{o:g}" for o in outcome.values()),
            "-" if set(outcome.values()) == {State.MISSING} else f"{total(member):g}",
        ]
        for student, member in CLASS.items()
        for outcome in [member.outcome]
    }
    for (student, exercise), result in results.items():
        lost = POINTS[exercise] - (result.score or 0)
        says = shorten((result.reasons or ("no answer",))[0].split("\n")[0], 200)
        line = f"  {student} {exercise} -{lost:g}: {says}"
        if result.state is State.FAILED:
            line = f"  {student} {exercise}: {says}"
        elif result.state is State.WAITING:
            line = f"  {student} {exercise}: waits for a person"
        assert not lost or any(shown.startswith(line) for shown in lines), line
    assert "  without: missing: a folder without a notebook" in lines
    assert "  absent: missing" in lines
    assert "  numbered: toy1 (1).ipynb was graded as toy1.ipynb." in lines


# Files.


def test_a_timestamp_counts_and_the_table_says_what_was_taken(course):
    rows = {row["student_id"]: row for row in exported(course)}
    assert rows["late"]["timestamp"] == "2026-01-02 03:04:05+00:00"
    assert "toy1 (1).ipynb was graded as toy1.ipynb." in rows["numbered"]["reason"]
    assert rows["without"]["reason"] == "a folder without a notebook"
    assert not autograded(course, "without").exists()


def test_feedback_says_what_was_taken_and_keeps_pasted_pictures(course):
    for student in ("numbered", "a[b]*c", "picture"):
        nbgrader(course, "generate_feedback", "toy1", "--student", student)
    page = (course / "feedback/numbered/toy1/toy1.html").read_text()
    assert "toy1 (1).ipynb was graded as toy1.ipynb." in page
    assert (course / "feedback/a[b]*c/toy1/toy1.html").is_file()
    page = (course / "feedback/picture/toy1/toy1.html").read_text()
    assert files.PICTURE in page
    assert "The end." in page


# Cells.


def notebook_of(course, student):
    return nbformat.read(autograded(course, student), as_version=4)


def test_an_interrupt_ends_the_whole_cell(course):
    cell = find(notebook_of(course, "endless"), "double_solution")
    assert [output.output_type for output in cell.outputs] == ["error"]


def test_the_text_of_a_verdict_has_the_points_of_the_gradebook(course):
    assert "running_total: 6 of 6 points" in json.dumps(notebook_of(course, "drive"))
    text = json.dumps(notebook_of(course, "missing_name"))
    assert "[-6] `running_total` raised NameError" in text


def test_pictures_come_back_within_a_budget_and_progress_bars_do_not(course):
    plot, many, printed, timed = notebook_of(course, "pictures").cells[1:5]
    assert base64.b64decode(plot.outputs[0].data["image/png"]).startswith(b"\x89PNG")
    shown = [output.data for output in many.outputs]
    assert [("image/png" in data) for data in shown] == [True] * 4 + [False] * 6
    assert "not shown while grading: image/png" in shown[-1]["text/plain"]
    nbgrader(course, "generate_feedback", "toy1", "--student=pictures")
    feedback = (course / "feedback/pictures/toy1/toy1.html").read_text()
    # Five of the student's, and the one that is attached to the question.
    assert feedback.count('src="data:image/png;base64') == 6
    assert printed.outputs[0].text == " 2 of 3\n10\ndone\n"
    assert timed.outputs[0].text == "worked\n"
    assert timed.outputs[1].data["text/plain"] == "42"
    assert timed.outputs[2].text.startswith("Wall time: ")


# Checks.


def test_a_check_is_probed_a_few_times_at_most(course):
    notebook = notebook_of(course, "checked_ten_times")
    asked = [c for c in notebook.cells if c.metadata.get("autograder", {}).get("checks")]
    assert len(asked) == 2


@pytest.mark.parametrize("student", ["wrong_everywhere", "deleted_check"])
def test_where_nothing_was_done_nothing_is_said(results, student):
    assert not results[student, "double"].notes


def test_lines_in_a_locked_cell_stay_to_be_seen(course):
    notebook = notebook_of(course, "answer_in_the_locked_cell")
    locked = find(notebook, "double")
    assert notebook.cells[notebook.cells.index(locked) - 1].source == checks.RIGHT
    assert locked.source == checks.CHECK


def test_further_checks_show_what_they_found_and_no_evidence(course):
    notebook = notebook_of(course, "name_used_again_and_checked")
    assert "evidence+json" not in json.dumps(notebook)
    (again,) = [c for c in notebook.cells if c.metadata.get("autograder", {}).get("checks")]
    assert "double: 0 of 4 points" in again.outputs[0].text
    assert find(notebook, "double").outputs[0].text.startswith("double: 4 of 4 points")
