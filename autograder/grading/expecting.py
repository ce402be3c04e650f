"""What right answers give, worked out in one process for all submissions that are graded.

A judge compares facts with what a right answer gives under the same challenge. Where that needs
what a course preloads for probing, a process beside the grader works it out while the submission
runs. It is a fork of the warm process, where there is one, and knows the challenge but nothing of
the submission. Forks of the grader share it.
"""

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection, Pipe
from typing import Any

from autograder.core import course as courses
from autograder.core.challenge import Challenge
from autograder.core.course import Profile
from autograder.core.exercise import Exercise
from autograder.grading.run import Run
from autograder.sandbox.processes import name_process
from autograder.sandbox.warm import Warm, WarmError, hung_up

_SECONDS = 300  # that an answer may take
NAME = "right-answers"  # of the process, where processes are listed


class _Expecting:
    """The process, seen from the grader."""

    def __init__(self, address: str, profile: Profile, imported: Warm | None) -> None:
        """Starts it.

        Args:
            address: where the course is.
            profile: the class's profile.
            imported: a process that has imported what it needs; None to import it again.
        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            if imported:
                with contextlib.suppress(WarmError):
                    self._pid = imported.serve(__name__, [address, profile.base], theirs)
                    return
            number = theirs.fileno()
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(number), address, profile.base],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[number],
                start_new_session=True,
            )
            self._pid = process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is not there any more."""
        return hung_up(self._control)

    def ask(self, exercise: str, challenge: Challenge) -> Connection:
        """Asks what a right answer gives; it comes on the connection, if at all."""
        answer, theirs = Pipe()
        with theirs, contextlib.suppress(OSError):
            said = json.dumps([exercise, challenge.secret.hex()]).encode()
            socket.send_fds(self._control, [said], [theirs.fileno()])
        return answer

    def kill(self) -> None:
        """Ends it, since it does not answer."""
        if not self.ended:  # else its number may be another's by now
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)


_running: dict[tuple[str, Profile], _Expecting] = {}


def running(address: str, profile: Profile, imported: Warm | None) -> _Expecting:
    """Returns the process of a course and a profile; starts it if there is none.

    Arguments are as for `_Expecting`.
    """
    known = _running.get((address, profile))
    if known is None or known.ended:
        known = _running[address, profile] = _Expecting(address, profile, imported)
    return known


def ask(run: Run, name: str, index: int, imported: Warm | None) -> None:
    """Asks what a right answer gives, unless that is worked out in no time.

    Args:
        run: the execution, which keeps the question.
        name: the exercise.
        index: of the cell that checks it.
        imported: as for `running`.
    """
    exercise = run.course.exercises[name]
    if isinstance(exercise, Exercise) and exercise.heavy and index not in run.asked:
        process = running(run.address, run.profile, imported)
        run.asked[index] = process.ask(name, run.challenge(name, index))


def expected(run: Run, name: str, index: int) -> Any:
    """Returns what a right answer gives; works it out here where nobody was asked, or answers.

    Arguments are as for `ask`.
    """
    if index in run.asked:
        with run.asked.pop(index) as answer, contextlib.suppress(EOFError, OSError):
            if answer.poll(_SECONDS):
                return answer.recv()
            _running[run.address, run.profile].kill()  # nobody is to wait for it again
    exercise = run.course.exercises[name]
    assert isinstance(exercise, Exercise)
    return _expected(exercise, run.challenge(name, index), run.profile)


@functools.lru_cache(maxsize=32)
def _expected(exercise: Exercise, challenge: Challenge, profile: Profile) -> Any:
    return exercise.expect(challenge, profile)


def serve(control: socket.socket, address: str, name: str) -> None:
    """Answers what comes on a connection, until nobody has its other end.

    Args:
        control: the connection.
        address: where the course is.
        name: the profile.
    """
    name_process(NAME)
    course = courses.load(address)
    profile = course.profile(name, True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        said, descriptors, *_ = socket.recv_fds(control, 1 << 12, 1)
        if not said:
            break
        exercise, secret = json.loads(said)
        answer = Connection(descriptors[0])
        try:
            found = course.exercises[exercise].expect(Challenge(bytes.fromhex(secret)), profile)
        except Exception:  # whoever asked finds out by trying it, and says so
            answer.close()
            continue
        # It waits until whoever asked takes it.
        threading.Thread(target=_send, args=(answer, found), daemon=True).start()


def _send(answer: Connection, found: Any) -> None:
    with answer, contextlib.suppress(Exception):  # nobody may be there, or it cannot be sent
        answer.send(found)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), *sys.argv[2:])
