"""Grading one submission that came as a parcel, by the same code as the stock command.

Nothing else of the class is there: the submission is the only one of a small course, whose
gradebook and challenges are of this attempt. What comes out is the autograded folder, as a parcel.
"""

import logging
import shutil
import traceback
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import log as logs

from autograder.classroom import assignment, parcels, submission
from autograder.grading import handed_in, machine, placing, private, states
from autograder.grading.handed_in import HandedIn
from autograder.grading.intake import StagedAutograde
from autograder.grading.staging import Submission
from autograder.grading.times import duration
from autograder.sandbox.isolation import Isolation

_LONG = 300  # of a problem's text; the log has all of it
_NBGRADER = Path(nbgrader.__file__).parent


class Delivered(StagedAutograde):
    """The stock command's `Autograde`, for a submission that came as a parcel."""

    def __init__(
        self, about: dict[str, Any], contents: dict[str, bytes], room: Path, **kwargs: Any
    ) -> None:
        """Unpacks a submission.

        Args:
            about: what its parcel says.
            contents: its files.
            room: an empty folder for them.
            kwargs: as for `Autograde`.
        """
        super().__init__(**kwargs)
        self._about = about
        self._delivered = submission.unpack(about, contents, room)

    def require(self, isolation: Isolation) -> None:
        """Leaves it to the server to look at the machine, once for all submissions."""

    def look(self) -> HandedIn:
        """Returns the one submission that there is."""
        released = handed_in.released_notebooks(self.coursedir, machine.Grading(parent=self))
        return HandedIn(released, {self._about["student"]: self._delivered})

    def submission(self, student: str) -> Submission:
        """Returns the one that there is."""
        return self._found.submissions[student]

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Prepares the submission, and says whether it is late, which nbgrader says in seconds."""
        super().init_assignment(assignment_id, student_id)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            late = gradebook.find_submission(assignment_id, student_id).total_seconds_late
        if late > 0:
            self.log.warning("Handed in %s late", duration(late))

    def basis(self, student: str) -> states.Basis:
        """Returns none: whoever sent the submission knows what it is based on."""
        return states.Basis("", "", "", "", "", "", "")

    def attempt_key(self, student: str, notebook: str, attempt: str) -> bytes:
        """Returns the key that came with the submission."""
        return bytes.fromhex(self._about["keys"][notebook])

    def private(self) -> Path | None:
        """Returns the folder that came with the assignment."""
        folder = Path(self.coursedir.root) / assignment.PRIVATE
        if not folder.is_dir():
            return None
        private.show(folder)
        return folder


def grade(parcel: bytes, course: Path, about_course: dict[str, Any], room: Path) -> bytes:
    """Grades a submission.

    Args:
        parcel: the submission, see `autograder.classroom.submission`.
        course: the small course, which is left as it is.
        about_course: what its parcel says, see `autograder.classroom.assignment`.
        room: an empty folder, where the course is copied to.

    Returns:
        A parcel with the autograded files, if there are any. It says what the log has (`log`), why
        there is no result (`problem`), and what keeps a result from being whole: that judging
        failed (`failed`), or what was met of another profile (`other_profile`).
    """
    return _grade(Delivered, parcel, course, about_course, room)


def _grade(
    kind: type[Delivered], parcel: bytes, course: Path, about_course: dict[str, Any], room: Path
) -> bytes:
    log = _Records()
    about: dict[str, Any] = {"problem": "", "failed": False, "other_profile": ""}
    files: dict[str, bytes] = {}
    try:
        said, contents = parcels.unpack(parcel)
        shutil.copytree(course, room / "course")
        config = assignment.configuration(about_course, room / "course")
        folders = CourseDirectory(config=config)
        delivered = room / "delivered"
        grader = kind(said, contents, delivered, coursedir=folders, config=config)
        try:
            grader.start()
        except NbGraderException as error:
            about["problem"] = log.reason or str(error)
        result = placing.result_of(folders, said["student"])
        if result.is_dir():
            about["problem"] = ""
            about["failed"] = bool(grader.exporter.failed)
            about["other_profile"] = grader.exporter.of_other_profile.get(said["student"], "")
            files = parcels.read(result, (p for p in result.rglob("*") if p.is_file()))
    except Exception as error:  # of this machine
        logs.get_logger().error("%s", traceback.format_exc())
        about["problem"] = f"{type(error).__name__}: {str(error)[:_LONG]}"
    return parcels.pack(about | {"log": log.said}, files)


class _Rehearsal(Delivered):
    """Grades in this process."""

    def convert_notebooks(self) -> None:
        """Grades the submission."""
        self._refused: dict[str, str] = {}
        self._convert_all(lambda *_: None)


def rehearse(notebooks: list[str], course: Path, about_course: dict[str, Any], room: Path) -> None:
    """Grades a submission that cannot be read, so that forks find what that prepares.

    Half of what grading a submission costs would else be work that each fork does again: mapping
    tables, compiling queries and schemas. Nothing of it starts a kernel, or a thread.

    Args:
        notebooks: names of the assignment's notebooks.
        course: the small course.
        about_course: what its parcel says.
        room: an empty folder.
    """
    keys = {name: bytes(32) for name in notebooks}
    unread = submission.make(Submission(room, linked=True), [], "nobody", keys)
    _grade(_Rehearsal, unread, course, about_course, room)


class _Records(logging.Handler):
    """Keeps what the log says in this process.

    Attributes:
        said: levels and texts, and whether a line is nbgrader's own.
        reason: the last line of the last traceback, without the exception's module.
    """

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.said: list[tuple[str, str, bool]] = []
        self.reason = ""
        log = logs.get_logger()
        log.handlers, log.propagate = [self], False
        log.setLevel(logging.INFO)

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps a record."""
        text = self.format(record)
        own = Path(record.pathname).is_relative_to(_NBGRADER)
        self.said.append((record.levelname, text, own))
        if text.startswith("Traceback"):
            name, _, message = text.strip().splitlines()[-1].partition(": ")
            self.reason = message or name
