"""Solutions as students are given them after the due date: `rps-grader release-solutions`.

The solution notebooks of an assignment run in full, under the class's profile, in a copy of their
folder. What comes of it, with all outputs and pictures, is written as a notebook and as a page.
What only staff may see is taken out before anything runs.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import Assignment, Gradebook, MissingEntry
from nbgrader.apps import NbGrader
from nbgrader.converters.base import NbGraderException

from autograder.core import cell_errors, running
from autograder.core.check import RUBRIC
from autograder.core.course import Course, Profile
from autograder.core.verdict import plain
from autograder.grading import gradebooks, marking
from autograder.grading.cells import grade_id
from autograder.grading.machine import Grading, lacks
from autograder.grading.paths import Paths
from autograder.grading.release import Release

_HIDDEN = re.compile(r"^[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*\n?", re.M | re.S)
# Nothing is loaded from anywhere, but for MathJax where there are formulas.
_PAGE = """\
{% extends 'lab/index.html.j2' %}
{% block html_head_js %}{% endblock %}
{% block html_head_js_mathjax %}{% if resources.formulas %}{{ super() }}{% endif %}{% endblock %}
"""
_FORMULA = re.compile(r"\$[^\s$][^$]*\$|\\\\[(\[]|\\begin\{")
_CUT_SHORT = "KeyboardInterrupt"  # what nbclient makes a cell raise that takes too long


class SolutionError(RuntimeError):
    """Solutions cannot be released; the message says why."""


def require_due(application: NbGrader) -> None:
    """Makes sure that nobody can hand the assignment in any more.

    Raises:
        SolutionError: somebody can, or nobody has said until when.
    """
    folders = application.coursedir
    name = folders.assignment_id
    anyway = "To release the solutions all the same: --before-due-date"
    if gradebooks.is_missing(folders.db_url):
        raise SolutionError(f"There is no gradebook here that has the due date of {name}. {anyway}")
    with gradebooks.used(folders.db_url), Gradebook(folders.db_url, folders.course_id) as book:
        try:
            assignment: Assignment = book.find_assignment(name)
        except MissingEntry:
            raise SolutionError(f"The gradebook has no assignment {name!r}. {anyway}") from None
        if assignment.duedate is None:
            raise SolutionError(
                f"{name} has no due date in the gradebook. Set it in Formgrader, or with `nbgrader "
                f'db assignment add {name} --duedate="2027-01-31 23:59 UTC"`. {anyway}'
            )
        dates = [(assignment.duedate, "")]
        for submitted in assignment.submissions:
            if submitted.extension is not None:
                dates.append((submitted.duedate, f" for {submitted.student.id}, by an extension"))
    last, whose = max(dates)
    due = last.replace(tzinfo=UTC)  # nbgrader keeps it in UTC, without saying so
    if due > datetime.now(UTC):
        here = due.astimezone()
        also = f" ({here:%Y-%m-%d %H:%M %Z})" if here.utcoffset() else ""
        raise SolutionError(
            f"{name} is due on {due:%Y-%m-%d %H:%M} UTC{also}{whose}, which is not over. {anyway}"
        )


class _Client(running.ForCommands, NotebookClient):
    """Runs a solution."""


def release(
    application: NbGrader, target: Path, timeout: int, watch: Callable[[str, int, int], None]
) -> list[Path]:
    """Runs the solutions of an assignment, and writes them for students.

    Args:
        application: nbgrader's, with the configuration and the assignment's name.
        target: folder for the files.
        timeout: seconds that a cell may take.
        watch: called before each cell, with the name of its notebook, its number and their number.

    Returns:
        What was written: `<notebook>-solution.ipynb` and `.html` for each notebook.

    Raises:
        SolutionError: a solution does not run, or this machine lacks data; nothing is written then.
    """
    folders, grading = application.coursedir, Grading(parent=application)
    course, name = grading.load(), folders.assignment_id
    profile = course.profile(grading.variant().base, False)
    source = Path(folders.format_path(folders.source_directory, ".", name))
    try:
        notebooks = Release(parent=application).notebooks(source, name)
    except NbGraderException as error:
        raise SolutionError(str(error)) from error
    missing = lacks(course, profile)
    if missing:
        raise SolutionError(f"This machine {missing}")
    course.fill(profile)
    target.mkdir(parents=True, exist_ok=True)
    for path in notebooks:
        for place in (target / f"{path.stem}-solution{suffix}" for suffix in (".ipynb", ".html")):
            if place.is_dir():
                raise SolutionError(f"{place} is a folder, in the way of a solution.")
    with tempfile.TemporaryDirectory(dir=target, prefix=".solutions-") as made:
        for path in notebooks:
            with tempfile.TemporaryDirectory(prefix="autograder-solution-") as room:
                _fill(Path(room), source, Path(grading.rubric) if grading.rubric else None, course)
                solution = for_students(_read(path))
                _run(solution, Path(room), course, profile, timeout, path.stem, watch)
                paths = Paths(Path(folders.root), {Path(room): "."})
                for cell in solution.cells:
                    paths.hide_in(cell.get("outputs", []))
            _write(solution, path.stem, Path(made))
        return [path.replace(target / path.name) for path in sorted(Path(made).iterdir())]


def _read(path: Path) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # of many kinds
        raise SolutionError(f"{path} is no notebook: {str(error).strip()}") from error


def for_students(notebook: NotebookNode) -> NotebookNode:
    """Returns a solution without what only staff may see, and without outputs."""
    made = nbformat.from_dict(notebook)
    for cell in made.cells:
        cell.source = marking.solved(_HIDDEN.sub("", cell.source)).rstrip("\n")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return made


def _fill(room: Path, source: Path, rubric: Path | None, course: Course) -> None:
    """Copies what a solution may read: what lies beside it, and the rubric of the class."""
    shutil.copytree(source, room, dirs_exist_ok=True, ignore=_not_read)
    for name in course.exercises if rubric else ():
        path = Path(str(rubric)) / f"{name}.toml"
        if path.is_file():
            (room / RUBRIC).mkdir(exist_ok=True)
            shutil.copy(path, room / RUBRIC)


def _not_read(folder: str, names: list[str]) -> set[str]:
    """Returns what a solution does not read: hidden files, what is no file, links to nowhere."""
    odd = {
        name for name in names if not (Path(folder, name).is_dir() or Path(folder, name).is_file())
    }
    return odd | set(shutil.ignore_patterns(".*", "*.pyc")(folder, names))


def _run(
    notebook: NotebookNode,
    room: Path,
    course: Course,
    profile: Profile,
    timeout: int,
    name: str,
    watch: Callable[[str, int, int], None],
) -> None:
    """Runs a solution.

    Raises:
        SolutionError: a cell fails, is cut short or ends the kernel.
    """
    cells = len(notebook.cells)
    number = 0

    def started(cell: NotebookNode, cell_index: int) -> None:
        nonlocal number
        number = cell_index + 1
        watch(name, number, cells)

    client = _Client(notebook, room, timeout, on_cell_start=started)
    try:
        # Pyplot is to draw into the notebook, whatever it does elsewhere on this machine.
        own = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
        client.execute(env=own | course.environment(profile))
    except DeadKernelError:
        problem = "ends its kernel"
    except CellExecutionError as error:
        problem = f"fails: {error.ename}: {plain(cell_errors.message(error.evalue))[:500]}"
        if error.ename == _CUT_SHORT:
            problem = f"takes longer than {timeout} s (--timeout)"
    else:
        return
    raise SolutionError(f"Cell {number} of the solution {name} {problem}. Nothing is written.")


def _write(notebook: NotebookNode, name: str, folder: Path) -> None:
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it ran
        if grade_id(cell):  # what it is worth stays; a checksum would claim to be a release
            cell.metadata.nbgrader.pop("checksum", None)
    nbformat.write(notebook, folder / f"{name}-solution.ipynb")
    (folder / f"{name}-solution.html").write_text(page(notebook, name), encoding="utf-8")


def page(notebook: NotebookNode, name: str) -> str:
    """Returns a solution as a page for students.

    HTML in its texts stays as it is, as on pages of feedback, since a fold begins in one block and
    ends in another: nbconvert 7.17 would close it in the first if it embedded pictures (those that
    are attached are shown all the same).

    Args:
        notebook: the solution, with outputs.
        name: of the notebook.
    """
    formulas = any(c.cell_type == "markdown" and _FORMULA.search(c.source) for c in notebook.cells)
    about = {"metadata": {"name": f"{name}: solution"}, "formulas": formulas}
    written, _ = HTMLExporter(raw_template=_PAGE).from_notebook_node(notebook, about)
    return str(written)
