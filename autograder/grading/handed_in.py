"""What a class has handed in of an assignment, looked at before anything is graded."""

import glob
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError

from autograder.core.course import Course, CourseError
from autograder.core.exercise import FileExercise
from autograder.core.rubric import RubricError
from autograder.grading import challenges, gradebooks, machine, records, staging
from autograder.grading.gradebooks import GradebookError
from autograder.grading.machine import Grading
from autograder.grading.recognition import Released
from autograder.grading.staging import Submission
from autograder.grading.states import NO_NAME, is_name, shown
from autograder.sandbox.isolation import IsolationError


class ClassError(RuntimeError):
    """The class cannot be graded; the message says why and what to do."""


# Why nothing can be graded here, said by what was asked.
NOT_READY = (
    IsolationError, machine.MachineError, challenges.KeyFileError, CourseError, RubricError,
    TraitError, ClassError, GradebookError,
)  # fmt: skip

_NO_RIGHTS = "It cannot be read with your rights ({}). Make it readable: `chmod -R u+rX`."


@dataclass
class HandedIn:
    """What there is of an assignment.

    Attributes:
        released: its notebooks.
        submissions: what was handed in, by student.
        unreadable: why others cannot be graded, and what to do, by student.
        empty: folders without a notebook, by student.
        trusted: folders around them that may be links.
        ignored: patterns of names that are ignored.
    """

    released: list[Released]
    submissions: dict[str, Submission] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)
    trusted: tuple[Path, ...] = ()
    ignored: tuple[str, ...] = ()

    def again(self, student: str) -> Submission:
        """Returns what a student has handed in by now: it may have changed since `look`.

        Raises:
            OSError: it cannot be read with the grader's rights, or is not there any more.
        """
        folder = self.submissions[student].folder
        found = staging.look(folder, self.trusted, self.ignored)
        if not found.notebooks and not (found.linked and os.path.lexists(folder)):
            raise FileNotFoundError(f"there is no notebook in {folder} any more")
        return found


def look(folders: CourseDirectory, grading: Grading) -> HandedIn:
    """Looks at what a class has handed in.

    Args:
        folders: the course's folders, with the assignment and the students that are asked for.
        grading: what is graded.

    Raises:
        ClassError: the assignment is not released, or most of the class worked under another
            profile.
        autograder.core.course.CourseError, autograder.grading.machine.MachineError: the class
            cannot be graded as configured.
    """
    assignment, step = folders.assignment_id, folders.submitted_directory
    found = HandedIn(
        released_notebooks(folders, grading),
        trusted=(Path(folders.root), Path(folders.root) / step),
        ignored=tuple(folders.ignore),
    )
    # nbgrader 0.9.6 leaves the step as it is.
    pattern = folders.format_path(
        re.escape(step), "(?P<student>.*)", re.escape(assignment), escape=True
    )
    for folder in Names.glob(folders.format_path(step, folders.student_id, assignment)):
        match = re.fullmatch(pattern, folder, re.DOTALL)
        if match is None:
            continue
        student = match["student"]
        if not is_name(student):
            found.unreadable[shown(student)] = NO_NAME
            continue
        try:
            submission = staging.look(Path(folder), found.trusted, found.ignored)
        except OSError as error:
            found.unreadable[student] = _NO_RIGHTS.format(error)
            continue
        if submission.notebooks or submission.linked:
            found.submissions[student] = submission
        else:
            found.empty[student] = folder
    _compare_profiles(found, grading)
    return found


def released_notebooks(folders: CourseDirectory, grading: Grading) -> list[Released]:
    """Returns the notebooks of an assignment as they were released.

    Raises:
        ClassError: the assignment is not released.
        autograder.grading.gradebooks.GradebookError: the gradebook cannot be used.
        autograder.core.course.CourseError, autograder.grading.machine.MachineError: the class
            cannot be graded as configured.
    """
    course, name = grading.load(), folders.assignment_id
    grading.variant()  # a profile that cannot be used stops everything
    if gradebooks.is_missing(folders.db_url):
        raise _not_released(name, [])
    url = folders.db_url
    with gradebooks.used(url), Gradebook(url, folders.course_id) as gradebook:
        try:
            notebooks = gradebook.find_assignment(name).notebooks
        except MissingEntry as error:
            raise _not_released(name, [a.name for a in gradebook.assignments]) from error
        return [_released(notebook, course) for notebook in notebooks]


def require_writable(folders: CourseDirectory) -> None:
    """Makes sure that results can be kept, before any is made.

    Raises:
        ClassError: a folder or the gradebook is not the user's to write in.
    """
    step = folders.format_path(folders.autograded_directory, "*", folders.assignment_id)
    results = [Path(path) for path in Names.glob(step)]
    around = [folder for result in results for folder in result.parents[:2]]
    file = gradebooks.file_of(folders.db_url)
    for path in (Path(folders.root), *([file, file.parent] if file else ()), *around, *results):
        if os.access(path, os.F_OK) and not os.access(path, os.W_OK):
            raise ClassError(
                f"Results cannot be written: {path} is not yours to write in. Where several people "
                "grade, set c.CourseDirectory.groupshared = True; what is there already: `chgrp -R "
                "GROUP` and `chmod -R g+w`."
            )


def nothing(folders: CourseDirectory) -> ClassError:
    """Returns what says that nobody has handed anything in."""
    name = folders.assignment_id
    place = folders.format_path(folders.submitted_directory, "<student>", name)
    return ClassError(f"There is no submission of {name} that can be graded in {place}/.")


def _not_released(name: str, known: list[str]) -> ClassError:
    return ClassError(
        f"No assignment with ID {name!r} exists in the database; there are: "
        f"{', '.join(known) or 'none'}. Release it first: `nbgrader generate_assignment {name} "
        "--force`."
    )


def _released(notebook: Any, course: Course) -> Released:
    """Returns a notebook of the gradebook as it was released."""
    asked = [course.exercises.get(cell.name) for cell in notebook.grade_cells]
    answers = {cell.name for cell in (*notebook.solution_cells, *notebook.task_cells)}
    sources = {cell.name: cell.source or "" for cell in notebook.source_cells}
    return Released(
        name=notebook.name,
        sources=sources,
        answers=frozenset(answers & sources.keys()),
        files={e.name: e.files for e in asked if isinstance(e, FileExercise)},
    )


def _compare_profiles(found: HandedIn, grading: Grading) -> None:
    """Stops where most of the files that were handed in are of another profile."""
    known = grading.load().exercises
    names = [name for notebook in found.released for name in notebook.files]
    asking = [e for e in map(known.__getitem__, names) if isinstance(e, FileExercise)]
    try:
        problem = records.problem(found.submissions.values(), asking, grading.variant().base)
    except OSError as error:
        problem = f"Not graded: a file cannot be read with your rights: {error}"
    if problem:
        raise ClassError(problem)


class Names:
    """nbgrader's `glob`, to which a name that is there is no pattern, but for `*`: everybody."""

    @staticmethod
    def glob(pattern: str) -> list[str]:
        """Returns the paths that a pattern names."""
        found = ["" if pattern.startswith("/") else "."]
        for part in filter(None, pattern.split("/")):
            found = [f"{here}/{name}" for here in found for name in _named(here, part)]
        return found


def _named(folder: str, part: str) -> list[str]:
    try:
        if part == "*":
            raise FileNotFoundError
        os.lstat(f"{folder}/{part}")
    except PermissionError:
        return [part]  # it may be there: whoever opens it is told
    except OSError:
        return sorted(glob.glob(part, root_dir=f"{folder}/"))  # noqa: PTH207 (finds hidden files)
    return [part]
