"""How `rps-grader run` grows with the class: seconds and memory, and what follows for larger ones.

    python -m benchmarks.grading --scale

Classes of 10 and 100 are graded in ps2, and of 10, 100 and 1,000 in the toy course of the tests,
which needs no TensorFlow: it shows what the engine itself takes. A straight line through the
smallest and the largest class says what a command takes at its start, and for each submission; from
these come the figures for classes that nobody has here.
"""

import os
import tempfile
from itertools import cycle, islice
from pathlib import Path

import nbformat

from autograder.samples import demo
from autograder.samples.course import SampleCourse
from benchmarks.measuring import ASSIGNMENT, Taken, make, timed

_TOY = Path("tests/toy_course")
_TOY_ASSIGNMENT = "toy1"
_LARGE = 10_000, 100_000
_THREADS = 64  # of a cluster's workers together
_WRONG = "def double(x):\n    return x"


def ps2(folder: Path, count: int) -> SampleCourse:
    """Makes a class of the demo's submissions of ps2."""
    some = [s for s in demo.students(Path()) if ASSIGNMENT in s.assignments]
    return make(folder, ((f"s{n:05}", s) for n, s in enumerate(islice(cycle(some), count))))


def toy(folder: Path, count: int) -> SampleCourse:
    """Makes a class of the toy course, of right and wrong submissions."""
    folder.mkdir()
    course = SampleCourse(_TOY, folder)
    course.environment["PYTHONPATH"] = str(_TOY.absolute())
    course.nbgrader("generate_assignment", _TOY_ASSIGNMENT)
    right, wrong = course.solved(_TOY_ASSIGNMENT), course.solved(_TOY_ASSIGNMENT)
    for cell in wrong.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "double_solution":
            cell.source = _WRONG
    for number, notebook in enumerate(islice(cycle([right, wrong]), count)):
        submission = course.submission(f"s{number:05}", _TOY_ASSIGNMENT)
        nbformat.write(notebook, submission / f"{_TOY_ASSIGNMENT}.ipynb")
        (submission / "measurements.csv").write_text("1\n2\n3\n")
    return course


def measure(name: str, made, sizes: tuple[int, ...]) -> dict[int, Taken]:
    """Grades classes of some sizes; prints and returns what that takes."""
    taken = {}
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            course = made(Path(folder) / "class", count)
            assignment = course.assignments[0] if name == _TOY_ASSIGNMENT else ASSIGNMENT
            found = taken[count] = timed(course, ["autograder", "run", assignment], "run")
            graded = len(list((course.folder / "autograded").glob("*/*/*.ipynb")))
            if graded != count:
                raise SystemExit(f"Only {graded} of {count} were graded: {course.folder}/logs")
        print(
            f"{name:6} {count:8,} {found.wall:9.1f} {found.cpu:9.1f} {found.own:9.1f} "
            f"{found.memory:8.0f}",
            flush=True,
        )
    return taken


def model(name: str, taken: dict[int, Taken]) -> None:
    """Prints what larger classes would take on a cluster."""
    small, large = min(taken), max(taken)
    more = large - small

    def line(what: str) -> tuple[float, float]:
        each = (getattr(taken[large], what) - getattr(taken[small], what)) / more
        return getattr(taken[small], what) - small * each, each

    (_, cpu), (start, own), (base, memory) = line("cpu"), line("own"), line("memory")
    print(
        f"{name}: for each submission {cpu:.2f} CPU s, of which the command itself {own:.3f}, and "
        f"{1000 * memory:.0f} kB of its memory"
    )
    for count in _LARGE:
        writing, grading = start + count * own, count * (cpu - own) / _THREADS
        print(
            f"  {count:8,}: {max(writing, grading) / 60:7.0f} min with {_THREADS} threads "
            f"(grading {grading / 60:.0f}, the command {writing / 60:.0f}), "
            f"{base + count * memory:.0f} MB"
        )


def main() -> None:
    """Grades classes, and prints the figures."""
    print(f"rps-grader run, {os.cpu_count()} cores:")
    print(f"{'':6} {'class':>8} {'s':>9} {'CPU s':>9} {'own CPU s':>9} {'MB':>8}")
    classes = (_TOY_ASSIGNMENT, toy, (10, 100, 1000)), (ASSIGNMENT, ps2, (10, 100))
    found = {name: measure(name, made, sizes) for name, made, sizes in classes}
    print("By a straight line through the smallest and the largest class:")
    for name, taken in found.items():
        model(name, taken)
