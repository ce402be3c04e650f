"""Sample classes, and what a command takes there: seconds, CPU seconds of all processes, memory."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

from autograder.grading import expecting
from autograder.samples import demo
from autograder.samples.course import SampleCourse

ASSIGNMENT = "ps2"

_COMMAND = "the command"

# What other processes do, told by their command lines.
_KINDS = {
    "autograder/sandbox/forking.py": "kernels",
    "autograder.classroom.server": "grading",
}


@dataclass
class Taken:
    """What a command took.

    Attributes:
        wall: seconds.
        cpu: seconds of all processes.
        memory: MB of its own process at most.
        parts: CPU seconds by what processes do: those of one kind, and of their forks, together.
    """

    wall: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0
    parts: Counter[str] = field(default_factory=Counter)

    @property
    def own(self) -> float:
        """CPU seconds of the command's own process."""
        return self.parts[_COMMAND]

    def __add__(self, other: "Taken") -> "Taken":
        most = max(self.memory, other.memory)
        parts = self.parts + other.parts
        return Taken(self.wall + other.wall, self.cpu + other.cpu, most, parts)


class _Watch(threading.Thread):
    """Looks at a tree of processes: those that are killed report their seconds to nobody."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root, self.memory, self._seconds = psutil.Process(pid), 0.0, {}
        self._kinds: dict[tuple[int, float], str] = {}

    @property
    def parts(self) -> Counter[str]:
        """Seconds of all processes that were seen, by kind."""
        parts: Counter[str] = Counter()
        for key, seconds in self._seconds.items():
            parts[self._kinds[key]] += seconds
        return parts

    def _kind(self, process: psutil.Process) -> str:
        """Returns what a process does; a fork has the command line of the one it is of."""
        if process == self._root:
            return _COMMAND
        if process.name() == expecting.NAME:  # a fork, too
            return "right answers"
        line = " ".join(process.cmdline())
        for part, kind in _KINDS.items():
            if part in line:
                parent = process.parent()
                forked = parent is not None and part in " ".join(parent.cmdline())
                return f"{kind}, {'forks' if forked else 'once'}"
        return "others"

    def run(self) -> None:
        """Looks until the command has ended."""
        while self._root.is_running() and self._root.status() != psutil.STATUS_ZOMBIE:
            with contextlib.suppress(psutil.Error):
                self.memory = max(self.memory, self._root.memory_info().rss / 1e6)
                for process in (self._root, *self._root.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):  # it may have ended meanwhile
                        self._see(process)
            time.sleep(0.05)

    def _see(self, process: psutil.Process) -> None:
        key, times = (process.pid, process.create_time()), process.cpu_times()
        self._seconds[key] = times.user + times.system
        self._kinds.setdefault(key, "others")  # one that has ended has no command line any more
        self._kinds[key] = self._kind(process)  # a fork gets its name a little later


def timed(course: SampleCourse, arguments: list[str], name: str) -> Taken:
    """Runs a command in a course."""
    began = time.monotonic()
    process = course.start(["-m", *arguments], name)
    watch = _Watch(process.pid)
    watch.start()
    process.wait()
    watch.join()
    parts = watch.parts
    return Taken(time.monotonic() - began, parts.total(), watch.memory, parts)


def make(
    folder: Path, students: Iterable[tuple[str, demo.Student]], marked: bool = True
) -> SampleCourse:
    """Makes a course with submissions.

    Args:
        folder: an empty folder.
        students: ids, each with the student of the demo class who handed the same in.
        marked: whether cells that only show something keep their tags.
    """
    folder.mkdir()
    course = SampleCourse(Path(), folder)
    course.configure("Grading.private", "")
    course.configure("Grading.profile", "offline")
    if not marked:
        path = course.solutions / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.metadata.pop("tags", None)
        nbformat.write(notebook, path)
    course.nbgrader("generate_assignment", ASSIGNMENT)
    for name, student in students:
        demo.write_submission(student, ASSIGNMENT, course, Path(demo.ANSWERS))
        (folder / "submitted" / student.id).rename(folder / "submitted" / name)
    return course
