"""What a worker of Dask does: hands submissions to a grading program beside it, and waits.

All threads of a worker share one program for an assignment (`server`), and with it the one process
of the machine that has imported what the course preloads. Where the program is killed, it is
started again.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import distributed

from autograder.classroom import parcels

TRIES = 3  # how often a submission is graded whose grading is killed
BEGUN = "autograder-begun"  # Dask's topic for whose submission a worker grades now
_SERVER = "autograder.classroom.server"  # not imported here: it takes memory and a second
_NOT_STARTED = "The program that grades cannot be started"
_MOST_PRINTED = 1000  # characters that are shown
_MAX_PATH = 40  # of the folder for temporary files: the paths of kernels' sockets have a limit


class UnreadyError(RuntimeError):
    """No submission can be graded on a machine; the message says why.

    Attributes:
        worker: the address of the worker on it.
    """

    def __init__(self, says: str, worker: str) -> None:
        self.worker = worker
        super().__init__(says, worker)

    def __str__(self) -> str:
        """Returns why."""
        return str(self.args[0])


class Server:
    """A grading program, seen from the worker's threads.

    Attributes:
        users: how many threads use it.
    """

    def __init__(self, shared: bytes) -> None:
        """Starts it, and waits until it is ready.

        Args:
            shared: what all submissions of an assignment share, see `assignment`.

        Raises:
            RuntimeError: submissions cannot be graded here; the message says why.
        """
        about, files = parcels.unpack(shared)
        self.users = 0
        short = len(tempfile.gettempdir()) <= _MAX_PATH
        within = tempfile.gettempdir() if short else "/tmp"
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="rps-", dir=within))
        except OSError as error:
            raise RuntimeError(f"{_NOT_STARTED} in {within}: {error}.") from error
        try:
            (self._folder / "about.json").write_text(json.dumps(about))
            parcels.write(files, self._folder / "course")
            # The program removes its folder when it ends: what it printed must outlive that.
            with tempfile.TemporaryFile() as printed:
                said = self._start(printed)
                printed.seek(0)
                last = printed.read().decode(errors="replace").strip()[-_MOST_PRINTED:]
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise RuntimeError(f"{_NOT_STARTED} in {self._folder}: {error}.") from error
        if said != parcels.READY:
            self.close()
            raise RuntimeError(said or f"{_NOT_STARTED}: {last}")

    def _start(self, printed: BinaryIO) -> str:
        """Starts the program, and returns what it says as soon as it is ready or cannot be."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _SERVER, str(theirs.fileno()), str(self._folder)],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=printed,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return self._control.recv(1 << 16).decode()

    @property
    def ended(self) -> bool:
        """Whether the program is not there any more."""
        return self._process.poll() is not None

    def grade(self, parcel: bytes) -> bytes:
        """Has a submission graded.

        Raises:
            EOFError, OSError: the process that graded it was killed.
        """
        connection, theirs = socket.socketpair()
        with connection:
            with theirs:
                socket.send_fds(self._control, [b"1"], [theirs.fileno()])
            parcels.send(connection, parcel)
            return parcels.receive(connection)

    def close(self) -> None:
        """Ends it."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


_servers: dict[bytes, Server] = {}
_lock = threading.Lock()


@contextlib.contextmanager
def _running(shared: bytes) -> Iterator[Server]:
    """Gives the program of an assignment; those of others end when nobody uses them."""
    with _lock:
        for known, other in list(_servers.items()):
            if other.ended or (known != shared and not other.users):
                _servers.pop(known).close()
        if shared not in _servers:
            _servers[shared] = Server(shared)
        found = _servers[shared]
        found.users += 1
    try:
        yield found
    finally:
        with _lock:
            found.users -= 1


def grade(parcel: bytes, shared: bytes, student: str) -> bytes:
    """Grades a submission: a task of Dask.

    Args:
        parcel: the submission, see `autograder.classroom.submission`.
        shared: what all submissions of the assignment share, see `autograder.classroom.assignment`.
        student: the student's id, for whoever watches.

    Returns:
        What `autograder.classroom.delivered.grade` returns.

    Raises:
        UnreadyError: no submission can be graded on this machine.
    """
    here = distributed.get_worker()
    here.log_event(BEGUN, student)
    for _ in range(TRIES):
        try:
            with _running(shared) as grading:
                return grading.grade(parcel)
        except RuntimeError as error:
            raise UnreadyError(str(error), here.address) from error
        except (EOFError, OSError):
            continue
    problem = f"the process that graded it was killed {TRIES} times"
    return parcels.pack({"problem": problem, "log": []}, {})


def keep(shared: bytes) -> bytes:
    """Returns what it gets: a task, so that Dask brings it to each worker once, and again."""
    return shared
