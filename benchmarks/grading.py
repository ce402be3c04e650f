"""How long a class takes: `rps-grader run` in its sandbox against nbgrader without one.

    python -m benchmarks.grading                 # 20 submissions of ps2
    python -m benchmarks.grading --scale         # up to 1,000 submissions, see benchmarks.scale

The same submissions of the demo class, right, wrong and broken ones, are graded under the offline
profile, one after the other on the same machine:

- half of them by nbgrader alone: no isolation, test cells run as code, no partial credit;
- all by `rps-grader run`;
- the other half by nbgrader alone;
- all by this course's `nbgrader autograde`;
- all by `rps-grader run`, in an assignment whose cells that only show something are not marked.

Seconds are those of the whole command, CPU seconds those of all its processes, then by what they
do: once, such as the import of TensorFlow, or in forks for submissions. Where the seconds of one
submission go, cell by cell, is what `python -m benchmarks.stages` tells.
"""

import argparse
import os
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.samples import demo
from autograder.samples.course import SampleCourse
from benchmarks import scale
from benchmarks.measuring import ASSIGNMENT, Taken, make, timed


def without_us(course: SampleCourse) -> SampleCourse:
    """Lets unmodified nbgrader grade a course: its configuration, and the profile for notebooks."""
    config = course.folder / "nbgrader_config.py"
    config.write_text("c = get_config()\n")
    course.configure("CourseDirectory.db_url", course.db_url)
    course.configure("CourseDirectory.root", str(course.folder))
    course.environment["RPS_PROFILE"] = "offline"
    return course


def scores(course: SampleCourse) -> dict[tuple[str, str], float | None]:
    """Returns the automatic scores of a course by student and exercise."""
    with Gradebook(course.db_url) as gradebook:
        return {
            (submission.student_id, grade.name): grade.auto_score
            for submission in gradebook.find_assignment(ASSIGNMENT).submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def compare(theirs: dict, ours: dict, name: str) -> None:
    """Prints how far scores agree."""
    other = [key for key in ours if theirs.get(key) != ours[key]]
    print(f"  {name}: {len(ours) - len(other)} of {len(ours)} scores are equal", end="")
    partial = [key for key in other if not theirs.get(key) and (ours[key] or 0) > 0]
    print(f"; {len(partial)} others are partial credit" if other else "", flush=True)


def show(name: str, taken: Taken, count: int) -> None:
    """Prints what a command took for one submission."""
    print(
        f"{name:44} {taken.wall / count:7.2f} {taken.cpu / count:7.2f} {taken.memory:8.0f}",
        flush=True,
    )


def show_parts(name: str, taken: Taken, count: int) -> None:
    """Prints where the CPU seconds of a command go: of a class, and for one submission."""
    print(f"{name}, CPU s by process:{'class':>{34 - len(name)}} {'each':>7}")
    for part, seconds in taken.parts.most_common():
        print(f"  {part:42} {seconds:7.1f} {seconds / count:7.2f}", flush=True)


def main(argv: list[str] | None = None) -> None:
    """Grades the same class in all ways."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=20, help="of the class (default: 20)")
    parser.add_argument("--scale", action="store_true", help="grade classes of several sizes")
    asked = parser.parse_args(argv)
    if asked.scale:
        scale.main()
        return
    count = asked.students
    some = [s for s in demo.students(Path()) if ASSIGNMENT in s.assignments]
    class_ = [(f"{'ab'[i % 2]}-{i:03}", some[i % len(some)]) for i in range(count)]
    stock, run = ["nbgrader", "autograde", ASSIGNMENT], ["autograder", "run", ASSIGNMENT]
    print(f"{count} submissions of {ASSIGNMENT}, {os.cpu_count()} cores; for one submission:")
    print(f"{'':44} {'s':>7} {'CPU s':>7} {'MB':>8}")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        courses = {
            kind: make(Path(name) / kind, class_, kind != "every cell")
            for kind in ("nbgrader", "run", "autograde", "every cell")
        }
        alone = without_us(courses["nbgrader"])
        theirs = timed(alone, [*stock, "--student=a-*"], "first-half")
        ours = timed(courses["run"], run, "run")
        theirs += timed(alone, [*stock, "--student=b-*"], "second-half")
        show("nbgrader alone, no isolation", theirs, count)
        show("rps-grader run", ours, count)
        show("nbgrader autograde", timed(courses["autograde"], stock, "autograde"), count)
        every = timed(courses["every cell"], run, "run")
        show("rps-grader run, every cell", every, count)
        found = {kind: scores(course) for kind, course in courses.items()}
    show_parts("rps-grader run", ours, count)
    compare(found["autograde"], found["run"], "rps-grader run and nbgrader autograde")
    compare(found["nbgrader"], found["run"], "rps-grader run and nbgrader alone")
    print(f"ratio with every cell: {theirs.wall / every.wall:.1f}")
    print(f"ratio: {theirs.wall / ours.wall:.1f}")


if __name__ == "__main__":
    main()
