"""Whether this machine grades the class right: its own solutions must earn every point.

They are graded as a class is: with the stock `nbgrader autograde`, the course's configuration, its
profile, in the sandbox. What is wrong with data, weights or the sandbox costs points here first.
"""

import shutil
import tempfile
from pathlib import Path

from nbgrader.apps import NbGrader
from rich.console import Console

from autograder import configuration
from autograder.core.arguments import counted
from autograder.core.course import Course
from autograder.grading import results, tables
from autograder.grading.machine import Grading, MachineError, problem
from autograder.samples.course import SampleCourse, SampleError
from autograder.sandbox.isolation import Isolation

STUDENT = "selftest"


def run(root: Path, console: Console) -> bool:
    """Grades the solutions under the profile of the class, and prints what they earn.

    Args:
        root: the course root with the solutions and `nbgrader_config.py`, the working folder.
        console: where progress and results are printed.

    Returns:
        Whether every solution earned full points.

    Raises:
        SampleError: `root` is no course root, or nbgrader failed.
        MachineError: this machine lacks what grading needs.
        IsolationError: there is no sandbox.
        CourseError: the configuration names no course.
    """
    if not (root / configuration.FILE).is_file():
        raise SampleError(f"{root} has no {configuration.FILE}: run this in the root of a course.")
    application = NbGrader()
    application.initialize([])  # reads nbgrader_config.py
    grading, isolation = Grading(parent=application), Isolation(parent=application)
    course, profile = grading.load(), grading.variant()
    console.print(f"Profile of the class: [bold]{profile.base}[/]")
    isolation.require()
    with console.status("Loading data and weights in the sandbox"):
        lacking = problem(grading, isolation, thorough=True)
    if lacking:
        raise MachineError(lacking)
    folder = Path(tempfile.mkdtemp(prefix="autograder-selftest-"))
    perfect = False
    try:
        sample = SampleCourse(root, folder, application.coursedir.source_directory)
        sample.environment = course.environment(profile)  # the course's files stay where they are
        perfect = _grade(sample, course, profile.base, console)
    finally:
        if perfect:
            shutil.rmtree(folder)
        else:
            console.print(f"What was graded, and nbgrader's logs, are in {folder}.")
    return perfect


def _grade(sample: SampleCourse, course: Course, name: str, console: Console) -> bool:
    with console.status("Releasing the assignments (nbgrader generate_assignment)"):
        sample.release()
    for assignment in sample.assignments:
        sample.hand_in(STUDENT, assignment, sample.solved(assignment))
    # The files that are handed in are made while assignments without any are graded.
    wait_for = {name for name in sample.assignments if course.files_of(name)}
    made = sample.folder / "made"
    making = None
    if wait_for and course.files:
        making = sample.start(course.files(name, made), "files")
    found: list[results.Result] = []
    missing = 0
    try:
        for assignment in sorted(sample.assignments, key=lambda name: name in wait_for):
            if making and assignment in wait_for:
                with console.status(f"Making the files that {assignment} hands in"):
                    sample.finish(making, f"making the files that {assignment} hands in")
                for name in course.files_of(assignment):
                    shutil.copy(made / name, sample.submission(STUDENT, assignment))
            with console.status(f"nbgrader autograde {assignment}"):
                sample.nbgrader("autograde", assignment)
            graded = results.collect(sample.db_url, sample.folder / "autograded", assignment)
            tables.print_scores(assignment, graded, console)
            found += graded
            asked = {exercise.name for exercise in course.exercises_of(assignment)}
            for name in sorted(asked - {result.exercise for result in graded}):
                console.print(f"[bold red]{name} was not graded.[/]")
                missing += 1
    finally:
        if making:
            making.kill()
    # What waits for a person has no score yet.
    lost = [r for r in found if r.error or (r.score is not None and r.score != r.points)]
    tables.print_reasons(lost, console)
    if lost or missing:
        where = counted(len(lost) + missing, "exercise")
        console.print(
            f"[bold red]Right solutions lost points in {where}.[/] Grade nothing on this machine "
            "before that is mended."
        )
    else:
        console.print("Every solution earned full points: this machine grades the class correctly.")
    return not (lost or missing)
