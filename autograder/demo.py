"""The demo class: sample submissions made from the solutions, graded by the stock nbgrader.

It shows a newcomer what grading looks like, and it is a test of the whole pipeline: every score is
compared with the expected one.
"""

import shutil
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from rich.console import Console

from autograder import isolation, results, tables
from autograder.sample import ASSIGNMENTS, WRITTEN, SampleCourse, SampleError
from rps_course import submission

ANSWERS = Path(__file__).parent / "demo_class"


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


def students() -> list[Student]:
    """Returns the demo class."""
    with (ANSWERS / "class.toml").open("rb") as file:
        return [Student(**entry) for entry in tomllib.load(file)["student"]]


def write_submission(student: Student, assignment: str, course: SampleCourse) -> None:
    """Hands in one student's notebook."""
    notebook = course.solved(assignment)
    released = nbformat.read(
        course.folder / "assignments" / assignment / f"{assignment}.ipynb", as_version=4
    )
    blank = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in released.cells}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        exercise = name.removesuffix("_solution")
        answers = list((ANSWERS / student.id / assignment).glob(f"{exercise}.*"))
        if exercise in student.blank:
            cell.source = blank[name].source
        elif answers and name != exercise:
            cell.source = answers[0].read_text().rstrip()
    course.hand_in(student.id, assignment, notebook)


def train_weights(course: Path) -> None:
    """Trains the reference model on the offline profile for the students who hand in ps4.

    Every one of them trained in full; the one who did not compile again before fine-tuning ends
    with a tail that never moved.
    """
    import tensorflow as tf

    from rps_course import augmentation, data, model, profile, training

    settings = profile.get("offline")
    tf.keras.utils.set_random_seed(0)
    arrays = data.arrays(settings)
    batches = augmentation.make_generators(*arrays, batch_size=settings.batch_size, seed=0)
    classifier = model.reference(settings)
    training.compile_head(classifier)
    middle = settings.epochs_head
    last = middle + settings.epochs_fine
    record = submission.Record(settings, seed=0)
    head = training.train_head(classifier, *batches, middle, verbose=0)
    record.add_phase("head", classifier, head)
    after_head = classifier.get_weights()

    forgotten = submission.Record(settings, seed=0)
    forgotten.add_phase("head", classifier, head)
    classifier.optimizer.learning_rate = settings.learning_rate_fine
    going_on = training.fine_tune(classifier, *batches, middle, middle + 1, verbose=0)
    forgotten.add_phase("fine_tune", classifier, going_on)
    submission.save(classifier, forgotten, course / "submitted" / "gia" / "ps4")

    classifier.set_weights(after_head)
    model.unfreeze(classifier.layers[0], settings.fine_tune_at)
    training.compile_fine_tune(classifier)
    fine = training.fine_tune(classifier, *batches, middle, last, verbose=0)
    record.add_phase("fine_tune", classifier, fine)
    for student in ("ada", "ben"):
        submission.save(classifier, record, course / "submitted" / student / "ps4")


def run(root: Path, course: Path, console: Console) -> bool:
    """Sets the demo class up, grades it, and prints the results.

    Args:
        root: the course root with `solutions/` and `nbgrader_config.py`.
        course: folder for the demo course; an earlier one there is replaced.
        console: where progress and results are printed.

    Returns:
        Whether every score is the expected one.

    Raises:
        SampleError: `root` is no course root, `course` holds something else, or nbgrader failed.
    """
    if root.resolve().is_relative_to(course.resolve()):
        raise SampleError(f"{course} holds the course itself; name another folder for the demo.")
    if course.exists() and not (course / ".rps-demo").exists():
        raise SampleError(
            f"{course} exists and is no demo course; move it away or name another one."
        )
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    (course / ".rps-demo").touch()
    sample = SampleCourse(root, course)
    sample.configure("Grading.profile", "offline")

    problem = isolation.problem()
    unsafe = ["--Isolation.unsafe=True"] if problem else []
    if problem:
        console.print(
            "[bold red]Without isolation:[/] these sample submissions are harmless, so they are "
            f"graded all the same; a class would not be. {problem}\n"
        )

    with console.status("Releasing the assignments (nbgrader generate_assignment)"):
        for assignment in ASSIGNMENTS:
            sample.nbgrader("generate_assignment", assignment)
    everyone = students()
    for student in everyone:
        for assignment in student.assignments:
            write_submission(student, assignment, sample)
    # The model that ps4 hands in trains in a process of its own while the others are graded.
    training = sample.start(["-m", "autograder.demo", str(course)], "training")
    try:
        for assignment in ASSIGNMENTS:
            if assignment == "ps4":
                with console.status("Training the model for ps4 (offline profile, 20 + 20 epochs)"):
                    sample.finish(training, "training the model for ps4")
            number = sum(assignment in student.assignments for student in everyone)
            with console.status(f"nbgrader autograde {assignment}: {number} submissions"):
                sample.nbgrader("autograde", assignment, *unsafe)
    finally:
        training.kill()
    return report(course, everyone, console)


def report(course: Path, everyone: list[Student], console: Console) -> bool:
    """Prints the results of the demo class; returns whether they are the expected ones."""
    unexpected = []
    for assignment in ASSIGNMENTS:
        found = results.collect(
            f"sqlite:///{course}/gradebook.db", course / "autograded", assignment
        )
        console.print(tables.scores(assignment, found))
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
            f"All scores are as expected. The graded notebooks are in {course}/autograded."
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
            default = None if exercise == WRITTEN else result.points
            wanted = student.earns.get(exercise, default)
            if result.score != wanted:
                yield f"{student.id} earned {result.score} in {exercise}, expected {wanted}"


if __name__ == "__main__":
    train_weights(Path(sys.argv[1]))
