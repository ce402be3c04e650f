"""Limits for a whole tree of processes, enforced from outside: memory, number, time."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psutil

from autograder.sandbox.processes import kill_tree

_INTERVAL = 0.2  # seconds
_TERMINALS = 32
_MB = 1 << 20


class Problem(str):
    """What a program in the sandbox did to be stopped, in words for a student.

    Attributes:
        kind: what kind of problem it is, which decides what a student is advised.
    """

    kind: str

    def __new__(cls, says: str, kind: str) -> "Problem":
        """Makes a problem of its words and its kind."""
        problem = super().__new__(cls, says)
        problem.kind = kind
        return problem


class Limits(Protocol):
    """What a tree of processes may use; `autograder.sandbox.isolation.Isolation` sets it."""

    memory_mb: int
    processes: int


class Watchdog(threading.Thread):
    """Watches processes and all that they started, and kills them when they exceed a limit.

    Attributes:
        problem: which limit was exceeded; None while none was.
    """

    def __init__(
        self,
        roots: list[int],
        limits: Limits,
        *,
        timeout: float | None = None,
        also: Callable[[], Problem | None] = lambda: None,
    ) -> None:
        """Watches over processes.

        Args:
            roots: the processes that all others come from; with the first one all end.
            limits: what the tree may use.
            timeout: seconds that it may run; None for no limit.
            also: a further check; returns which limit was exceeded.
        """
        super().__init__(daemon=True)
        self.roots, self.limits, self.also = roots, limits, also
        self.allow(timeout)
        self.problem: Problem | None = None
        self._ended = threading.Event()

    def __enter__(self) -> "Watchdog":
        """Starts to watch."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops to watch."""
        self._ended.set()
        self.join()

    def allow(self, seconds: float | None) -> None:
        """Sets how long everything may run from now on, in seconds; None for no limit."""
        self._seconds = seconds or 0.0
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def stop(self) -> None:
        """Stops to watch, without waiting."""
        self._ended.set()

    def run(self) -> None:
        """Looks every fifth of a second."""
        while not self._ended.wait(_INTERVAL):
            self.problem = self._exceeded() or self.also()
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline:
                self.problem = Problem(f"took longer than {self._seconds:g} seconds", "time")
            if self.problem:
                kill_tree(self.roots[0])
                return

    def _exceeded(self) -> Problem | None:
        processes: list[psutil.Process] = []
        for root in self.roots:
            with contextlib.suppress(psutil.NoSuchProcess):
                first = psutil.Process(root)
                processes += [first, *first.children(recursive=True)]
        for process in processes:
            _kill_first(process)
        if len(processes) > self.limits.processes:
            return Problem(f"started more than {self.limits.processes} processes", "processes")
        if any(_terminals(process) > _TERMINALS for process in processes[-1:]):
            return Problem(f"opened more than {_TERMINALS} terminals", "processes")
        if _resident(processes) > self.limits.memory_mb and (
            # Pages that processes share count for each of them above, and once here.
            _proportional(processes) > self.limits.memory_mb
        ):
            return Problem(f"used more than {self.limits.memory_mb:,} MB of memory", "memory")
        return None


def _kill_first(process: psutil.Process) -> None:
    """Lets the machine's own killer take a process first; a program may have changed that."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000")


def _terminals(process: psutil.Process) -> int:
    """Returns how many terminals a process's sandbox has; the whole machine shares a number."""
    theirs = Path(f"/proc/{process.pid}/root/dev/pts")
    try:
        outside = theirs.stat().st_dev == Path("/dev/pts").stat().st_dev
        return 0 if outside else sum(1 for _ in theirs.iterdir())
    except OSError:
        return 0


def _resident(processes: list[psutil.Process]) -> float:
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total / _MB


def _proportional(processes: list[psutil.Process]) -> float:
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / _MB
