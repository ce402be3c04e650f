"""The sandbox that everything of a submission runs in: kernels, and readers of untrusted files.

Bubblewrap gives each of them a file system of its own (the system, this Python and the course's
data read-only; a small scratch in memory), no network, and namespaces of its own for processes,
IPC and host name. `start.py` is the first program in there. Limits act in the kernel where it has
one for a process (`start.py`), and in `watchdog` for the whole tree of processes.
"""

import contextlib
import json
import os
import secrets
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
from traitlets import Bool, Integer, default
from traitlets.config import LoggingConfigurable

import autograder
from autograder.core.course import Course
from autograder.sandbox import home
from autograder.sandbox.processes import kill_tree
from autograder.sandbox.watchdog import Watchdog

_START = Path(__file__).parent / "start.py"
_ENGINE = Path(autograder.__file__).parent
# What of the engine programs in the sandbox import and run.
_CODE = (_ENGINE / "__init__.py", _ENGINE / "core", _ENGINE / "grading/inside", _START)
SCRATCH = "/tmp/submission"  # the working folder in the sandbox
# What the environment may say of where and how to run; all else may hold a secret.
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "NBGRADER_EXECUTION")
_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
_PYTHON = ("bin", "lib", "lib64", "share", "etc", "pyvenv.cfg")
_GPU = ("nvidia*", "dri", "kfd")
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
        limits = {"CORE": 0, "FSIZE": self.file_mb * _MB, "NOFILE": 4096}
        if not gpu_devices():
            # CUDA maps far more memory than it uses; there the watchdog alone has to do.
            limits["DATA"] = self.memory_mb * _MB
        if not self.unsafe:
            limits["NPROC"] = 256 + 16 * (os.cpu_count() or 1)  # threads count too
        return limits

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
        **streams: int,
    ) -> subprocess.Popen:
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
            streams: `stdin`, `stdout` and `stderr` as `subprocess` takes them; none by default.
        """
        as_root = os.geteuid() == 0 and not self.unsafe
        uid = _FIRST_UID + secrets.randbelow(_UIDS) if as_root else None
        if uid is not None and exchange is not None:
            for path in (exchange, *exchange.iterdir()):
                os.chown(path, uid, uid)
        orders = {
            "limits": self.limits(),
            "uid": uid,
            "alone": self.unsafe,
            "copy": str(folder) if folder else None,
            "copy_bytes": self.disk_mb * _MB,
            "folder": str(scratch / "submission") if self.unsafe and scratch else SCRATCH,
        }
        command = [sys.executable, "-I", "-S", _START, json.dumps(orders)]
        command += arguments
        with contextlib.ExitStack() as files:
            inherited: list[int] = []
            if not self.unsafe:
                shown = [*_readable(course.folders if course else ()), *readable]
                sandbox = self._bubblewrap(folder, exchange, shown, hidden, as_root)
                if course:
                    filled, inherited = home.bubblewrap(course.home(profile), files)
                    sandbox += filled
                # Folders that bubblewrap makes on its way are in memory without a limit.
                command = [*sandbox, "--remount-ro", "/dev", "--remount-ro", "/", "--", *command]
            elif course and scratch:
                home.fill(course.home(profile), scratch / "home")
            none = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            return subprocess.Popen(
                [str(argument) for argument in command],
                env=self._environment(course, profile, scratch),
                pass_fds=inherited,
                start_new_session=True,
                **(none | streams),
            )

    def _bubblewrap(
        self,
        folder: Path | None,
        exchange: Path | None,
        shown: list[Path],
        hidden: Iterable[Path],
        as_root: bool,
    ) -> list[str]:
        program = shutil.which("bwrap") or "bwrap"
        arguments = [
            program, "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-net",
            "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox",
        ]  # fmt: skip
        if as_root:
            # Root needs no user namespace; it stops being root as soon as its files are in place.
            arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            arguments += ["--unshare-user"]
        for link in map(Path, _SYSTEM_LINKS):
            if link.is_symlink():
                arguments += ["--symlink", str(link.readlink()), str(link)]
            elif link.is_dir():
                arguments += ["--ro-bind", str(link), str(link)]
        # Before all else: what is to be read may itself be in the machine's /tmp.
        arguments += self._scratch("/tmp", self.disk_mb)
        for path in shown:
            arguments += [*_parents(path), "--ro-bind", str(path), str(path)]
        for path in (*hidden, Path.home()):
            if any(path.is_relative_to(outer) for outer in shown):
                arguments += ["--tmpfs", str(path)]
        arguments += ["--proc", "/proc", "--dev", "/dev"]
        arguments += self._scratch("/dev/shm", self.disk_mb // 4)
        gpus = gpu_devices()
        for device in gpus:
            arguments += ["--dev-bind", str(device), str(device)]
        arguments += ["--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"]
        if gpus:
            arguments += ["--ro-bind", "/sys", "/sys"]
        if folder:
            arguments += [*_parents(folder), "--ro-bind", str(folder), str(folder)]
        if exchange:
            arguments += [*_parents(exchange), "--bind", str(exchange), str(exchange)]
        return arguments

    @staticmethod
    def _scratch(path: str, megabytes: int) -> list[str]:
        return ["--perms", "1777", "--size", str(megabytes * _MB), "--tmpfs", path]

    def _environment(
        self, course: Course | None, profile: Any, scratch: Path | None
    ) -> dict[str, str]:
        """Returns the environment of everything in the sandbox."""
        alone = self.unsafe and scratch
        folder = str(scratch / "home") if alone else home.FOLDER
        names = (*_PASSED, *(course.passed if course else ()))
        return (
            {name: os.environ[name] for name in names if name in os.environ}
            | (course.environment(profile) if course and profile else {})
            | home.environment(course.home(profile) if course else None, folder)
            | {
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
                "USER": "student",
                "TMPDIR": str(scratch) if alone else "/tmp",
                "PYTHONDONTWRITEBYTECODE": "1",
            }
        )

    def run(
        self,
        arguments: Iterable[str | Path],
        *,
        folder: Path | None = None,
        readable: Iterable[Path] = (),
        course: Course | None = None,
        profile: Any = None,
        timeout: float = 600,
        answer_mb: int = 64,
        stdin: int = subprocess.DEVNULL,
    ) -> bytes:
        """Runs a program to its end and returns what it printed.

        Args:
            arguments: the program and its arguments.
            folder: folder of a submission, which the program finds as its working folder.
            readable: further folders that it may read.
            course: whose code, data and environment it finds.
            profile: the profile that it runs under; needed with a course.
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
            process = self.start(
                arguments,
                folder=folder,
                readable=readable,
                scratch=scratch,
                course=course,
                profile=profile,
                stdin=stdin,
                stdout=subprocess.PIPE,
            )
            watchdog = Watchdog(process.pid, self, timeout=timeout)
            try:
                with watchdog:
                    shutil.copyfileobj(_Limited(process.stdout, answer_mb * _MB), answer)
                    # Not collected yet: until everything is killed its number must stay taken.
                    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            except _TooLarge:
                raise Stopped(f"gave more than {answer_mb} MB") from None
            finally:
                kill_tree(process.pid)
                process.stdout.close()
                status = process.wait()
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


def gpu_devices() -> list[Path]:
    """Returns the device files of the GPUs of this machine."""
    return sorted(device for pattern in _GPU for device in Path("/dev").glob(pattern))


def _readable(folders: Iterable[Path]) -> list[Path]:
    """Returns the system's and this Python's folders and these of a course, outer ones first."""
    paths = {Path("/usr"), *_CODE, *folders} | {Path("/etc") / name for name in _ETC}
    for prefix in (sys.prefix, sys.base_prefix):
        if not Path(prefix).is_relative_to("/usr"):
            paths |= {Path(prefix) / name for name in _PYTHON}
    if site.ENABLE_USER_SITE:
        paths.add(Path(site.getusersitepackages()))
    paths |= {
        Path(name) for name in os.environ.get("LD_LIBRARY_PATH", "").split(":") if name[:1] == "/"
    }
    found = {path for path in paths if path.exists()}
    return sorted(found, key=lambda path: len(path.parts))


def _parents(path: Path) -> Iterable[str]:
    """Returns arguments that make a path's parents readable, even for one from a private home."""
    for parent in reversed(path.parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))


def problem() -> str:
    """Returns why there is no sandbox on this machine and what to do; empty when it works."""
    if not sys.platform.startswith("linux"):
        return "isolation needs Linux."
    if shutil.which("bwrap") is None:
        return (
            "bubblewrap is not installed. Install it: `apt install bubblewrap`, "
            "`dnf install bubblewrap`, or the like."
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
        said = tried.communicate(timeout=30)[1].decode(errors="replace")
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    lines = said.strip().splitlines()
    return lines[-1][:200] if lines else f"status {tried.returncode}"


if __name__ == "__main__":
    # What `rps-course doctor` asks: it must not import this package.
    print(problem())
