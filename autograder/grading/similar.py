"""Students of a class who handed in nearly the same: for a person to look at, and no verdict.

Answers are compared within an exercise, and all cells that a student added with those of others.
What was released does not count, and what many wrote counts in long answers only: short ones that
everybody writes alike are no pairs. Files that an exercise needs are compared by their content,
weights by their numbers too.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby
from pathlib import Path

import nbformat
from nbgrader.api import Assignment, Notebook
from nbgrader.coursedir import CourseDirectory

from autograder.core.course import Course
from autograder.core.exercise import FileExercise
from autograder.grading import results, weights
from autograder.grading.cells import compared, grade_id
from autograder.grading.similarity import ALIKE, Fingerprint
from autograder.sandbox.isolation import Isolation

ADDED = "other cells"
_FEW, _SHARE = 4, 5  # how many have a passage that counts: so many at most, or one in so many
_LONG = 150  # characters without names and layout; nobody writes so many like others by chance
_MAX_TEXT = 50_000  # characters of a work; longer ones are compared by their beginnings
_MIN_FILE = 1000  # bytes; smaller files are equal by chance


@dataclass(frozen=True)
class Work:
    """What a student wrote for one exercise, or added to a notebook.

    Attributes:
        exercise: the exercise, or `ADDED`.
        student: the student.
        text: what was written.
        prose: whether it is no code.
    """

    exercise: str
    student: str
    text: str
    prose: bool = False


@dataclass(frozen=True)
class Pair:
    """Two students who handed in nearly the same.

    Attributes:
        what: the exercise, or the file.
        students: both.
        similarity: how much of one is in the other, 0 to 1; 1 only if they are equal.
        texts: what they wrote; None for files.
    """

    what: str
    students: tuple[str, str]
    similarity: float
    texts: tuple[str, str] | None = None


@dataclass(frozen=True)
class Comparison:
    """The pairs of a class.

    Attributes:
        students: how many students were compared.
        pairs: the pairs, the most alike first.
        not_compared: what was not compared, and why; empty where all was.
    """

    students: int
    pairs: list[Pair]
    not_compared: str = ""


def compare(
    folders: CourseDirectory, course: Course, assignment: str, isolation: Isolation
) -> Comparison:
    """Compares the graded submissions of an assignment.

    Args:
        folders: the course's folders.
        course: the course.
        assignment: the assignment's name.
        isolation: how files are opened.

    Raises:
        autograder.grading.results.ResultsError: there is no such assignment, or no gradebook.
    """
    root = Path(folders.root)
    folder = root / folders.autograded_directory
    graded = {path.name: path / assignment for path in sorted(folder.glob("*"))}
    try:
        graded = {student: path for student, path in graded.items() if path.is_dir()}
    except PermissionError as error:
        raise results.ResultsError(f"{error.filename} cannot be read with your rights.") from error
    pairs: list[Pair] = []
    unknown: list[str] = []
    with results.opened(folders.db_url, assignment) as (_, known):
        for notebook in known.notebooks:
            name = f"{notebook.name}.ipynb"
            file = Path(folders.release_directory, assignment, name)
            released = _released(root / file)
            given = [cell.source or "" for cell in notebook.source_cells] + (released or [])
            own = set(map(compared, given))
            works = [w for s, f in graded.items() for w in _works(s, f / name, notebook, own)]
            if released is None:  # any cell may be one of it
                works = [work for work in works if work.exercise != ADDED]
                unknown.append(str(file))
            works.sort(key=lambda work: work.exercise)
            for _, same in groupby(works, key=lambda work: work.exercise):
                pairs += _alike(list(same), given)
        for exercise in _file_exercises(known, course):
            for name in exercise.files:
                files = {student: folder / name for student, folder in graded.items()}
                pairs += _equal(f"{exercise.name}: {name}", files, isolation)
    order = sorted(pairs, key=lambda pair: (-pair.similarity, pair.what, pair.students))
    not_compared = (
        f"cells that students added, since {' and '.join(unknown)} cannot be read. "
        f"`nbgrader generate_assignment {assignment} --force` (or `make assignments`) writes it."
    )
    return Comparison(len(graded), order, not_compared if unknown else "")


def _released(path: Path) -> list[str] | None:
    """Returns the sources of a released notebook; None where it is not there or is none."""
    try:
        return [cell.source for cell in nbformat.read(path, as_version=4).cells]
    except (OSError, ValueError):
        return None


def _works(student: str, path: Path, notebook: Notebook, given: set[str]) -> Iterator[Work]:
    """Yields what a student wrote in a graded notebook."""
    try:
        cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
    except Exception:  # somebody has edited it since: anything may be wrong
        return
    answers = {cell.name for cell in (*notebook.solution_cells, *notebook.task_cells)}
    added = []
    for cell in cells:
        name = grade_id(cell)
        if compared(cell.source) in given:
            continue
        if name in answers:
            prose = cell.cell_type != "code"
            yield Work(name.removesuffix("_solution"), student, cell.source[:_MAX_TEXT], prose)
        elif name is None and cell.cell_type == "code":
            added.append(cell.source)
    if added:
        yield Work(ADDED, student, "\n\n".join(added)[:_MAX_TEXT])


def _alike(works: list[Work], given: Iterable[str]) -> Iterator[Pair]:
    """Yields the pairs among works on one exercise."""
    prose = any(work.prose for work in works)
    everybodys = frozenset[int]().union(*(Fingerprint(g, prose=prose).passages for g in given))
    found = {work.student: Fingerprint(work.text, prose=prose) for work in works}
    texts = {work.student: work.text for work in works}
    counted = Counter(passage for mark in found.values() for passage in mark.passages)
    most = max(_FEW, len(works) // _SHARE)
    common = frozenset(passage for passage, count in counted.items() if count > most)
    for mark in found.values():
        mark.leave_out(everybodys)
        if mark.length < _LONG:
            mark.leave_out(common)
    for a, b in combinations(sorted(found), 2):
        similarity = found[a].likeness(found[b])
        if similarity >= ALIKE:
            yield Pair(works[0].exercise, (a, b), similarity, (texts[a], texts[b]))


def _file_exercises(known: Assignment, course: Course) -> Iterator[FileExercise]:
    for notebook in known.notebooks:
        for cell in notebook.grade_cells:
            exercise = course.exercises.get(cell.name)
            if isinstance(exercise, FileExercise):
                yield exercise


def _equal(what: str, files: dict[str, Path], isolation: Isolation) -> Iterator[Pair]:
    """Yields pairs of students whose files of one name are equal or nearly equal."""
    files = {
        student: path
        for student, path in files.items()
        if path.is_file() and path.stat().st_size >= _MIN_FILE
    }
    digests = {
        student: hashlib.sha256(path.read_bytes()).digest() for student, path in files.items()
    }
    sampled = {student: weights.samples(path, isolation) for student, path in files.items()}
    for a, b in combinations(sorted(files), 2):
        if digests[a] == digests[b]:
            yield Pair(what, (a, b), 1.0)
        elif (difference := weights.difference(sampled[a], sampled[b])) <= weights.NEAR:
            yield Pair(what, (a, b), 1 - difference)
