"""What right answers give, worked out in one process for all submissions that are graded.

A judge compares facts with what a right answer gives under the same challenge. Where that needs
what a course preloads for probing, a process beside the grader works it out while the submission
runs. It imports once for the class, or is a fork of a process that has, and knows the challenge but
nothing of the submission. Forks of the grader share it.
"""

import contextlib
import functools
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import traceback
from multiprocessing.connection import Connection, Pipe
from typing import Any

from autograder.core import course as courses
from autograder.core.challenge import Challenge
from autograder.core.course import Course, Profile
from autograder.core.exercise import Exercise
from autograder.grading.run import Run
from autograder.sandbox import warm
from autograder.sandbox.processes import end_with_parent, name_process

_SECONDS = 300  # that an answer may take
NAME = "right-answers"  # of the process, where processes are listed


class _Expecting:
    """The process, seen from the grader."""

    def __init__(self, address: str, profile: Profile, *, forks: bool) -> None:
        """Starts it.

        Args:
            address: where the course is.
            profile: the class's profile.
            forks: whether it is a fork of this process. That must have imported what it needs, and
                have no threads.
        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            if forks:
                if os.fork() == 0:
                    _be_fork(theirs, address, profile)
                return
            subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(number), address, profile.base],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[number],
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        """Whether the process is not there any more."""
        return warm.hung_up(self._control)

    def ask(self, exercise: str, challenge: Challenge) -> Connection:
        """Asks what a right answer gives; it comes on the connection, if at all."""
        answer, theirs = Pipe()
        with theirs, contextlib.suppress(OSError):
            said = json.dumps([exercise, challenge.secret.hex()]).encode()
            socket.send_fds(self._control, [said], [theirs.fileno()])
        return answer


_running: dict[tuple[str, Profile], _Expecting] = {}


def running(address: str, profile: Profile, *, forks: bool = False) -> _Expecting:
    """Returns the process of a course and a profile; starts it if there is none.

    Arguments are as for `_Expecting`.
    """
    known = _running.get((address, profile))
    if known is None or known.ended:
        known = _running[address, profile] = _Expecting(address, profile, forks=forks)
    return known


def ask(run: Run, name: str, index: int) -> None:
    """Asks what a right answer gives, unless that is worked out in no time.

    Args:
        run: the execution, which keeps the question.
        name: the exercise.
        index: of the cell that checks it.
    """
    exercise = run.course.exercises[name]
    if isinstance(exercise, Exercise) and exercise.heavy and index not in run.asked:
        process = running(run.address, run.profile)
        run.asked[index] = process.ask(name, run.challenge(name, index))


def expected(run: Run, name: str, index: int) -> Any:
    """Returns what a right answer gives; works it out here where nobody was asked, or answers.

    Arguments are as for `ask`.
    """
    if index in run.asked:
        with run.asked.pop(index) as answer, contextlib.suppress(EOFError, OSError):
            if answer.poll(_SECONDS):
                return answer.recv()
    exercise = run.course.exercises[name]
    assert isinstance(exercise, Exercise)
    return _expected(exercise, run.challenge(name, index), run.profile)


@functools.lru_cache(maxsize=32)
def _expected(exercise: Exercise, challenge: Challenge, profile: Profile) -> Any:
    return exercise.expect(challenge, profile)


def main() -> None:
    """Answers until the grader is gone."""
    number, address, name = sys.argv[1:]
    course = courses.load(address)
    _answer(socket.socket(fileno=int(number)), course, course.profile(name, True))


def _be_fork(control: socket.socket, address: str, profile: Profile) -> None:
    """Answers, as a fork of the grader; this process ends here."""
    try:
        end_with_parent()
        name_process(NAME)
        os.setsid()
        # Whoever waits for the grader's end must not wait for this process.
        os.closerange(3, control.fileno())
        os.closerange(control.fileno() + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        _answer(control, courses.load(address), profile)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(0)


def _answer(control: socket.socket, course: Course, profile: Profile) -> None:
    """Answers what comes on a connection, until nobody has its other end."""
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
    main()
