"""The program beside a worker that grades: it is ready once, and forks for each submission.

Started by `autograder.classroom.worker` as `python -m autograder.classroom.server SOCKET FOLDER`.
The folder holds a small course (`course`, see `assignment`) and what the course's parcel says
(`about.json`). Each request on the socket brings a connection, on which a submission comes and its
result goes. A worker of Dask has threads and must not fork; this process has one.
"""

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.classroom import assignment, delivered, parcels
from autograder.core.course import Course, Profile
from autograder.grading import expecting, handed_in, inside, intake, machine, run
from autograder.grading.handed_in import NOT_READY
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.processes import end_with_parent
from autograder.sandbox.warm import Warm


class _Grader:
    """Grades submissions of one assignment, in forks."""

    def __init__(self, folder: Path) -> None:
        """Makes sure that submissions can be graded here.

        Args:
            folder: see the module.

        Raises:
            autograder.grading.handed_in.NOT_READY: they cannot.
        """
        self._room, self._course = folder, folder / "course"
        self._about = json.loads((folder / "about.json").read_text())
        config = assignment.configuration(self._about, self._course)
        os.chdir(self._course)  # where a course looks for profiles of the class
        self._grading, self._isolation = machine.Grading(config=config), Isolation(config=config)
        course = self._grading.load()
        _compare(self._about["versions"], assignment.decisive(course))
        released = handed_in.released_notebooks(CourseDirectory(config=config), self._grading)
        names = {name for notebook in released for name in notebook.sources}
        self._exercises = names & course.exercises.keys()
        self._warm()  # it imports while this process looks at the machine
        if self._about["fetch"]:
            _fetch(course, self._grading.variant())
        machine.require(self._grading, self._isolation)
        course.imports(run.is_heavy(course, self._exercises))
        self.warm()
        with tempfile.TemporaryDirectory() as room:
            delivered.rehearse([n.name for n in released], self._course, self._about, Path(room))

    def warm(self) -> None:
        """Starts the processes that forks share, if they are not there."""
        warm, grading = self._warm(), self._grading
        if run.is_heavy(grading.load(), self._exercises):
            expecting.running(grading.course, grading.variant(), warm)

    def _warm(self) -> Warm | None:
        """Returns the process that forks into sandboxes, if there can be one."""
        grading, names = self._grading, self._exercises
        course = grading.load()
        return self._isolation.warm(
            course,
            grading.course,
            grading.variant(),
            run.is_heavy(course, names),
            inside.WARM,
            run.copies(grading.course, course, names),
        )

    def grade(self, connection: socket.socket) -> None:
        """Grades the submission that comes on a connection; this process ends here."""
        try:
            end_with_parent()
            with tempfile.TemporaryDirectory(prefix="j-", dir=self._room) as room:
                tempfile.tempdir = room
                parcel = parcels.receive(connection)
                answer = delivered.grade(parcel, self._course, self._about, Path(room))
                parcels.send(connection, answer)
        finally:
            os._exit(0)


def _compare(expected: dict[str, str], here: dict[str, str]) -> None:
    """Makes sure that results are as they would be where they are asked for.

    Raises:
        autograder.grading.machine.MachineError: something decisive has another version here.
    """
    others = [
        f"{name} {here.get(name)} (expected {expected[name]})"
        for name in expected
        if here.get(name) != expected[name]
    ]
    if others:
        raise machine.MachineError(
            f"Not graded: other versions are installed: {', '.join(others)}. Install the same ones "
            "(docs/cluster.md)."
        )


def _fetch(course: Course, profile: Profile) -> None:
    """Downloads what this machine lacks; what it lacks still is told by whoever looks next."""
    arguments = course.fetch(profile) if course.lacking(profile) else []
    if arguments:
        subprocess.run([sys.executable, *arguments], stdin=subprocess.DEVNULL, check=False)


def main() -> None:
    """Gets ready, and grades until the worker is gone."""
    control, folder = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    tempfile.tempdir = str(folder)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # kernels are interrupted by it
    intake.install()
    try:
        _serve(control, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(control: socket.socket, folder: Path) -> None:
    try:
        grader = _Grader(folder)
    except NOT_READY as error:
        control.send(str(error).encode())
        return
    control.send(parcels.READY.encode())
    gc.freeze()  # forks need not look through, and thereby copy, what was there before them
    forks: set[int] = set()
    while True:
        said, descriptors, *_ = socket.recv_fds(control, 1, 1)
        if not said:
            break
        forks = {fork for fork in forks if not os.waitpid(fork, os.WNOHANG)[0]}
        grader.warm()
        fork = os.fork()
        with socket.socket(fileno=descriptors[0]) as connection:
            if fork == 0:
                control.close()
                grader.grade(connection)
        forks.add(fork)
    for fork in forks:
        with contextlib.suppress(ProcessLookupError):
            os.kill(fork, signal.SIGKILL)


if __name__ == "__main__":
    main()
