"""Points stand in the rubrics; tables that repeat them for people must agree."""

import re
from pathlib import Path

import nbformat
import pytest

from rps_course.course import COURSE

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


def test_the_readme_shows_a_table_of_results_with_the_points_of_its_exercises():
    rows = [line for line in (ROOT / "README.md").read_text().split("\n") if line.startswith("┃")]
    *_, names, numbers = (re.findall(r"(?<=┃)[^┃]*(?=┃)", row) for row in rows)
    shown = {n.strip(): int(m.split()[1]) for n, m in zip(names[1:-1], numbers[1:-1], strict=True)}
    assert shown == {name.replace(" ", "_"): number for name, number in points("ps2").items()}
