"""What is released: notebooks that say what the class's rubric says, and what goes with them."""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.apps import NbGrader
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List, Unicode
from traitlets.config import LoggingConfigurable

from autograder.core.check import RUBRIC
from autograder.core.course import Course, CourseError
from autograder.core.rubric import RubricError
from autograder.grading.cells import grade_id, is_graded_here
from autograder.grading.machine import Grading

_ROW = re.compile(r"^\|(?:[^|\n]*\|)? *`(\w+)` *\| *([\d.]+) *\|", re.MULTILINE)
_PACKAGE = re.compile(r"^PACKAGE = (['\"]).*?\1", re.MULTILINE)
INSTALL = "install"  # tag of the cell that installs the course's package


class Release(LoggingConfigurable):
    """What students are given; `nbgrader_config.py` sets it."""

    package = Unicode(
        help="What the cells tagged `install` install: the address of the course's package, or "
        "the name of its file beside the notebook. Empty: what the source says."
    ).tag(config=True)
    files = List(
        Unicode(),
        help="Files of an assignment's source folder that are released with the notebook of its "
        "name, such as `data/*.csv` or `part2.ipynb`. Nothing else is.",
    ).tag(config=True)

    def named(self, folder: Path) -> list[Path]:
        """Returns the files of a folder that are released.

        Raises:
            NbGraderException: what names them leads out of the folder, or is no pattern.
        """
        found: list[Path] = []
        for pattern in self.files:
            inside = not PurePath(pattern).is_absolute() and ".." not in PurePath(pattern).parts
            try:
                paths = sorted(folder.glob(pattern)) if inside else []
            except ValueError:
                inside = False
            if not inside:
                raise NbGraderException(
                    f"c.Release.files has {pattern!r}. Expected a path or pattern in the "
                    "assignment's folder, such as 'data/*.csv'."
                )
            found += [path for path in paths if path.is_file()]
        return found

    def notebooks(self, source: Path, assignment: str) -> list[Path]:
        """Returns the notebooks of a source folder that are released.

        Args:
            source: the folder.
            assignment: its name, which is that of its notebook; others are named.

        Raises:
            NbGraderException: there are none, or `files` cannot be used.
        """
        if not source.is_dir():
            raise NbGraderException(
                f"There is no assignment {assignment!r}: there is no folder {source}."
            )
        named = {path for path in self.named(source) if path.suffix == ".ipynb"}
        own = source / f"{assignment}.ipynb"
        found = {path for path in {own, *named} if path.is_file() and path.parent == source}
        if not found:
            raise NbGraderException(
                f"{source} has no notebook to release. Expected: {own.name}, or others that "
                "c.Release.files names."
            )
        return sorted(found)

    def beside(self, source: Path, exercises: Iterable[str]) -> dict[str, bytes]:
        """Returns what is released beside the notebooks, by name.

        Args:
            source: the source folder of the assignment.
            exercises: those of which the class's own rubrics go along, where it has some.

        Raises:
            NbGraderException: `files` cannot be used.
        """
        rubric = Grading(parent=self.parent).rubric
        rubrics = [Path(rubric) / f"{name}.toml" for name in exercises] if rubric else []
        found = {f"{RUBRIC}/{path.name}": path for path in rubrics if path.is_file()}
        for path in self.named(source):
            if path.suffix != ".ipynb":  # they are released without their solutions
                found[path.relative_to(source).as_posix()] = path
        return {name: path.read_bytes() for name, path in found.items()}


def graded(nb: NotebookNode, course: Course) -> dict[str, NotebookNode]:
    """Returns the test cells of a course's exercises in a notebook, by exercise."""
    return {grade_id(cell): cell for cell in nb.cells if is_graded_here(cell, course)}


def released(application: NbGrader, source: Path) -> NotebookNode:
    """Returns a notebook as nbgrader would release it now, without noting it in the gradebook."""
    converter = GenerateAssignment(coursedir=application.coursedir, parent=application)
    exporter = NotebookExporter(parent=converter, config=converter.config)
    for step in converter.preprocessors:
        name = step if isinstance(step, str) else step.__name__
        if name.rpartition(".")[2] not in ("SaveCells", "LeaveOut"):  # they change what is kept
            exporter.register_preprocessor(step, enabled=True)
    folders = application.coursedir
    info = {
        "student": ".",
        "assignment": folders.assignment_id,
        "notebook": source.stem,
        "db_url": folders.db_url,
    }
    made, _ = exporter.from_filename(str(source), resources={"nbgrader": info})
    return nbformat.reads(made, as_version=4)


class ReleaseFiles(NbGraderPreprocessor):
    """Releases what is named and nothing else, and puts the package's name into the notebooks."""

    def __init__(self, **kwargs: Any) -> None:
        """Takes other notebooks away from nbgrader, which has not released anything yet."""
        super().__init__(**kwargs)
        converter = getattr(self.parent, "parent", None)
        asked = getattr(converter, "assignments", {})
        for folder, notebooks in asked.items():
            assignment = converter.coursedir.assignment_id
            try:
                chosen = Release(parent=self).notebooks(Path(folder), assignment)
            except NbGraderException as error:
                self.log.critical("Not released: %s", error)
                raise
            asked[folder] = [path for path in notebooks if Path(path) in chosen]
            for other in sorted(set(notebooks) - set(asked[folder])):
                self.log.warning("%s is not released: c.Release.files does not name it.", other)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Looks at one notebook of `nbgrader generate_assignment`."""
        settings, source = Release(parent=self), _folders(self, resources)[0]
        asked = graded(nb, Grading(parent=self).load())
        resources.setdefault("outputs", {}).update(settings.beside(source, asked))
        for cell in nb.cells if settings.package else ():
            if cell.cell_type == "code" and INSTALL in cell.metadata.get("tags", ()):
                named = f"PACKAGE = {json.dumps(settings.package)}"
                cell.source = _PACKAGE.sub(lambda _, named=named: named, cell.source)
        return nb, resources


class LeaveOut(NbGraderPreprocessor):
    """Takes away what nbgrader has copied from beside a solution and nobody named."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Looks at the folder that a notebook is released to."""
        source, target = _folders(self, resources)
        for path in sorted(source.rglob("*")):
            name = path.relative_to(source)
            copy = target / name
            if path.suffix == ".ipynb" or name.as_posix() in resources["outputs"]:
                continue
            if path.is_file() and copy.is_file():
                self.log.info("%s is not released: c.Release.files does not name it.", path)
                copy.unlink()
                with contextlib.suppress(OSError):  # others are still in there
                    copy.parent.rmdir()
        return nb, resources


def _folders(step: NbGraderPreprocessor, resources: ResourcesDict) -> tuple[Path, Path]:
    """Returns the source and the release folder of the assignment that is being released."""
    folders, name = CourseDirectory(config=step.config), resources["nbgrader"]["assignment"]
    both = (folders.source_directory, folders.release_directory)
    source, target = (Path(folders.format_path(folder, ".", name)) for folder in both)
    return source, target


class ReleaseRubric(NbGraderPreprocessor):
    """Compares the points of a released notebook with the rubric."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.grading = Grading(parent=self)
        try:
            self.course, self.rubric = self.grading.load(), self.grading.load_rubric()
        except (CourseError, RubricError) as error:
            self.log.critical("Not released: %s", error)
            raise NbGraderException(str(error)) from error

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Looks at one notebook of `nbgrader generate_assignment`."""
        course, rubric = self.course, self.rubric
        cells = graded(nb, course)
        for name, cell in cells.items():
            points = rubric[name]["points"]
            received = cell.metadata["nbgrader"]["points"]
            if received != points:
                self.log.warning(
                    "The test cell %r has %g points, the rubric of the exercise %g: the gradebook "
                    "has those of the cell, and the self-check says those of the rubric.",
                    name, received, points,
                )  # fmt: skip
        for name, received in _told(nb):
            if name in cells and received != cells[name].metadata["nbgrader"]["points"]:
                self.log.warning(
                    "A text of the notebook says that %r has %g points, but its test cell has %g.",
                    name, received, cells[name].metadata["nbgrader"]["points"],
                )  # fmt: skip
        return nb, resources


def _told(nb: NotebookNode) -> Iterator[tuple[str, float]]:
    """Yields exercises and points that tables in the texts list."""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            for name, points in _ROW.findall(cell.source):
                yield name, float(points)
