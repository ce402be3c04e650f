"""Self-checks: what the test cells of the course's notebooks call."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.core import check
from autograder.core.check import CheckFailed
from autograder.core.exercise import FileExercise
from rps_course import profile

__all__ = ["CheckFailed"]


@contextlib.contextmanager
def once_solved(*names: str) -> Iterator[None]:
    """Runs the code below it if these functions have an answer; says so if one has not.

    Args:
        names: the functions that the code needs.
    """
    try:
        yield
    except NotImplementedError:
        print(f"Answer {' and '.join(names)} above, then run this cell again.")


def __getattr__(name: str) -> Callable[..., None]:
    """Returns the check of an exercise: `check.top_k(top_k)`, `check.trained_model(path)`."""
    from rps_course.course import COURSE

    exercise = COURSE.exercises.get(name)
    if exercise is None:
        raise AttributeError(
            f"There is no check for {name!r}. Checks: {', '.join(COURSE.exercises)}."
        )
    if isinstance(exercise, FileExercise):

        def checked(path: str | Path = exercise.files[0]) -> None:
            whole = profile.get(profile.current().base)
            check.run_files(exercise, Path(path), whole, COURSE.rules())

    else:

        def checked(function: Callable) -> None:
            with COURSE.settings():
                check.run(exercise, function, profile.current(), COURSE.rules())

    checked.__name__ = checked.__qualname__ = name
    checked.__doc__ = f"Checks {exercise.assignment}'s {type(exercise).__doc__}"
    return checked


def __dir__() -> list[str]:
    from rps_course.course import COURSE

    return [*globals(), *COURSE.exercises]
