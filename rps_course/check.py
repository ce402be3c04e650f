"""Self-checks: what the test cells of the course's notebooks call."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder.core import check, withheld
from autograder.core.check import CheckFailed
from autograder.core.exercise import FileExercise
from rps_course import profile

__all__ = ["CheckFailed"]

_told: set[str] = set()  # notes of this kernel


@contextlib.contextmanager
def once_solved(*names: str) -> Iterator[None]:
    """Runs the code below it; says which function to answer, or to correct, where that fails.

    Args:
        names: the functions that the code needs.
    """
    try:
        yield
    except NotImplementedError:
        print(f"Answer {_listed(names)} above, then run this cell again.")
    except Exception as error:
        wrong = check.unsolved(names)
        if not wrong:
            raise
        said = str(error).strip().split("\n")[0][:200]
        print(
            f"This cell needs {_listed(wrong)}, whose check fails. Correct that above, run "
            "its check, then run this cell again.\n"
            f"(It stopped with {type(error).__name__}: {said})"
        )


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def __getattr__(name: str) -> Callable[..., None]:
    """Returns the check of an exercise: `check.top_k(top_k)`, `check.trained_model(path)`."""
    from rps_course.course import COURSE

    exercise = COURSE.exercises.get(name)
    if exercise is None:
        raise AttributeError(
            f"There is no check for {name!r}. Checks: {', '.join(COURSE.exercises)}."
        )
    among = [e.name for e in COURSE.exercises_of(exercise.assignment)]
    if isinstance(exercise, FileExercise):

        def checked(path: str | Path = exercise.files[0]) -> None:
            whole = profile.get(profile.current().base)
            rubric = COURSE.load_rubric(check.released_rubric())
            with COURSE.settings():
                check.run_files(exercise, Path(path), whole, rubric, among)

    else:

        def checked(function: Callable) -> None:
            rubric = COURSE.load_rubric(check.released_rubric())
            with COURSE.settings():
                answers = COURSE.withheld(exercise.assignment)
                check.run(exercise, function, profile.current(), rubric, answers, among)

    def told(*arguments: Any) -> None:
        _say_what_a_grader_lacks(COURSE.withheld(exercise.assignment))
        checked(*arguments)

    told.__name__ = told.__qualname__ = name
    told.__doc__ = f"Checks {exercise.assignment}'s {type(exercise).__doc__}"
    return told


def _say_what_a_grader_lacks(answers: tuple[str, ...]) -> None:
    """Says, once, what the cells that ran so far use and a grader may not have.

    Args:
        answers: functions of this package that the grader withholds.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    from rps_course.machine import elsewhere

    cells = [shell.transform_cell(source) for source in shell.user_ns.get("In", ()) if source]
    called = withheld.called(cells, shell.user_ns, answers)
    own = (f"The grader does not have `{address}` for this assignment." for address in called)
    for note in (*elsewhere.notes(cells), *own):
        if note not in _told:
            _told.add(note)
            print(f"Note: {note}")


def __dir__() -> list[str]:
    from rps_course.course import COURSE

    return [*globals(), *COURSE.exercises]
