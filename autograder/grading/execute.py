"""Executing a submission in the sandbox: challenges, time, output, and kernels that die.

A cell that kills its kernel, hangs, or exceeds a limit costs the exercises that depend on it. The
rest of the notebook runs in a fresh kernel, in which the cells before it run again.
"""

import time
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute

from autograder.core import cell_errors
from autograder.core.course import Course
from autograder.core.exercise import Exercise, FileExercise
from autograder.grading import (
    challenges,
    expecting,
    outputs,
    private,
    reading,
    showing,
    staging,
)
from autograder.grading.cells import (
    METADATA,
    SECONDS,
    checked_by,
    grade_id,
    is_graded_here,
    notes,
)
from autograder.grading.kernels import IsolatedKernelManager
from autograder.grading.machine import Grading
from autograder.grading.run import RUN, FailedLine, Run
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.processes import kill_tree
from autograder.sandbox.watchdog import Problem

MAX_STARTS = 4  # kernels for one notebook
_GRACE = 30  # seconds after a cell's time, in which it may still end when it is interrupted
_MB = 1 << 20


class KernelNotStartedError(RuntimeError):
    """This machine does not start a kernel; nbgrader keeps what there was and goes on."""


class ExecuteWithChallenge(Execute):
    """Executes a submission and gives each test cell its challenge, not before it runs."""

    def __init__(self, **kwargs: Any) -> None:
        # nbgrader gives its own manager this way, which outweighs any configuration.
        super().__init__(kernel_manager_class=IsolatedKernelManager, **kwargs)
        self.kernel_name = "python3"
        self.shutdown_kernel = "immediate"
        self.store_widget_state = False

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: KernelManager | None = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Executes one notebook; what judging it needs is left in `resources[RUN]`."""
        grading = Grading(parent=self)
        course = grading.load()
        self.root = Path(CourseDirectory(config=self.config).root).absolute()
        folder = Path(resources.get("metadata", {}).get("path") or ".")
        asked = {grade_id(cell) for cell in nb.cells if is_graded_here(cell, course)}
        key = resources[challenges.ATTEMPT_KEY]
        challenge = partial(
            challenges.for_exercise,
            key,
            content=challenges.content_of(nb, folder),
        )
        self.run = resources[RUN] = Run(
            course=course,
            address=grading.course,
            profile=grading.variant(),
            rubric=grading.load_rubric(),
            challenges={name: challenge(exercise=name) for name in asked},
            handed_in={
                file: _read_handed_in(folder / file)
                for name in asked
                if isinstance(exercise := course.exercises[name], FileExercise)
                for file in exercise.files
            },
            isolation=Isolation(parent=self),
            key=key,
            private=resources[private.FOLDER],
            refused=staging.refusal(nb),
            shown=showing.released(self, resources),
            # A challenge is sent once: what a notebook learns from one does not help with the next.
            further={
                name: {index: challenge(exercise=f"{name} in cell {index}") for index in indices}
                for name, indices in _further(nb, course).items()
            },
            notes=notes(nb),
        )
        if self.run.refused:
            return nb, resources
        NotebookClient.__init__(self, nb, km)
        self.on_cell_executed = self._note_failed_line
        self._check_assign_resources(resources)
        began = time.monotonic()
        self._execute(nb)
        nb.metadata.setdefault(METADATA, {})[SECONDS] = round(time.monotonic() - began, 1)
        return nb, resources

    def create_kernel_manager(self) -> KernelManager:
        """Creates the manager of one kernel in the sandbox."""
        self.km = self.manager = self.kernel_manager_class(
            kernel_name=self.kernel_name,
            isolation=self.run.isolation,
            course=self.run.course,
            address=self.run.address,
            profile=self.run.profile,
            heavy=self.run.heavy,
            copies=self.run.copies,
            hidden=[self.root],
            config=self.config,
        )
        return self.km

    def _execute(self, nb: NotebookNode) -> None:
        """Executes all cells, in as many kernels as it takes."""
        self.deadline = time.monotonic() + self.run.isolation.notebook_timeout
        self.left_out = showing.not_needed(nb.cells, self.run.shown)
        self._execute_all(nb)
        missing = showing.missed(nb.cells) & set().union(*self.left_out.values())
        if missing:
            self.log.info("Cells that only show something run as well: %s", sorted(missing))
            self.left_out = {}
            self.run.forget_execution()
            for cell in nb.cells:
                if cell.cell_type == "code":
                    cell.outputs = []
            self._execute_all(nb)

    def _execute_all(self, nb: NotebookNode) -> None:
        self.pictures = outputs.Pictures()
        done: list[int] = []
        index = 0
        for _ in range(MAX_STARTS):
            try:
                index = self._execute_from(nb, index, done)
            except KernelNotStartedError as error:
                self.log.warning("%s. It is tried once more", error)
                index = self._execute_from(nb, index, done)
            if index >= len(nb.cells) or time.monotonic() > self.deadline:
                break
        for left in range(index, len(nb.cells)):
            if checked_by(nb.cells[left], self.run.course):
                problem = self.run.problem("") or self._too_long()
                self.run.stopped.setdefault(left, problem)

    def _execute_from(self, nb: NotebookNode, first: int, done: list[int]) -> int:
        """Executes cells in one kernel; returns where the next kernel has to go on.

        Args:
            nb: the notebook.
            first: index of the first cell to execute.
            done: indices of cells to execute once more before; those executed here are added.

        Raises:
            KernelNotStartedError: no cell was executed; that is no fault of the student's.
        """
        self.reset_execution_trackers()
        index, started = -1, False
        try:
            with self.setup_kernel():
                started = True
                for index in done:
                    shown, left = nb.cells[index].outputs, self.pictures.left
                    self._execute_cell(nb.cells[index], index)
                    nb.cells[index].outputs, self.pictures.left = shown, left
                for index in range(first, len(nb.cells)):
                    cell = nb.cells[index]
                    if cell.cell_type != "code" or self._asks_for_files(cell):
                        continue
                    if index in self.left_out:
                        continue
                    if time.monotonic() > self.deadline:
                        self.run.lost.setdefault(None, self._too_long())
                        return index
                    self._execute_cell(cell, index)
                    if not checked_by(cell, self.run.course):
                        done.append(index)
        except KeyboardInterrupt:
            self._remove_kernel()
            raise
        except Exception as error:  # a hostile kernel may send anything
            if not started:
                self._remove_kernel()
                said = f"A kernel did not start ({type(error).__name__}: {error})"
                raise KernelNotStartedError(said) from error
            if index < first:  # not even what ran before runs again
                self._lose(None, error)
                return len(nb.cells)
            self._lose(index, error)
            return index + 1
        return len(nb.cells)

    def _too_long(self) -> Problem:
        seconds = self.run.isolation.notebook_timeout
        return Problem(f"The notebook took longer than {seconds:,} seconds.", "time")

    def _remove_kernel(self) -> None:
        """Removes what is left of a kernel that was stopped while it started."""
        if self.km is not None:
            self._cleanup_kernel()

    def _asks_for_files(self, cell: NotebookNode) -> bool:
        exercise = self.run.course.exercises.get(checked_by(cell, self.run.course))
        return isinstance(exercise, FileExercise)

    def _execute_cell(self, cell: NotebookNode, index: int) -> None:
        self.output_bytes, self.problem = 0, None
        name = checked_by(cell, self.run.course)
        if name is not None:
            secret = self.run.challenge(name, index).secret
            self.kc.request = {"exercise": name, "challenge": secret.hex()}
        watchdog = self.manager.provisioner.watchdog
        # A kernel that floods its client with messages keeps it from noticing the time.
        watchdog.allow((self._get_timeout(cell) or 0) + _GRACE)
        try:
            self.execute_cell(cell, index, store_history=True)
        finally:
            watchdog.allow(None)
            if self.kc is not None:
                self.kc.request = None
            cell.execution_count = index + 1
            outputs.tidy(cell.outputs)
        if name is not None and reading.has_facts(cell.outputs):
            expecting.ask(self.run, name, index, self.manager.warm)
        if self.problem:  # interrupted in time: the kernel is still there
            self._note(index, self.problem)

    def _lose(self, index: int | None, error: Exception) -> None:
        """Notes why a cell was not executed to its end."""
        problem = self.problem or self.manager.problem
        if not problem:
            name = type(error).__name__
            problem = (
                Problem("ended the notebook's kernel", "end")
                if isinstance(error, DeadKernelError | RuntimeError)
                else Problem(f"made the kernel send what cannot be read ({name})", "connection")
            )
        self.log.warning("A kernel was lost: it %s (%s)", problem, type(error).__name__)
        if index is None:
            said = f"The notebook {problem} when its cells ran again."
            self.run.lost.setdefault(None, Problem(said, problem.kind))
        else:
            self._note(index, problem)

    def _note(self, index: int, problem: Problem) -> None:
        cell = self.nb.cells[index]
        checked = checked_by(cell, self.run.course)
        name = checked or (grade_id(cell) or "").removesuffix("_solution")
        exercise = name if name in self.run.challenges else None
        first = cell.source.strip().split("\n")[0][:60]
        where = f"Running `{name}`" if exercise else f"A cell (`{first}`)"
        noted = Problem(f"{where} {problem}.", problem.kind)
        if checked is not None:
            self.run.stopped.setdefault(index, noted)
        else:
            self.run.lost.setdefault(exercise, noted)

    def _note_failed_line(
        self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]
    ) -> None:
        """Notes the first line of a cell that failed; the reply may say anything."""
        said = execute_reply["content"]
        error = next((o for o in cell.outputs if o.output_type == "error"), None)
        if said.get("status") == "error" and "ename" in said:
            error = said
        if error is None or checked_by(cell, self.run.course):
            return
        lines, number = cell.source.split("\n"), said.get("line")
        known = isinstance(number, int) and 0 < number <= len(lines)
        line = f"line {number}, `{lines[number - 1].strip()[:100]}`" if known else ""
        name = str(error["ename"])[:100]
        message = cell_errors.message(error["evalue"], cell.source)[:300]
        self.run.failed.setdefault(cell_index, FailedLine(cell_index + 1, line, name, message))

    def _get_timeout(self, cell: NotebookNode | None) -> int | None:
        left = max(1, int(self.deadline - time.monotonic()))
        return min(super()._get_timeout(cell) or left, left)

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        if not self.problem:
            whole = self.run.isolation.notebook_timeout
            said = (
                f"took longer than {timeout:g} seconds"
                if time.monotonic() < self.deadline - 1
                else f"took what was left of the notebook's {whole:,} seconds"
            )
            self.problem = Problem(said, "time")
        return await super()._async_handle_timeout(timeout, cell)

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> Any:
        """Takes a message from the kernel, within limits."""
        self.output_bytes += outputs.weight(msg["content"])
        if self.output_bytes > self.run.isolation.output_mb * _MB:
            if not self.problem:
                said = f"printed more than {self.run.isolation.output_mb} MB"
                self.problem = Problem(said, "output")
                kill_tree(self.km.provisioner.pid)
            return None
        if msg["msg_type"].startswith("comm"):
            return None  # widgets: nobody is there to use them
        return super().process_message(msg, cell, cell_index)

    def output(
        self, outs: list[NotebookNode], msg: dict, display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keeps the parts of an output that cannot run in a browser."""
        before = len(outs)
        super().output(outs, msg, None, cell_index)
        if len(outs) <= before:
            return None
        new = outputs.harmless(outs[-1], self.pictures, self.nb.cells[cell_index].source)
        last = outs[-2] if len(outs) > 1 else None
        if new.output_type == "stream" and last and last.get("name") == new.name:
            last.text += new.text
            outs.pop()
        else:
            outs[-1] = new
        return outs[-1]

    def _update_display_id(self, display_id: str, msg: dict) -> None:
        """Leaves outputs as they are: a later cell may not change an earlier one's."""


def _further(nb: NotebookNode, course: Course) -> dict[str, list[int]]:
    """Returns the cells besides test cells that check a function, by exercise."""
    found: dict[str, list[int]] = {}
    for index, cell in enumerate(nb.cells):
        name = checked_by(cell, course)
        if name and grade_id(cell) != name and isinstance(course.exercises[name], Exercise):
            found.setdefault(name, []).append(index)
    return found


def _read_handed_in(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
