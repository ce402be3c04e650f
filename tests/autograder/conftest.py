"""The demo class, graded once for all tests that look at it."""

import os
import subprocess
import sys

import pytest
from nbgrader_course import ROOT


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo class, graded once for all tests: (course folder, finished process)."""
    course = tmp_path_factory.mktemp("demo") / "class"
    environment = os.environ | {"COLUMNS": "140"}
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "demo", "--course", str(course)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return course, done
