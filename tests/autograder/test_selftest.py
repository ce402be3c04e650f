"""The solutions as a TA's machine grades them: every point must come out.

From an environment with the extra `grader` alone, with the stock nbgrader, in the sandbox. Where
data and weights are found, and by whom, shows in the second assignment, which needs both; the demo
grades all of them under the offline profile.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest
import sandbox
from nbgrader_course import ROOT, write_configuration

from tools.points import by_rubric

pytestmark = pytest.mark.timeout(3000)

POINTS = {name: sum(points.values()) for name, points in by_rubric().items()}


def make_course(folder, profile, assignments=tuple(POINTS)):
    for name in assignments:
        shutil.copytree(
            ROOT / "solutions" / name,
            folder / "solutions" / name,
            ignore=shutil.ignore_patterns("rps_model.*", ".ipynb_checkpoints"),
        )
    write_configuration(folder, profile)
    return folder


def environment(**changes):
    cleaned = {k: v for k, v in os.environ.items() if k not in ("TFDS_DATA_DIR", "KERAS_HOME")}
    # A TA's own choice has no part in grading.
    return cleaned | {"RPS_PROFILE": "fancy", "COLUMNS": "140"} | changes


def sums(printed):
    """The sums of the tables that were printed, by assignment."""
    rows = re.findall(r"^(ps\d)\s.*?│ selftest │.*?│\s*([\d.]+) │$", printed, re.DOTALL | re.M)
    return {name: float(points) for name, points in rows}


def check(done, assignments=tuple(POINTS)):
    assert done.returncode == 0, done.stdout + done.stderr
    assert sums(done.stdout) == {name: POINTS[name] for name in assignments}
    assert "Every solution earned full points" in done.stdout


def test_the_environment_has_no_developers_tools(grader_python):
    code = (
        "import importlib.util as u, sys, rps_course\n"
        "print([n for n in ('pytest', 'ruff', 'mypy', 'scipy', 'nbgrader') if u.find_spec(n)])\n"
        "print(rps_course.__file__.startswith(sys.prefix))\n"
    )
    done = subprocess.run(
        [grader_python, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['scipy', 'nbgrader']\nTrue\n"


# Each of these takes minutes. As methods of classes they can run side by side (Makefile).


class TestAsRoot:
    def test_the_standard_profile_with_folders_that_variables_name(
        self, grader_python, tmp_path, real_data
    ):
        sandbox.require()
        command = [str(grader_python), "-m", "autograder", "selftest"]
        if os.geteuid() == 0:  # who may write everywhere, but not into a read-only mount
            mounts = ["--bind", "/", "/", "--dev-bind", "/dev", "/dev"]
            for folder in real_data.values():
                mounts += ["--ro-bind", str(folder), str(folder)]
            command = ["bwrap", "--cap-add", "ALL", *mounts, "--", *command]
        check(
            subprocess.run(
                command,
                cwd=make_course(tmp_path / "course", "standard"),
                env=environment(**{name: str(path) for name, path in real_data.items()}),
                capture_output=True,
                text=True,
                check=False,
            )
        )


def as_ordinary_user(python, folder, profile, in_home):
    """Runs the self-test as someone whose data, if any, lies in the default places."""
    sandbox.require()
    assignments = ("ps2",)
    course = make_course(folder / "course", profile, assignments)
    selftest = f"{python} -m autograder selftest"
    command = f"cp -r {course} /tmp/course && cd /tmp/course && {selftest}"
    check(
        subprocess.run(
            sandbox.as_ordinary_user(
                "sh", "-c", command, shown=[course, python.parents[1]], in_home=in_home
            ),
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        ),
        assignments,
    )


class TestAsOrdinaryUser:
    def test_the_standard_profile_with_data_in_the_default_places(
        self, grader_python, tmp_path, real_data
    ):
        names = {".keras": "KERAS_HOME", "tensorflow_datasets": "TFDS_DATA_DIR"}
        places = {place: real_data[name] for place, name in names.items()}
        as_ordinary_user(grader_python, tmp_path, "standard", places)


class TestAsOrdinaryUserWithoutData:
    def test_the_offline_profile(self, grader_python, tmp_path):
        as_ordinary_user(grader_python, tmp_path, "offline", {})


def test_a_machine_without_the_data_is_told_what_to_do(tmp_path):
    sandbox.require()
    course = make_course(tmp_path / "course", "standard", ("ps1",))
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "selftest"],
        cwd=course,
        env=environment(TFDS_DATA_DIR=str(tmp_path / "a"), KERAS_HOME=str(tmp_path / "b")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "lacks data or weights of the standard profile" in done.stderr
    assert "rps-course fetch" in done.stderr
    assert "Traceback" not in done.stderr
