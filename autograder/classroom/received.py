"""Results that come as parcels: their scores go into the gradebook, and they into their places.

Scores are saved by what the stock command saves them with, from the returned notebook.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.writers import FilesWriter
from sqlalchemy.exc import SQLAlchemyError

from autograder.classroom import assignment, parcels
from autograder.grading import gradebooks, states
from autograder.grading.exporting import ResultExporter
from autograder.grading.placing import BASES, FAILED, Placing


class Received(Placing):
    """nbgrader's `Autograde`, for submissions that were graded elsewhere."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.force = True  # whoever sent it out decided
        self.sanitize_preprocessors = []
        _, self.autograde_preprocessors = assignment.split(self.config)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = ResultExporter(parent=self, config=self.config)

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Takes results meanwhile."""
        folders, before = self.coursedir, Path.cwd()
        submitted = folders.submitted_directory
        os.chdir(folders.root)
        try:
            writer = gradebooks.Writer(folders.db_url, folders.course_id)
            with contextlib.closing(writer) as self._writer, self.placing() as room:
                self._folder = room / "received"
                yield
        finally:
            folders.submitted_directory = submitted
            os.chdir(before)

    def basis(self, student: str) -> states.Basis:
        """Returns what the result was based on when it was sent out."""
        return next(iter(self._bases.values()))

    def place(
        self,
        student: str,
        bases: dict[str, states.Basis],
        about: dict[str, Any],
        files: dict[str, bytes],
    ) -> str:
        """Saves scores, and puts a result in its place; returns why it cannot.

        Args:
            student: the student's id.
            bases: what the result of each notebook is based on.
            about: what the result's parcel says, see `autograder.classroom.delivered.grade`.
            files: the autograded files.

        Raises:
            OSError, sqlalchemy.exc.SQLAlchemyError: nobody's result can be kept.
        """
        try:
            self._place(student, bases, about, files)
        except (OSError, SQLAlchemyError):
            raise
        except Exception as error:  # of this one, and no reason to stop the class
            self.log.warning("[%s] The result cannot be kept", student, exc_info=True)
            return f"its result cannot be kept: {type(error).__name__}: {error}"
        return ""

    def _place(
        self,
        student: str,
        bases: dict[str, states.Basis],
        about: dict[str, Any],
        files: dict[str, bytes],
    ) -> None:
        self._bases, self._judging_failed = bases, bool(about["failed"])
        folders, name = self.coursedir, self.coursedir.assignment_id
        folders.submitted_directory = str(self._folder)
        source = Path(self._format_source(name, student))
        try:
            parcels.write(files, source)
            self.notebooks = sorted(map(str, source.glob("*.ipynb")))
            self.init_destination(name, student)
            with self._writer.transaction():
                self.init_assignment(name, student)
                for notebook in self.notebooks:
                    self.convert_single_notebook(notebook)
            self.set_permissions(name, student)
            self.run_post_convert_hook()
        finally:
            folders.autograded_directory = self._autograded
            self.remove_new(student, name)
            shutil.rmtree(self._folder, ignore_errors=True)

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """Returns what preprocessors need to know of a notebook."""
        resources = super().init_single_notebook_resources(notebook_filename)
        before, _ = resources[BASES]  # the result that it replaces may be of another attempt
        resources[BASES] = before, self._bases[resources["nbgrader"]["notebook"]]
        return resources | ({FAILED: True} if self._judging_failed else {})
