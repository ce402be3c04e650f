"""Times with their zone, as they are written to the gradebook and to submissions."""

from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from platform_exports import export
from toy_class import make, rps_grader

from autograder.grading.times import parse_utc

SIX = datetime(2026, 5, 3, 18)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-03 18:00",
        "2026-05-03 18:00:00.000000 UTC",
        "2026-05-03 18:00 +0000",
        "2026-05-03 20:00 +0200",
        "2026-05-03 20:00:00 +02:00",
        "2026-05-03 20:00 +02",
        "2026-05-03T20:00:00+02:00",
        "2026-05-03 20:00 Europe/Berlin",
        " 2026-05-03 14:30 -0330\n",
    ],
)
def test_the_zone_of_a_time_counts(text):
    assert parse_utc(text) == SIX


def test_times_that_are_none_or_have_a_zone_already():
    assert parse_utc(None) is None
    assert parse_utc(SIX.replace(tzinfo=UTC)) == SIX
    with pytest.raises(ValueError, match="soon"):
        parse_utc("soon")


def test_due_dates_and_time_stamps_are_taken_with_their_zone(tmp_path):
    course = make(tmp_path)
    nbgrader(course, "db", "assignment", "add", "toy1", "--duedate=2026-05-03 20:00 +0200")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        assert gradebook.find_assignment("toy1").duedate == SIX
    files = {"ada/toy1.ipynb": b"", "ada/timestamp.txt": b"2026-05-03 20:00 +0200"}
    done = rps_grader(course, "collect", export(course / "all.zip", files), "toy1")
    assert "ada: new; 1 file; handed in 2026-05-03 18:00 UTC" in done.stdout, done.stderr
    stamp = course / "submitted/ada/toy1/timestamp.txt"
    assert parse_utc(stamp.read_text()) == SIX
