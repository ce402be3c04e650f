"""What the engine knows of a course: one object, which the course's configuration names.

`course="rps_course.course:COURSE"` in `nbgrader_config.py`. Programs in the sandbox get
the same address. Everything that differs between two courses is a field of `Course`.
"""

import importlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from autograder.core import rubric as rubrics
from autograder.core.exercise import Exercise, FileExercise
from autograder.core.rubric import Rubric

AnyExercise = Exercise[Any, Any] | FileExercise[Any]


class CourseError(RuntimeError):
    """A course cannot be used; the message says what is wrong with it."""


class Profile(Protocol):
    """What exercises are probed and judged with: a profile, in the words of the course.

    Attributes:
        name: names it in evidence.
        base: the profile of the class that it belongs to.
    """

    name: str
    base: str


@dataclass(frozen=True)
class Home:
    """What a sandbox's home folder holds; all names are relative to it.

    Attributes:
        copies: files that a submission finds and may change, by name: each sandbox has its own.
        shown: folders and files that it may read only, by name.
        variables: environment variables that name something in the home folder.
    """

    copies: Mapping[str, Path] = field(default_factory=dict)
    shown: Mapping[str, Path] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """A course that can be graded.

    Attributes:
        name: what people call it.
        exercises: the automatically graded ones, by grade id, in the course's order.
        rubrics: folder with the rubric of each exercise, `<name>/rubric.toml`.
        profiles: names of the profiles that a class can be graded under.
        quick: the one that the demo class and audits take: it needs no download.
        profile: returns the profile of a name; if the second argument says so, its variant for
            grading, whose training is at its shortest.
        environment: returns variables for kernels under a profile.
        passed: names of variables that are handed on from the grader's environment.
        folders: packages that programs in the sandbox import.
        answers: functions in there that answer an exercise, or a part of it, by the assignment that
            asks for it: `"package.module.function"`. They are withheld where that assignment or an
            earlier one is graded.
        imports: called in a process whose forks judge, to import what judging needs; with whether
            an exercise needs its heavy part. It must run nothing of it, and start no thread.
        preload: called in a kernel before any of a student's code, to import what it will need;
            with whether an exercise of the notebook needs its heavy part.
        guarded: packages that probing runs on; they are put back before each probe.
        settings: the context that exercises are probed in: settings of libraries that a notebook
            may have changed.
        chosen: returns the names of the profiles that a notebook's names show it to have chosen.
        home: returns what sandboxes find in their home folder under a profile.
        lacking: returns what the machine lacks for grading under a profile, by its name.
        fetch: returns arguments for Python to download that, where it can be downloaded; for
            workers of a cluster.
        remedy: what to do about what is lacking.
        start: what students read of where they work, in the README of an assignment.
        hand_in: what they read there of handing in; `{assignment}` stands for its name.
        ready: called in the sandbox; returns what cannot be used there, by its name. With True it
            also runs the lines that students write.
        own: names of files and folders that it reads in a class's folder, where they are there.
        fill: called before grading under a profile, to fill caches that sandboxes only read.
        private: fills an empty folder with data that no student has, for measuring files under a
            profile. It is given a secret of the class, always the same, and the folder that the
            class's configuration names, or None. It leaves the folder empty where there is no such
            data, and raises `CourseError` where the class's own folder cannot be used.
        files: returns arguments for Python to make the files that a file exercise hands in, in a
            folder, under a profile; what the self-test hands in.
    """

    name: str
    exercises: Mapping[str, AnyExercise]
    rubrics: Path
    profiles: tuple[str, ...]
    quick: str
    profile: Callable[[str, bool], Profile]
    environment: Callable[[Any], dict[str, str]] = lambda _: {}
    passed: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    imports: Callable[[bool], None] = lambda _: None
    preload: Callable[[bool], None] = lambda _: None
    guarded: frozenset[str] = frozenset()
    settings: Callable[[], AbstractContextManager[None]] = nullcontext
    chosen: Callable[[dict[str, Any]], list[str]] = lambda _: []
    home: Callable[[Any], Home] = lambda _: Home()
    lacking: Callable[[Any], dict[str, str]] = lambda _: {}
    fetch: Callable[[Any], list[str]] = lambda _: []
    remedy: str = ""
    start: str = ""
    hand_in: str = ""
    ready: Callable[[Any, bool], dict[str, str]] = lambda *_: {}
    own: tuple[str, ...] = ()
    fill: Callable[[Any], None] = lambda _: None
    private: Callable[[Any, bytes, Path | None, Path], None] | None = None
    files: Callable[[str, Path], list[str]] | None = None

    def __post_init__(self) -> None:
        """Makes sure that the parts fit together, before anything is graded."""
        for name, exercise in self.exercises.items():
            if name != exercise.name:
                raise CourseError(
                    f"The course {self.name!r} has the exercise {exercise.name!r} under the name "
                    f"{name!r}."
                )
        unknown = self.answers.keys() - set(self.assignments)
        if unknown:
            raise CourseError(
                f"The course {self.name!r} has answers to {', '.join(sorted(unknown))}, which no "
                f"exercise belongs to. Allowed: {', '.join(self.assignments)}."
            )
        if self.quick not in self.profiles:
            raise CourseError(
                f"The course {self.name!r} has no profile {self.quick!r}, its quick one. It has: "
                f"{', '.join(self.profiles) or 'none'}."
            )

    @property
    def assignments(self) -> list[str]:
        """The assignments that have exercises, in their order."""
        return sorted({exercise.assignment for exercise in self.exercises.values()})

    def exercises_of(self, assignment: str) -> list[AnyExercise]:
        """Returns the exercises of an assignment, in their order."""
        return [e for e in self.exercises.values() if e.assignment == assignment]

    def files_of(self, assignment: str) -> list[str]:
        """Returns the names of the files that an assignment asks for besides notebooks."""
        asking = (e for e in self.exercises_of(assignment) if isinstance(e, FileExercise))
        return list(dict.fromkeys(name for exercise in asking for name in exercise.files))

    @property
    def packages(self) -> set[str]:
        """Names of the packages that hold the exercises, see `discover`."""
        modules = {type(exercise).__module__ for exercise in self.exercises.values()}
        return {name.rpartition(".")[0].rpartition(".")[0] for name in modules}

    def withheld(self, assignment: str) -> tuple[str, ...]:
        """Returns the answers that are withheld where an assignment is graded.

        Args:
            assignment: the assignment; all are withheld for one that has no exercise.
        """
        known = self.assignments
        later = known[known.index(assignment) :] if assignment in known else known
        return tuple(address for name in later for address in self.answers.get(name, ()))

    def load_rubric(self, changed: Path | None = None) -> Rubric:
        """Returns the rubric.

        Args:
            changed: folder with `<exercise>.toml` for exercises that a class has another one for.

        Raises:
            autograder.core.rubric.RubricError: see `autograder.core.rubric.load`.
        """
        return rubrics.load(self.rubrics, tuple(self.exercises), changed)


def discover(package: str) -> dict[str, AnyExercise]:
    """Returns the exercises of a package, in the order of their assignments.

    Each has a folder of its own, called as the exercise, with `exercise.py`, which defines the
    exercise's class, and `rubric.toml`.

    Args:
        package: name of the package that holds the folders.

    Raises:
        CourseError: a folder does not define one exercise of its name.
    """
    found: list[AnyExercise] = []
    (folder,) = importlib.import_module(package).__path__
    for path in sorted(Path(folder).glob("*/rubric.toml")):
        name = path.parent.name
        module = importlib.import_module(f"{package}.{name}.exercise")
        kinds = [
            kind
            for kind in vars(module).values()
            if isinstance(kind, type)
            and issubclass(kind, Exercise | FileExercise)
            and kind.__module__ == module.__name__
        ]
        names = [kind.name for kind in kinds]
        if names != [name]:
            raise CourseError(
                f"{path.parent / 'exercise.py'} must define one exercise, with the name {name!r}. "
                f"It defines: {', '.join(names) or 'none'}."
            )
        found.append(kinds[0]())
    found.sort(key=lambda exercise: (exercise.assignment, exercise.order))
    return {exercise.name: exercise for exercise in found}


def load(address: str) -> Course:
    """Returns the course at an address such as `"rps_course.course:COURSE"`.

    Raises:
        CourseError: there is none.
    """
    module, _, name = address.partition(":")
    try:
        course = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise CourseError(
            f"There is no course at {address!r}: {error}. Correct the course in "
            'nbgrader_config.py; an address looks like "package.module:COURSE".'
        ) from error
    if not isinstance(course, Course):
        raise CourseError(f"{address} is no Course but of type {type(course).__name__}.")
    return course
