"""Finds what a person should look at in a judged submission (`flags`), by reading its code."""

import importlib.util
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core.course import Course
from autograder.core.exercise import FileExercise
from autograder.core.verdict import plain
from autograder.grading import uses
from autograder.grading.cells import (
    compared,
    grade_id,
    is_graded_here,
    released_cells,
    stored,
)
from autograder.grading.flags import JUDGED, Flag, keep
from autograder.grading.machine import Grading
from autograder.grading.recognition import shown
from autograder.grading.similarity import ALIKE, Fingerprint
from autograder.grading.uses import Code

_MAX_READ = 200_000  # characters of a submission's code that are read
_ENGINE = __name__.partition(".")[0]


class FlagSubmission(NbGraderPreprocessor):
    """Keeps with a judged notebook what a person should look at."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Looks at one notebook."""
        judged = resources.pop(JUDGED, ())
        try:
            keep(nb, (*judged, *self._flags(nb, resources)))
        except MemoryError:
            raise  # the submission's budget
        except Exception:  # a fault of the grader, and no reason not to grade
            self.log.error("Looking for flags failed: report this as a bug", exc_info=True)
            unknown = "It is not known what to look at: the grader's log says why."
            keep(nb, [*judged, Flag("", unknown)])
        return nb, resources

    def _flags(self, nb: NotebookNode, resources: ResourcesDict) -> Iterator[Flag]:
        assignment = resources["nbgrader"]["assignment"]
        folders = CourseDirectory(config=self.config)
        release = Path(folders.format_path(folders.release_directory, ".", assignment))
        files = _code_files(Path(resources["metadata"]["path"]), release)
        released, course = released_cells(self, resources), Grading(parent=self).load()
        return find(nb.cells, released, files, course, assignment)


def find(
    cells: list[NotebookNode],
    released: list[NotebookNode],
    files: dict[str, Path],
    course: Course,
    assignment: str,
) -> Iterator[Flag]:
    """Yields what a person should look at.

    Args:
        cells: of a judged notebook.
        released: those of the notebook as it was released; they are not looked at.
        files: files with code that were handed in beside it, by name.
        course: the course.
        assignment: the assignment.
    """
    given = {compared(cell.source) for cell in released}
    own = {
        f"Cell {number}": cell
        for number, cell in enumerate(cells, 1)
        if cell.cell_type == "code" and compared(cell.source) not in given
    }
    exercises = {where: _exercise(cell) for where, cell in own.items()}
    sources = {where: cell.source for where, cell in own.items()}
    codes, beside, unread = _read(sources, files)
    found: list[tuple[str, str]] = []
    found += _undefined(cells, given, course, codes)
    found += ((code.where, says) for code in codes for says in code.suspicious())
    found += ((code.where, says) for code in codes for says in _internal(code, course, assignment))
    found += _copied(codes, released, course, assignment)
    found += beside
    found += ((where, f"{where} is too long, or has too many magics: read it.") for where in unread)
    for where, says in found:
        yield Flag(exercises.get(where, ""), plain(says).replace("\n", " "))


def _read(
    sources: dict[str, str], files: dict[str, Path]
) -> tuple[list[Code], list[tuple[str, str]], list[str]]:
    """Reads cells, and the files that they use.

    Returns:
        What was read; where files are used, with sentences about it; and what was too long.
    """
    codes, beside, unread = [], [], []
    left, waiting, found = _MAX_READ, sources, set[str]()
    while waiting:
        fitting = {}
        for where, source in waiting.items():
            left -= len(source)
            if left < 0 or not uses.is_readable(source):
                unread.append(where)
            else:
                fitting[where] = source
        new = uses.read(fitting)
        codes += new
        used = [(code.where, name) for code in new for name in files if _is_used(name, code)]
        beside += [
            (where, f"{where} uses {shown(name)}, which was handed in beside the notebook.")
            for where, name in used
        ]
        next_ones = {name for _, name in used} - found
        found |= next_ones
        waiting = {
            shown(name): files[name].read_text("utf-8", "replace")
            for name in sorted(next_ones)
            if name.endswith(".py")
        }
    return codes, beside, unread


def _code_files(folder: Path, release: Path) -> dict[str, Path]:
    """Returns the files with code in a submission's folder that were not released, by name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix in (".py", ".pyc", ".so") and path.is_file():
            original = release / name
            if not (original.is_file() and original.read_bytes() == path.read_bytes()):
                found[name.as_posix()] = path
    return found


def _is_used(name: str, code: Code) -> bool:
    """Whether code imports a file, or has its name in a text, as `%run` does."""
    path = PurePosixPath(name)
    parts = {*path.parent.parts, path.name.partition(".")[0]} - {"__init__"}
    imported = {full.partition(".")[0] for full in code.uses} & parts
    return any(map(_is_not_installed, imported)) or any(path.name in text for text in code.texts)


def _is_not_installed(name: str) -> bool:
    """Whether a module is none of those that a handed-in file cannot hide."""
    if name in sys.stdlib_module_names or name == "builtins":
        return False
    try:
        return importlib.util.find_spec(name) is None
    except (ImportError, ValueError):
        return True


def _undefined(
    cells: list[NotebookNode], given: set[str], course: Course, codes: Iterable[Code]
) -> Iterator[tuple[str, str]]:
    """Yields exercises that earned points though nothing that was handed in defines their names."""
    made = {name for code in codes for name in code.makes}
    for cell in cells:
        name = grade_id(cell)
        if not is_graded_here(cell, course) or isinstance(course.exercises[name], FileExercise):
            continue
        verdict = stored(cell)
        if verdict and verdict.score > 0 and made.isdisjoint(re.findall(r"\w+", cell.source)):
            earned = f"{verdict.score:g} of {verdict.points:g} points"
            yield name, f"{_place(name, cells, given)}, yet `{name}` earned {earned}."


def _place(name: str, cells: list[NotebookNode], given: set[str]) -> str:
    """Says where there is no answer to an exercise."""
    for number, cell in enumerate(cells, 1):
        if grade_id(cell) == f"{name}_solution":
            if compared(cell.source) in given:
                return f"Cell {number} is as it was released"
            return f"Cell {number} defines nothing"
    return "There is no answer"


def _internal(code: Code, course: Course, assignment: str) -> Iterator[str]:
    """Yields sentences about what code uses of the course's answers and of what is private."""
    answers = code.found(course.withheld(assignment))
    if answers:
        yield f"{code.where} uses the course's own answer: {_listed(answers)}."
    found = code.found(sorted({_ENGINE, *course.packages}))
    library = {folder.name for folder in course.folders}
    found += sorted(
        full
        for full in code.uses
        if full.partition(".")[0] in library and any(map(_is_private, full.split(".")))
    )
    found = [name for name in found if not any(name.startswith(answer) for answer in answers)]
    if found:
        yield f"{code.where} uses what is private to the course or to grading: {_listed(found)}."


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name[:100]}`" for name in names[:5])


def _copied(
    codes: Iterable[Code], released: list[NotebookNode], course: Course, assignment: str
) -> Iterator[tuple[str, str]]:
    """Yields code that holds nearly all of a function of the course that answers an exercise."""
    given = frozenset[int]().union(*(_passages(cell.source) for cell in released))
    originals = _originals(course.answers.get(assignment, ()), given)
    for code in codes:
        found = Fingerprint(code.source)
        found.leave_out(given)
        for address, original in originals.items():
            share, _ = original.shares(found)
            if share >= ALIKE:
                yield code.where, f"{code.where} is nearly the course's own `{address}`."


@lru_cache(1000)
def _passages(source: str) -> frozenset[int]:
    """Returns the passages of a cell that everybody was given."""
    return Fingerprint(source).passages


@lru_cache
def _originals(answers: tuple[str, ...], given: frozenset[int]) -> dict[str, Fingerprint]:
    """Returns the fingerprints of functions of the course's library, by their addresses."""
    originals = {
        address: Fingerprint(inspect.getsource(pkgutil.resolve_name(address)))
        for address in answers
    }
    for original in originals.values():
        original.leave_out(given)
    return originals


def _exercise(cell: NotebookNode) -> str:
    return (grade_id(cell) or "").removesuffix("_solution")
