"""A gradebook on a PostgreSQL server holds what one in a file holds."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import sandbox
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from toy_class import POINTS, autograded, hand_in, make, release_with_question, rps_grader, solved
from toy_class import with_question as asked

from autograder.grading import results

WRONG = "def double(x):\n    return 2 * x + 0.5"


def _programs():
    """Debian keeps the server's programs in a folder of their version."""
    found = shutil.which("initdb") or next(Path("/usr/lib/postgresql").glob("*/bin/initdb"), None)
    if found is None:
        if os.environ.get("RPS_REQUIRE_POSTGRESQL"):
            pytest.fail("RPS_REQUIRE_POSTGRESQL is set, but there is no PostgreSQL server")
        pytest.skip("needs a PostgreSQL server: `apt-get install postgresql`")
    return Path(found).resolve().parent


def _as_owner(*command):
    """A command as whoever owns the server: it does not run as root."""
    root = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    return [str(part) for part in (*(root if os.geteuid() == 0 else []), *command)]


def _call(*command):
    subprocess.run(_as_owner(*command), cwd="/", check=True, capture_output=True)


@pytest.fixture(scope="module")
def server():
    """A server of its own: creates a database, and returns its address."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = Path(folder) / "data"
        _call(programs / "initdb", "--auth=trust", "--username=teacher", "--no-sync", "-D", data)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        control = programs / "pg_ctl", "-w", "-D", data
        _call(*control, "-o", options, "-l", f"{folder}/log", "start")

        def create(name):
            _call(programs / "createdb", "-h", folder, "-U", "teacher", name)
            return f"postgresql+psycopg://teacher@/{name}?host={folder}"

        try:
            yield create
        finally:
            _call(*control, "-m", "immediate", "stop")


def course(folder, url=None):
    """A class with a right, a wrong and a broken submission, and a question."""
    sandbox.require()
    root = make(folder)
    if url:
        (root / "gradebook.db").unlink()
        with (root / "nbgrader_config.py").open("a") as file:
            file.write(f"c.CourseDirectory.db_url = {url!r}\n")
            file.write("c.CourseDirectory.course_id = 'vision'\n")
    release_with_question(root)
    hand_in(root, "ada", asked(solved(), "It is twice as much."))
    hand_in(root, "ben", asked(solved(double=WRONG)))
    hand_in(root, "cem", asked(solved(double="def double(x:")), measurements=None)
    return root


def found(root, url=None):
    """What the class earned."""
    where = url or f"sqlite:///{root}/gradebook.db"
    return results.collect(where, root / "autograded", "toy1")


def by_hand(url, score):
    """Gives a written answer a score, as formgrader does."""
    with Gradebook(url) as gradebook:
        grade = gradebook.find_grade("why", "toy1", "toy1", "ada")
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def succeeds(root, *arguments):
    done = rps_grader(root, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_holds_what_a_gradebook_in_a_file_holds(server, tmp_path):
    url = server("grades")
    there = course(tmp_path / "there", url)
    nbgrader(there, "autograde", "toy1")
    assert not (there / "gradebook.db").exists()
    here = course(tmp_path / "here")
    nbgrader(here, "autograde", "toy1")
    assert found(there, url) == found(here)

    by_hand(url, 1.5)
    os.environ["PYTHONPATH"] = str(there)
    (there / "submitted/ben/toy1/toy1.ipynb").unlink()
    shutil.copy(there / "submitted/ada/toy1/toy1.ipynb", there / "submitted/ben/toy1")
    said = succeeds(there, "run", "toy1", "--jobs", "2")
    assert "1 graded, 2 unchanged" in said
    scores = {(r.student, r.exercise): r.score for r in found(there, url)}
    assert scores["ben", "double"] == POINTS["double"]
    assert scores["ada", "why"] == 1.5
    assert "ada" in succeeds(there, "show", "toy1")
    nbgrader(there, "export")
    assert "ada" in (there / "grades.csv").read_text()


def test_results_are_judged_again(server, tmp_path):
    url = server("again")
    root = course(tmp_path, url)
    nbgrader(root, "autograde", "toy1")
    by_hand(url, 1.5)
    rubric = root / "toy/exercises/double/rubric.toml"
    rubric.write_text(rubric.read_text().replace("tolerance = ", "tolerance = 1e9  # "))
    before = autograded(root, "ben").read_bytes()
    succeeds(root, "rejudge", "toy1")
    scores = {(r.student, r.exercise): r.score for r in found(root, url)}
    assert scores["ben", "double"] == POINTS["double"]
    assert scores["ada", "why"] == 1.5
    assert autograded(root, "ben").read_bytes() != before


def test_two_commands_at_the_same_time(server, tmp_path):
    url = server("both")
    root = course(tmp_path, url)
    command = [sys.executable, "-m", "autograder", "run", "toy1", "--student", "ada"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as running:
        nbgrader(root, "autograde", "toy1", "--student", "ben")
        said = running.communicate(timeout=200)[0]
    assert running.returncode == 0, said
    scores = {(r.student, r.exercise): r.score for r in found(root, url)}
    assert scores["ada", "double"] == POINTS["double"]
    assert scores["ben", "running_total"] == POINTS["running_total"]
