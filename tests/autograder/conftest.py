"""The demo class, graded once for all tests that look at it; a toy course for others."""

import fcntl
import os
import subprocess

import grader_environment
import pytest
import sandbox
import toy_class
from nbgrader_course import ROOT


@pytest.fixture(scope="session")
def grader_python(tmp_path_factory, worker_id):
    """Python of an environment as TAs have it, without what developers add; made once for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with (shared / "grader.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment, done = shared / "grader", shared / "grader.done"
        if not done.exists():
            grader_environment.make(environment)
            done.touch()
    return environment / "bin/python"


@pytest.fixture(scope="session")
def demo(tmp_path_factory, grader_python):
    """The demo class, graded once for all tests: (course folder, finished process)."""
    course = tmp_path_factory.mktemp("demo") / "class"
    environment = os.environ | {"COLUMNS": "140"}
    done = subprocess.run(
        [grader_python, "-P", "-m", "autograder", "demo", "--course", str(course)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return course, done


@pytest.fixture(scope="module")
def toy_root(tmp_path_factory):
    """A toy course for the tests of a file, to be graded in the sandbox."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        yield toy_class.make(tmp_path_factory.mktemp("class"))
