"""What the next `nbgrader autograde` grades, and when it replaces an old result.

nbgrader alone skips whatever has a folder in `autograded`, such as a submission that has changed
since, or one whose grading was killed. With `--force` it removes the old result before there is a
new one.
"""

import fnmatch
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from autograder.grading import states
from autograder.grading.budget import Budget, Child, Crashed, Exceeded, Send, out_of_memory
from autograder.grading.machine import Grading

BASES = "autograder_bases"  # what a notebook's result was based on, or None, and is based on now
FAILED = "autograder_failed"  # where judging leaves word that the next run has to grade again


class Regrade(Autograde):
    """nbgrader's `Autograde`, which grades what is not graded from its present content.

    A new result is made in a folder of its own. It takes the old one's place when it is whole.
    """

    def start(self) -> None:
        """Grades the submissions of an assignment."""
        folders = self.coursedir
        self._autograded = folders.autograded_directory
        self._bases = states.Bases(folders, Grading(parent=self), folders.assignment_id)
        with tempfile.TemporaryDirectory(prefix=".autograding-", dir=folders.root) as new:
            self._new = Path(new).name
            try:
                super().start()
            finally:
                folders.autograded_directory = self._autograded

    def convert_notebooks(self) -> None:
        """Grades all submissions, in processes that this one watches.

        Raises:
            NbGraderException: a submission could not be graded.
        """
        self._refused: dict[str, str] = {}  # by student
        ungraded, crashed = [], set()
        while self.assignments:
            child = Child(self._convert_all, Budget(parent=self), self.log)
            try:
                child.watch(self.exporter.note)
                break
            except Exceeded as exceeded:
                student, problem = child.begun, exceeded
                ungraded += child.failed
            if not student:
                raise NbGraderException(f"No submission was graded: a process {problem}.")
            if isinstance(problem, Crashed) and student not in crashed:
                crashed.add(student)
                self.log.warning("Graded once more: the submission of %r %s", student, problem)
            else:
                self.log.error("Not graded: the submission of %r %s", student, problem)
                if student in self._refused:  # it cannot even be graded as one that is not read
                    ungraded.append(student)
                self._refused[student] = str(problem)
            self._go_on_with(student, after=student in ungraded)
        if ungraded:
            raise NbGraderException(f"Not graded: the submissions of {', '.join(ungraded)}.")

    def _convert_all(self, send: Send) -> None:
        self.tell = send
        super().convert_notebooks()

    def _go_on_with(self, student: str, after: bool) -> None:
        """Leaves out what is done: the submissions before a student's, or that one too."""
        begun = self.coursedir.format_path(self._new, student, self.coursedir.assignment_id)
        shutil.rmtree(begun, ignore_errors=True)
        folder = self._format_source(self.coursedir.assignment_id, student)
        self.assignments = {
            source: notebooks
            for source, notebooks in self.assignments.items()
            if source > folder or (source == folder and not after)
        }

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grades one notebook."""
        try:
            super().convert_single_notebook(notebook_filename)
        except MemoryError:
            out_of_memory()

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Returns whether a submission is to be graded."""
        allowed = Budget(parent=self).allowed(len(self.notebooks))
        self.tell("begin", student_id, allowed)
        folders = self.coursedir
        self._whose = student_id, assignment_id
        self._old = Path(folders.format_path(self._autograded, student_id, assignment_id))
        folders.autograded_directory = self._new
        self._now = self._bases.of(student_id)
        self._before = {name: _basis(self._old, name) for name in self._asked(assignment_id)}
        if not self.force and all(basis == self._now for basis in self._before.values()):
            self.log.info("Skipping %s: it is graded from this content", self._old)
            self.tell("end")
            return False
        return super().init_destination(assignment_id, student_id)

    def _asked(self, assignment_id: str) -> list[str]:
        """Returns the names of the notebooks that this run grades."""
        folders = self.coursedir
        with Gradebook(folders.db_url, folders.course_id) as gradebook:
            try:
                names = [n.name for n in gradebook.find_assignment(assignment_id).notebooks]
            except MissingEntry:
                return [folders.notebook_id]  # nbgrader says so itself
        return [name for name in names if fnmatch.fnmatch(name, folders.notebook_id)]

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """Returns what preprocessors need to know of a notebook."""
        resources = super().init_single_notebook_resources(notebook_filename)
        before = self._before.get(resources["nbgrader"]["notebook"])
        return resources | {BASES: (before, self._now.again(before))}

    def run_post_convert_hook(self) -> None:
        """Puts the new result in the old one's place: nbgrader calls this when it is whole."""
        folders, old = self.coursedir, self._old
        student, assignment = self._whose
        new = Path(folders.format_path(self._new, student, assignment))
        if old.exists():
            if folders.notebook_id != "*":
                for other in old.glob("*.ipynb"):
                    if not (new / other.name).exists():
                        shutil.copy2(other, new)
            shutil.move(old, new.with_name(f"{new.name}.old"))
        old.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(new, old)
        folders.autograded_directory = self._autograded
        if folders.groupshared:
            self.set_permissions(assignment, student)
        super().run_post_convert_hook()
        self.tell("end")


def _basis(folder: Path, notebook: str) -> states.Basis | None:
    """Returns what the result of a notebook is based on, None where there is no such result."""
    try:
        return states.kept(nbformat.read(folder / f"{notebook}.ipynb", as_version=4))
    except Exception:  # somebody may have edited it: anything may be wrong
        return None
