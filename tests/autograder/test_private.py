"""Data that no student has: made once for a class, seen by what measures files and nothing else."""

import os
import shutil
import subprocess
import sys

import pytest
import sandbox
from nbgrader_course import nbgrader
from toy_class import hand_in, make, results_of, rps_grader, solved

from autograder.grading import private
from autograder.grading.challenges import KEY_FILE
from autograder.grading.machine import Grading
from autograder.grading.private import FOLDER

MEASUREMENTS = "1\n2\n3\n2\n"  # enough of them to be compared with the private number
SEARCH = """
import pathlib
found = [str(p) for p in pathlib.Path("{root}").rglob("number.txt")]
found += [str(p) for p in pathlib.Path("/tmp").rglob("number.txt")]
def double(x):
    return 3 * x if found else 2 * x
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A class of which one looks for the private number, and its autograding."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("toy"))
        hand_in(root, "ada", solved(root), MEASUREMENTS)
        hand_in(root, "ben", solved(root, double=SEARCH.format(root=root)), MEASUREMENTS)
        nbgrader(root, "autograde", "toy1")
        yield root


def notes(root, student="ada"):
    return results_of(root)[student, "measurements"].notes


def the_folder(root):
    (made,) = (root / FOLDER).iterdir()
    return made / "data"


def configure(root, line):
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{line}\n")


@pytest.fixture
def own(toy, tmp_path):
    """The same class, graded with a folder of the instructor's."""
    root = tmp_path / "course"
    shutil.copytree(toy, root)
    (tmp_path / "numbers").mkdir()
    configure(root, f"c.Grading.private = {str(tmp_path / 'numbers')!r}")
    configure(root, f"c.CourseDirectory.root = {str(root)!r}")
    return root, tmp_path / "numbers/number.txt"


def test_files_are_measured_by_what_no_student_has(toy):
    number = (the_folder(toy) / "number.txt").read_text()
    assert notes(toy) == notes(toy, "ben") == (f"Compared with {float(number):g}.",)


def test_a_student_cannot_see_it(toy):
    assert results_of(toy)["ben", "double"].score == 4


def test_it_is_made_once_and_others_of_the_machine_cannot_read_it(toy):
    made = the_folder(toy)
    before = made.stat().st_mtime_ns, (made / "number.txt").read_text()
    nbgrader(toy, "autograde", "toy1", "--force", "--student=ada")
    assert (the_folder(toy).stat().st_mtime_ns, (made / "number.txt").read_text()) == before
    assert (toy / FOLDER).stat().st_mode & 0o077 == 0


def emptied(folder):
    (folder / "number.txt").unlink()


def damaged(folder):
    (folder / "number.txt").write_text("2")


def added_to(folder):
    (folder / "another.txt").write_text("2")


def removed(folder):
    shutil.rmtree(folder)


def without_digests(folder):
    (folder.parent / "digests.json").unlink()


def with_other_digests(folder):
    (folder.parent / "digests.json").write_text("[")


@pytest.mark.parametrize(
    "damage", [emptied, damaged, added_to, removed, without_digests, with_other_digests]
)
def test_what_is_damaged_is_made_again(toy, damage, monkeypatch):
    monkeypatch.syspath_prepend(toy)
    number = (the_folder(toy) / "number.txt").read_text()
    damage(the_folder(toy))
    made = private.folder(Grading(course="toy.course:COURSE", profile="plain"), toy)
    assert made == the_folder(toy)
    assert [(path.name, path.read_text()) for path in made.iterdir()] == [("number.txt", number)]


def test_another_key_makes_other_data(toy, tmp_path):
    number = (the_folder(toy) / "number.txt").read_text()
    root = tmp_path / "course"
    shutil.copytree(toy, root, ignore=shutil.ignore_patterns(KEY_FILE, FOLDER))
    nbgrader(root, "autograde", "toy1", "--force", "--student=ada")
    assert (the_folder(root) / "number.txt").read_text() != number


def test_the_instructors_own_folder_takes_its_place_and_results_follow_it(own):
    root, number = own
    number.write_text("2")
    shown = rps_grader(root, "show", "toy1").stdout
    assert "stale" in shown
    nbgrader(root, "autograde", "toy1")
    assert notes(root) == ("Compared with 2.",)
    number.write_text("3000")
    nbgrader(root, "autograde", "toy1")
    assert notes(root) == ("Compared with 3000.",)


def test_what_measuring_flags_is_shown_to_who_grades_and_not_in_feedback(own):
    root, number = own
    number.write_text("2")  # the mean of the measurements
    nbgrader(root, "autograde", "toy1")
    flag = "The mean is the private number, 2."
    assert flag in " ".join(rps_grader(root, "show", "toy1").stdout.split())
    assert results_of(root)["ada", "measurements"].score == 2
    nbgrader(root, "generate_feedback", "toy1")
    feedback = (root / "feedback/ada/toy1/toy1.html").read_text()
    assert "Compared with 2." in feedback
    assert "private number" not in feedback


def test_a_name_that_is_no_text_is_a_name(own):
    root, number = own
    number.write_text("2")
    open(os.fsencode(number.parent) + b"/\xff\n.txt", "w").close()  # noqa: PTH123
    nbgrader(root, "autograde", "toy1")
    assert notes(root) == ("Compared with 2.",)


def test_a_change_behind_a_link_is_seen(own, tmp_path):
    root, number = own
    number.write_text("2")
    (tmp_path / "elsewhere").mkdir()
    (number.parent / "rock").symlink_to(tmp_path / "elsewhere")
    nbgrader(root, "autograde", "toy1")
    assert "stale" not in rps_grader(root, "show", "toy1").stdout
    (tmp_path / "elsewhere/1.png").touch()
    assert "stale" in rps_grader(root, "show", "toy1").stdout


def unusable(root, *command):
    """What a command says that cannot go on."""
    done = rps_grader(root, *command)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("hidden", ["numbers", "numbers/rock"])
def test_a_folder_that_cannot_be_read_is_told_and_makes_nothing_stale(own, tmp_path, hidden):
    root, number = own
    number.write_text("2")
    (number.parent / "rock").mkdir(exist_ok=True)
    nbgrader(root, "autograde", "toy1")
    (tmp_path / hidden).chmod(0)
    shell = f"cd {root} && PYTHONPATH={root} {sys.executable} -m autograder show toy1"
    called = sandbox.as_ordinary_user("sh", "-c", shell, shown=[root, number.parent])
    done = subprocess.run(called, capture_output=True, text=True, check=False)
    (tmp_path / hidden).chmod(0o755)
    assert "The private data of the class cannot be read" in " ".join(done.stderr.split())
    assert f"'{tmp_path / hidden}" in done.stderr
    assert "stale" not in done.stdout


def test_where_what_is_made_cannot_be_kept_nothing_is_graded(own, tmp_path):
    root, number = own
    number.write_text("2")
    (root / FOLDER).rename(tmp_path / "made")
    (root / FOLDER).write_text("")
    assert f"Cannot keep the private data in {root / FOLDER}" in unusable(root, "run", "toy1")
    done = nbgrader(root, "autograde", "toy1", check=False)
    assert done.returncode != 0
    assert f"Cannot keep the private data in {root / FOLDER}" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_used_stops_before_anything_is_graded(own):
    root, number = own
    done = nbgrader(root, "autograde", "toy1", check=False)
    assert done.returncode != 0
    assert f"There is no private number in {number.parent}." in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert "Compared with 2" not in " ".join(notes(root))
