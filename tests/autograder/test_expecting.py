"""What right answers give is worked out in one process, which is no part of a submission."""

import psutil
import pytest
import sandbox
from nbgrader_course import nbgrader
from toy_class import POINTS, hand_in, make, results_of, rps_grader, solved

STUDENTS = ("ada", "ben")
NOTED = """
    def expect(self, challenge, profile):
        import os
        with open({log!r}, "a") as file:
            print(os.getpid(), file=file)
        {then}
        return self.right(challenge, profile)

    def right("""
BESIDE = 'open("/proc/self/comm").read() == "right-answers\\n"'  # whether it is the process


@pytest.fixture
def course(tmp_path):
    sandbox.require()
    root = make(tmp_path)
    for student in STUDENTS:
        hand_in(root, student, solved())
    return root


def edit(root, then):
    """Has `double` be worked out in the process, and noted by whom."""
    path = root / "toy/exercises/double/exercise.py"
    source = path.read_text().replace("heavy = False", "heavy = True")
    noted = NOTED.format(log=str(root / "by.txt"), then=then)
    path.write_text(source.replace("\n    def expect(", noted, 1))


def by(root):
    return (root / "by.txt").read_text().split()


def right(root):
    found = results_of(root)
    return all(found[s, e].score == p for s in STUDENTS for e, p in POINTS.items())


@pytest.mark.parametrize("command", ["autograde", "run"])
def test_one_process_works_it_out_for_the_class(course, command):
    edit(course, "")
    if command == "run":
        done = rps_grader(course, "run", "toy1", "--jobs", "2")
        assert done.returncode == 0, done.stdout + done.stderr
    else:
        nbgrader(course, "autograde", "toy1")
    assert right(course)
    assert len(by(course)) == len(STUDENTS)
    assert len(set(by(course))) == 1


@pytest.mark.parametrize("warm", [True, False], ids=["a fork", "a new process"])
def test_it_has_been_imported_before_where_that_can_be(course, warm):
    noted = course / "parent.txt"
    edit(course, f"open({str(noted)!r}, 'w').write(open(f'/proc/{{os.getppid()}}/cmdline').read())")
    nbgrader(course, "autograde", "toy1", f"--Isolation.unsafe={not warm}")
    assert right(course)
    assert ("forking.py" in noted.read_text()) is warm


@pytest.mark.parametrize(
    "fate",
    ["os.kill(os.getpid(), 9)", "raise ValueError", "return lambda: 0"],
    ids=["killed", "fails", "cannot be sent"],
)
def test_where_it_does_not_answer_the_grader_works_it_out(course, fate):
    edit(course, f"if {BESIDE}: {fate}")
    nbgrader(course, "autograde", "toy1")
    assert right(course)
    assert len(by(course)) == 2 * len(STUDENTS)


def test_one_that_hangs_is_waited_for_once_and_ended(course):
    edit(course, f"if {BESIDE}: import time; time.sleep(1000)")
    config = course / "nbgrader_config.py"
    shorter = "from autograder.grading import expecting\nexpecting._SECONDS = 5\n"
    config.write_text(shorter + config.read_text())
    nbgrader(course, "autograde", "toy1")
    assert right(course)
    assert len(by(course)) == 2 * len(STUDENTS)
    assert len(set(by(course))) == len(STUDENTS) + 1  # another one each time, and the grader
    hanging = [number for number in set(by(course)) if by(course).count(number) == 1]
    assert len(hanging) == len(STUDENTS)
    assert not any(psutil.pid_exists(int(number)) for number in hanging)
