"""How long a changed rubric takes: `rps-grader rejudge` for a class, against grading it again.

    python -m benchmarks.rejudge                # 1,000 submissions of ps2
    python -m benchmarks.rejudge --students 100

Six submissions of the demo class, right and wrong, are graded by `rps-grader run`, which is timed.
Each is then given to as many students as it takes, and signed for them. A limit of the rubric is
changed, and all are judged again. The ratio is that of the seconds for one submission.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from autograder.grading import challenges, kept, states
from autograder.samples import demo
from autograder.samples.course import SampleCourse

_ASSIGNMENT = "ps2"


def rps_grader(course: SampleCourse, *arguments: str) -> float:
    """Runs a command in the course; returns its seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", "autograder", *arguments]
    done = subprocess.run(command, cwd=course.folder, capture_output=True, text=True, check=False)
    print("   ", done.stdout.strip().splitlines()[-1], flush=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.monotonic() - began


def multiply(course: SampleCourse, students: list[str], count: int) -> None:
    """Gives the results of some students to many others, as if they had been graded, too."""
    key = challenges.course_key(course.folder)
    for number in range(count - len(students)):
        name, like = f"student-{number:05}", students[number % len(students)]
        for step in ("submitted", "autograded"):
            source = course.folder / step / like / _ASSIGNMENT
            shutil.copytree(source, course.folder / step / name / _ASSIGNMENT)
        path = course.folder / "autograded" / name / _ASSIGNMENT / f"{_ASSIGNMENT}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        attempt = states.kept(notebook).attempt
        about = {"student": name, "assignment": _ASSIGNMENT, "attempt": attempt}
        kept.sign(notebook, challenges.for_attempt(key, **about))
        nbformat.write(notebook, path)


def main(argv: list[str] | None = None) -> None:
    """Compares the two."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=1000, help="of the class (default: 1000)")
    count = parser.parse_args(argv).students
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        course = SampleCourse(Path(), Path(folder))
        course.configure("Grading.profile", "offline")
        rubrics = course.folder / "rubrics"
        rubrics.mkdir()
        course.configure("Grading.rubric", str(rubrics))
        course.nbgrader("generate_assignment", _ASSIGNMENT)
        some = [s for s in demo.students(Path()) if _ASSIGNMENT in s.assignments]
        for student in some:
            demo.write_submission(student, _ASSIGNMENT, course, Path(demo.ANSWERS))
        names = [student.id for student in some]
        graded = rps_grader(course, "run", _ASSIGNMENT) / len(names)
        print(f"rps-grader run: {graded:.2f} s a submission, of {len(names)}")
        multiply(course, names, count)
        text = Path("rps_course/exercises/build_classifier/rubric.toml").read_text()
        changed = text.replace('says = "', 'says = "Now: ')
        (rubrics / "build_classifier.toml").write_text(changed)
        judged = rps_grader(course, "rejudge", _ASSIGNMENT)
        print(
            f"rps-grader rejudge: {judged:.1f} s for {count}, {judged / count:.3f} s a submission"
        )
        print(f"ratio: {graded / (judged / count):.0f}")


if __name__ == "__main__":
    main()
