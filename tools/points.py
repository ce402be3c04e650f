"""Writes the points of the rubrics wherever they are repeated: in `lessons/` and in the README.

A rubric says what an exercise is worth. The test cell of its notebook has the same points, the
table at the notebook's top lists them, and the README sums the course up.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from autograder.core.rubric import RubricError
from rps_course.course import COURSE
from tools import notebooks

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
_TEXT_CELL = re.compile(r"^\+\+\+ (\{.*\})$", re.MULTILINE)  # with its metadata
_SUM = re.compile(r"(?<=\*\*Points:\*\* )\d+(?:\.\d+)?")


def by_rubric() -> dict[str, dict[str, float]]:
    """Returns the points of each assignment's exercises, without answers that a person grades."""
    rubric, found = COURSE.load_rubric(), {}
    for name, exercise in COURSE.exercises.items():
        found.setdefault(exercise.assignment, {})[name] = rubric[name]["points"]
    return found


def in_lesson(text: str, points: dict[str, float]) -> str:
    """Returns the text of a lesson with these points in its test cells, its table and its sum."""
    whole = sum(points.values())
    for found in _TEXT_CELL.findall(text):  # of answers that a person grades
        whole += json.loads(found).get("nbgrader", {}).get("points", 0)
    for name, value in points.items():
        cell = re.compile(rf"(^nbgrader:\n(?:  .*\n)*?  grade_id: {name}\n(?:  .*\n)+)", re.M)
        text = cell.sub(
            lambda block, value=value: re.sub(r"(?<=  points: ).*", f"{value:g}", block[0]), text
        )
    return _SUM.sub(f"{whole:g}", in_table(text, points), count=1)


def in_table(text: str, points: dict[str, float]) -> str:
    """Returns a text with these points in the rows of its tables."""
    for name, value in points.items():
        text = re.sub(rf"(?<=\| `{name}` \| )[\d.]+(?= \|)", f"{value:g}", text)
    return text


def main(argv: list[str] | None = None) -> None:
    """Writes the points, and says where they have changed."""
    argparse.ArgumentParser(prog="python -m tools.points", description=__doc__).parse_args(argv)
    every = by_rubric()
    changed = {}
    for name, points in every.items():
        path = notebooks.TEXTS / name / f"{name}.md"
        changed[path] = in_lesson(path.read_text(encoding="utf-8"), points)
    table = README.read_text(encoding="utf-8")
    for points in every.values():
        table = in_table(table, points)
    changed[README] = table
    for path, text in changed.items():
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"Wrote the points of the rubrics into {path.relative_to(ROOT)}")


if __name__ == "__main__":
    try:
        main()
    except RubricError as wrong:
        sys.exit(str(wrong))
