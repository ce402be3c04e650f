"""Judging: evidence and handed-in files become verdicts, in the form that nbgrader understands."""

import dataclasses

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core import check
from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.rubric import fails
from autograder.core.verdict import Verdict, explain
from autograder.grading import files, reading
from autograder.grading.cells import grade_id, is_graded_here, store
from autograder.grading.execute import RUN, Run
from autograder.grading.intake import OTHER_PROFILE


class NotGradedError(RuntimeError):
    """An exercise could not be graded; the message says why, for a student."""


class JudgeEvidence(NbGraderPreprocessor):
    """Stores each test cell's verdict, and shows it in the form that nbgrader understands."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Judges all test cells of one executed notebook."""
        run: Run = resources.pop(RUN)
        for cell in nb.cells:
            if not is_graded_here(cell, run.course):
                continue
            name = grade_id(cell)
            try:
                verdict = self._verdict(cell, nb, run)
            except (NotGradedError, OtherProfileError) as error:
                verdict = run.rules.not_graded(name, str(error))
                if isinstance(error, OtherProfileError):
                    resources[OTHER_PROFILE] = str(error)
            except Exception:
                # Unforeseen: a fault of the judge or of this machine, and never the student's.
                self.log.error("Judging %s failed: report this as a bug", name, exc_info=True)
                because = "Judging it failed. The grader's log says where"
                verdict = run.rules.not_graded(name, because)
            # What concerns the whole notebook is noted with its first exercise.
            noted = (*verdict.notes, *run.notes.pop("", ()), *run.notes.get(name, ()))
            verdict = dataclasses.replace(verdict, notes=noted, isolated=not run.isolation.unsafe)
            earned = f"{verdict.score:g} of {verdict.points:g}"
            self.log.info("%s: %s", name, earned if verdict.graded else verdict.reasons[0].says)
            store(cell, verdict)
            cell.outputs = outputs(verdict, float(cell.metadata["nbgrader"]["points"]))
        return nb, resources

    def _verdict(self, cell: NotebookNode, nb: NotebookNode, run: Run) -> Verdict:
        name, rules = grade_id(cell), run.rules
        if run.refused:
            raise NotGradedError(f"The notebook {run.refused}.")
        if name in run.lost:
            # Whatever it displayed before it was stopped does not count.
            raise NotGradedError(run.lost[name])
        exercise = run.course.exercises[name]
        try:
            if isinstance(exercise, FileExercise):
                return rules.verdict(name, files.judge(exercise, run))
            challenge = run.challenges[name]
            found = reading.find(cell.outputs)
            facts = reading.read(found, exercise, challenge, run.profile)
            return check.judge(exercise, facts, challenge, run.profile, rules)
        except reading.NoEvidenceError:
            problem = run.problem(name)
            if problem:
                raise NotGradedError(problem) from None
            because = why_no_evidence(cell, nb)
            finding = fails(None, "no_evidence", exercise=name, because=because)
        except files.UnreadableError as error:
            raise NotGradedError(str(error)) from error
        except reading.EvidenceError as error:
            finding = fails(None, "bad_evidence", exercise=name, received=str(error))
        return rules.verdict(name, [finding])


def why_no_evidence(cell: NotebookNode, nb: NotebookNode) -> str:
    """Returns why there is no evidence: the errors of a test cell and of its solution cell."""
    because = ""
    solution = next((c for c in nb.cells if grade_id(c) == f"{grade_id(cell)}_solution"), None)
    for place, source in (("the cell above it", solution), ("it", cell)):
        if source is None or source.cell_type != "code":
            continue
        error = next((o for o in source.outputs if o.output_type == "error"), None)
        if error is not None:
            said = f"{error.ename}: {error.evalue}".strip()[:300]
            because += f" Running {place} stopped with {said}."
    return because


def outputs(verdict: Verdict, points: float) -> list[NotebookNode]:
    """Shows a verdict as cell outputs: nbgrader reads an error as 0, a float as partial credit.

    Args:
        verdict: what the exercise earned.
        points: the points of the cell in the gradebook; the verdict is scaled to them.
    """
    text = explain(verdict)
    if verdict.is_full:
        return [new_output("stream", name="stdout", text=text + "\n")]
    score = round(verdict.score * points / verdict.points, 2)
    if score <= 0:
        first = verdict.reasons[0].says if verdict.reasons else ""
        name = "NoPoints" if verdict.graded else "NotGraded"
        return [new_output("error", ename=name, evalue=first, traceback=text.split("\n"))]
    return [
        new_output("stream", name="stdout", text=text + "\n"),
        new_output("execute_result", data={"text/plain": f"{score:g}"}, execution_count=None),
    ]
