"""Judges results again from what is kept of their executions, without running anything.

Verdicts come of the same code as those of `nbgrader autograde` and `rps-grader run`, and so do
scores. What can be worked out beside one another is done in several processes; this one alone
writes `autograded` and the gradebook.
"""

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader

from autograder.classroom import parcels
from autograder.classroom.received import Received
from autograder.core.verdict import Verdict
from autograder.grading import challenges, handed_in, kept, placing, states
from autograder.grading.cells import grade_id, stored
from autograder.grading.flagging import FlagSubmission
from autograder.grading.handed_in import ClassError
from autograder.grading.intake import OTHER_PROFILE
from autograder.grading.judge import JudgeEvidence
from autograder.grading.kept import NotKeptError
from autograder.grading.machine import Grading
from autograder.grading.placing import FAILED
from autograder.grading.run import RUN, Run
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.processes import end_with_parent

_AHEAD = 4  # results that are judged, for each process, before they are put in their places
_AGAIN = {"rubric", "points", "versions"}  # what a result may be based on that has changed since


@dataclass(frozen=True)
class Change:
    """An exercise that earns more or less than before.

    Attributes:
        exercise: its grade id.
        before: the verdict until now.
        after: the verdict now.
    """

    exercise: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True)
class Again:
    """A result that was judged again.

    Attributes:
        student: whose it is.
        left: why it was not; empty where it was.
        changes: exercises that earn more or less.
        failed: whether judging failed.
        files: the autograded files, by name.
        bases: what the result of each notebook is based on now.
    """

    student: str
    left: str = ""
    changes: tuple[Change, ...] = ()
    failed: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    bases: dict[str, states.Basis] = field(default_factory=dict)


class Rejudge:
    """Judges the results of an assignment again."""

    def __init__(self, application: NbGrader) -> None:
        """Prepares what all results share.

        Args:
            application: nbgrader's, with the configuration and the assignment's name.

        Raises:
            autograder.grading.handed_in.NOT_READY: the class cannot be graded.
        """
        self._application, self._folders = application, application.coursedir
        self._grading = Grading(parent=application)
        self._rubric, self._profile = self._grading.load_rubric(), self._grading.variant()
        folders, assignment = self._folders, self._folders.assignment_id
        self._names = [n.name for n in handed_in.released_notebooks(folders, self._grading)]
        with Gradebook(folders.db_url, folders.course_id) as gradebook:
            released = gradebook.find_assignment(assignment)
            self._points = states.points(released)
            self._checksums = {
                c.name: c.checksum for n in released.notebooks for c in n.source_cells
            }
        self._bases = states.Bases(folders, self._grading, assignment)
        self._steps = JudgeEvidence(parent=application), FlagSubmission(parent=application)

    def students(self, asked: Iterable[str]) -> list[str]:
        """Returns the students who have a result.

        Args:
            asked: those who are asked for; empty for all.

        Raises:
            ClassError: one of them has none.
        """
        folders = self._folders
        pattern = folders.format_path(folders.autograded_directory, "*", folders.assignment_id)
        there = {Path(p).parent.name for p in handed_in.Names.glob(pattern) if Path(p).is_dir()}
        if not there:
            raise ClassError(
                f"No submission of {folders.assignment_id} is graded yet: `rps-grader run "
                f"{folders.assignment_id}`."
            )
        unknown = sorted(set(asked) - there)
        if unknown:
            raise ClassError(
                f"There is no result of {', '.join(unknown)}. Grade first: `rps-grader run "
                f"{folders.assignment_id}`."
            )
        return sorted(set(asked) or there)

    def judge(self, students: list[str]) -> Generator[Again, None, None]:
        """Judges results again, several at a time, and yields them as they are done.

        Raises:
            ClassError: there is no challenge key, with which what is kept is signed.
        """
        self._key = self._challenge_key()
        processes = min(os.cpu_count() or 1, len(students))
        context = multiprocessing.get_context("fork")
        executor = ProcessPoolExecutor(processes, context, _begin, (self,))
        waiting = iter(students)

        def begin(count: int) -> set[Future[Again]]:
            return {executor.submit(_judge, student) for student in islice(waiting, count)}

        # Processes begin with the first: none may have a connection to the gradebook.
        first = begin(_AHEAD * processes)

        def results() -> Generator[Again, None, None]:
            running = first
            try:
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
                    running |= begin(len(done))
            finally:
                executor.shutdown(cancel_futures=True)

        return results()

    def _challenge_key(self) -> bytes:
        root, name = Path(self._folders.root), challenges.KEY_FILE
        if not (root / name).exists():
            raise ClassError(
                f"There is no challenge key {name}, with which what is kept of results is signed. "
                f"Put it back, or grade again: `rps-grader run {self._folders.assignment_id} "
                "--force`."
            )
        return challenges.course_key(root)

    def place(self, results: Iterable[Again]) -> Iterator[Again]:
        """Puts results in the place of the old ones, with their scores, and yields them."""
        received = Received(
            coursedir=self._folders, parent=self._application, config=self._application.config
        )
        with received.open():
            for again in results:
                if not again.left:
                    about = {"failed": again.failed}
                    left = received.place(again.student, again.bases, about, again.files)
                    again = Again(again.student, left) if left else replace(again, files={})
                yield again

    def judge_one(self, student: str) -> Again:
        """Judges a student's result again."""
        folder = placing.result_of(self._folders, student)
        try:
            now, bases, changes, failed = self._bases.of(student), {}, [], False
            files = parcels.read(folder, filter(Path.is_file, folder.rglob("*")))
            for name in self._names:
                notebook = self._read(folder / f"{name}.ipynb")
                before, basis = _verdicts(notebook), _basis(notebook)
                failed |= self._judge_notebook(notebook, name, student, folder, basis, now)
                bases[name] = replace(now.again(basis), retrained=basis.retrained)
                after = _verdicts(notebook)
                changes += (
                    Change(exercise, verdict, after[exercise])
                    for exercise, verdict in before.items()
                    if after[exercise].score != verdict.score
                )
                files[f"{name}.ipynb"] = nbformat.writes(notebook).encode()
        except NotKeptError as error:
            return Again(student, left=str(error))
        except Exception as error:  # somebody may have edited it: anything may be wrong
            return Again(
                student, left=f"its result cannot be read: {type(error).__name__}: {error}"
            )
        return Again(student, "", tuple(changes), failed, files, bases)

    @staticmethod
    def _read(path: Path) -> NotebookNode:
        if not path.is_file():
            raise NotKeptError(f"there is no {path.name}")
        try:
            return nbformat.read(path, as_version=4)
        except ValueError as error:
            raise NotKeptError(f"{path.name} cannot be read") from error

    def _judge_notebook(
        self,
        notebook: NotebookNode,
        name: str,
        student: str,
        folder: Path,
        basis: states.Basis,
        now: states.Basis,
    ) -> bool:
        """Judges a notebook again; returns whether that failed."""
        assignment = self._folders.assignment_id
        changed = set(basis.changes(now)) - _AGAIN
        if changed:
            raise NotKeptError(f"there is another {' and another '.join(sorted(changed))} now")
        about = {"student": student, "assignment": assignment, "attempt": basis.attempt}
        run = Run(
            self._grading.load(),
            self._grading.course,
            self._profile,
            self._rubric,
            challenges={},
            handed_in={},
            isolation=Isolation(parent=self._application),
            key=challenges.for_attempt(self._key, **about),
        )
        kept.restore(notebook, run)
        self._update_points(notebook)
        resources: dict[str, Any] = {
            RUN: run,
            "nbgrader": about | {"notebook": name, "db_url": self._folders.db_url},
            "metadata": {"path": str(folder)},
        }
        for step in self._steps:
            notebook, resources = step.preprocess(notebook, resources)
        if OTHER_PROFILE in resources:
            raise NotKeptError(resources[OTHER_PROFILE])
        return FAILED in resources

    def _update_points(self, notebook: NotebookNode) -> None:
        """Gives each cell the points that it is worth now, as nbgrader does."""
        for cell in notebook.cells:
            name = grade_id(cell)
            if name in self._checksums:
                cell.metadata["nbgrader"]["checksum"] = self._checksums[name]
            if name in self._points:
                cell.metadata["nbgrader"]["points"] = self._points[name]


_work: list[Rejudge] = []  # of a process that judges


def _begin(work: Rejudge) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for it ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent()  # it waits for a queue that does not end
    _work.append(work)


def _judge(student: str) -> Again:
    return _work[0].judge_one(student)


def _basis(notebook: NotebookNode) -> states.Basis:
    basis = states.kept(notebook)
    if basis is None:
        raise NotKeptError("it is not known what it is based on")
    return basis


def _verdicts(notebook: NotebookNode) -> dict[str, Verdict]:
    found = {grade_id(cell): stored(cell) for cell in notebook.cells}
    return {name: verdict for name, verdict in found.items() if name and verdict}
