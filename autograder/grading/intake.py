"""Intake of submissions: nbgrader converts checked copies of them, and never the files themselves.

`StagedAutograde` takes the place of nbgrader's `Autograde`, for the command and for formgrader's
button; `SubmissionExporter` is its `c.Autograde.exporter_class`. A submission that cannot be read
does not stop the class: a refused notebook is replaced by an empty one that says why, and is graded
like the others.
"""

import fnmatch
import logging
import shutil
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import nbgrader.utils
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.apps import api, autogradeapp
from nbgrader.converters import base
from nbgrader.converters.base import NbGraderException

from autograder.core.arguments import counted
from autograder.grading import challenges, gradebooks, handed_in, machine, staging, times
from autograder.grading.budget import interrupted_to_end
from autograder.grading.exporting import ResultExporter
from autograder.grading.handed_in import NOT_READY, ClassError, HandedIn, Names
from autograder.grading.placing import FAILED
from autograder.grading.regrade import Regrade
from autograder.grading.staging import Submission
from autograder.sandbox.isolation import Isolation

_INTERRUPTED = 130  # exit status, as of a shell
OTHER_PROFILE = "autograder_other_profile"  # where judging leaves word that it met another profile


class SubmissionExporter(ResultExporter):
    """Makes sure that submissions can be graded here, before nbgrader converts any.

    Attributes:
        of_other_profile: what was met of another profile, by student.
        failed: students whose submissions could not be judged in whole.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.isolation = Isolation(parent=self)
        try:
            if not isinstance(self.parent, StagedAutograde):
                raise machine.MachineError(
                    "Not graded: this version of nbgrader does not let submissions be checked "
                    "first. Install version 0.9.6."
                )
            self.parent.require(self.isolation)
        except NOT_READY as error:
            raise _stopped(self.log, error) from error
        if self.isolation.unsafe:
            self.log.warning("Students' code runs with your rights: isolation is switched off.")
        self.of_other_profile: dict[str, str] = {}
        self.failed: list[str] = []
        self._convert = self.parent.convert_notebooks
        self.parent.convert_notebooks = self._convert_notebooks

    def _convert_notebooks(self) -> None:
        """Converts all submissions as nbgrader does; fails if one is not graded in whole."""
        try:
            self._convert()
        finally:
            for student, problem in self.of_other_profile.items():
                self.log.error("Not graded in whole: the submission of %r. %s", student, problem)
            if self.failed:
                names = ", ".join(map(repr, self.failed))
                self.log.error("Not graded in whole: judging failed for %s, see above.", names)
        if self.failed:
            raise _stopped(
                self.log,
                f"Judging failed for {counted(len(self.failed), 'submission')}. That is a fault of "
                "the grader or of this machine, and no exercise of theirs is scored by it. The "
                "next run grades them again.",
            )
        if self.of_other_profile:
            count = len(self.of_other_profile)
            problem = (
                f"{counted(count, 'submission')} {'is' if count == 1 else 'are'} of another "
                "profile than the class's: ask for another one, or correct the profile in "
                "nbgrader_config.py."
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
            self.of_other_profile[student] = problem
        else:
            self.failed.append(student)


class StagedAutograde(Regrade):
    """nbgrader's `Autograde`, to which the folder of submissions is one of checked copies.

    The copy of a submission is made when it is its turn, and removed with the next one's.
    """

    def start(self) -> None:
        """Grades the submissions of an assignment."""
        submitted = self.coursedir.submitted_directory
        try:
            handed_in.require_writable(self.coursedir)
        except ClassError as error:
            raise _stopped(self.log, error) from error
        stage_folder = tempfile.TemporaryDirectory(prefix="autograder-submitted-")
        with interrupted_to_end(), stage_folder as stage:
            self._stage = Path(stage)
            try:
                super().start()
            except KeyboardInterrupt:
                self.log.warning("Interrupted. What is graded is kept; the same command goes on.")
                raise SystemExit(_INTERRUPTED) from None
            finally:
                self.coursedir.submitted_directory = submitted

    def require(self, isolation: Isolation) -> None:
        """Makes sure that submissions can be graded here, before nbgrader converts any.

        Args:
            isolation: how submissions will be isolated.

        Raises:
            autograder.grading.handed_in.NOT_READY: they cannot.
        """
        folders = self.coursedir
        machine.require(machine.Grading(parent=self), isolation)
        challenges.course_key(Path(folders.root), shared=folders.groupshared)

    def look(self) -> HandedIn:
        """Returns what the class has handed in.

        Raises:
            autograder.grading.handed_in.NOT_READY: the class cannot be graded.
        """
        return handed_in.look(self.coursedir, machine.Grading(parent=self))

    def submission(self, student: str) -> Submission:
        """Returns what a student has handed in by now, after the result's basis was read."""
        return self._found.again(student)

    def init_notebooks(self) -> None:
        """Finds the submissions, whatever their files are called."""
        self.notebooks, self.assignments = [], {}
        assignment = self.coursedir.assignment_id
        try:
            self._found = found = self.look()
            files = any(notebook.files for notebook in found.released)
            self.measured_by = self.private() if files else None
        except NOT_READY as error:
            raise _stopped(self.log, error) from error
        for student, problem in found.unreadable.items():
            self.log.error("Not graded: the submission of %r. %s", student, problem)
        for folder in found.empty.values():
            self.log.warning("%s has no notebook", folder)
        nothing = handed_in.nothing(self.coursedir)
        self.coursedir.submitted_directory = str(self._stage)
        pattern = self.coursedir.notebook_id
        asked = [notebook for notebook in found.released if fnmatch.fnmatch(notebook.name, pattern)]
        for student in found.submissions if asked else ():
            source = self._format_source(assignment, student)
            self.assignments[source] = [f"{source}/{notebook.name}.ipynb" for notebook in asked]
        if not self.assignments:
            raise _stopped(self.log, nothing)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Makes the copy of a submission, if it is to be graded; returns whether it is."""
        for last in self._stage.iterdir():
            shutil.rmtree(last)
        target = Path(self._format_source(assignment_id, student_id))
        target.mkdir(parents=True)
        if not super().init_destination(assignment_id, student_id):
            return False
        submission = self.submission(student_id)
        if submission.time:
            text = f"{submission.time.isoformat(sep=' ')} UTC"
            (target / staging.TIMESTAMP).write_text(text)
        if submission.odd:
            odd = staging.listed(submission.odd)
            self.log.warning("Left out of the submission of %r: %s", student_id, odd)
        reader = partial(staging.read, isolation=self.exporter.isolation)
        if student_id in self._refused:
            staging.refuse(self._found.released, target, self._refused[student_id])
        else:
            staging.stage(submission, self._found.released, target, reader)
        return True

    def convert_notebooks(self) -> None:
        """Grades all submissions; fails if one could not be read."""
        super().convert_notebooks()
        if self._found.unreadable:
            names = ", ".join(self._found.unreadable)
            raise _stopped(self.log, f"Not graded, see above: the submissions of {names}.")


def _stopped(log: logging.Logger, problem: object) -> NbGraderException:
    """Logs why grading stops; returns what nbgrader stops at without a traceback."""
    log.critical("%s", problem)
    return NbGraderException(str(problem))


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
    gradebooks.install()
    times.install()
    autogradeapp.Autograde = api.Autograde = StagedAutograde
    base.glob = api.glob = nbgrader.utils.glob = Names
    api.NbGraderAPI.get_submitted_timestamp = _submitted_timestamp
