"""What is audited: a course, its solutions, and what submissions to it are made of."""

import tomllib
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from autograder import configuration
from autograder.core.course import Course, CourseError, load
from autograder.core.exercise import Exercise

SPECIFICATION = Path("corpus/audit.toml")


@dataclass(frozen=True)
class Subject:
    """A course to audit.

    Attributes:
        root: its root, with `solutions/`, `nbgrader_config.py` and `corpus/audit.toml`.
        address: where programs find the course.
        course: the course.
        light: exercises that are not heavy.
        set_up: source of the first cell of hostile and broken submissions.
        heavy_set_up: source that precedes it where an exercise is heavy.
        preload: modules that the set-up cells of the solutions import.
    """

    root: Path
    address: str
    course: Course
    light: tuple[str, ...]
    set_up: str
    heavy_set_up: str
    preload: tuple[str, ...]

    @property
    def functions(self) -> list[tuple[str, ...]]:
        """The exercises that ask for a function, those of each assignment together."""
        asked = [e for e in self.course.exercises.values() if isinstance(e, Exercise)]
        by_assignment = groupby(asked, key=lambda exercise: exercise.assignment)
        return [tuple(exercise.name for exercise in group) for _, group in by_assignment]


def read(root: Path) -> Subject:
    """Reads what is audited from the root of a course.

    Raises:
        CourseError: `root` is not the root of a course, or its files cannot be used.
    """
    for needed in ("solutions", configuration.FILE, SPECIFICATION):
        if not (root / needed).exists():
            raise CourseError(
                f"{root} has no {needed}: run the audit from the root of a clone of the course."
            )
    address = configuration.read(root).Grading.course
    try:
        text = (root / SPECIFICATION).read_text(encoding="utf-8")
        said = tomllib.loads(text)
        return Subject(
            root,
            address,
            load(address),
            tuple(said["light"]),
            said["set_up"].lstrip(),
            said["heavy_set_up"].lstrip(),
            tuple(said["preload"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CourseError(f"Cannot read {root / SPECIFICATION}: {error!r}.") from error
