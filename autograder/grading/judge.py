"""Judging: evidence and handed-in files become verdicts, in the form that nbgrader understands."""

import copy
import dataclasses

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.facts import Failure
from autograder.core.rubric import fails
from autograder.core.verdict import Verdict, explain, scaled
from autograder.grading import expecting, files, kept, reading, reasons
from autograder.grading.cells import checked_by, grade_id, is_graded_here, store
from autograder.grading.flags import JUDGED, Flag
from autograder.grading.intake import OTHER_PROFILE
from autograder.grading.placing import FAILED
from autograder.grading.run import RUN, Run

_PLACES = "It was checked in {} places of the notebook, with different results: the best counts."


class NotGradedError(RuntimeError):
    """An exercise could not be graded; the message says why, for a student.

    Attributes:
        kind: what kind of reason it is, for its hint.
    """

    def __init__(self, says: str, kind: str) -> None:
        self.kind = kind
        super().__init__(says)


class JudgeEvidence(NbGraderPreprocessor):
    """Stores each test cell's verdict, and shows it in the form that nbgrader understands."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Judges all test cells of one executed notebook."""
        run: Run = resources.pop(RUN)
        displayed = {
            index: cell.outputs
            for index, cell in enumerate(nb.cells)
            if checked_by(cell, run.course)
        }
        noted = copy.deepcopy(run.notes)
        for index, cell in enumerate(nb.cells):
            if not is_graded_here(cell, run.course):
                continue
            name = grade_id(cell)
            verdict, notes = self._best(name, index, nb, run, resources)
            verdict = scaled(verdict, float(cell.metadata["nbgrader"]["points"]))
            # What concerns the whole notebook is noted with its first exercise.
            further = (*notes, *run.notes.pop("", ()), *run.notes.get(name, ()))
            notes = (*verdict.notes, *further)
            verdict = dataclasses.replace(verdict, notes=notes, isolated=not run.isolation.unsafe)
            earned = f"{verdict.score:g} of {verdict.points:g}"
            self.log.info("%s: %s", name, earned if verdict.graded else verdict.reasons[0].says)
            store(cell, verdict)
            cell.outputs = outputs(verdict)
        resources[JUDGED] = run.flags
        run.notes = noted
        if run.key:
            kept.keep(nb, run, displayed)
        return nb, resources

    def _best(
        self, name: str, index: int, nb: NotebookNode, run: Run, resources: ResourcesDict
    ) -> tuple[Verdict, tuple[str, ...]]:
        """Returns the best verdict among the cells that check an exercise, and remarks.

        What could not be graded outweighs a zero: nobody knows what it would have earned.
        """
        judged = []
        for i in _judged(index, name, nb, run):
            judged.append(self._judge(name, i, nb, run, resources))
            said = new_output("stream", name="stdout", text=explain(judged[-1]) + "\n")
            nb.cells[i].outputs = [said]
        best = max(judged, key=lambda verdict: (verdict.score, not verdict.graded))
        differ = any(verdict.score != best.score for verdict in judged)
        return best, (_PLACES.format(len(judged)),) if differ else ()

    def _judge(
        self, name: str, index: int, nb: NotebookNode, run: Run, resources: ResourcesDict
    ) -> Verdict:
        """Returns the verdict that one of the cells that check an exercise gives."""
        try:
            return self._verdict(name, index, nb, run)
        except NotGradedError as error:
            return run.rubric.not_graded(name, str(error), error.kind)
        except OtherProfileError as error:
            resources[OTHER_PROFILE] = str(error)
            return run.rubric.not_graded(name, str(error), "profile")
        except MemoryError:
            raise  # the submission's budget: not a fault of the judge
        except Exception:
            # Unforeseen: a fault of the judge or of this machine, and never the student's.
            self.log.error("Judging %s failed: report this as a bug", name, exc_info=True)
            resources[FAILED] = True
            because = "Judging it failed. The grader's log says where"
            return run.rubric.not_graded(name, because)

    def _verdict(self, name: str, index: int, nb: NotebookNode, run: Run) -> Verdict:
        cell, rubric = nb.cells[index], run.rubric
        if run.refused:
            raise NotGradedError(f"The notebook {run.refused}.", "refused")
        problem = run.stopped.get(index) or run.lost.get(name)
        if problem:
            # Whatever it displayed before it was stopped does not count.
            raise NotGradedError(problem, problem.kind)
        exercise = run.course.exercises[name]
        try:
            if isinstance(exercise, FileExercise):
                findings = list(files.judge(exercise, run))
                run.flags += (Flag(name, says) for says in rubric.flagged(name, findings))
                return rubric.verdict(name, findings)
            challenge = run.challenge(name, index)
            found = reading.find(cell.outputs)
            facts = reading.read(found, exercise, challenge, run.profile)
            if not isinstance(facts, Failure):
                if index not in run.expected:
                    run.expected[index] = expecting.expected(run, name, index)
                findings = exercise.judge(facts, run.expected[index], rubric.limits(name))
                return rubric.verdict(name, findings)
            finding = reasons.raised(facts, name, cell, nb, run)
        except reading.NoEvidenceError:
            problem = run.problem(name)
            if problem:
                raise NotGradedError(problem, problem.kind) from None
            finding = reasons.no_evidence(name, cell, nb, run)
        except files.UnreadableError as error:
            raise NotGradedError(str(error), "files") from error
        except reading.EvidenceError as error:
            finding = fails(None, "bad_evidence", exercise=name, received=str(error))
        return rubric.verdict(name, [finding])


def _judged(index: int, exercise: str, nb: NotebookNode, run: Run) -> list[int]:
    """Returns the cells to judge an exercise by: those that show something, or its test cell."""
    return [
        i
        for i in (index, *run.further.get(exercise, ()))
        if i in run.stopped or reading.has_evidence(nb.cells[i].outputs)
    ] or [index]


def outputs(verdict: Verdict) -> list[NotebookNode]:
    """Shows a verdict as cell outputs: nbgrader reads an error as 0, a float as partial credit."""
    text = explain(verdict)
    if verdict.is_full:
        return [new_output("stream", name="stdout", text=text + "\n")]
    if verdict.score <= 0:
        first = verdict.reasons[0].says if verdict.reasons else ""
        name = "NoPoints" if verdict.graded else "NotGraded"
        return [new_output("error", ename=name, evalue=first, traceback=text.split("\n"))]
    score = f"{verdict.score:g}"
    return [
        new_output("stream", name="stdout", text=text + "\n"),
        new_output("execute_result", data={"text/plain": score}, execution_count=None),
    ]
