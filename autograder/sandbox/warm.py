"""Warm starts: programs in the sandbox that need not import what a process has imported already.

`forking.py` is that process. Each course, profile and weight has one, as long as the grader lives.
Forks of the grader share it: each request is one message, and brings a connection of its own for
the answer.
"""

import atexit
import contextlib
import json
import mmap
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from autograder.core.course import Home

_FORKING = Path(__file__).parent / "forking.py"
_SECONDS = 300  # to import, and to fork


class WarmError(RuntimeError):
    """A program could not be forked into a sandbox; the message says why."""


def hung_up(connection: socket.socket) -> bool:
    """Whether a connection is closed on this side, or by all who had the other end."""
    if connection.fileno() < 0:
        return True
    end = select.poll()
    end.register(connection, 0)  # a hang-up is always reported
    return bool(end.poll(0))


class Warm:
    """A warm process, seen from the grader.

    Attributes:
        home: the home folder's path, which is the same out here and in each sandbox: libraries
            remember it when they are imported. Out here it is empty until something is served.
    """

    def __init__(
        self,
        address: str,
        profile: str,
        heavy: bool,
        programs: Iterable[Path],
        copies: Mapping[Path, Path],
        contents: Callable[[], Home],
        environment: Callable[[Path], dict[str, str]],
    ) -> None:
        """Starts a process.

        Args:
            address: where the course is.
            profile: the class's profile.
            heavy: whether it imports the heavy part of what the course preloads.
            programs: what it can run: files with a function `main(arguments)`, and perhaps with
                `prepare(course)`, which is called once before any fork.
            copies: what the course is imported from, see `autograder.sandbox.withholding`.
            contents: returns what the home folder holds, for what is served out here.
            environment: returns its environment, given the home folder.
        """
        self._cannot = mmap.mmap(-1, 1)  # what a fork finds out, all know
        self._contents = contents
        self.home = Path(tempfile.mkdtemp(prefix="autograder-home-"))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-P", _FORKING, theirs.fileno(), address, profile]
        made = {str(folder): str(copy) for folder, copy in copies.items()}
        command += ["heavy" if heavy else "light", json.dumps(made), *programs]
        with theirs:
            self._process = subprocess.Popen(
                [str(argument) for argument in command],
                env=environment(self.home),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    @property
    def possible(self) -> bool:
        """Whether this machine lets a process join a sandbox; known after the first try."""
        return not self._cannot[0]

    @property
    def ended(self) -> bool:
        """Whether the process is not there any more: nothing holds the other end of the socket.

        Its status would tell only the process that started it, and not the forks of that one.
        """
        return hung_up(self._control)

    def fork(self, request: dict[str, Any], sandbox: socket.socket) -> int:
        """Runs a program in a sandbox.

        Args:
            request: `program` (its file), `arguments`, `environment`, `folder` (the working
                folder), `uid` and `limits`, as for `start.py`.
            sandbox: connection to `start.py` in the sandbox.

        Returns:
            The number of the program's process.

        Raises:
            WarmError: it cannot.
        """
        said = self._ask(request, sandbox)
        if "cannot" in said:
            self._cannot[0] = 1
            self.close()
            raise WarmError(
                f"this machine does not let a process join a sandbox ({said['cannot']})"
            )
        return said["pid"]

    def serve(self, module: str, arguments: Iterable[str], connection: socket.socket) -> int:
        """Runs a module's `serve` in a process out here, with the course's own code.

        It is no part of a sandbox, and may do what this process may. It finds a submission's
        environment, and the course's data and weights where libraries look for them.

        Args:
            module: the module's name.
            arguments: what `serve` is called with, after the connection.
            connection: the connection, which this process may then close.

        Returns:
            The number of the process.

        Raises:
            WarmError: it cannot.
        """
        contents = self._contents()
        found = {
            kind: {name: str(path.absolute()) for name, path in paths.items()}
            for kind, paths in (("copies", contents.copies), ("shown", contents.shown))
        }
        request = {"module": module, "arguments": [*arguments], "home": found}
        return self._ask(request, connection)["pid"]

    def _ask(self, request: dict[str, Any], connection: socket.socket) -> dict[str, Any]:
        """Returns the answer of a fork: its number, or why it cannot go where it should."""
        answer, theirs = socket.socketpair()
        with answer:
            answer.settimeout(_SECONDS)
            try:
                with theirs:
                    descriptors = [connection.fileno(), theirs.fileno()]
                    socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
                said = json.loads(answer.recv(1 << 16) or "{}")
            except OSError as error:
                raise WarmError(f"the warm process does not answer ({error})") from error
        if not said.keys() & {"pid", "cannot"}:
            raise WarmError(said.get("problem", "the warm process has ended"))
        return said

    def close(self) -> None:
        """Ends it."""
        if not self.ended:  # else its number may be another's by now
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._control.close()
        shutil.rmtree(self.home, ignore_errors=True)


_running: dict[tuple[Any, ...], Warm] = {}


def running(
    address: str,
    profile: str,
    heavy: bool,
    programs: Iterable[Path],
    copies: Mapping[Path, Path],
    contents: Callable[[], Home],
    environment: Callable[[Path], dict[str, str]],
) -> Warm | None:
    """Returns the warm process of a course, profile, weight, programs and copies, or None.

    None says that there cannot be one on this machine.

    Arguments are as for `Warm`.
    """
    files = tuple(programs)
    key = (address, profile, heavy, files, tuple(copies.values()))
    if key not in _running or (_running[key].ended and _running[key].possible):
        _running[key] = Warm(address, profile, heavy, files, copies, contents, environment)
        atexit.register(_running[key].close)
    return _running[key] if _running[key].possible else None
