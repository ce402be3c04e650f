"""Intake of submissions: what nbgrader may copy and read from a student's folder.

`SubmissionExporter` is nbgrader's `c.Autograde.exporter_class`. A submission that cannot be read
does not stop the class: a refused notebook is replaced by an empty one that says why, and is graded
like the others.
"""

import glob
import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.converters.base import NbGraderException
from traitlets import TraitError

from autograder.core.course import CourseError
from autograder.core.rubric import RubricError
from autograder.grading import inside, machine
from autograder.grading.cells import METADATA
from autograder.sandbox.isolation import Isolation, IsolationError, Stopped

MAX_NOTEBOOK_BYTES = 20_000_000
MAX_FILES, MAX_FOLDER_BYTES = 500, 200_000_000
OTHER_PROFILE = "autograder_other_profile"  # where judging leaves word that it met another profile


# Why nothing can be graded here, said by what was asked.
_NOT_READY = (IsolationError, machine.MachineError, CourseError, RubricError, TraitError)


class RefusedError(ValueError):
    """A submission cannot be graded; the message says why, for a student."""


def refusal(notebook: NotebookNode) -> str:
    """Returns why a submission was refused; empty when it was not."""
    return notebook.metadata.get(METADATA, {}).get("refused", "")


class SubmissionExporter(NotebookExporter):
    """Reads submissions for nbgrader's autograde, whatever they contain."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.isolation = Isolation(parent=self)
        try:
            machine.require(machine.Grading(parent=self), self.isolation)
        except _NOT_READY as error:
            # nbgrader's own way to stop with a message.
            self.log.critical("%s", error)
            raise NbGraderException(str(error)) from error
        if self.isolation.unsafe:
            self.log.warning("Students' code runs with your rights: isolation is switched off.")
        self._ignored = list(self.parent.coursedir.ignore)
        self._course_hook = self.parent.pre_convert_hook
        self.parent.pre_convert_hook = self._before_copying
        self._of_other_profile: dict[str, str] = {}  # by student
        self._convert = self.parent.convert_notebooks
        self.parent.convert_notebooks = self._convert_notebooks

    def _convert_notebooks(self) -> None:
        """Converts all submissions as nbgrader does; fails if one is of another profile."""
        try:
            self._convert()
        finally:
            for student, problem in self._of_other_profile.items():
                self.log.error("Not graded in whole: the submission of %r. %s", student, problem)
        if self._of_other_profile:
            problem = (
                f"{len(self._of_other_profile)} submission(s) are of another profile than the "
                "class's: ask for another one, or correct the profile in nbgrader_config.py."
            )
            self.log.error("%s", problem)
            raise NbGraderException(problem)

    def from_notebook_node(
        self, nb: NotebookNode, resources: ResourcesDict | None = None, **kwargs: Any
    ) -> tuple[str, ResourcesDict]:
        """Runs nbgrader's preprocessors on a notebook."""
        output, resources = super().from_notebook_node(nb, resources=resources, **kwargs)
        if OTHER_PROFILE in resources:
            self._of_other_profile[resources["nbgrader"]["student"]] = resources[OTHER_PROFILE]
        return output, resources

    def _before_copying(self, notebooks: list[str], **names: Any) -> None:
        """Chooses what nbgrader is to copy and to read of one submission."""
        folder = Path(notebooks[0]).parent
        odd = [str(path) for path in _not_to_copy(folder)]
        for name in odd:
            self.log.warning("%r is left out", name)
        # With whole paths: names that students choose may hold characters of patterns.
        self.parent.coursedir.ignore = self._ignored + [glob.escape(name) for name in odd]
        released = self._released_notebooks(folder.name)
        self.parent.notebooks = [str(folder / f"{name}.ipynb") for name in released] or notebooks
        if self._course_hook:
            self._course_hook(notebooks=notebooks, **names)

    def _released_notebooks(self, assignment: str) -> list[str]:
        from nbgrader.api import Gradebook, MissingEntry

        with Gradebook(self.parent.coursedir.db_url, self.parent.coursedir.course_id) as gradebook:
            try:
                return [n.name for n in gradebook.find_assignment(assignment).notebooks]
            except MissingEntry:
                return []  # nbgrader says so itself

    def from_filename(
        self, filename: str, resources: dict | None = None, **kwargs: Any
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Reads a submission; the first time as a file of unknown content, in the sandbox."""
        if not self.parent._sanitizing:
            return super().from_filename(filename, resources=resources, **kwargs)
        try:
            notebook = self._read(Path(filename))
        except RefusedError as error:
            self.log.warning("%s is refused: it %s", filename, error)
            notebook = new_notebook(metadata={METADATA: {"refused": str(error)}})
        names = {"path": str(Path(filename).parent), "name": Path(filename).stem}
        resources = (resources or {}) | {"metadata": names}
        return self.from_notebook_node(notebook, resources=resources, **kwargs)

    def _read(self, path: Path) -> NotebookNode:
        path = _the_one(path)
        if path.parent.is_symlink() or path.is_symlink() or not path.is_file():
            raise RefusedError("is a link and not a file")
        if path.stat().st_size > MAX_NOTEBOOK_BYTES:
            raise RefusedError(
                f"is larger than {MAX_NOTEBOOK_BYTES // 10**6} MB. Clear the outputs and hand it "
                "in again"
            )
        reader = [sys.executable, "-I", "-S", inside.NOTEBOOK, "notebook.ipynb"]
        with tempfile.TemporaryDirectory(prefix="autograder-notebook-") as folder:
            shutil.copyfile(path, Path(folder) / "notebook.ipynb")
            try:
                answer = json.loads(self.isolation.run(reader, folder=Path(folder), timeout=60))
            except (Stopped, ValueError) as error:
                raise RefusedError(f"cannot be read: reading it {error}") from error
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        return new_notebook(cells=[_cell(kept) for kept in answer["cells"]])


def _cell(kept: dict) -> NotebookNode:
    new_cell = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
    cell = new_cell[kept["cell_type"]](source=kept["source"])
    if "grade_id" in kept:
        cell.metadata["nbgrader"] = {"grade_id": kept["grade_id"]}
    if kept.get("attachments"):
        cell["attachments"] = kept["attachments"]
    return cell


def _the_one(path: Path) -> Path:
    """Returns the notebook itself, or the only other one in the folder: browsers rename files."""
    if os.path.lexists(path):
        return path
    others = sorted(path.parent.glob("*.ipynb"))
    if len(others) == 1:
        return others[0]
    names = ", ".join(other.name for other in others)[:300] or "no notebook"
    raise RefusedError(f"is missing: the submission has {names}. Its name must be {path.name}")


def _not_to_copy(folder: Path) -> Iterator[Path]:
    """Yields the paths in a submission's folder that are no regular files, or exceed the limits."""
    files, size, linked = 0, 0, folder.is_symlink()
    for here, names, found in os.walk(folder):
        for name in (*names, *found):
            path = Path(here) / name
            facts = path.lstat()
            if stat.S_ISDIR(facts.st_mode):
                continue
            files += 1
            size += facts.st_size
            ordinary = stat.S_ISREG(facts.st_mode) and not linked and name.isprintable()
            if not ordinary or files > MAX_FILES or size > MAX_FOLDER_BYTES:
                yield path
