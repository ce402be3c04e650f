"""The state of an exercise of one student, and what its result is based on.

A state is never guessed from a file's presence. Grading stores with a result what it is based on
(`Basis`): the content that was handed in, and whatever else decides about points. A result counts
as long as that has not changed.
"""

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Assignment, Grade, Gradebook
from nbgrader.coursedir import CourseDirectory

from autograder.core.facts import FactsError, decode
from autograder.grading import private, staging, versions
from autograder.grading.cells import METADATA
from autograder.grading.machine import Grading

NO_NAME = (
    "The name of the folder holds characters that cannot be shown, such as a line break. Rename it."
)
_KEY = "basis"
_IGNORED = (".", "__")  # how names begin of what systems and editors leave
_MAX_FILES, _MAX_BYTES = 2000, 1_000_000_000  # beyond these in all, a file counts by its size


class State(StrEnum):
    """The state of one exercise of one student."""

    MISSING = "missing"
    SUBMITTED = "handed in, not graded"
    STALE = "stale"
    FAILED = "could not be graded"
    WAITING = "waits for a person"
    AGAIN = "to be looked at again"
    BY_HAND = "graded by a person"
    GRADED = "graded"

    @property
    def is_done(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self in (State.MISSING, State.BY_HAND, State.GRADED)

    @property
    def is_scored(self) -> bool:
        """Whether there is a score, though it may not be the last word."""
        return self not in (State.MISSING, State.SUBMITTED, State.WAITING)


def of(grade: Grade | None, *, graded: bool, failed: bool, changed: bool, handed_in: bool) -> State:
    """Returns the state of one exercise of one student.

    Args:
        grade: its entry in the gradebook, if there is one.
        graded: whether there is an autograded notebook.
        failed: whether it says that this exercise could not be graded, or cannot be read.
        changed: whether what it is based on has changed since.
        handed_in: whether there is a notebook to grade.
    """
    by_hand = grade is not None and grade.manual_score is not None
    if not graded:
        return State.SUBMITTED if handed_in else State.BY_HAND if by_hand else State.MISSING
    if changed:
        return State.STALE
    if by_hand:
        return State.AGAIN if grade.needs_manual_grade else State.BY_HAND
    if failed:
        return State.FAILED
    return State.WAITING if grade is None or grade.needs_manual_grade else State.GRADED


@dataclass(frozen=True)
class Basis:
    """What a result is based on; each part is a digest, empty where there is nothing.

    Attributes:
        submission: names and contents of the files that were handed in.
        timestamp: when, as nbgrader's `timestamp.txt` says.
        release: the cells of the assignment.
        points: what its cells are worth.
        rubric: the rubric of its exercises.
        profile: the profile of the class.
        versions: of the packages that grading takes.
        attempt: drawn when the submission is first graded; no part of what may change.
        retrained: whether the notebook was run in full as well; no part of it, either.
    """

    submission: str
    timestamp: str
    release: str
    points: str
    rubric: str
    profile: str
    versions: str
    attempt: str = field(default_factory=lambda: secrets.token_hex(16), compare=False)
    retrained: bool = field(default=False, compare=False)

    def serves(self, now: "Basis") -> bool:
        """Whether a result that is based on this need not be made anew."""
        return self == now and (self.retrained or not now.retrained)

    def again(self, before: "Basis | None") -> "Basis":
        """Returns the same, with the attempt of an earlier result of the same submission."""
        same = before is not None and before.submission == self.submission
        return replace(self, attempt=before.attempt) if same else self

    def changes(self, now: "Basis") -> tuple[str, ...]:
        """Returns the names of the parts that are different now."""
        names = (part.name for part in fields(self) if part.compare)
        return tuple(name for name in names if getattr(self, name) != getattr(now, name))


class Bases:
    """What the results of an assignment would be based on as things are now."""

    def __init__(self, folders: CourseDirectory, grading: Grading, assignment: str) -> None:
        """Remembers where to look.

        Args:
            folders: the course's folders.
            grading: what is graded.
            assignment: the assignment's name.
        """
        self._folders, self._grading, self._assignment = folders, grading, assignment
        self._submitted = Path(folders.root) / folders.submitted_directory

    @cached_property
    def students(self) -> frozenset[str]:
        """The students who have a folder of this assignment."""
        return frozenset(filter(is_name, self._folder_names)) | self.unnamed

    @cached_property
    def unnamed(self) -> frozenset[str]:
        """Names of folders that can be no student's id, as they are shown."""
        return frozenset(shown(name) for name in self._folder_names if not is_name(name))

    @cached_property
    def _folder_names(self) -> frozenset[str]:
        found = (path.parent.name for path in self._submitted.glob(f"*/{self._assignment}"))
        return frozenset(name for name in found if not name.startswith("."))

    def handed_in(self, student: str) -> bool:
        """Whether a student has a notebook to grade."""
        trusted = (Path(self._folders.root), self._submitted)
        folder = self._submitted / student / self._assignment
        try:
            found = staging.look(folder, trusted, self._folders.ignore)
        except OSError:
            return True  # what cannot be read is there all the same
        return bool(found.notebooks) or (found.linked and folder.exists())

    def of(self, student: str) -> Basis:
        """Returns what a student's result would be based on.

        Raises:
            autograder.core.course.CourseError, autograder.core.rubric.RubricError,
            autograder.grading.machine.MachineError: the class cannot be graded as configured.
        """
        folder = self._submitted / student / self._assignment
        return Basis(*_content(folder), *self._common, retrained=self._grading.retrain)

    @cached_property
    def _common(self) -> tuple[str, str, str, str, str]:
        """Digests of release, points, rubric, profile and versions."""
        with Gradebook(self._folders.db_url, self._folders.course_id) as gradebook:
            assignment = gradebook.find_assignment(self._assignment)
            released, worth = _released(assignment), points(assignment)
        rubric = self._grading.load_rubric()
        tables = {name: rubric[name] for name in released.keys() & rubric.exercises.keys()}
        # Where the profile's files are does not matter.
        profile = re.sub(r"'/[^']*/", "'", repr(self._grading.variant()))
        profile += private.content(self._grading)
        return (
            _digest(released),
            _digest(worth),
            _digest([tables, rubric.general]),
            _digest(profile),
            _digest(versions.packages(self._grading.load())),
        )


def is_name(student: str) -> bool:
    """Whether the name of a folder may be a student's id: gradebooks and terminals take text."""
    return student.isprintable()


def shown(name: str) -> str:
    """Returns the name of a folder with what cannot be printed escaped."""
    return name if is_name(name) else ascii(name)[1:-1]


def keep(notebook: NotebookNode, basis: Basis) -> None:
    """Keeps with a graded notebook what its result is based on."""
    about = {part.name: getattr(basis, part.name) for part in fields(basis)}
    notebook.metadata.setdefault(METADATA, {})[_KEY] = about


def kept(notebook: NotebookNode) -> Basis | None:
    """Returns what a graded notebook is based on, None where it does not say so."""
    about = notebook.metadata.get(METADATA)
    try:
        found: Basis = decode(Basis, about[_KEY])
    except (FactsError, KeyError, TypeError):
        return None
    return found


def _released(assignment: Assignment) -> dict[str, Any]:
    """Returns the source of each cell of an assignment that nbgrader keeps."""
    return {
        cell.name: [notebook.name, cell.cell_type, cell.source]
        for notebook in assignment.notebooks
        for cell in notebook.source_cells
    }


def points(assignment: Assignment) -> dict[str, float]:
    """Returns what the cells of an assignment are worth, by grade id."""
    return {
        cell.name: cell.max_score
        for notebook in assignment.notebooks
        for cell in (*notebook.grade_cells, *notebook.task_cells)
    }


def _content(folder: Path) -> tuple[str, str]:
    """Returns digests of a submission's files and of its time stamp."""
    files = dict(_files(folder))
    timestamp = files.pop(staging.TIMESTAMP, "")
    return _digest(files), timestamp


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yields names and digests of files. They may be of any kind: no link or pipe is opened."""
    count, size = 0, 0
    for here, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith(_IGNORED))
        for name in sorted(names):
            if name.startswith(_IGNORED):
                continue
            path, count = Path(here) / name, count + 1
            found = path.lstat()
            content = f"{stat.S_IFMT(found.st_mode)} {found.st_size}"
            few = size + found.st_size <= _MAX_BYTES and count <= _MAX_FILES
            if few and stat.S_ISREG(found.st_mode) and os.access(path, os.R_OK):
                size += found.st_size
                with path.open("rb") as file:
                    content = hashlib.file_digest(file, "sha256").hexdigest()
            yield str(path.relative_to(folder)), content


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
