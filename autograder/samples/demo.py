"""The demo class: sample submissions made from the solutions, graded by the stock nbgrader.

It shows a newcomer what grading looks like, and it is a test of the whole pipeline: every score is
compared with the expected one.
"""

import os
import shutil
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import nbformat
from rich.console import Console

from autograder import configuration
from autograder.classroom.progress import Watch
from autograder.core.course import load
from autograder.grading import results, tables
from autograder.samples.course import SampleCourse, SampleError
from autograder.sandbox import isolation

# In the course root: answers, class.toml, and files.py, which makes what is handed in beside
# notebooks.
ANSWERS = "demo"
_AT_ONCE = min(2, os.cpu_count() or 1)  # commands: each takes 2 GB of memory, and one core


@dataclass(frozen=True)
class Student:
    """One student of the demo class.

    Attributes:
        id: the student's id.
        shows: what the submission is an example of.
        assignments: what the student hands in.
        blank: exercises left as they were released.
        earns: points by exercise where they differ from full ones.
    """

    id: str
    shows: str
    assignments: list[str]
    blank: list[str] = field(default_factory=list)
    earns: dict[str, float] = field(default_factory=dict)


def students(root: Path) -> list[Student]:
    """Returns the demo class of a course."""
    with (root / ANSWERS / "class.toml").open("rb") as file:
        return [Student(**entry) for entry in tomllib.load(file)["student"]]


def write_submission(student: Student, assignment: str, course: SampleCourse, folder: Path) -> None:
    """Hands in one student's notebook, with the answers in a folder."""
    notebook = course.solved(assignment)
    released = nbformat.read(
        course.folder / "assignments" / assignment / f"{assignment}.ipynb", as_version=4
    )
    blank = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in released.cells}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        exercise = name.removesuffix("_solution")
        answers = list((folder / student.id / assignment).glob(f"{exercise}.*"))
        if exercise in student.blank:
            cell.source = blank[name].source
        elif answers and name != exercise:
            cell.source = answers[0].read_text().rstrip()
    course.hand_in(student.id, assignment, notebook)


def run(root: Path, course: Path, console: Console) -> bool:
    """Sets the demo class up, grades it, and prints the results.

    Args:
        root: the course root with `solutions/` and `nbgrader_config.py`.
        course: folder for the demo course; an earlier one there is replaced.
        console: where progress and results are printed.

    Returns:
        Whether every score is the expected one.

    Raises:
        SampleError: `root` is no course root, `course` holds something else or cannot be made, or
            nbgrader failed.
    """
    if not (root / ANSWERS / "class.toml").is_file():
        raise SampleError(
            f"{root} has no {ANSWERS}/class.toml: run this from the root of a clone of the course."
        )
    if root.resolve().is_relative_to(course.resolve()):
        raise SampleError(f"{course} holds the course itself; name another folder for the demo.")
    if course.exists() and not (course / ".rps-demo").exists():
        raise SampleError(
            f"{course} exists and is no demo course; move it away or name another one."
        )
    shutil.rmtree(course, ignore_errors=True)
    try:
        course.mkdir(parents=True)
        (course / ".rps-demo").touch()
    except OSError as error:
        raise SampleError(f"{course} cannot be made: {error.strerror}.") from error
    sample = SampleCourse(root, course)
    sample.configure("Grading.private", "")  # it is of the class's own profile
    sample.configure("Grading.profile", load(configuration.read(root).Grading.course).quick)

    problem = isolation.problem()
    unsafe = ["--Isolation.unsafe=True"] if problem else []
    if problem:
        console.print(
            "[bold red]Without isolation:[/] these sample submissions are harmless, so they are "
            f"graded all the same; a class would not be. {problem}\n"
        )

    with console.status("Releasing the assignments (nbgrader generate_assignment)"):
        sample.release()
    everyone = students(root)
    for student in everyone:
        for assignment in student.assignments:
            write_submission(student, assignment, sample, root / ANSWERS)
    # What is handed in beside the notebooks of the last assignment is made while others are graded.
    making = sample.start([str(root / ANSWERS / "files.py"), str(course)], "files")
    try:
        grade(sample, everyone, making, unsafe, console)
    finally:
        making.kill()
    return report(sample, everyone, console)


def grade(
    sample: SampleCourse,
    everyone: list[Student],
    making: Popen,
    unsafe: list[str],
    console: Console,
) -> None:
    """Runs `nbgrader autograde` for all assignments, several at a time.

    Args:
        sample: the course.
        everyone: its students.
        making: makes the files that the last assignment hands in.
        unsafe: further arguments of the command.
        console: where it is shown how far it is.

    Raises:
        SampleError: nbgrader failed.
    """
    last = sample.assignments[-1]
    waiting, running = list(sample.assignments), dict[str, Popen]()
    results_to_come = {(s.id, a) for s in everyone for a in s.assignments}
    try:
        with Watch(console, len(results_to_come)) as watch:
            while waiting or running:
                if waiting and len(running) < _AT_ONCE and (waiting[0] != last or _done(making)):
                    assignment = waiting.pop(0)
                    if assignment == last:
                        sample.finish(making, f"making the files that {last} hands in")
                    arguments = ["-m", "nbgrader", "autograde", assignment, *unsafe]
                    running[assignment] = sample.start(arguments, f"autograde-{assignment}")
                for assignment in filter(lambda a: _done(running[a]), list(running)):
                    process = running.pop(assignment)
                    sample.finish(process, f"`nbgrader autograde {assignment}`")
                for student, assignment in sorted(results_to_come):
                    if (sample.folder / "autograded" / student / assignment).is_dir():
                        results_to_come.remove((student, assignment))
                        watch.end(f"{assignment} of {student}")
                time.sleep(0.2)
    finally:
        for process in running.values():
            process.terminate()
            process.wait()


def _done(process: Popen) -> bool:
    return process.poll() is not None


def report(sample: SampleCourse, everyone: list[Student], console: Console) -> bool:
    """Prints the results of the demo class; returns whether they are the expected ones."""
    unexpected = []
    for assignment in sample.assignments:
        found = results.collect(sample.db_url, sample.folder / "autograded", assignment)
        tables.print_scores(assignment, found, console)
        tables.print_reasons(found, console)
        console.print()
        unexpected += _compare(assignment, found, everyone)
    for student in everyone:
        console.print(f"  {student.id:5} {student.shows}")
    console.print()
    for line in unexpected:
        console.print(f"[bold red]unexpected:[/] {line}")
    if not unexpected:
        console.print(
            f"All scores are as expected. The graded notebooks are in {sample.folder}/autograded."
        )
    return not unexpected


def _compare(
    assignment: str, found: list[results.Result], everyone: list[Student]
) -> Iterator[str]:
    scores = {(result.student, result.exercise): result for result in found}
    exercises = dict.fromkeys(result.exercise for result in found)
    for student in everyone:
        if assignment not in student.assignments:
            continue
        for exercise in exercises:
            result = scores.get((student.id, exercise))
            if result is None:
                yield f"{student.id} has no score in {exercise}"
                continue
            # A written answer waits for a person, and has no score until then.
            default = None if result.score is None else result.points
            expected = student.earns.get(exercise, default)
            if result.score != expected:
                yield f"{student.id} earned {result.score} in {exercise}, expected {expected}"
