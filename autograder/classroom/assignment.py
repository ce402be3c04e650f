"""What all submissions of an assignment share, as a parcel: a small course to grade them in.

It holds the class's settings, the released notebooks, what lies beside them in the sources, the
class's own rubric and profiles, the data that files are measured by, and a gradebook of its own
that knows this assignment and no student. The course's challenge key is not in it.
"""

import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbgrader.api import Base, Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from sqlalchemy import create_engine, select
from traitlets.config import Config

from autograder.classroom import parcels, settings
from autograder.core.course import Course
from autograder.grading import gradebooks, versions
from autograder.grading.machine import Grading

SCORES = "autograder.grading.scores.SaveScores"  # from this preprocessor on, gradebooks change
GRADEBOOK, RUBRIC, PRIVATE = "gradebook.db", "rubric", "private"
_ENGINE = ("core", "sandbox", "grading", "classroom")  # without what only a clone has
# The folders of the small course, whatever those of the class are called.
_FOLDERS = {
    "source_directory": "source", "release_directory": "release",
    "submitted_directory": "submitted", "autograded_directory": "autograded",
}  # fmt: skip


def make(
    folders: CourseDirectory,
    config: Config,
    grading: Grading,
    private: Path | None,
    *,
    fetch: bool,
) -> bytes:
    """Packs what all submissions of an assignment share.

    Args:
        folders: the course's folders, with the assignment.
        config: the class's configuration.
        grading: what is graded.
        private: the folder with the data that handed-in files are measured by, if there is one.
        fetch: whether machines download what they lack.

    Raises:
        SettingsError: something in the configuration cannot be sent.
        autograder.grading.gradebooks.GradebookError: the gradebook cannot be read, or its copy
            cannot be made.
    """
    about = {
        "assignment": folders.assignment_id,
        "settings": settings.encode(config),
        "root": folders.root,
        "fetch": fetch,
        "versions": decisive(grading.load()),
    }
    files = {GRADEBOOK: _gradebook(folders)}
    for name, step in _FOLDERS.items():
        if name in ("source_directory", "release_directory"):
            folder = Path(folders.format_path(getattr(folders, name), ".", folders.assignment_id))
            paths = map(Path, find_all_files(str(folder), folders.ignore))
            kept = [p for p in paths if step == "release" or p.suffix != ".ipynb"]
            files |= parcels.read(folder, kept, f"{step}/{folders.assignment_id}/")
    if private:
        files |= parcels.read(private, filter(Path.is_file, private.rglob("*")), f"{PRIVATE}/")
    if grading.rubric:
        rubric = Path(folders.root) / grading.rubric
        files |= parcels.read(rubric, rubric.glob("*.toml"), f"{RUBRIC}/")
    for name in grading.load().own:
        folder = Path(folders.root) / name
        paths = (path for path in folder.rglob("*") if path.is_file())
        files |= parcels.read(Path(folders.root), paths)
    return parcels.pack(about, files)


def decisive(course: Course) -> dict[str, str]:
    """Returns the versions of what decides about a result: packages, and the code of the course."""
    engine = (Path(__file__).parents[1] / name for name in _ENGINE)
    code = versions.code((*engine, *course.folders), (".py", ".toml"))
    return versions.packages(course) | {f"code of {course.name}": code[:12]}


def configuration(about: dict[str, Any], root: Path) -> Config:
    """Returns the settings under which submissions are graded in a small course.

    Args:
        about: what the parcel says.
        root: where the small course is.
    """
    config = deepcopy(settings.decode(about["settings"]))
    config.CourseDirectory.update(_FOLDERS | {
        "root": str(root),
        "db_url": f"sqlite:///{root / GRADEBOOK}",
        "assignment_id": about["assignment"],
        "directory_structure": CourseDirectory.directory_structure.default_value,
        "student_id": "*", "student_id_exclude": "", "notebook_id": "*", "groupshared": False,
    })  # fmt: skip
    config.Grading.private = ""  # what was made of it comes with the assignment
    if (root / RUBRIC).is_dir():
        config.Grading.rubric = str(root / RUBRIC)
    config.Isolation.hidden = [about["root"]]
    # What comes after judging changes the gradebook of the class, and happens there.
    config.Autograde.autograde_preprocessors, _ = split(config)
    config.BaseConverter.pop("post_convert_hook", None)
    config.Autograde.pop("post_convert_hook", None)
    return config


def split(config: Config) -> tuple[list[str], list[str]]:
    """Returns the preprocessors that grade a submission, and those that save its scores.

    Raises:
        SettingsError: the class has others.
    """
    names = list(config.Autograde.autograde_preprocessors)
    if SCORES not in names:
        raise settings.SettingsError(
            f"c.Autograde.autograde_preprocessors in nbgrader_config.py lacks {SCORES!r}, which "
            "`configure` sets."
        )
    at = names.index(SCORES)
    return names[:at], names[at:]


def _gradebook(folders: CourseDirectory) -> bytes:
    """Returns an SQLite gradebook that knows the assignment and nothing else."""
    with Gradebook(folders.db_url, folders.course_id) as known:
        found = list(_rows(known, folders.assignment_id))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / GRADEBOOK
        url = f"sqlite:///{path}"
        with gradebooks.used(url):
            made = create_engine(url)  # else nbgrader asks a program for its version
            Base.metadata.create_all(made)
            made.dispose()
            with Gradebook(url, folders.course_id) as copy:
                for table, rows in found:
                    if rows:
                        copy.db.execute(table.insert(), rows)
                copy.db.commit()
        return path.read_bytes()


def _rows(gradebook: Gradebook, assignment: str) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Yields the rows of a gradebook's tables that say what an assignment is."""
    tables = Base.metadata.tables

    def of(name: str, column: str, values: list[str]) -> list[dict[str, Any]]:
        table = tables[name]
        found = gradebook.db.execute(select(table).where(table.c[column].in_(values)))
        return [dict(row) for row in found.mappings()]

    chosen = {"assignment": of("assignment", "name", [assignment])}
    ids = [row["id"] for row in chosen["assignment"]]
    chosen["notebook"] = of("notebook", "assignment_id", ids)
    ids = [row["id"] for row in chosen["notebook"]]
    chosen["source_cell"] = of("source_cell", "notebook_id", ids)
    chosen["base_cell"] = of("base_cell", "notebook_id", ids)
    ids = [row["id"] for row in chosen["base_cell"]]
    for name in ("grade_cells", "solution_cells", "task_cells"):
        chosen[name] = of(name, "id", ids)
    for name, rows in chosen.items():
        yield tables[name], rows
