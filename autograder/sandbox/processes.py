"""Processes in a sandbox, and ending trees of processes."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import psutil

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


def kill_tree(pid: int) -> None:
    """Kills a process and everything that it started, with and without a sandbox."""
    try:
        started = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        started = []
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for process in started:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def end_with_parent() -> None:
    """Lets this process, a fork, be killed when the one that forked it ends, however it ends."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def name_process(name: str) -> None:
    """Gives this process, a fork, a name of its own where processes are listed.

    Args:
        name: at most 15 characters.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode())


@dataclass(frozen=True)
class Started:
    """A program in the sandbox.

    Attributes:
        process: the sandbox's first process, seen from outside; its status is the program's.
        forked: number of the program's process, where a warm process has forked it.
    """

    process: subprocess.Popen
    forked: int | None = None

    @property
    def roots(self) -> list[int]:
        """Numbers of the processes that all others of the sandbox come from."""
        return [self.process.pid, *([self.forked] if self.forked else [])]

    @property
    def program(self) -> psutil.Process:
        """The program's own process in the sandbox."""
        if self.forked:
            return psutil.Process(self.forked)
        # bwrap, its first process in the new namespace, then the program.
        return psutil.Process(self.process.pid).children()[0].children()[0]

    def end(self) -> int:
        """Kills everything in the sandbox; returns the status."""
        if self.process.returncode is None:
            kill_tree(self.process.pid)
        return self.process.wait()
