"""How far a class is: a live bar where there is a terminal, else a line for each submission."""

import threading
import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Watch:
    """Shows how far the grading of a class is."""

    def __init__(self, console: Console, total: int) -> None:
        """Shows nothing yet.

        Args:
            console: where to.
            total: how many submissions are graded.
        """
        self._console, self._total = console, total
        self._begun: dict[str, float] = {}
        self._done = self._failed = 0
        self._lock = threading.Lock()
        self._bar = Progress(
            TextColumn("Grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[says]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            get_time=time.monotonic,
        )
        self._task = self._bar.add_task("", total=total, says="")
        self._ended = threading.Event()
        self._ticks = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "Watch":
        """Begins to show."""
        if self._console.is_terminal:
            self._bar.start()
            self._ticks.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Ends it."""
        if self._console.is_terminal:
            self._ended.set()
            self._ticks.join()
            self._bar.stop()

    def begin(self, student: str) -> None:
        """Takes note that a submission is being graded; any thread may say so."""
        with self._lock:
            self._begun[student] = time.monotonic()

    def end(self, student: str, problem: str = "") -> None:
        """Takes note that a submission is done, or why it could not be graded."""
        with self._lock:
            began = self._begun.pop(student, None)
            self._done += 1
            self._failed += bool(problem)
        self._bar.advance(self._task)
        took = "" if began is None else f" ({time.monotonic() - began:.0f} s)"
        says = f"not graded: {problem}" if problem else f"graded{took}"
        if problem or not self._console.is_terminal:
            self._console.print(
                f"{self._done}/{self._total} {escape(student)}: {escape(says)}",
                soft_wrap=True,
                highlight=False,
            )

    def say(self, text: str) -> None:
        """Prints a line."""
        self._console.print(escape(text), soft_wrap=True, highlight=False)

    def says(self) -> str:
        """Returns what runs and what failed, and the slowest submission that runs."""
        with self._lock:
            running = sorted(self._begun.items(), key=lambda item: item[1])
            parts = [f"{len(running)} running"]
            parts += [f"{self._failed} failed"] if self._failed else []
        if running:
            student, began = running[0]
            parts.append(f"slowest: {escape(student[:40])} {time.monotonic() - began:.0f} s")
        return ", ".join(parts)

    def _tick(self) -> None:
        while not self._ended.wait(0.5):
            self._bar.update(self._task, says=self.says())
