"""The sandbox that everything of a submission runs in: kernels, and readers of untrusted files.

Bubblewrap gives each of them a file system of its own (the system, this Python and the course's
data read-only; a small scratch in memory), no network, and namespaces of its own for processes,
IPC and host name. `start.py` is the first program in there. Limits act in the kernel where it has
one for a process (`start.py`), and in `watchdog` for the whole tree of processes.
"""

import base64
import contextlib
import functools
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil
from traitlets import Bool, Integer, List, Unicode, default
from traitlets.config import LoggingConfigurable

from autograder.core.course import Course
from autograder.sandbox import bubblewrap, home, seccomp, warm
from autograder.sandbox.processes import Started
from autograder.sandbox.warm import Warm, WarmError
from autograder.sandbox.watchdog import Watchdog

SCRATCH = "/tmp/submission"  # the working folder in the sandbox
# What the environment may say of where and how to run; all else may hold a secret.
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "NBGRADER_EXECUTION")
_MB = 1 << 20
# Users that exist nowhere: one for each sandbox, so that the system counts its processes apart.
_FIRST_UID, _UIDS = 1_000_000_000, 1_000_000_000


class IsolationError(RuntimeError):
    """The sandbox does not work on this machine."""


class Stopped(RuntimeError):
    """A program in the sandbox ended without an answer; the message says why, for a student."""


class Isolation(LoggingConfigurable):
    """How submissions are isolated; `nbgrader_config.py` may set any of this."""

    unsafe = Bool(
        False, help="Run students' code without a sandbox, with the grader's own rights."
    ).tag(config=True)
    memory_mb = Integer(help="Memory of all processes of a submission together, in MB.").tag(
        config=True
    )
    disk_mb = Integer(1000, help="Scratch for files, in MB; it is kept in memory.").tag(config=True)
    file_mb = Integer(500, help="Size of one file, in MB.").tag(config=True)
    processes = Integer(64, help="Processes of a submission at the same time.").tag(config=True)
    output_mb = Integer(20, help="Output of one cell, in MB.").tag(config=True)
    notebook_timeout = Integer(
        3600, help="Seconds that all cells of a notebook may take together."
    ).tag(config=True)
    retrain_timeout = Integer(
        7200, help="Seconds that they may take where a notebook is run in full to retrain."
    ).tag(config=True)

    hidden = List(
        Unicode(), help="Folders that must not be seen even where a readable one holds them."
    ).tag(config=True)

    @default("memory_mb")
    def _memory_mb_default(self) -> int:
        return int(min(8000, 0.75 * psutil.virtual_memory().total / _MB))

    def require(self) -> None:
        """Makes sure that grading is safe, or that somebody chose to grade without a sandbox.

        Raises:
            IsolationError: there is no working sandbox and `unsafe` is not set.
        """
        if self.unsafe:
            return
        found = problem()
        if found:
            raise IsolationError(
                f"Submissions cannot be isolated on this machine: {found} "
                "Without isolation students' code runs with your rights. If you want that all the "
                "same, in a container or under an account of its own: "
                "`nbgrader autograde ... --Isolation.unsafe=True`, or "
                "`c.Isolation.unsafe = True` in nbgrader_config.py."
            )

    def limits(self) -> dict[str, int]:
        """Returns the limits of each process, by their names in `resource`."""
        limits = {"CORE": 0, "FSIZE": self.file_mb * _MB, "NOFILE": 1024}
        if not bubblewrap.gpu_devices():
            # CUDA's libraries reserve twice what they use; there the watchdog alone has to do.
            limits["DATA"] = self.memory_mb * _MB
        if not self.unsafe:
            limits["NPROC"] = 256 + 16 * (os.cpu_count() or 1)  # threads count too
        return limits

    def warm(
        self,
        course: Course,
        address: str,
        profile: Any,
        heavy: bool,
        programs: Iterable[Path],
        copies: Mapping[Path, Path] = MappingProxyType({}),
    ) -> Warm | None:
        """Returns a process that forks programs which need what a course preloads.

        Args:
            course: the course.
            address: where programs find it.
            profile: the profile that kernels run under.
            heavy: whether the heavy part of what the course preloads is needed.
            programs: what it can run: files with a function `main(arguments)`, and perhaps with
                `prepare(course)`, which is called once before any fork.
            copies: what the course is imported from, as in `start`.

        Returns:
            None without a sandbox, or where a fork has failed: programs import for themselves then.
        """
        if self.unsafe:
            return None

        def environment(folder: Path) -> dict[str, str]:
            return self._environment(course, profile, folder)

        contents = functools.partial(course.home, profile)
        return warm.running(address, profile.base, heavy, programs, copies, contents, environment)

    def start(
        self,
        arguments: Iterable[str | Path],
        *,
        folder: Path | None = None,
        exchange: Path | None = None,
        readable: Iterable[Path] = (),
        hidden: Iterable[Path] = (),
        scratch: Path | None = None,
        course: Course | None = None,
        profile: Any = None,
        copies: Mapping[Path, Path] = MappingProxyType({}),
        warm: Warm | None = None,
        **streams: int,
    ) -> Started:
        """Starts a program in the sandbox, in a session of its own.

        Args:
            arguments: the program and its arguments.
            folder: folder with a submission's files, which are copied to the scratch.
            exchange: folder that the program may write to, for sockets.
            readable: further folders that it may read.
            hidden: folders that must not be seen even where a readable one holds them.
            scratch: where the scratch is when there is no sandbox (`unsafe`).
            course: whose code, data and environment it finds; None for a program that needs none.
            profile: the profile that it runs under; needed with a course.
            copies: what it finds in place of the course's folders, see
                `autograder.sandbox.withholding`.
            warm: a process that can fork it; the program is then `python -P FILE ARGUMENT...`.
            streams: `stdin`, `stdout` and `stderr` as `subprocess` takes them; none by default.
        """
        program = [str(argument) for argument in arguments]
        as_root = os.geteuid() == 0 and not self.unsafe
        uid = _FIRST_UID + secrets.randbelow(_UIDS) if as_root else None
        if uid is not None and exchange is not None:
            for path in (exchange, *exchange.iterdir()):
                os.chown(path, uid, uid)
        alone = scratch if self.unsafe else None
        home_folder = warm.home if warm else alone / "home" if alone else home.FOLDER
        environment = self._environment(course, profile, home_folder, alone)
        orders = {
            "limits": self.limits(),
            "uid": uid,
            "alone": self.unsafe,
            "copy": str(folder) if folder else None,
            "copy_bytes": self.disk_mb * _MB,
            "folder": str(alone / "submission") if alone else SCRATCH,
            "filter": "" if self.unsafe else base64.b64encode(seccomp.program()).decode(),
        }
        with contextlib.ExitStack() as files:
            sandbox, inherited = [], []
            if not self.unsafe:
                sandbox = bubblewrap.arguments(
                    as_root=as_root,
                    disk_mb=self.disk_mb,
                    folders=[*(course.folders if course else ()), *readable],
                    copies=copies,
                    hidden=[*hidden, *filter(Path.is_dir, map(Path, self.hidden))],
                    submission=folder,
                    exchange=exchange,
                )
                if course:
                    filled, inherited = home.bubblewrap(course.home(profile), home_folder, files)
                    sandbox += filled
                # Folders that bubblewrap makes on its way are in memory without a limit.
                sandbox += ["--remount-ro", "/dev", "--remount-ro", "/", "--"]
            elif course and alone:
                home.fill(course.home(profile), home_folder)

            def first(command: list[str], connection: int | None = None) -> subprocess.Popen:
                said = json.dumps(orders | {"socket": connection})
                none = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
                return subprocess.Popen(
                    [*sandbox, sys.executable, "-I", "-S", bubblewrap.START, said, *command],
                    env=environment,
                    pass_fds=inherited + ([] if connection is None else [connection]),
                    start_new_session=True,
                    **(none | streams),
                )

            if not warm:
                return Started(first(program))
            ours, theirs = socket.socketpair()
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # who keeps the sandbox
            with ours:
                with theirs:
                    process = first([], theirs.fileno())
                request = orders | {
                    "program": program[2],
                    "arguments": program[3:],
                    "environment": environment,
                }
                try:
                    return Started(process, warm.fork(request, ours))
                except WarmError as error:
                    Started(process).end()
                    self.log.warning("A program in the sandbox starts cold: %s", error)
        return self.start(
            program,
            folder=folder,
            exchange=exchange,
            readable=readable,
            hidden=hidden,
            course=course,
            profile=profile,
            copies=copies,
            **streams,
        )

    @staticmethod
    def _environment(
        course: Course | None, profile: Any, home_folder: Path, alone: Path | None = None
    ) -> dict[str, str]:
        """Returns the environment of everything in the sandbox."""
        names = (*_PASSED, *(course.passed if course else ()))
        return (
            {name: os.environ[name] for name in names if name in os.environ}
            | (course.environment(profile) if course and profile else {})
            | home.environment(course.home(profile) if course else None, home_folder)
            | {
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
                "USER": "student",
                "TMPDIR": str(alone or "/tmp"),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PIP_RETRIES": "0",  # without a network, `!pip install` would try for 8 s
            }
        )

    def run(
        self,
        arguments: Iterable[str | Path],
        *,
        folder: Path | None = None,
        readable: Iterable[Path] = (),
        hidden: Iterable[Path] = (),
        course: Course | None = None,
        profile: Any = None,
        copies: Mapping[Path, Path] = MappingProxyType({}),
        warm: Warm | None = None,
        timeout: float = 600,
        answer_mb: int = 64,
        stdin: int = subprocess.DEVNULL,
    ) -> bytes:
        """Runs a program to its end and returns what it printed.

        Args:
            arguments: the program and its arguments.
            folder: folder of a submission, which the program finds as its working folder.
            readable: further folders that it may read.
            hidden: folders that must not be seen, see `start`.
            course: whose code, data and environment it finds.
            profile: the profile that it runs under; needed with a course.
            copies: what it finds in place of the course's folders, see `start`.
            warm: a process that can fork it, see `start`.
            timeout: seconds that it may take.
            answer_mb: how much it may print, in MB.
            stdin: an open file that it reads as its standard input.

        Raises:
            Stopped: it failed, took too long, too much memory, or printed too much.
        """
        with contextlib.ExitStack() as stack:
            scratch = None
            if self.unsafe:
                new = stack.enter_context(tempfile.TemporaryDirectory(prefix="rps-scratch-"))
                scratch = Path(new)
            answer = stack.enter_context(tempfile.TemporaryFile())
            started = self.start(
                arguments,
                folder=folder,
                readable=readable,
                hidden=hidden,
                scratch=scratch,
                course=course,
                profile=profile,
                copies=copies,
                warm=warm,
                stdin=stdin,
                stdout=subprocess.PIPE,
            )
            watchdog = Watchdog(started.roots, self, timeout=timeout)
            said = started.process.stdout
            try:
                with watchdog:
                    shutil.copyfileobj(_Limited(said, answer_mb * _MB), answer)
                    # Not collected yet: until everything is killed its number must stay taken.
                    os.waitid(os.P_PID, started.process.pid, os.WEXITED | os.WNOWAIT)
            except _TooLarge:
                raise Stopped(f"gave more than {answer_mb} MB") from None
            finally:
                status = started.end()
                said.close()
            if watchdog.problem or status:
                raise Stopped(watchdog.problem or f"stopped with status {status}")
            answer.seek(0)
            return answer.read()


class _TooLarge(Exception):
    pass


class _Limited:
    def __init__(self, stream: Any, left: int) -> None:
        self.stream, self.left = stream, left

    def read(self, size: int) -> bytes:
        data = self.stream.read(min(size, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise _TooLarge
        return data


def problem() -> str:
    """Returns why there is no sandbox on this machine and what to do; empty when it works."""
    if not sys.platform.startswith("linux"):
        return "isolation needs Linux."
    if shutil.which("bwrap") is None:
        return (
            "bubblewrap is not installed. Install it: `apt install bubblewrap`, "
            "`dnf install bubblewrap`, or the like."
        )
    try:
        seccomp.program()
    except seccomp.SeccompError as error:
        return (
            f"libseccomp is not installed ({error}). Install it: `apt install libseccomp2`, "
            "`dnf install libseccomp`, or the like."
        )
    checked = Isolation(unsafe=False)
    try:
        checked.run([sys.executable, "-I", "-c", "print('works')"], timeout=30)
    except (Stopped, OSError):
        said = _complaint(checked)
        return (
            f"bubblewrap is installed but does not work here ({said}). Inside a container allow it "
            "user namespaces (docker: --security-opt seccomp=unconfined --security-opt "
            "systempaths=unconfined); on Ubuntu 24.04 its AppArmor profile must allow them; "
            "otherwise see `sysctl user.max_user_namespaces`."
        )
    return ""


def _complaint(isolation: Isolation) -> str:
    try:
        tried = isolation.start([sys.executable, "-I", "-c", ""], stderr=subprocess.PIPE)
        said = tried.process.communicate(timeout=30)[1].decode(errors="replace")
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    lines = said.strip().splitlines()
    return lines[-1][:200] if lines else f"status {tried.process.returncode}"


if __name__ == "__main__":
    # What `rps-course doctor` asks: it must not import this package.
    print(problem())
