"""Grades a class: what is new or changed is sent out, and whole results are put in their places.

This process alone writes `autograded` and the gradebook, one submission after the other. It holds
only so many submissions at a time, however large the class is.
"""

import difflib
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Client, Future, as_completed
from distributed.scheduler import KilledWorker
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader

from autograder.classroom import assignment, cluster, parcels, submission, worker
from autograder.classroom.progress import Watch
from autograder.classroom.received import Received
from autograder.classroom.worker import UnreadyError
from autograder.grading import challenges, handed_in, placing, private, states
from autograder.grading.handed_in import ClassError, HandedIn
from autograder.grading.machine import Grading
from autograder.grading.staging import OddFileError

_AHEAD = 3  # submissions that are sent for each one that can be graded at the same time
_MOST_BYTES = 500_000_000  # that are under way, unless one submission alone has more
_NOTABLE = ("WARNING", "ERROR", "CRITICAL")


@dataclass
class Plan:
    """What a run does.

    Attributes:
        found: what was handed in, of the students that are asked for.
        todo: what is to be graded: what the result of each notebook will be based on, by student.
        heavy: whether kernels need the heavy part of what the course preloads.
        retrain: whether notebooks are run in full as well.
        asked: ids of the students who are asked for; empty for all.
    """

    found: HandedIn
    todo: dict[str, dict[str, states.Basis]]
    heavy: bool
    retrain: bool
    asked: list[str]

    @property
    def unchanged(self) -> int:
        """How many submissions are graded from their present content."""
        return len(self.found.submissions) - len(self.todo)


@dataclass
class Outcome:
    """What became of submissions that were sent out.

    Attributes:
        graded: how many were graded.
        problems: why others were not, or not in whole, by student.
        notes: what else the log has to say, by student.
    """

    graded: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)


def plan(application: NbGrader, students: list[str], force: bool) -> Plan:
    """Looks at the class, and decides what is to be graded.

    Args:
        application: nbgrader's, with the configuration and the assignment's name.
        students: ids of those who are asked for; empty for all.
        force: whether to grade what is graded already.

    Raises:
        autograder.grading.handed_in.NOT_READY: the class cannot be graded, or a student is unknown.
    """
    folders, grading = application.coursedir, Grading(parent=application)
    found = handed_in.look(folders, grading)
    if grading.retrain and not any(notebook.files for notebook in found.released):
        raise ClassError(
            f"{folders.assignment_id} asks for no files that its notebook makes: there is nothing "
            "to retrain."
        )
    if not found.submissions and not found.unreadable:
        raise handed_in.nothing(folders)
    _select(found, application, students)
    bases = states.Bases(folders, grading, folders.assignment_id)
    todo = {}
    for student in sorted(found.submissions):
        result, now = placing.result_of(folders, student), bases.of(student)
        before = {n.name: placing.basis_of(result, n.name) for n in found.released}
        if force or not all(basis and basis.serves(now) for basis in before.values()):
            todo[student] = {name: now.again(basis) for name, basis in before.items()}
    known = grading.load().exercises
    names = {name for notebook in found.released for name in notebook.sources}
    heavy = any(known[name].heavy for name in names & known.keys())
    return Plan(found, todo, heavy, grading.retrain, students)


def _select(found: HandedIn, application: NbGrader, students: list[str]) -> None:
    """Leaves only the students that are asked for.

    Raises:
        ClassError: one is unknown.
    """
    folders = application.coursedir
    excluded = set(folders.student_id_exclude.split(","))
    groups = found.submissions, found.unreadable, found.empty
    with Gradebook(folders.db_url, folders.course_id) as gradebook:
        known = {student.id for student in gradebook.students}.union(*groups)
    for student in students:
        if student not in known:
            close = difflib.get_close_matches(student, known)
            meant = f" Did you mean {' or '.join(close)}?" if close else ""
            raise ClassError(f"There is no student {student!r}.{meant}")
    for group in groups:
        for student in list(group):
            if student in excluded or (students and student not in students):
                del group[student]


class Run:
    """Sends submissions out, and takes their results."""

    def __init__(self, application: NbGrader, planned: Plan, watch: Watch, *, fetch: bool) -> None:
        """Prepares what all submissions share.

        Args:
            application: nbgrader's.
            planned: what to do.
            watch: shows how far it is.
            fetch: whether machines download what they lack.

        Raises:
            SettingsError: something in the configuration cannot be sent to another process.
            KeyFileError: the challenge key cannot be used.
        """
        self.outcome = Outcome()
        self._folders, self._log = application.coursedir, application.log
        self._planned, self._watch = planned, watch
        config, grading = application.config, Grading(parent=application)
        root, shared = Path(self._folders.root), self._folders.groupshared
        asks_for_files = any(notebook.files for notebook in planned.found.released)
        measured_by = private.folder(grading, root, shared) if asks_for_files else None
        self._shared = assignment.make(self._folders, config, grading, measured_by, fetch=fetch)
        self._key = challenges.course_key(root, shared=shared)
        self._received = Received(coursedir=self._folders, parent=application, config=config)
        self._unready: dict[str, str] = {}  # why workers cannot grade, by address

    def grade(self, connected: Callable[[], AbstractContextManager[Client]]) -> None:
        """Grades what is planned.

        Args:
            connected: connects to what grades.

        Raises:
            ClassError: no machine can grade, or results cannot be kept.
        """
        with self._received.open(), connected() as client:
            client.subscribe_topic(worker.BEGUN, lambda event: self._watch.begin(event[1]))
            self._client = client
            if self._planned.retrain and not cluster.gpus(client):
                self._watch.say("No worker offers a GPU: training runs on the CPU.")
            self._parcel = client.submit(worker.keep, self._shared)
            waiting = iter(self._planned.todo)
            self._sent: dict[Future, tuple[str, int]] = {}  # whose it is, and its size
            completed = as_completed()
            self._send(waiting, completed)
            for future in completed:
                self._take(future, completed)
                self._send(waiting, completed)

    def _send(self, waiting: Iterator[str], completed: as_completed) -> None:
        """Sends submissions, as many as are graded soon."""
        most = _AHEAD * max(1, sum(self._threads().values()))
        while len(self._sent) < most and sum(n for _, n in self._sent.values()) < _MOST_BYTES:
            student = next(waiting, None)
            if student is None:
                break
            self._send_one(student, completed)

    def _send_one(self, student: str, completed: as_completed) -> None:
        bases = self._planned.todo[student]
        keys = {name: self._attempt_key(student, basis) for name, basis in bases.items()}
        try:
            found = self._planned.found
            parcel = submission.make(found.again(student), found.released, student, keys)
        except (OSError, OddFileError) as error:
            self._end(student, f"it cannot be read: {error}")
            return
        able = [name for name in self._threads() if name not in self._unready]
        on_gpu = self._planned.retrain and not cluster.gpus(self._client).isdisjoint(able)
        future = self._client.submit(
            worker.grade,
            parcel,
            self._parcel,
            student,
            pure=False,
            workers=able if self._unready else None,
            resources={cluster.GPU: 1} if on_gpu else None,
        )
        self._sent[future] = student, len(parcel)
        completed.add(future)

    def _attempt_key(self, student: str, basis: states.Basis) -> bytes:
        about = {"student": student, "assignment": self._folders.assignment_id}
        return challenges.for_attempt(self._key, attempt=basis.attempt, **about)

    def _take(self, future: Future, completed: as_completed) -> None:
        """Takes what a worker answers."""
        student, _ = self._sent.pop(future)
        try:
            about, files = parcels.unpack(future.result())
        except UnreadyError as error:
            self._give_up(error)
            self._send_one(student, completed)
        except KilledWorker as error:
            self._end(student, f"workers that graded it died: {error.last_worker.address}")
        except Exception as error:  # of Dask, or of a connection
            self._end(student, f"{type(error).__name__}: {error}")
        else:
            for level, text, _ in about["log"]:
                self._log.log(logging.getLevelName(level), "[%s] %s", student, text)
            self._note(student, about["log"])
            problem = ""
            if files:
                bases = self._planned.todo[student]
                problem = self._received.place(student, bases, about, files)
            self._end(student, problem or _problem(about))
        finally:
            future.release()

    def _threads(self) -> dict[str, int]:
        """Returns how many submissions each worker grades at a time.

        Raises:
            ClassError: the scheduler is gone.
        """
        try:
            return self._client.nthreads()
        except OSError as error:
            raise ClassError(
                "The scheduler does not answer any more. What is done is kept; the same command "
                "grades the others."
            ) from error

    def _give_up(self, error: UnreadyError) -> None:
        """Gives up a worker that cannot grade.

        Raises:
            ClassError: it was the last one.
        """
        self._unready[error.worker] = str(error)
        self._log.error("%s: %s", error.worker, error)
        if not self._threads().keys() - self._unready.keys():
            raise ClassError(" ".join(dict.fromkeys(self._unready.values())))

    def _note(self, student: str, log: list[tuple[str, str, bool]]) -> None:
        """Notes what the summary says. Of nbgrader's own lines, the log has all that is needed."""
        found = [text.split("\n")[0] for level, text, own in log if level in _NOTABLE and not own]
        if found:
            self.outcome.notes[student] = list(dict.fromkeys(found))

    def _end(self, student: str, problem: str) -> None:
        if problem:
            self.outcome.problems[student] = problem
        else:
            self.outcome.graded += 1
        self._watch.end(student, problem)


def _problem(about: dict[str, str]) -> str:
    """Returns why a submission is not graded, or not in whole."""
    if about["problem"]:
        return about["problem"]
    if about["failed"]:
        return "judging failed, see the log"
    return about["other_profile"]
