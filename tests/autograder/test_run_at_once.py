"""Commands that grade the same class at the same time, whose students have odd names."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from nbgrader_course import nbgrader
from toy_class import POINTS, hand_in, results_of, rps_grader, solved

from autograder.grading.states import State

NAMES = [
    "*",
    "?",
    "[ab]",
    "-rf",
    "--force",
    "Zoë",
    "Zoe\u0308",
    " x ",
    "{student_id}",
    "%s",
    "a:b",
    "$(x)",
]
NO_NAMES = ["two\nlines", "\x1b[31mred", "\u202eevil", os.fsdecode(b"b\xffd")]


@pytest.fixture(scope="module")
def course(toy_root):
    for name in NAMES:
        hand_in(toy_root, name, solved())
    for name in NO_NAMES:
        shutil.copytree(toy_root / "submitted/?", toy_root / "submitted" / name)
    (toy_root / "submitted/.hidden/toy1").mkdir(parents=True)
    config = toy_root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.CourseDirectory.groupshared = True\n")
    return toy_root


@pytest.fixture(scope="module")
def done(course):
    """What two runs and the stock command say that begin at the same time."""
    with ThreadPoolExecutor() as at_once:
        runs = [at_once.submit(rps_grader, course, "run", "toy1") for _ in range(2)]
        stock = at_once.submit(nbgrader, course, "autograde", "toy1", check=False)
        return [*(run.result() for run in runs), stock.result()]


def test_everybody_is_graded(course, done):
    found = results_of(course)
    assert {student for student, _ in found} == set(NAMES)
    for (_, exercise), result in found.items():
        assert (result.score, result.state) == (POINTS[exercise], State.GRADED)
    assert not list(course.glob(".autograding-*"))
    assert not [path for path in course.glob("autograded/*/*") if path.name != "toy1"]
    assert not list(course.glob("autograded/*/toy1/toy1"))


def test_folders_whose_names_cannot_be_shown_are_named_and_left(done):
    for one in done:
        said = one.stdout + one.stderr
        assert one.returncode != 0, said
        assert r"two\nlines" in said
        assert r"\x1b[31mred" in said
        assert r"b\udcffd" in said
        assert "Rename it" in said
        assert "cannot be kept" not in said
        assert "was an error processing" not in said
        for name in NO_NAMES:
            assert name not in said


def test_the_group_of_a_shared_course_may_put_results_there(course, done):
    folders = [course / "autograded", *course.glob("autograded/*"), *course.glob("autograded/*/*")]
    assert [path for path in folders if path.stat().st_mode & 0o2770 != 0o2770] == []


def test_what_is_kept_belongs_to_the_result(course, done):
    again = rps_grader(course, "rejudge", "toy1")
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{len(NAMES)} results were judged again" in again.stdout
    assert "a:b" in rps_grader(course, "show", "toy1").stdout
