"""Results that come as parcels: their scores go into the gradebook, and they into their places.

Scores are saved by what the stock command saves them with, from the returned notebook.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.writers import FilesWriter

from autograder.classroom import assignment, parcels
from autograder.grading import gradebooks, states
from autograder.grading.placing import FAILED, Placing


class Received(Placing):
    """nbgrader's `Autograde`, for submissions that were graded elsewhere."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.force = True  # whoever sent it out decided
        self.sanitize_preprocessors = []
        _, self.autograde_preprocessors = assignment.split(self.config)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = NotebookExporter(parent=self, config=self.config)

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
        return self._basis

    def place(
        self, student: str, basis: states.Basis, about: dict[str, Any], files: dict[str, bytes]
    ) -> None:
        """Saves scores, and puts a result in its place.

        Args:
            student: the student's id.
            basis: what the result is based on.
            about: what the result's parcel says, see `autograder.classroom.delivered.grade`.
            files: the autograded files.

        Raises:
            OSError: a file cannot be written.
            sqlalchemy.exc.SQLAlchemyError: the gradebook cannot be written.
        """
        self._basis, self._judging_failed = basis, bool(about["failed"])
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
        return resources | ({FAILED: True} if self._judging_failed else {})
