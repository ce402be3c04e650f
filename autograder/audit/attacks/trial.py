"""One trial of the grader: grades a course with the stock nbgrader and looks at what happened."""

import contextlib
import csv
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import psutil

from autograder import configuration
from autograder.audit.attacks.corpus import Attack, Defect
from autograder.audit.attacks.course import HONEST, AttackedCourse
from autograder.audit.subject import Subject
from autograder.core.course import CourseError
from autograder.grading import results
from autograder.sandbox import isolation

# Small limits, so that bombs end soon; honest notebooks of the corpus stay far below. Time has none
# but the course's: how long an honest cell takes is up to what else the machine does.
_LIMITS = (
    "--Isolation.disk_mb=200", "--Isolation.file_mb=100", "--Isolation.output_mb=5",
    "--Isolation.processes=32",
)  # fmt: skip
_LIGHT, _HEAVY = "--Isolation.memory_mb=800", "--Isolation.memory_mb=3000"


@dataclass
class Outcome:
    """What became of one submission.

    Attributes:
        name: the attack's or defect's name, or that of the honest student.
        assignment: the assignment.
        scores: points by exercise.
        status: as the exported table has it.
        reason: why points were lost or nothing could be graded.
        read: secrets found in what grading left.
        active: whether its feedback has content of it that would run in a browser.
    """

    name: str
    assignment: str
    scores: dict[str, float | None] = field(default_factory=dict)
    status: str = "missing"
    reason: str = ""
    read: list[str] = field(default_factory=list)
    active: bool = False


@dataclass
class Trial:
    """What happened to a whole course.

    Attributes:
        outcomes: of every submission, by (name, assignment).
        changed: canaries that were changed.
        visits: connections to the listening port.
        processes: command lines of processes that were left behind.
        failed: nbgrader's commands that failed, with the end of their output.
    """

    outcomes: dict[tuple[str, str], Outcome]
    changed: list[str]
    visits: list[str]
    processes: list[str]
    failed: list[str]


def prepare(course: AttackedCourse, attacks: list[Attack], defects: list[Defect]) -> list[str]:
    """Fills a course with assignments, submissions and canaries; returns the assignments."""
    assignments = []
    for names in dict.fromkeys(entry.exercises for entry in (*attacks, *defects)):
        name = course.add_assignment(names)
        assignments.append(name)
        nbgrader(course, "generate_assignment", name)
        course.hand_in_honest(name)
    for attack in attacks:
        course.hand_in_attack(attack)
    for defect in defects:
        course.hand_in_defect(defect)
    course.plant()
    return assignments


def is_light(assignment: str, subject: Subject) -> bool:
    """Whether none of an assignment's exercises is heavy."""
    return not any(subject.course.exercises[name].heavy for name in assignment.split("-"))


def grade(course: AttackedCourse, runs: list[list[str]], table: bool = True) -> Trial:
    """Grades everything, writes feedback and the table, and looks at what is there then.

    Args:
        course: the prepared course.
        runs: what `nbgrader autograde` is called with: an assignment and options.
        table: whether the table is exported.
    """
    assignments = dict.fromkeys(name for name, *_ in runs)
    commands = [["autograde", *run] for run in runs]
    commands += [["generate_feedback", name] for name in assignments]
    failed = []
    for command in [*commands, ["export"]] if table else commands:
        done = nbgrader(course, *command, check=False)
        if done.returncode:
            failed.append(f"nbgrader {' '.join(command[:2])}: {_end(done.stderr)}")
    return Trial(
        _outcomes(course, assignments),
        course.canaries.changed(),
        list(course.canaries.visits),
        left_processes(course.canaries.marker),
        failed,
    )


def _end(text: str) -> str:
    """Returns the first traceback in nbgrader's output, and the end of the output."""
    start = text.find("Traceback")
    return f"{text[start : start + 3000]} ... {text[-500:]}" if start >= 0 else text[-1000:]


def isolated(subject: Subject, attacks: list[Attack], defects: list[Defect]) -> Trial:
    """Tries the grader as it is: the course's own configuration, and the sandbox.

    Args:
        subject: the course.
        attacks: hostile submissions.
        defects: broken ones.

    Raises:
        CourseError: there is no sandbox on this machine.
    """
    problem = isolation.problem()
    if problem:
        raise CourseError(f"Attacks are only tried where they can do no harm: {problem}")
    with temporary_course(subject) as course:
        text = (subject.root / configuration.FILE).read_text()
        chosen = f"\nc.Grading.profile = {subject.course.quick!r}\n"
        (course.root / configuration.FILE).write_text(text + chosen)
        runs = [
            [name, *_LIMITS, _LIGHT if is_light(name, subject) else _HEAVY]
            for name in prepare(course, attacks, defects)
        ]
        # What has a limit of its own is graded before: nbgrader grades nothing twice.
        own = [
            [course.assignment(defect.exercises), f"--student={defect.name}", *_LIMITS, _LIGHT,
             f"--ExecuteWithChallenge.timeout={defect.seconds}"]
            for defect in defects if defect.seconds
        ]  # fmt: skip
        return grade(course, own + runs)


@contextlib.contextmanager
def temporary_course(subject: Subject) -> Iterator[AttackedCourse]:
    """Makes a course in a folder that is removed again, with the solutions of a real one."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-audit-"))
    course = AttackedCourse(folder / "course", subject)
    try:
        yield course
    finally:
        course.remove()


def nbgrader(
    course: AttackedCourse, *command: str, check: bool = True
) -> subprocess.CompletedProcess:
    """Runs a stock nbgrader command in the course."""
    environment = course.environment()
    # nbgrader calls programs of its environment (alembic) by name.
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment.get('PATH', '')}"
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=course.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=check,
    )


def _outcomes(course: AttackedCourse, assignments: Iterable[str]) -> dict[tuple[str, str], Outcome]:
    outcomes = {}
    for path in sorted((course.root / "submitted").glob("*/*")):
        key = path.parent.name, path.name
        outcomes[key] = Outcome(*key)
    url = f"sqlite:///{course.root}/gradebook.db"
    for name in assignments:
        try:
            found = results.collect(url, course.root / "autograded", name)
        except (results.ResultsError, ValueError, OSError):
            continue  # unmodified nbgrader may have lost its gradebook, or written no notebook
        for result in found:
            outcome = outcomes[result.student, name]
            outcome.scores[result.exercise] = result.score
            outcome.reason = " ".join([outcome.reason, *result.reasons]).strip()
    with contextlib.suppress(OSError), (course.root / "grades.csv").open() as file:
        for row in csv.DictReader(file):
            outcome = outcomes.get((row["student_id"], row["assignment"]))
            if outcome and "status" in row:
                outcome.status = row["status"]
                outcome.reason = f"{outcome.reason} {row['reason']}".strip()
    for outcome in outcomes.values():
        _look_at_what_is_left(course, outcome)
    return outcomes


def _look_at_what_is_left(course: AttackedCourse, outcome: Outcome) -> None:
    for kind in ("autograded", "feedback"):
        folder = course.root / kind / outcome.name / outcome.assignment
        for path in folder.rglob("*"):
            if path.is_symlink() or not path.is_file():
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            for what, secret in course.canaries.secrets.items():
                own = outcome.name == HONEST and what == "another submission"
                if secret in text and not own and what not in outcome.read:
                    outcome.read.append(what)
            if path.suffix == ".html" and _Active.find(text, course.canaries.marker):
                outcome.active = True


class _Active(HTMLParser):
    """Looks for a marker where a browser would run it."""

    def __init__(self, marker: str) -> None:
        super().__init__()
        self.marker, self.script, self.found = marker, False, False

    @classmethod
    def find(cls, page: str, marker: str) -> bool:
        parser = cls(marker)
        parser.feed(page)
        return parser.found

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.script = tag in ("script", "style")
        for name, value in attributes:
            runs = name.startswith("on") or (value or "").strip().lower().startswith("javascript:")
            loads = tag in ("iframe", "object", "embed", "link", "base", "form", "meta")
            remote = name in ("src", "srcset", "data") and "data:image" not in (value or "")
            if self.marker in (value or "") and (runs or loads or remote):
                self.found = True

    def handle_endtag(self, tag: str) -> None:
        self.script = False

    def handle_data(self, data: str) -> None:
        if self.script and self.marker in data:
            self.found = True


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
