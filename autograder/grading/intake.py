"""Intake of submissions: nbgrader converts checked copies of them, and never the files themselves.

`StagedAutograde` takes the place of nbgrader's `Autograde`, for the command and for formgrader's
button; `SubmissionExporter` is its `c.Autograde.exporter_class`. A submission that cannot be read
does not stop the class: a refused notebook is replaced by an empty one that says why, and is graded
like the others.
"""

import fnmatch
import glob
import logging
import os
import re
import shutil
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import nbgrader.utils
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import api, autogradeapp
from nbgrader.converters import base
from nbgrader.converters.base import NbGraderException
from traitlets import TraitError

from autograder.core.course import Course, CourseError
from autograder.core.exercise import FileExercise
from autograder.core.rubric import RubricError
from autograder.grading import challenges, machine, private, records, staging
from autograder.grading.budget import interrupted_to_end
from autograder.grading.recognition import Released
from autograder.grading.regrade import FAILED, Regrade
from autograder.sandbox.isolation import Isolation, IsolationError

OTHER_PROFILE = "autograder_other_profile"  # where judging leaves word that it met another profile

# Why nothing can be graded here, said by what was asked.
_NOT_READY = (
    IsolationError, machine.MachineError, challenges.KeyFileError, CourseError, RubricError,
    TraitError,
)  # fmt: skip


class SubmissionExporter(NotebookExporter):
    """Makes sure that submissions can be graded here, before nbgrader converts any."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.isolation = Isolation(parent=self)
        folders = self.parent.coursedir
        try:
            if not isinstance(self.parent, StagedAutograde):
                raise machine.MachineError(
                    "Not graded: this version of nbgrader does not let submissions be checked "
                    "first. Install version 0.9.6."
                )
            machine.require(machine.Grading(parent=self), self.isolation)
            challenges.course_key(Path(folders.root), shared=folders.groupshared)
        except _NOT_READY as error:
            raise _stopped(self.log, error) from error
        if self.isolation.unsafe:
            self.log.warning("Students' code runs with your rights: isolation is switched off.")
        self._of_other_profile: dict[str, str] = {}  # by student
        self._failed: list[str] = []  # students
        self._convert = self.parent.convert_notebooks
        self.parent.convert_notebooks = self._convert_notebooks

    def _convert_notebooks(self) -> None:
        """Converts all submissions as nbgrader does; fails if one is not graded in whole."""
        try:
            self._convert()
        finally:
            for student, problem in self._of_other_profile.items():
                self.log.error("Not graded in whole: the submission of %r. %s", student, problem)
            if self._failed:
                names = ", ".join(map(repr, self._failed))
                self.log.error("Not graded in whole: judging failed for %s, see above.", names)
        if self._failed:
            raise _stopped(
                self.log,
                f"Judging failed for {len(self._failed)} submission(s). That is a fault of the "
                "grader or of this machine, and no exercise of theirs is scored by it. The next "
                "run grades them again.",
            )
        if self._of_other_profile:
            problem = (
                f"{len(self._of_other_profile)} submission(s) are of another profile than the "
                "class's: ask for another one, or correct the profile in nbgrader_config.py."
            )
            raise _stopped(self.log, problem)

    def from_notebook_node(
        self, nb: NotebookNode, resources: ResourcesDict | None = None, **kwargs: Any
    ) -> tuple[str, ResourcesDict]:
        """Runs nbgrader's preprocessors on a notebook."""
        output, resources = super().from_notebook_node(nb, resources=resources, **kwargs)
        for kind in (OTHER_PROFILE, FAILED):
            if kind in resources:
                self.parent.tell(kind, resources["nbgrader"]["student"], resources[kind])
        return output, resources

    def note(self, kind: str, student: str, problem: Any) -> None:
        """Notes that a submission is not graded in whole, for the end."""
        if kind == OTHER_PROFILE:
            self._of_other_profile[student] = problem
        else:
            self._failed.append(student)


class StagedAutograde(Regrade):
    """nbgrader's `Autograde`, to which the folder of submissions is one of checked copies.

    The copy of a submission is made when it is its turn, and removed with the next one's.
    """

    def start(self) -> None:
        """Grades the submissions of an assignment."""
        submitted = self.coursedir.submitted_directory
        stage_folder = tempfile.TemporaryDirectory(prefix="autograder-submitted-")
        with interrupted_to_end(), stage_folder as stage:
            self._stage = Path(stage)
            try:
                super().start()
            finally:
                self.coursedir.submitted_directory = submitted

    def init_notebooks(self) -> None:
        """Finds the submissions, whatever their files are called."""
        self.notebooks, self.assignments = [], {}
        self._handed_in: dict[str, staging.Submission] = {}
        self._unreadable: dict[str, str] = {}  # by student
        assignment = self.coursedir.assignment_id
        self._released = self._released_notebooks(assignment)
        self._look(assignment)
        for student, problem in self._unreadable.items():
            self.log.error("Not graded: the submission of %r cannot be read: %s", student, problem)
        self._compare_profiles()
        self.coursedir.submitted_directory = str(self._stage)
        pattern = self.coursedir.notebook_id
        asked = [notebook for notebook in self._released if fnmatch.fnmatch(notebook.name, pattern)]
        for student in self._handed_in if asked else ():
            source = self._format_source(assignment, student)
            self.assignments[source] = [f"{source}/{notebook.name}.ipynb" for notebook in asked]
        if not self.assignments:
            raise _stopped(self.log, f"There is no submission of {assignment} that can be graded.")

    def _compare_profiles(self) -> None:
        """Stops where most of the files that were handed in are of another profile."""
        grading = machine.Grading(parent=self)
        known = grading.load().exercises
        names = [name for notebook in self._released for name in notebook.files]
        asking = [e for e in map(known.__getitem__, names) if isinstance(e, FileExercise)]
        submissions = self._handed_in.values()
        if asking:
            self._make_private(grading)
        try:
            problem = records.problem(submissions, asking, grading.variant().base)
        except OSError as error:
            problem = f"Not graded: a file cannot be read with your rights: {error}"
        if problem:
            raise _stopped(self.log, problem)

    def _make_private(self, grading: machine.Grading) -> None:
        """Makes the data that files are measured by, before any is."""
        try:
            private.folder(grading, Path(self.coursedir.root), self.coursedir.groupshared)
        except _NOT_READY as error:
            raise _stopped(self.log, error) from error

    def _look(self, assignment: str) -> None:
        """Looks at what lies in the folder of submissions."""
        place = self._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
        root = Path(self.coursedir.root)
        trusted = (root, root / self.coursedir.submitted_directory)
        for folder in _Names.glob(self._format_source(assignment, self.coursedir.student_id)):
            found = re.fullmatch(place, folder)
            if found is None:
                continue
            try:
                submission = staging.look(Path(folder), trusted, self.coursedir.ignore)
            except OSError as error:
                self._unreadable[found["student"]] = str(error)
                continue
            if submission.notebooks or submission.linked:
                self._handed_in[found["student"]] = submission
            else:
                self.log.warning("%s has no notebook", folder)

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        step = self._input_directory
        step = re.escape(step) if escape else step  # nbgrader 0.9.6 leaves it as it is
        return self.coursedir.format_path(step, student_id, assignment_id, escape=escape)

    def _released_notebooks(self, assignment: str) -> list[Released]:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                grading = machine.Grading(parent=self)
                course = grading.load()
                grading.variant()  # a profile that cannot be used stops everything
                notebooks = gradebook.find_assignment(assignment).notebooks
            except _NOT_READY as error:
                raise _stopped(self.log, error) from error
            except MissingEntry as error:
                known = ", ".join(a.name for a in gradebook.assignments) or "none"
                problem = (
                    f"No assignment with ID {assignment!r} exists in the database; there are: "
                    f"{known}. Release it first: `nbgrader generate_assignment {assignment} "
                    "--force`."
                )
                raise _stopped(self.log, problem) from error
            return [_released(notebook, course) for notebook in notebooks]

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Makes the copy of a submission, if it is to be graded; returns whether it is."""
        for last in self._stage.iterdir():
            shutil.rmtree(last)
        submission = self._handed_in[student_id]
        target = Path(self._format_source(assignment_id, student_id))
        target.mkdir(parents=True)
        if submission.time:
            text = f"{submission.time.isoformat(sep=' ')} UTC"
            (target / staging.TIMESTAMP).write_text(text)
        if not super().init_destination(assignment_id, student_id):
            return False
        if submission.odd:
            odd = staging.listed(submission.odd)
            self.log.warning("Left out of the submission of %r: %s", student_id, odd)
        reader = partial(staging.read, isolation=self.exporter.isolation)
        if student_id in self._refused:
            staging.refuse(self._released, target, self._refused[student_id])
        else:
            staging.stage(submission, self._released, target, reader)
        return True

    def convert_notebooks(self) -> None:
        """Grades all submissions; fails if one could not be read."""
        super().convert_notebooks()
        if self._unreadable:
            raise _stopped(
                self.log,
                "Not graded, since they cannot be read with your rights: the submissions of "
                f"{', '.join(self._unreadable)}. Make them readable, `chmod -R u+rX`, and grade "
                "again.",
            )


def _stopped(log: logging.Logger, problem: object) -> NbGraderException:
    """Logs why grading stops; returns what nbgrader stops at without a traceback."""
    log.critical("%s", problem)
    return NbGraderException(str(problem))


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


class _Names:
    """nbgrader's `glob`, to which a name that is there is no pattern, whatever is in it."""

    @staticmethod
    def glob(pattern: str) -> list[str]:
        found = ["" if pattern.startswith("/") else "."]
        for part in filter(None, pattern.split("/")):
            found = [f"{here}/{name}" for here in found for name in _named(here, part)]
        return found


def _named(folder: str, part: str) -> list[str]:
    try:
        os.lstat(f"{folder}/{part}")
    except PermissionError:
        return [part]  # it may be there: whoever opens it is told
    except OSError:
        return sorted(glob.glob(part, root_dir=f"{folder}/"))  # noqa: PTH207 (finds hidden files)
    return [part]


def _submitted_timestamp(
    self: api.NbGraderAPI, assignment_id: str, student_id: str
) -> datetime | None:
    """Returns when a submission was handed in, for formgrader's pages."""
    step = self.coursedir.submitted_directory
    folder = Path(self.coursedir.format_path(step, student_id, assignment_id))
    try:
        return staging.timestamp(folder)
    except (OSError, staging.OddFileError):
        return None


def install() -> None:
    """Puts this intake in place of nbgrader's, in this process.

    nbgrader 0.9.6 has no setting for what finds submissions. It takes the names of folders for
    patterns, and opens `timestamp.txt` whatever it is.
    """
    autogradeapp.Autograde = api.Autograde = StagedAutograde
    base.glob = api.glob = nbgrader.utils.glob = _Names
    api.NbGraderAPI.get_submitted_timestamp = _submitted_timestamp
