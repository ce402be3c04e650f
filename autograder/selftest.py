"""Whether this machine grades the class right: its own solutions must earn every point.

They are graded as a class is: with the stock `nbgrader autograde`, the course's configuration, its
profile, in the sandbox. What is wrong with data, weights or the sandbox costs points here first.
"""

import shutil
import tempfile
from pathlib import Path

from nbgrader.apps import NbGrader
from rich.console import Console

from autograder import results, tables
from autograder.isolation import Isolation
from autograder.machine import Grading, MachineError, problem
from autograder.sample import ASSIGNMENTS, WRITTEN, SampleCourse
from rps_course import submission

STUDENT = "selftest"
# Enough for full points: what is tested is the grader's machine and not the training.
_TRAINING = {
    "standard": ("--epochs", "10", "5", "--views", "2"),
    "offline": ("--epochs", "20", "10", "--views", "4"),
}


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
    """
    application = NbGrader()
    application.initialize([])  # reads nbgrader_config.py
    grading, isolation = Grading(parent=application), Isolation(parent=application)
    course, solutions = grading.course(), application.coursedir.source_directory
    console.print(f"Profile of the class: [bold]{course.base}[/]")
    isolation.require()
    with console.status("Loading data and weights in the sandbox"):
        lacking = problem(course, isolation, thorough=True)
    if lacking:
        raise MachineError(lacking)
    folder = Path(tempfile.mkdtemp(prefix="rps-selftest-"))
    perfect = False
    try:
        perfect = _grade(SampleCourse(root, folder, solutions), course.base, console)
    finally:
        if perfect:
            shutil.rmtree(folder)
        else:
            console.print(f"What was graded, and nbgrader's logs, are in {folder}.")
    return perfect


def _grade(course: SampleCourse, profile: str, console: Console) -> bool:
    with console.status("Releasing the assignments (nbgrader generate_assignment)"):
        for assignment in ASSIGNMENTS:
            course.nbgrader("generate_assignment", assignment)
            course.hand_in(STUDENT, assignment, course.solved(assignment))
    # The model that ps4 hands in trains while the others are graded.
    arguments = ["train", "--profile", profile, *_TRAINING[profile], "--quiet", "--out", "trained"]
    training = course.start(["-m", "rps_course", *arguments], "training")
    found: list[results.Result] = []
    try:
        for assignment in ASSIGNMENTS:
            if assignment == "ps4":
                with console.status(f"Training the model for ps4 ({profile} profile)"):
                    course.finish(training, "training the model for ps4")
                for name in (submission.RPS_WEIGHTS, submission.RPS_RECORD):
                    handed_in = course.submission(STUDENT, assignment)
                    shutil.copy(course.folder / "trained" / name, handed_in)
            with console.status(f"nbgrader autograde {assignment}"):
                course.nbgrader("autograde", assignment)
            graded = results.collect(course.db_url, course.folder / "autograded", assignment)
            console.print(tables.scores(assignment, graded))
            found += graded
    finally:
        training.kill()
    lost = [r for r in found if r.error or (r.exercise != WRITTEN and r.score != r.points)]
    tables.print_reasons(lost, console)
    if lost:
        console.print(
            f"[bold red]Right solutions lost points in {len(lost)} exercise(s).[/] Grade nothing "
            "on this machine before that is mended."
        )
    else:
        console.print("Every solution earned full points: this machine grades the class right.")
    return not lost
