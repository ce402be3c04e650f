"""Results that take the place of old ones when they are whole.

nbgrader alone writes into `autograded` while it grades, and removes an old result before there is a
new one. Here a new result is made in a folder of its own, in the course's root.
"""

import contextlib
import errno
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import InvalidEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.grading import states
from autograder.grading.scratch import own_folder

BASES = "autograder_bases"  # what a notebook's result was based on, or None, and is based on now
FAILED = "autograder_failed"  # where judging leaves word that the next run has to grade again
_PREFIX = ".autograding-"
_PLACE = ".place"  # in the folder: which result it replaces


class Placing(Autograde):
    """nbgrader's `Autograde`, whose results take the place of old ones when they are whole."""

    def start(self) -> None:
        """Grades the submissions of an assignment."""
        with self.placing():
            super().start()

    @contextlib.contextmanager
    def placing(self) -> Iterator[Path]:
        """Makes the folder of new results meanwhile."""
        folders = self.coursedir
        self._autograded = folders.autograded_directory
        with own_folder(Path(folders.root), _PREFIX, _clean) as self._room:
            self._new = f"{self._room.name}/new"
            try:
                yield self._room
            finally:
                folders.autograded_directory = self._autograded

    def basis(self, student: str) -> states.Basis:
        """Returns what a new result of a student is based on."""
        raise NotImplementedError

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Returns whether a submission is to be graded."""
        folders = self.coursedir
        self._whose = student_id, assignment_id
        self._old = Path(folders.format_path(self._autograded, student_id, assignment_id))
        folders.autograded_directory = self._new
        self._now = self.basis(student_id)
        names = [Path(notebook).stem for notebook in self.notebooks]
        self._before = {name: basis_of(self._old, name) for name in names}
        if not self.force and all(b and b.serves(self._now) for b in self._before.values()):
            self.log.info("Skipping %s: it is graded from this content", self._old)
            return False
        return super().init_destination(assignment_id, student_id)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Makes sure that the gradebook knows the submission."""
        try:
            super().init_assignment(assignment_id, student_id)
        except InvalidEntry:  # another command has just added the same student
            super().init_assignment(assignment_id, student_id)

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        step = self._input_directory
        step = re.escape(step) if escape else step  # nbgrader 0.9.6 leaves it as it is
        return self.coursedir.format_path(step, student_id, assignment_id, escape=escape)

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """Returns what preprocessors need to know of a notebook."""
        resources = super().init_single_notebook_resources(notebook_filename)
        before = self._before.get(resources["nbgrader"]["notebook"])
        return resources | {BASES: (before, self._now.again(before))}

    def run_post_convert_hook(self) -> None:
        """Puts the new result in the old one's place: nbgrader calls this when it is whole."""
        folders = self.coursedir
        new = Path(folders.format_path(self._new, *self._whose))
        if self._old.exists() and folders.notebook_id != "*":
            for other in self._old.glob("*.ipynb"):
                if not (new / other.name).exists():
                    shutil.copy2(other, new)
        _place(new, self._old, self._room)
        # A page about the old result must not pass for one about the new.
        feedback = folders.format_path(folders.feedback_directory, *self._whose)
        shutil.rmtree(feedback, ignore_errors=True)
        folders.autograded_directory = self._autograded
        if folders.groupshared:
            self.set_permissions(self._whose[1], self._whose[0])
            for folder in self._old.parents[:2]:  # nbgrader does so for where it writes
                with contextlib.suppress(PermissionError):  # it is another's, who has done so
                    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o2770)
        super().run_post_convert_hook()

    def remove_new(self, student: str, assignment: str) -> None:
        """Removes what there is of a new result."""
        new = self.coursedir.format_path(self._new, student, assignment)
        shutil.rmtree(new, ignore_errors=True)


def basis_of(folder: Path, notebook: str) -> states.Basis | None:
    """Returns what the result of a notebook is based on, None where there is no such result."""
    try:
        return states.kept(nbformat.read(folder / f"{notebook}.ipynb", as_version=4))
    except Exception:  # somebody may have edited it: anything may be wrong
        return None


def result_of(folders: CourseDirectory, student: str) -> Path:
    """Returns the folder of a student's result."""
    step = folders.autograded_directory
    return Path(folders.format_path(step, student, folders.assignment_id))


def _place(new: Path, old: Path, room: Path) -> None:
    """Puts a new result in the place of an old one.

    It is brought beside it first: the place may be on another disk.

    Raises:
        OSError: there is no room for it.
    """
    old.parent.mkdir(parents=True, exist_ok=True)
    (room / _PLACE).write_text(str(old))
    arrived, gone = _beside(old, room)
    try:
        shutil.move(new, arrived)
        while arrived.exists():
            with contextlib.suppress(FileNotFoundError):
                old.rename(gone)
            try:
                arrived.rename(old)
            except OSError as error:
                if error.errno != errno.ENOTEMPTY:
                    raise  # else another command has just put one there
            shutil.rmtree(gone, ignore_errors=True)
    except shutil.Error as error:  # it has a list of what failed, file by file
        raise OSError(error.args[0][0][2]) from error
    finally:
        _clean(room)


def _beside(place: Path, room: Path) -> tuple[Path, Path]:
    """Returns where a new result arrives, and where an old one goes."""
    name = f".{place.name}{room.name}"  # of this command's own: another may place the same one
    return place.with_name(f"{name}.new"), place.with_name(f"{name}.old")


def _clean(room: Path) -> None:
    """Removes what lies beside the last place; an old result without a new one goes back."""
    if not (room / _PLACE).exists():
        return
    place = Path((room / _PLACE).read_text())
    arrived, gone = _beside(place, room)
    if gone.exists() and not place.exists():
        gone.rename(place)
    for path in (arrived, gone):
        shutil.rmtree(path, ignore_errors=True)
