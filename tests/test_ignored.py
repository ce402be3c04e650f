"""Names and grades of a class are ignored by git, whatever command wrote them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRIVATE = (
    "gradebook.db", "gradebook.db-journal", "gradebook.db.2026-05-01-10-00-00.000000",
    "submitted/ada/ps1/ps1.ipynb", "autograded/ada/ps1/ps1.ipynb", "feedback/ada/ps1/ps1.html",
    "downloaded/ps1/earlier/ada/1/ps1.ipynb", "downloaded/ps1/collected.json",
    "grades.csv", "exercises.csv", "ps1-canvas-grades.csv", "ps1-moodle-grades.csv", "roster.csv",
    "submissions.zip", "assignments/ps4/ps4-handin-2026-05-01-100000.zip", "logs/run.log",
    ".rps-challenge-key", ".autograder-private/x", "demo-class/gradebook.db",
)  # fmt: skip


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a clone")
@pytest.mark.parametrize("name", PRIVATE)
def test_git_ignores_what_is_private(name):
    done = subprocess.run(["git", "check-ignore", "--quiet", name], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a clone")
def test_git_ignores_nothing_that_it_has():
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
