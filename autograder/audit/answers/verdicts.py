"""What answers earn: each in a real notebook, judged by the preprocessor that nbgrader runs.

A notebook is that of the solutions, cut down to what the exercise needs: the set-up cell, imports,
the solution cells before it, the answer and the test cell.
"""

import ast
import contextlib
import os
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from autograder.audit.answers.corpus import MUTANT, Answer
from autograder.audit.answers.nursery import Nursery
from autograder.audit.subject import Subject
from autograder.core.challenge import Challenge
from autograder.core.course import CourseError
from autograder.core.exercise import Exercise
from autograder.core.verdict import Verdict, explain, from_json
from autograder.grading import challenges, marking
from autograder.grading.cells import grade_id, stored
from autograder.grading.judge import JudgeEvidence
from autograder.grading.release import INSTALL
from autograder.grading.run import RUN, FailedLine, Run
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.watchdog import Problem

# Verdicts of an audit are the same each time: one challenge for each exercise. The self-check
# draws its own, as always; that both agree shows that the draw does not matter.
_KEY = b"the challenges of an audit are no secret"
_QUICK = 3  # of so many answers, a quick audit runs the self-check of one


@dataclass(frozen=True)
class Judged:
    """What an answer earned.

    Attributes:
        answer: the answer.
        score: points in the gradebook.
        points: points that could be earned.
        verdict: what the TA reads.
        self_check: what the student reads; None where there was no self-check: for a mutant, which
            no student runs, for an answer that ended its process, and for some in a quick audit.
        self_verdict: the verdict of the self-check; None if there is none.
    """

    answer: Answer
    score: float
    points: float
    verdict: Verdict
    self_check: str | None = None
    self_verdict: Verdict | None = None

    @property
    def text(self) -> str:
        """What the TA reads."""
        return explain(self.verdict)

    @property
    def disagree(self) -> bool:
        """Whether the self-check told the student something else than the verdict tells the TA."""
        if self.self_check is None:
            return False
        own = self.self_verdict
        score, holding = (own.score, own.holding) if own else (0.0, ())
        return set(holding) != set(self.verdict.holding) or abs(self.score - score) > 0.005


def challenge(exercise: Exercise) -> Challenge:
    """Returns the challenge under which an audit judges answers to an exercise."""
    about = {"student": "audit", "assignment": exercise.assignment, "attempt": ""}
    key = challenges.for_attempt(_KEY, **about)
    return challenges.for_exercise(key, content="", exercise=exercise.name)


def solved(subject: Subject, assignment: str) -> NotebookNode:
    """Returns an assignment's solutions as a student would hand them in.

    Raises:
        CourseError: it has none.
    """
    path = subject.root / "solutions" / assignment / f"{assignment}.ipynb"
    try:
        notebook = nbformat.read(path, as_version=4)
    except OSError as error:
        raise CourseError(
            f"Cannot read {path}: run the audit from the root of a clone of the course."
        ) from error
    for cell in notebook.cells:
        cell.source = marking.solved(cell.source)
    return notebook


def cut_down(notebook: NotebookNode, exercise: str) -> NotebookNode:
    """Returns a notebook with the cells that an exercise needs; its test cell is the last.

    Raises:
        CourseError: the notebook has no such exercise.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    code = [cell for cell in code if INSTALL not in cell.metadata.get("tags", ())]
    needed = []
    if exercise not in map(grade_id, code):
        raise CourseError(f"The solutions have no test cell with the grade id {exercise!r}.")
    for number, cell in enumerate(code):
        name = grade_id(cell) or ""
        if name == exercise:
            needed.append(cell)
            break
        if name.endswith("_solution") or number == 0:
            needed.append(cell)
        elif not name:
            imports = [
                ast.unparse(node)
                for node in ast.parse(cell.source).body
                if isinstance(node, ast.Import | ast.ImportFrom)
            ]
            if imports:
                needed.append(cell | {"source": "\n".join(imports)})
    return nbformat.v4.new_notebook(cells=[nbformat.from_dict(dict(cell)) for cell in needed])


def _self_checked(answer: Answer, quick: bool) -> bool:
    chosen = not quick or zlib.crc32(answer.name.encode()) % _QUICK == 0
    return chosen and answer.kind != MUTANT


def judge(subject: Subject, answers: list[Answer], quick: bool = False) -> Iterator[Judged]:
    """Runs answers in notebooks, judges them, and yields the verdicts in the same order.

    Args:
        subject: the course.
        answers: the answers; those to the same exercise should be neighbours.
        quick: whether only one answer in three is checked as its student would, too.

    Raises:
        CourseError: its solutions lack an exercise.
    """
    jobs = min(4, os.cpu_count() or 1)  # each takes up to 1 GB of memory
    course = subject.course
    profile, known = course.profile(course.quick, True), course.exercises
    rubric = course.load_rubric()
    assignments = {known[answer.exercise].assignment for answer in answers}
    notebooks = {name: solved(subject, name) for name in sorted(assignments)}
    idle: SimpleQueue[Nursery] = SimpleQueue()
    judging = Lock()  # TensorFlow would use all cores for each of the verdicts

    def one(answer: Answer) -> Judged:
        notebook = cut_down(notebooks[known[answer.exercise].assignment], answer.exercise)
        *cells, test = notebook.cells
        cells[-1].source = answer.source
        asked = challenge(known[answer.exercise])
        job = {
            "exercise": answer.exercise,
            "cells": [cell.source for cell in cells],
            "challenge": asked.secret.hex(),
            "check": test.source if _self_checked(answer, quick) else None,
        }
        nursery = idle.get()
        try:
            said = nursery.run(job)
        finally:
            idle.put(nursery)
        run = Run(
            course,
            subject.address,
            profile,
            rubric,
            challenges={answer.exercise: asked},
            handed_in={},
            isolation=Isolation(),
        )
        _note(said, notebook, answer.exercise, run)
        with judging:
            JudgeEvidence().preprocess(notebook, {RUN: run})
        score, points = utils.determine_grade(test)
        own = said.get("verdict")
        return Judged(
            answer,
            score,
            points,
            stored(test),
            _text(said.get("check")),
            from_json(own) if own else None,
        )

    with contextlib.ExitStack() as nurseries:
        for _ in range(jobs):
            idle.put(nurseries.enter_context(contextlib.closing(Nursery(subject))))
        with ThreadPoolExecutor(jobs) as pool:
            try:  # whatever ends it, the pool waits for nothing that has not begun
                for future in [pool.submit(one, answer) for answer in answers]:
                    yield future.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                nurseries.close()


def _note(said: dict[str, Any], notebook: NotebookNode, exercise: str, run: Run) -> None:
    """Notes what running an answer gave, in its notebook and in the run, as executing it would."""
    if "lost" in said:
        run.lost[exercise] = Problem(f"Running `{exercise}` {said['lost']}.", "end")
        return
    *cells, test = notebook.cells
    for number, cell in enumerate(cells, 1):
        cell.outputs = nbformat.from_dict(said["outputs"][number - 1])
        for error in (o for o in cell.outputs if o.output_type == "error"):
            run.failed[number - 1] = FailedLine(number, "", error.ename, error.evalue)
    test.outputs = nbformat.from_dict(said["evidence"])


def _text(outputs: list[dict] | None) -> str | None:
    """Returns what cell outputs say."""
    if outputs is None:
        return None
    return "\n".join(
        "\n".join(output.get("traceback", [])) or f"{output['ename']}: {output['evalue']}"
        if output["output_type"] == "error"
        else output.get("text", "")
        for output in outputs
    ).strip()
