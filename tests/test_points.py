"""Points stand in the rubrics; tables that repeat them for people must agree."""

import re
from pathlib import Path

import nbformat
import pytest

from rps_course.course import COURSE
from tools import notebooks
from tools.points import by_rubric, in_lesson, in_table

ROOT = Path(__file__).parents[1]
ASSIGNMENTS = ("ps1", "ps2", "ps3", "ps4")


def notebook(assignment):
    return nbformat.read(ROOT / f"solutions/{assignment}/{assignment}.ipynb", as_version=4)


def points(assignment):
    """Points by exercise: those of the rubric, then what a person grades in the notebook."""
    rubric, exercises = COURSE.load_rubric(), COURSE.exercises.values()
    names = [exercise.name for exercise in exercises if exercise.assignment == assignment]
    found = {name: rubric[name]["points"] for name in names}
    for cell in notebook(assignment).cells:
        graded = cell.metadata.get("nbgrader", {})
        if graded.get("grade") and graded["grade_id"] not in found:
            found[graded["grade_id"].replace("_", " ")] = graded["points"]
    return found


def listed(text):
    """Points by exercise in the rows of a Markdown table."""
    rows = re.findall(r"^\|(?:[^|]*\|)? (`\w+`|[a-z ]+) \| (\d+) \|", text, re.MULTILINE)
    return {name.strip("`"): int(number) for name, number in rows}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_notebook_lists_the_points_of_its_exercises(assignment):
    cells = [cell.source for cell in notebook(assignment).cells]
    (text,) = (source for source in cells if "| exercise | points |" in source)
    assert list(listed(text).items()) == list(points(assignment).items())


def test_the_readme_lists_the_points_of_all_exercises():
    found = [row for assignment in ASSIGNMENTS for row in points(assignment).items()]
    table = (ROOT / "README.md").read_text().partition("## The exercises")[2].partition("\n## ")[0]
    assert list(listed(table).items()) == found


def test_the_readme_shows_a_table_of_results_of_its_exercises():
    rows = [line for line in (ROOT / "README.md").read_text().split("\n") if line.startswith("┃")]
    *_, names, _ = (re.findall(r"(?<=┃)[^┃]*(?=┃)", row) for row in rows)
    shown = [name.strip() for name in names[1:-1]]
    assert shown == [name.replace(" ", "_") for name in points("ps2")]


def test_other_points_go_wherever_they_are_repeated():
    other = {"top_k": 8, "compile_head": 2.5}
    lesson = (ROOT / "lessons/ps2/ps2.md").read_text()
    whole = sum(points("ps2").values()) - points("ps2")["top_k"] - points("ps2")["compile_head"]
    changed = in_lesson(lesson, by_rubric()["ps2"] | other)
    made = notebooks.notebook(changed, "ps2")
    found = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in made.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert found == {name.replace(" ", "_"): n for name, n in points("ps2").items()} | other
    assert "| `top_k` | 8 |" in changed
    assert "| `compile_head` | 2.5 |" in changed
    assert f"**Points:** {whole + 10.5:g}." in changed
    assert in_table("| 2 | `top_k` | 6 | labels |", other) == "| 2 | `top_k` | 8 | labels |"


def test_the_points_of_the_rubrics_are_written_everywhere():
    for name, found in by_rubric().items():
        text = (ROOT / f"lessons/{name}/{name}.md").read_text(encoding="utf-8")
        assert in_lesson(text, found) == text, "run `make assignments`"
