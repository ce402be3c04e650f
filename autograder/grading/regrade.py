"""What the next `nbgrader autograde` grades: what is not graded from its present content.

nbgrader alone skips whatever has a folder in `autograded`, such as a submission that has changed
since, or one whose grading was killed.
"""

import re
from pathlib import Path
from typing import Any

from nbgrader.converters.base import NbGraderException

from autograder.grading import challenges, gradebooks, private, states
from autograder.grading.budget import Budget, Child, Crashed, Exceeded, Send, out_of_memory
from autograder.grading.execute import KernelNotStartedError
from autograder.grading.machine import Grading
from autograder.grading.placing import BASES, Placing
from autograder.grading.staging import OddFileError

_FAILED = "failed"  # what the child that grades says of a submission that it could not grade


class Regrade(Placing):
    """nbgrader's `Autograde`, which grades what is not graded from its present content.

    Attributes:
        measured_by: the folder with the data that handed-in files are measured by, if there is one.
    """

    measured_by: Path | None = None

    def start(self) -> None:
        """Grades the submissions of an assignment."""
        folders = self.coursedir
        self._bases = states.Bases(folders, Grading(parent=self), folders.assignment_id)
        super().start()

    def basis(self, student: str) -> states.Basis:
        """Returns what a new result of a student is based on."""
        return self._bases.of(student)

    def attempt_key(self, student: str, notebook: str, attempt: str) -> bytes:
        """Returns the key that the challenges of a notebook come from."""
        key = challenges.course_key(Path(self.coursedir.root))
        assignment = self.coursedir.assignment_id
        return challenges.for_attempt(key, student=student, assignment=assignment, attempt=attempt)

    def private(self) -> Path | None:
        """Returns the folder with the data that handed-in files are measured by."""
        folders = self.coursedir
        return private.folder(Grading(parent=self), Path(folders.root), folders.groupshared)

    def convert_notebooks(self) -> None:
        """Grades all submissions, in processes that this one watches.

        Raises:
            NbGraderException: a submission could not be graded.
        """
        self._refused: dict[str, str] = {}  # by student
        ungraded: dict[str, str] = {}
        crashed = set()

        def receive(kind: str, student: str, problem: str) -> None:
            if kind == _FAILED:
                ungraded[student] = problem
            else:
                self.exporter.note(kind, student, problem)

        while self.assignments:
            child = Child(self._convert_all, Budget(parent=self), self.log)
            try:
                child.watch(receive)
                break
            except Exceeded as exceeded:
                student, problem = child.begun, exceeded
            if not student:
                raise NbGraderException(f"No submission was graded: a process {problem}.")
            if isinstance(problem, Crashed) and student not in crashed:
                crashed.add(student)
                self.log.warning("Graded once more: the submission of %r %s", student, problem)
            else:
                self.log.error("Not graded: the submission of %r %s", student, problem)
                if student in self._refused:  # it cannot even be graded as one that is not read
                    ungraded[student] = str(problem)
                self._refused[student] = str(problem)
            self._go_on_with(student, after=student in ungraded)
        if ungraded:
            self.log.error("Not graded, see above: the submissions of %s", ", ".join(ungraded))
            raise NbGraderException("; ".join(dict.fromkeys(ungraded.values())))

    def _convert_all(self, send: Send) -> None:
        """Grades one submission after the other.

        nbgrader's own loop prints the traceback of whatever keeps a submission from being graded,
        and tells whoever waits for a gradebook to upgrade it.

        Raises:
            autograder.grading.gradebooks.GradebookError: the gradebook cannot be used.
        """
        self.tell, assignment = send, self.coursedir.assignment_id
        named = self._format_source(re.escape(assignment), "(?P<student>.*)", escape=True)
        for source in sorted(self.assignments):
            self.notebooks = sorted(self.assignments[source])
            found = re.fullmatch(named, source, re.DOTALL)
            assert found is not None  # these are the names of their folders
            student = found["student"]
            try:
                with gradebooks.used(self.coursedir.db_url):
                    self._convert(assignment, student)
                continue
            except gradebooks.GradebookError as error:
                self.log.critical("%s", error)
                raise
            except (OSError, OddFileError, KernelNotStartedError, NbGraderException) as error:
                problem = str(error)
            except Exception as error:  # unforeseen, and no reason to stop the class
                self.log.exception("The submission of %r", student)
                problem = f"{type(error).__name__}: {error}"
            self.log.error("Not graded: the submission of %r. %s", student, problem)
            self.remove_new(student, assignment)
            send(_FAILED, student, problem)
            send("end")

    def _convert(self, assignment: str, student: str) -> None:
        """Grades a submission, as nbgrader does."""
        if not self.init_destination(assignment, student):
            return
        self.run_pre_convert_hook()
        self.init_assignment(assignment, student)
        for notebook in self.notebooks:
            self.convert_single_notebook(notebook)
        self.set_permissions(assignment, student)
        self.run_post_convert_hook()

    def _go_on_with(self, student: str, after: bool) -> None:
        """Leaves out what is done: the submissions before a student's, or that one too."""
        self.remove_new(student, self.coursedir.assignment_id)
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
        self.tell("begin", student_id, Budget(parent=self).allowed(len(self.notebooks)))
        grades = super().init_destination(assignment_id, student_id)
        if not grades:
            self.tell("end")
        return grades

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """Returns what preprocessors need to know of a notebook."""
        resources = super().init_single_notebook_resources(notebook_filename)
        about, (_, now) = resources["nbgrader"], resources[BASES]
        key = self.attempt_key(about["student"], about["notebook"], now.attempt)
        return resources | {challenges.ATTEMPT_KEY: key, private.FOLDER: self.measured_by}

    def run_post_convert_hook(self) -> None:
        """Puts the new result in the old one's place: nbgrader calls this when it is whole."""
        super().run_post_convert_hook()
        self.tell("end")
