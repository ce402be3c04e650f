"""A process that has imported what a course preloads and forks for every answer.

Run as `python -m autograder.audit.answers.nursery COURSE PROFILE MODULE...`. It reads one job a
line, as JSON, and answers each with one line. A fork runs the notebook's cells in an IPython shell,
reports evidence as a grading kernel does, then runs the released test cell as a student would.
Nothing that was preloaded may start threads before the fork: they would be missing in the child.

There is no sandbox: these answers are the course's own. That verdicts are the same as those of
`nbgrader autograde`, sandbox and all, is tested.
"""

import contextlib
import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from typing import Any

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.audit.subject import Subject
from autograder.core import check, evidence, withheld
from autograder.core.challenge import Challenge
from autograder.core.course import Course, Profile, load
from autograder.core.exercise import failure
from autograder.core.verdict import to_json

SECONDS = 120  # that one answer may take


class Nursery:
    """The process, seen from outside."""

    def __init__(self, subject: Subject) -> None:
        """Starts it, for answers under the course's quick profile."""
        course = subject.course
        environment = course.environment(course.profile(course.quick, True)) | {
            # Several of them run side by side.
            "OMP_NUM_THREADS": "1",
            "TF_NUM_INTRAOP_THREADS": "1",
            "TF_NUM_INTEROP_THREADS": "1",
            "MPLBACKEND": "agg",  # nobody looks at the plots of answers
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, subject.address, course.quick, *subject.preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | environment,
            text=True,
            start_new_session=True,
        )

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Runs one answer.

        Args:
            job: `cells` (sources to run, the solution cell last), `exercise`, `challenge` (its
                secret, in hexadecimal digits), and `check` (source of the released test cell, or
                None to leave the self-check out).

        Returns:
            `outputs` (of each of the cells), `evidence` (outputs of the test cell while grading),
            `check` (what the self-check printed or raised) and `verdict` (its verdict, None if it
            did not come to one); or `lost`, why there are none.

        Raises:
            RuntimeError: the process itself has ended.
        """
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{__name__} ended with status {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """Ends it and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def _outputs(captured: Any, result: Any) -> list[dict]:
    """Returns what a cell printed and raised as notebook outputs."""
    found = []
    if captured.stdout:
        found.append({"output_type": "stream", "name": "stdout", "text": captured.stdout})
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        said = {"ename": type(error).__name__, "evalue": str(error), "traceback": []}
        found.append({"output_type": "error", **said})
    return found


def _execute(job: dict[str, Any], course: Course, profile: Profile) -> dict[str, Any]:
    shell = InteractiveShell.instance()
    answer: dict[str, Any] = {"outputs": [], "check": None, "verdict": None}

    def run(source: str) -> list[dict]:
        with capture_output() as captured:
            result = shell.run_cell(source, store_history=True)
        return _outputs(captured, result)

    answer["outputs"] = [run(source) for source in job["cells"]]
    try:
        function = eval(job["exercise"], shell.user_ns)
        challenge = Challenge(bytes.fromhex(job["challenge"]))
        exercise = course.exercises[job["exercise"]]
        with capture_output(), withheld.put_away(course.withheld(exercise.assignment)):
            content = check.report(exercise, function, challenge, profile)
        data = {evidence.MIME: content, "text/plain": ""}
        answer["evidence"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    except BaseException as error:
        raised = failure(error)
        said = {"ename": raised.type, "evalue": raised.message, "traceback": []}
        answer["evidence"] = [{"output_type": "error", **said}]
    if job["check"] is not None:
        answer["check"] = run(job["check"])
        verdict = check.latest.get(job["exercise"])
        answer["verdict"] = to_json(verdict) if verdict else None
    return answer


def _in_child(
    job: dict[str, Any], folder: str, pipe: int, course: Course, profile: Profile
) -> None:
    """Runs a job in the child process, which ends here."""
    try:
        for seed in (random.seed, np.random.seed):
            seed()  # every kernel draws its own numbers
        os.chdir(folder)
        with os.fdopen(pipe, "w") as file:
            json.dump(_execute(job, course, profile), file)
    finally:
        os._exit(0)


def _answer(job: dict[str, Any], course: Course, profile: Profile) -> dict[str, Any]:
    """Forks for a job and returns the child's answer."""
    reading, writing = os.pipe()
    folder = tempfile.mkdtemp(prefix="autograder-answer-")
    child = os.fork()
    if child == 0:
        os.close(reading)
        _in_child(job, folder, writing, course, profile)
    os.close(writing)
    said = b""
    try:
        while select.select([reading], [], [], SECONDS)[0]:
            piece = os.read(reading, 1 << 20)
            if not piece:
                return json.loads(said or '{"lost": "ended the notebook\'s kernel"}')
            said += piece
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        shutil.rmtree(folder, ignore_errors=True)
    return {"lost": f"took longer than {SECONDS} seconds"}


def main() -> None:
    """Imports, then answers jobs until its input ends."""
    gc.disable()  # imports make hardly any garbage
    replies = os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDWR)
    jobs = os.fdopen(os.dup(0))
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    address, name, *modules = sys.argv[1:]
    course = load(address)
    profile = course.profile(name, True)
    course.preload(True)
    for module in modules:
        importlib.import_module(module)
    gc.freeze()  # forks need not look through, and thereby copy, what was there before them
    gc.enable()
    for line in jobs:
        replies.write(json.dumps(_answer(json.loads(line), course, profile)) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
