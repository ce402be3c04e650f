"""One trial of the grader: grades a course by its commands and looks at what happened."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from autograder import configuration
from autograder.audit.attacks import outcomes, watching
from autograder.audit.attacks.corpus import Attack, Defect
from autograder.audit.attacks.course import ALONE, NEIGHBOUR, AttackedCourse
from autograder.audit.attacks.outcomes import Outcome
from autograder.audit.attacks.watching import Cost
from autograder.audit.subject import Subject
from autograder.core.course import CourseError
from autograder.sandbox import isolation

# Small limits, so that bombs end soon; honest notebooks of the corpus stay far below. Time has none
# but the course's: how long an honest cell takes is up to what else the machine does.
_CONFIGURATION = """
c.Grading.profile = {profile!r}
c.Isolation.memory_mb = 3000
c.Isolation.disk_mb = 200
c.Isolation.file_mb = 100
c.Isolation.output_mb = 5
c.Isolation.processes = 32
"""
_LIGHT = "--Isolation.memory_mb=800"
_JOBS = 2  # submissions that are graded at the same time


@dataclass
class Trial:
    """What happened to a whole course.

    Attributes:
        outcomes: of every submission, by (name, assignment).
        changed: canaries that were changed.
        visits: connections to the listening port.
        processes: command lines of processes that were left behind.
        failed: nbgrader's commands that failed, with the end of their output.
        costs: what the commands took.
        key: whether the session of the commands had a key to be found.
    """

    outcomes: dict[tuple[str, str], Outcome]
    changed: list[str]
    visits: list[str]
    processes: list[str]
    failed: list[str]
    costs: list[Cost] = field(default_factory=list)
    key: bool = False


def prepare(course: AttackedCourse, attacks: list[Attack], defects: list[Defect]) -> list[str]:
    """Hands in attacks as cells before the exercises that they are about, and defects.

    Returns:
        The assignments.
    """
    groups = dict.fromkeys(entry.exercises for entry in (*attacks, *defects))
    assignments = [_release(course, names) for names in groups]
    for attack in attacks:
        course.hand_in_attack(attack, course.assignment(attack.exercises))
    for defect in defects:
        course.hand_in_defect(defect)
    return assignments


def prepare_everywhere(course: AttackedCourse, attacks: list[Attack]) -> list[str]:
    """Hands in attacks on all exercises of each assignment: as a cell before them, and as answers.

    Returns:
        The assignments.
    """
    assignments = [_release(course, names) for names in course.subject.functions]
    for assignment in assignments:
        for student in (ALONE, NEIGHBOUR):
            course.hand_in_honest(assignment, student)
        for attack in attacks:
            course.hand_in_attack(attack, assignment)
            course.hand_in_answers(attack, assignment)
    return assignments


def _release(course: AttackedCourse, exercises: tuple[str, ...]) -> str:
    """Makes and releases an assignment, with an honest submission; returns its name."""
    name = course.assignment(exercises)
    if not (course.root / "assignments" / name).exists():
        course.add_assignment(exercises)
        command, environment = _command(course, ["generate_assignment", name])
        subprocess.run(command, cwd=course.root, env=environment, capture_output=True, check=True)
        course.hand_in_honest(name)
    return name


def is_light(assignment: str, subject: Subject) -> bool:
    """Whether none of an assignment's exercises is heavy."""
    return not any(subject.course.exercises[name].heavy for name in assignment.split("-"))


def grade(course: AttackedCourse, runs: list[list[str]], table: bool = True) -> Trial:
    """Grades everything, writes feedback and the table, and looks at what is there then.

    Args:
        course: the prepared course.
        runs: commands that grade, each with an assignment and options: nbgrader's `autograde`, or
            the `run` of `rps-grader`.
        table: whether the table is exported.
    """
    assignments = dict.fromkeys(name for _, name, *_ in runs)
    commands = runs + [["generate_feedback", name] for name in assignments]
    failed, costs = [], []
    for command in [*commands, ["export"]] if table else commands:
        done, cost = _watched(course, command)
        costs.append(cost)
        # `rps-grader run` ends with 1 where a submission could not be graded.
        if done.returncode not in ((0, 1) if _is_run(command) else (0,)):
            failed.append(f"{cost.command}: {_end(done.stderr)}")
    return Trial(
        outcomes.read(course, assignments),
        course.canaries.changed(),
        list(course.canaries.visits),
        left_processes(course.canaries.marker),
        failed,
        costs,
        course.canaries.key is not None,
    )


def _watched(
    course: AttackedCourse, command: list[str]
) -> tuple[subprocess.CompletedProcess, Cost]:
    made = "feedback" if command[0] == "generate_feedback" else "autograded"
    results = "/".join([made, "*", *command[1:2]])
    return watching.run(*_command(course, command), course.root, results)


def _command(course: AttackedCourse, command: list[str]) -> tuple[list[str], dict[str, str]]:
    """Returns a stock nbgrader command, or that of `rps-grader`, and its environment."""
    environment = course.environment()
    # nbgrader calls programs of its environment (alembic) by name.
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment.get('PATH', '')}"
    module = "autograder" if _is_run(command) else "nbgrader"
    return [sys.executable, "-m", module, *command], environment


def _is_run(command: list[str]) -> bool:
    return command[0] == "run"


def _end(text: str) -> str:
    """Returns the first traceback in a command's output, and the end of the output."""
    start = text.find("Traceback")
    return f"{text[start : start + 3000]} ... {text[-500:]}" if start >= 0 else text[-1000:]


def isolated(
    subject: Subject, attacks: list[Attack], defects: list[Defect], quick: bool = False
) -> Trial:
    """Tries the grader as it is: the course's own configuration, and the sandbox.

    Args:
        subject: the course.
        attacks: hostile submissions.
        defects: broken ones.
        quick: whether attacks are tried only as cells, and on the exercises that they are about.

    Raises:
        CourseError: there is no sandbox on this machine.
    """
    problem = isolation.problem()
    if problem:
        raise CourseError(f"Attacks are only tried where they can do no harm: {problem}")
    with temporary_course(subject) as course:
        text = (subject.root / configuration.FILE).read_text()
        chosen = _CONFIGURATION.format(profile=subject.course.quick)
        (course.root / configuration.FILE).write_text(text + chosen)
        course.plant_key()
        everywhere = prepare_everywhere(course, attacks) if attacks and not quick else []
        narrow = prepare(course, attacks if quick else [], defects)
        course.plant()
        # Nothing is graded twice: neither who is graded alone, nor what has a limit of its own.
        runs = [["autograde", name, f"--student={ALONE}"] for name in everywhere]
        runs += [_with_own_limit(course, defect) for defect in defects if defect.seconds]
        runs += [["run", name, f"--jobs={_JOBS}"] for name in everywhere]
        runs += [
            ["autograde", name, *([_LIGHT] if is_light(name, subject) else [])]
            for name in narrow
            if name not in everywhere
        ]
        return grade(course, runs)


def _with_own_limit(course: AttackedCourse, defect: Defect) -> list[str]:
    """Returns the command that grades a broken submission whose cells have a time of their own."""
    limits = [_LIGHT, f"--ExecuteWithChallenge.timeout={defect.seconds}"]
    name = course.assignment(defect.exercises)
    return ["autograde", name, f"--student={defect.name}", *limits]


@contextlib.contextmanager
def temporary_course(subject: Subject) -> Iterator[AttackedCourse]:
    """Makes a course in a folder that is removed again, with the solutions of a real one."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-audit-"))
    course = AttackedCourse(folder / "course", subject)
    try:
        yield course
    finally:
        course.remove()


def left_processes(marker: str) -> list[str]:
    """Returns the command lines of processes of a run that are still there."""
    left = []
    own = {p.pid for p in (psutil.Process(), *psutil.Process().parents())}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if process.pid not in own and (
                marker in line or marker in str(process.environ().values())
            ):
                left.append(line[:200])
    return left
