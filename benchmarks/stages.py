"""Where the CPU seconds of one submission go: each cell, each probe, each step of nbgrader.

    python -m benchmarks.stages            # the solved notebook of every problem set
    python -m benchmarks.stages ps2

Each is graded by `nbgrader autograde` in a course of its own, isolated, under the offline profile:
once to warm the system's file caches, then once to be measured. A cell's seconds are those of all
processes of its kernel; a step's are those of the grader's process, without the kernel.
"""

import argparse
import collections
import contextlib
import functools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from autograder.samples.course import SampleCourse

_REPORT = "BENCHMARK_STAGES"  # the file that a measured run writes to
_LEAST = 0.05  # seconds: stages below are summed up in one row


def seconds(process: psutil.Process) -> float:
    """Returns the CPU seconds of a process and of all that it started, children that ended too."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += sum(each.cpu_times()[:4])
    return total


class Measured:
    """Stages of the run, written to the report line by line: several processes write to it."""

    def __init__(self, report: Path) -> None:
        self.report = report

    def note(self, stage: str, spent: float) -> None:
        """Notes how many CPU seconds a stage took."""
        with self.report.open("a") as file:
            file.write(json.dumps([stage, spent]) + "\n")

    def wrapped(self, stage: str, function: Callable) -> Callable:
        """Returns a function whose CPU seconds in this process are noted."""

        @functools.wraps(function)
        def call(*arguments, **options):
            before = time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self.note(stage, time.process_time() - before)

        return call


def instrument(measured: Measured) -> None:
    """Measures what nbgrader does in this process, and in those that it forks."""
    from nbconvert.exporters import Exporter

    from autograder.grading import intake, kernels
    from autograder.grading.execute import ExecuteWithChallenge

    register = Exporter.register_preprocessor

    def registered(self, preprocessor, enabled=False):
        made = register(self, preprocessor, enabled)
        if made is not None and self._preprocessors and self._preprocessors[-1] is made:
            name = f"step {type(made).__name__}"
            self._preprocessors[-1] = measured.wrapped(name, made)
        return made

    Exporter.register_preprocessor = registered
    execute = ExecuteWithChallenge._execute_cell

    def measured_cell(self, cell, index):
        kernel = self.manager.provisioner.started.program
        before = seconds(kernel)
        try:
            return execute(self, cell, index)
        finally:
            first = cell.source.strip().split("\n")[0][:50]
            name = cell.metadata.get("nbgrader", {}).get("grade_id") or first
            kind = "probe" if cell.metadata.get("nbgrader", {}).get("grade") else "cell"
            measured.note(f"{kind} {name}", seconds(kernel) - before)

    ExecuteWithChallenge._execute_cell = measured_cell
    for owner, name, stage in (
        (kernels.IsolatedProvisioner, "launch_kernel", "start of a kernel"),
        (intake.StagedAutograde, "init_notebooks", "finding submissions"),
        (intake.StagedAutograde, "init_destination", "staging a submission"),
        (intake.StagedAutograde, "write_single_notebook", "writing a notebook"),
    ):
        original = getattr(owner, name)
        setattr(owner, name, measured.wrapped(stage, original))


def grade_measured(arguments: list[str]) -> None:
    """Runs `nbgrader autograde` in this process and writes what its stages take."""
    from nbgrader.apps import NbGraderApp

    instrument(Measured(Path(os.environ[_REPORT])))
    sys.argv = ["nbgrader", "autograde", *arguments]
    NbGraderApp.launch_instance()


def measure(course: SampleCourse, assignment: str) -> tuple[dict[str, float], float, float]:
    """Grades an assignment's solution; returns the stages' CPU seconds, and all CPU and wall."""
    report = course.folder / "stages.jsonl"
    for run in ("to warm up", "measured"):
        report.unlink(missing_ok=True)
        course.environment[_REPORT] = str(report)
        before, began = os.times(), time.monotonic()
        arguments = ["-m", "benchmarks.stages", assignment, "--force"]
        course.finish(course.start(arguments, f"{assignment}-{run}"), f"grading {assignment}")
        after, wall = os.times(), time.monotonic() - began
    cpu = sum(after[2:4]) - sum(before[2:4])
    stages: dict[str, float] = collections.Counter()
    for line in report.read_text().splitlines():
        stage, spent = json.loads(line)
        stages[stage] += spent
    return stages, cpu, wall


def show(assignment: str, stages: dict[str, float], cpu: float, wall: float) -> None:
    """Prints a table of stages, the dearest first."""
    print(f"{assignment}: {cpu:.1f} CPU s, {wall:.1f} s")
    small = 0.0
    for stage, spent in sorted(stages.items(), key=lambda item: -item[1]):
        if spent >= _LEAST:
            print(f"  {spent:6.2f}  {stage}")
        else:
            small += spent
    print(f"  {small:6.2f}  stages below {_LEAST} s")
    rest = cpu - sum(stages.values())
    print(f"  {rest:6.2f}  all else; what is killed, as the warm process, is not counted")


def main(argv: list[str] | None = None) -> None:
    """Measures problem sets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("assignments", nargs="*", help="problem sets; all if none is named")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        course = SampleCourse(Path(), Path(folder))
        course.configure("Grading.profile", "offline")
        course.environment["PYTHONPATH"] = str(Path().absolute())
        for assignment in asked.assignments or course.assignments:
            course.nbgrader("generate_assignment", assignment)
            course.hand_in("solved", assignment, course.solved(assignment))
            show(assignment, *measure(course, assignment))


if __name__ == "__main__":
    if _REPORT in os.environ:
        grade_measured(sys.argv[1:])
    else:
        main()
