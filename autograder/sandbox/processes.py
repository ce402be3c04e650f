"""Ending trees of processes."""

import contextlib
import os
import signal

import psutil


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
