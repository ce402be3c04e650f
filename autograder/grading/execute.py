"""Executing a submission in the sandbox: challenges, time, output, and kernels that die.

A cell that kills its kernel, hangs, or exceeds a limit costs the exercises that depend on it. The
rest of the notebook runs in a fresh kernel, in which the cells before it run again.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.course import Course, Profile
from autograder.core.exercise import FileExercise
from autograder.core.rubric import Rubric
from autograder.grading import challenges, staging
from autograder.grading.cells import grade_id, is_graded_here
from autograder.grading.inside.notebook import PICTURES, picture
from autograder.grading.kernels import IsolatedKernelManager
from autograder.grading.machine import Grading
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.processes import kill_tree

RUN = "autograder"  # where an execution leaves for judging what it needs to know
MAX_STARTS = 4  # kernels for one notebook
_MAX_TEXT = 200_000  # characters of one output that a person can still look at
_MB = 1 << 20


@dataclass
class Run:
    """What judging needs to know about an execution.

    Attributes:
        course: the course.
        address: where programs in the sandbox find it.
        profile: the profile that the kernel ran under.
        rules: the rubric of the class.
        challenges: by exercise.
        handed_in: contents of the handed-in files, None for one that is missing or too large.
        isolation: how it was isolated.
        refused: why nothing was executed; empty when it was.
        notes: what was noted when the submission was taken in, by exercise; `""` is all of it.
        lost: why cells were not executed to their end, by the grade ids of the exercises that they
            belong to; under None for a cell of no exercise.
    """

    course: Course
    address: str
    profile: Profile
    rules: Rubric
    challenges: dict[str, Challenge]
    handed_in: dict[str, bytes | None]
    isolation: Isolation
    refused: str = ""
    notes: dict[str, list[str]] = field(default_factory=dict)
    lost: dict[str | None, str] = field(default_factory=dict)

    def problem(self, exercise: str) -> str:
        """Returns why an exercise could not be graded; empty when it could."""
        return self.lost.get(exercise) or next(iter(self.lost.values()), "")


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
        info = resources["nbgrader"]
        grading = Grading(parent=self)
        course = grading.load()
        self.root = Path(CourseDirectory(config=self.config).root).absolute()
        key = challenges.course_key(self.root)
        sources = [cell.source for cell in nb.cells]
        folder = Path(resources.get("metadata", {}).get("path") or ".")
        asked = {grade_id(cell) for cell in nb.cells if is_graded_here(cell, course)}
        self.run = resources[RUN] = Run(
            course=course,
            address=grading.course,
            profile=grading.variant(),
            rules=grading.rules(),
            challenges={
                name: challenges.for_exercise(
                    key,
                    student=info["student"],
                    assignment=info["assignment"],
                    sources=sources,
                    exercise=name,
                )
                for name in asked
            },
            handed_in={
                file: _read_handed_in(folder / file)
                for name in asked
                if isinstance(exercise := course.exercises[name], FileExercise)
                for file in exercise.files
            },
            isolation=Isolation(parent=self),
            refused=staging.refusal(nb),
            notes=staging.notes(nb),
        )
        if self.run.refused:
            return nb, resources
        NotebookClient.__init__(self, nb, km)
        self._check_assign_resources(resources)
        self._execute(nb)
        return nb, resources

    def create_kernel_manager(self) -> KernelManager:
        """Creates the manager of one kernel in the sandbox."""
        asked = [self.run.course.exercises[name] for name in self.run.challenges]
        self.km = self.manager = self.kernel_manager_class(
            kernel_name=self.kernel_name,
            isolation=self.run.isolation,
            course=self.run.course,
            address=self.run.address,
            profile=self.run.profile,
            heavy=any(exercise.heavy for exercise in asked),
            hidden=[self.root],
            config=self.config,
        )
        return self.km

    def _execute(self, nb: NotebookNode) -> None:
        """Executes all cells, in as many kernels as it takes."""
        self.deadline = time.monotonic() + self.run.isolation.notebook_timeout
        done: list[int] = []
        index = 0
        for _ in range(MAX_STARTS):
            index = self._execute_from(nb, index, done)
            if index >= len(nb.cells) or time.monotonic() > self.deadline:
                break
        for cell in nb.cells[index:]:
            if self._is_graded(cell):
                self.run.lost.setdefault(grade_id(cell), next(iter(self.run.lost.values()), ""))

    def _execute_from(self, nb: NotebookNode, first: int, done: list[int]) -> int:
        """Executes cells in one kernel; returns where the next kernel has to go on.

        Args:
            nb: the notebook.
            first: index of the first cell to execute.
            done: indices of cells to execute once more before; those executed here are added.
        """
        self.reset_execution_trackers()
        index = -1
        try:
            with self.setup_kernel():
                for index in done:
                    outputs = nb.cells[index].outputs
                    self._execute_cell(nb.cells[index], index)
                    nb.cells[index].outputs = outputs
                for index in range(first, len(nb.cells)):
                    cell = nb.cells[index]
                    if cell.cell_type != "code" or self._asks_for_files(cell):
                        continue
                    self._execute_cell(cell, index)
                    if not self._is_graded(cell):
                        done.append(index)
        except KeyboardInterrupt:
            if self.km is not None:  # interrupted while it started: nbclient leaves it behind
                self._cleanup_kernel()
            raise
        except Exception as error:  # a hostile kernel may send anything
            if index < first:
                # Not even what ran before runs again, or the kernel does not start.
                self._lose(None, error)
                return len(nb.cells)
            self._lose(nb.cells[index], error)
            return index + 1
        return len(nb.cells)

    def _is_graded(self, cell: NotebookNode) -> bool:
        return is_graded_here(cell, self.run.course)

    def _asks_for_files(self, cell: NotebookNode) -> bool:
        exercise = self.run.course.exercises.get(grade_id(cell))
        return self._is_graded(cell) and isinstance(exercise, FileExercise)

    def _execute_cell(self, cell: NotebookNode, index: int) -> None:
        self.output_bytes, self.problem = 0, ""
        if self._is_graded(cell):
            name = grade_id(cell)
            self.kc.request = {
                "exercise": name,
                "challenge": self.run.challenges[name].secret.hex(),
            }
        try:
            self.execute_cell(cell, index, store_history=True)
        finally:
            if self.kc is not None:
                self.kc.request = None
            cell.execution_count = index + 1
            _shorten(cell.outputs)
        if self.problem:  # interrupted in time: the kernel is still there
            self._note(cell, self.problem)

    def _lose(self, cell: NotebookNode | None, error: Exception) -> None:
        """Notes why a cell was not executed to its end."""
        problem = self.problem or self.manager.problem
        if not problem:
            dead = isinstance(error, DeadKernelError | RuntimeError)
            problem = (
                "ended the notebook's kernel"
                if dead
                else f"made the kernel send what cannot be read ({type(error).__name__})"
            )
        self.log.warning("A kernel was lost: it %s (%s)", problem, type(error).__name__)
        if cell is None:
            self.run.lost.setdefault(None, f"The notebook {problem} when its cells ran again.")
        else:
            self._note(cell, problem)

    def _note(self, cell: NotebookNode, problem: str) -> None:
        name = (grade_id(cell) or "").removesuffix("_solution")
        exercise = name if name in self.run.challenges else None
        first = cell.source.strip().split("\n")[0][:60]
        where = f"Running `{name}`" if exercise else f"A cell (`{first}`)"
        self.run.lost.setdefault(exercise, f"{where} {problem}.")

    def _get_timeout(self, cell: NotebookNode | None) -> int | None:
        left = max(1, int(self.deadline - time.monotonic()))
        return min(super()._get_timeout(cell) or left, left)

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        if not self.problem:
            self.problem = f"took longer than {timeout:g} seconds"
        return await super()._async_handle_timeout(timeout, cell)

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> Any:
        """Takes a message from the kernel, within limits."""
        self.output_bytes += _size(msg["content"])
        if self.output_bytes > self.run.isolation.output_mb * _MB:
            if not self.problem:
                self.problem = f"printed more than {self.run.isolation.output_mb} MB"
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
        new = _harmless(outs[-1])
        last = outs[-2] if len(outs) > 1 else None
        if new.output_type == "stream" and last and last.get("name") == new.name:
            last.text += new.text
            outs.pop()
        else:
            outs[-1] = new
        return outs[-1]

    def _update_display_id(self, display_id: str, msg: dict) -> None:
        """Leaves outputs as they are: a later cell may not change an earlier one's."""


def _read_handed_in(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _size(content: Any) -> int:
    if isinstance(content, dict):
        return sum(map(_size, content)) + sum(map(_size, content.values())) + 50
    if isinstance(content, list):
        return sum(map(_size, content)) + 50
    return len(content) if isinstance(content, str) else 50


def _harmless(output: NotebookNode) -> NotebookNode:
    """Returns an output without anything but text and pictures."""
    if output.output_type == "stream":
        name = output.name if output.name in ("stdout", "stderr") else "stdout"
        return NotebookNode(output_type="stream", name=name, text=str(output.text))
    if output.output_type == "error":
        return NotebookNode(
            output_type="error",
            ename=str(output.ename)[:200],
            evalue=str(output.evalue)[:2000],
            traceback=[str(line)[:5000] for line in list(output.traceback)[:100]],
        )
    data = NotebookNode()
    for kind, value in output.data.items():
        if kind == evidence.MIME:
            data[kind] = value
        elif kind == "text/plain":
            data[kind] = "".join(value) if isinstance(value, list) else str(value)
        elif kind in PICTURES and (shown := picture(kind, value)):
            data[kind] = shown
    if not data:
        kinds = ", ".join(map(str, output.data))[:100]
        data["text/plain"] = f"(an output that is not shown while grading: {kinds})"
    clean = NotebookNode(output_type=output.output_type, data=data, metadata=NotebookNode())
    if output.output_type == "execute_result":
        clean.execution_count = None
    return clean


def _shorten(outputs: list[NotebookNode]) -> None:
    """Shortens very long texts."""
    for output in outputs:
        holder, key = (output, "text") if output.output_type == "stream" else (output, None)
        if output.output_type in ("display_data", "execute_result"):
            holder, key = output.data, "text/plain"
        text = holder.get(key, "") if key else ""
        if len(text) > _MAX_TEXT:
            holder[key] = f"{text[:_MAX_TEXT]}\n... {len(text) - _MAX_TEXT:,} characters left out"
