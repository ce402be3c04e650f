"""Sample classes, and what a command takes there: seconds, CPU seconds of all processes, memory."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil

from autograder.samples import demo
from autograder.samples.course import SampleCourse

ASSIGNMENT = "ps2"


@dataclass
class Taken:
    """What a command took.

    Attributes:
        wall: seconds.
        cpu: seconds of all processes.
        memory: MB of its own process at most.
        own: seconds of its own process.
    """

    wall: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0
    own: float = 0.0

    def __add__(self, other: "Taken") -> "Taken":
        most = max(self.memory, other.memory)
        own = self.own + other.own
        return Taken(self.wall + other.wall, self.cpu + other.cpu, most, own)


class _Watch(threading.Thread):
    """Looks at a tree of processes: those that are killed report their seconds to nobody."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root, self.memory, self._seconds = psutil.Process(pid), 0.0, {}

    @property
    def cpu(self) -> float:
        """Seconds of all processes that were seen."""
        return sum(self._seconds.values())

    @property
    def own(self) -> float:
        """Seconds of the command's own process."""
        return self._seconds.get((self._root.pid, self._root.create_time()), 0.0)

    def run(self) -> None:
        """Looks until the command has ended."""
        while self._root.is_running() and self._root.status() != psutil.STATUS_ZOMBIE:
            try:
                self.memory = max(self.memory, self._root.memory_info().rss / 1e6)
                for process in (self._root, *self._root.children(recursive=True)):
                    times = process.cpu_times()
                    self._seconds[process.pid, process.create_time()] = times.user + times.system
            except psutil.Error:
                pass
            time.sleep(0.05)


def timed(course: SampleCourse, arguments: list[str], name: str) -> Taken:
    """Runs a command in a course."""
    began = time.monotonic()
    process = course.start(["-m", *arguments], name)
    watch = _Watch(process.pid)
    watch.start()
    process.wait()
    watch.join()
    return Taken(time.monotonic() - began, watch.cpu, watch.memory, watch.own)


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
