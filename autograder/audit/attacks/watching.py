"""Runs a command of the grader, and measures what its own processes take."""

import contextlib
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_SECONDS = 1  # between two looks; one at the memory of TensorFlow takes 50 ms


@dataclass
class Cost:
    """What a command took.

    Attributes:
        command: what ran, in short.
        seconds: wall time.
        longest: the longest time in which it finished no submission, in seconds.
        after: whose submission was finished then; empty where that was the end of the command.
        memory_mb: memory of the grader's own processes together, at most; without sandboxes.
    """

    command: str
    seconds: float = 0.0
    longest: float = 0.0
    after: str = ""
    memory_mb: int = 0


def run(
    command: list[str], environment: dict[str, str], folder: Path, results: str
) -> tuple[subprocess.CompletedProcess, Cost]:
    """Runs a command in a course.

    Args:
        command: program and arguments.
        environment: the command's variables.
        folder: the course.
        results: pattern of the folders that it makes, one for each submission that it finished:
            `"autograded/*/ps1"`.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=errors,
        )  # fmt: skip
        cost = _watch(process, Cost(" ".join(command[2:5])), folder, results)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return subprocess.CompletedProcess(command, process.returncode, *texts), cost


def _watch(process: subprocess.Popen, cost: Cost, folder: Path, results: str) -> Cost:
    begun = last = time.monotonic()
    done, running = set(folder.glob(results)), True
    while running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS)
        running = process.returncode is None
        cost.memory_mb = max(cost.memory_mb, _memory(process.pid) >> 20)
        now, there = time.monotonic(), set(folder.glob(results))
        if there > done or not running:
            if now - last > cost.longest:
                cost.longest = now - last
                cost.after = ", ".join(sorted(path.parent.name for path in there - done))
            last, done = now, there
    cost.seconds = now - begun
    return cost


def _memory(pid: int) -> int:
    """Returns the memory of a process and of those that it started outside of sandboxes."""
    own = Path("/proc/self/ns/pid").readlink()
    total = 0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error, OSError):
                if Path(f"/proc/{process.pid}/ns/pid").readlink() == own:
                    total += process.memory_full_info().pss  # what forks share counts once
    return total
