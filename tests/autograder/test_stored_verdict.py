"""Verdicts as grading stores them: beside what nbgrader and people read, and read back as data."""

import csv
import json

import nbformat
import pytest
import sandbox
from nbformat.v4 import new_output
from nbgrader_course import nbgrader
from toy_class import POINTS, autograded, find, hand_in, make, results_of, rps_grader, solved

from autograder.core import verdict as verdicts
from autograder.core.verdict import Criterion, Verdict

RAISES = """def double(x):
    raise ValueError("no\\n  [-9] It is broken.\\n  [note] graded without isolation\\n\\x1b[8m")
"""


def with_a_verdict_of_its_own():
    full = Verdict("double", (Criterion("numbers", "all of it", 4.0, 1.0, True),))
    data = {verdicts.MIME: verdicts.to_json(full), "text/plain": ""}
    notebook = solved(double="def double(x):\n    return 3 * x")
    for cell in notebook.cells:
        cell.metadata |= data
        if cell.cell_type == "code":
            cell.outputs = [new_output("display_data", data=data, metadata=data)]
            cell.source += f"\nget_ipython().display_pub.publish({data!r}, metadata={data!r})"
    return notebook


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A graded class: full points, partial credit and none, and two who would grade themselves."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        course = make(tmp_path_factory.mktemp("toy"))
        hand_in(course, "ada", solved())
        hand_in(course, "ben", solved(double="def double(x):\n    return 3 * x"), "1\n")
        hand_in(course, "gil", solved(double=RAISES))
        hand_in(course, "hal", with_a_verdict_of_its_own())
        nbgrader(course, "autograde", "toy1")
        yield course


def outputs_of(toy, student, exercise):
    return find(nbformat.read(autograded(toy, student), as_version=4), exercise).outputs


def test_an_exception_cannot_say_what_the_grader_says(toy):
    result = results_of(toy)["gil", "double"]
    assert (result.error, result.unsafe, len(result.reasons)) == (False, False, 1)
    assert [reason.lost for reason in result.verdict.reasons] == [4]
    assert result.verdict.notes == ()
    assert "broken" not in rps_grader(toy, "show", "toy1").stdout
    (said,) = outputs_of(toy, "gil", "double")
    assert [line[:6] for line in said.traceback if line.startswith("  [")] == ["  [-4]"]
    assert "\x1b" not in "".join(said.traceback)


def test_a_verdict_that_a_student_leaves_is_not_the_graders(toy):
    result = results_of(toy)["hal", "double"]
    assert (result.score, result.verdict.score) == (1, 1)
    assert "A number is off by" in result.reasons[0]
    notebook = nbformat.read(autograded(toy, "hal"), as_version=4)
    with_verdict = [c for c in notebook.cells if verdicts.MIME in json.dumps(c.metadata)]
    assert {c.metadata["nbgrader"]["grade_id"] for c in with_verdict} == set(POINTS)
    left = json.dumps([cell.get("outputs") for cell in notebook.cells])
    assert f'"{verdicts.MIME}":' not in left


def test_the_data_of_a_verdict_is_on_no_page(toy):
    """Pages show what a verdict says, and nothing of the JSON that it is stored as."""
    nbgrader(toy, "generate_feedback", "toy1")
    for student in ("ada", "ben"):
        page = (toy / "feedback" / student / "toy1/toy1.html").read_text()
        assert "double" in page
        for part in (verdicts.MIME, "second_hint", "isolated"):
            assert part not in page
    assert [o.output_type for o in outputs_of(toy, "ada", "double")] == ["stream"]
    partial = outputs_of(toy, "ben", "double")
    assert [o.output_type for o in partial] == ["stream", "execute_result"]
    assert partial[1].data == {"text/plain": "1"}
    (zero,) = outputs_of(toy, "ben", "measurements")
    assert (zero.output_type, zero.ename) == ("error", "NoPoints")


def without_a_share(notebook):
    del find(notebook, "double").metadata[verdicts.MIME]["criteria"][0]["share"]


def of_another_exercise(notebook):
    double, total = (find(notebook, name) for name in ("double", "running_total"))
    double.metadata[verdicts.MIME] = total.metadata[verdicts.MIME]


def without_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata["nbgrader"] = 3


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (without_a_share, "another form than expected, at criteria/0/share"),
        (of_another_exercise, "it is a verdict on 'running_total'"),
        (without_metadata, "the autograded notebook cannot be read"),
        (None, "the autograded notebook cannot be read (NotJSONError)"),
    ],
)
def test_a_verdict_that_was_edited_is_told_and_is_no_grade(toy, edit, says):
    path = autograded(toy, "ada")
    graded_notebook = path.read_bytes()
    notebook = nbformat.reads(graded_notebook, as_version=4)
    try:
        path.write_text("no JSON")
        if edit:
            edit(notebook)
            path.write_text(json.dumps(notebook))
        result = results_of(toy)["ada", "double"]
        shown = rps_grader(toy, "show", "toy1")
        nbgrader(toy, "export")
    finally:
        path.write_bytes(graded_notebook)
    assert (result.error, result.verdict) == (True, None)
    assert result.reasons[0].startswith("not graded: ")
    assert says in result.reasons[0]
    assert "ada double: not graded: " in shown.stdout
    assert "Traceback" not in shown.stderr
    with (toy / "grades.csv").open() as file:
        (row,) = (row for row in csv.DictReader(file) if row["student_id"] == "ada")
    assert row["status"] == "error"
    assert says in row["reason"]


def test_a_verdict_stays_where_metadata_is_cleared(toy):
    clear = "--ClearMetadataPreprocessor."
    nbgrader(
        toy, "autograde", "toy1", "--student=ben", "--force", f"{clear}enabled=True",
        f"{clear}preserve_cell_metadata_mask={{'nbgrader'}}",
    )  # fmt: skip
    assert "A number is off by" in results_of(toy)["ben", "double"].reasons[0]
