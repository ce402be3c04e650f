"""What `nbgrader autograde` runs on each submission before and after it is executed.

`nbgrader_config.py` puts these, and `autograder.execution`, into nbgrader's own lists of
preprocessors, so that the stock command, and formgrader's button, grade by evidence and verdict.
"""

import dataclasses
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder import verification, weights
from autograder.cells import grade_id, is_graded_here
from autograder.execution import Run
from autograder.intake import OTHER_PROFILE
from autograder.isolation import UNSAFE
from rps_course import check, rubric
from rps_course.exercises import trained

NOT_GRADED = "NotGraded"  # the name of the error in place of a verdict that could not be reached


class RepairNotebook(NbGraderPreprocessor):
    """Brings a submission's cells back in line with the released assignment.

    Students duplicate, delete, move and convert cells, and editors strip metadata. nbgrader alone
    then stops, for the whole class. Here the released metadata counts: extra copies become ordinary
    cells, test cells that are missing come back after their solution, and the rest is graded.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Repairs one notebook in place."""
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(info["notebook"], info["assignment"])
            released = {cell.name: self._released(cell) for cell in notebook.source_cells}
            for cell in notebook.grade_cells:
                released[cell.name].metadata["nbgrader"] |= {
                    "grade": True,
                    "points": cell.max_score,
                }
            for cell in notebook.solution_cells:
                released[cell.name].metadata["nbgrader"]["solution"] = True
            for cell in notebook.task_cells:
                released[cell.name].metadata["nbgrader"] |= {"task": True, "points": cell.max_score}
        self._recognize(nb, released)
        self._drop_copies(nb)
        self._bring_back(nb, released)
        return nb, resources

    @staticmethod
    def _released(cell: Any) -> NotebookNode:
        new_cell = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        metadata = {
            "schema_version": 3,
            "grade": False,
            "solution": False,
            "task": False,
            "locked": cell.locked,
            "grade_id": cell.name,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
        }
        return new_cell(source=cell.source, metadata={"nbgrader": metadata})

    def _recognize(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Gives every cell of the assignment its released metadata, and takes all other away."""
        by_source = {
            cell.source.strip(): name
            for name, cell in released.items()
            if cell.metadata["nbgrader"]["locked"]
        }
        for cell in nb.cells:
            name = grade_id(cell)
            if name not in released:
                had_metadata = "nbgrader" in cell.metadata
                cell.metadata.pop("nbgrader", None)
                name = by_source.get(str(cell.source).strip())
                if name is None:
                    if had_metadata:
                        self.log.warning("A cell of another assignment is not graded")
                    continue
                self.log.warning("Test cell %r had lost its metadata: restored", name)
            cell.metadata["nbgrader"] = dict(released[name].metadata["nbgrader"])

    def _drop_copies(self, nb: NotebookNode) -> None:
        """Keeps the last cell of each grade id, as Python keeps the last definition."""
        seen = set()
        for cell in reversed(nb.cells):
            name = grade_id(cell)
            if name in seen:
                self.log.warning("Cell %r exists several times: the last one is graded", name)
                cell.metadata.pop("nbgrader")
            elif name is not None:
                seen.add(name)

    def _bring_back(self, nb: NotebookNode, released: dict[str, NotebookNode]) -> None:
        """Puts each test cell behind its solution, and missing ones back."""
        for name, cell in released.items():
            if not cell.metadata["nbgrader"]["grade"]:
                continue
            names = [grade_id(other) for other in nb.cells]
            solution = f"{name}_solution"
            after = names.index(solution) + 1 if solution in names else len(names)
            if name not in names:
                self.log.warning("Test cell %r was missing: it is back", name)
                nb.cells.insert(after, cell)
            elif solution in names and names.index(name) < after:
                self.log.warning("Test cell %r stood before its solution: moved behind it", name)
                nb.cells.insert(after, nb.cells[names.index(name)])
                nb.cells.pop(names.index(name))


class NotGradedError(RuntimeError):
    """An exercise could not be graded; the message says why, for a student."""


class JudgeEvidence(NbGraderPreprocessor):
    """Replaces each test cell's outputs by the verdict, in the form that nbgrader understands."""

    rubric_file = Unicode(
        str(rubric.DEFAULT), help="The rubric file; a course may keep an edited copy of its own."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Judges all test cells of one executed notebook."""
        rules = rubric.load(Path(self.rubric_file))
        run: Run = resources.pop("rps_course")
        for cell in nb.cells:
            if not is_graded_here(cell):
                continue
            name = grade_id(cell)
            problem, verdict = "", None
            try:
                verdict = self._verdict(cell, nb, run, rules)
            except (NotGradedError, verification.OtherProfileError) as error:
                problem = str(error)
                if isinstance(error, verification.OtherProfileError):
                    resources[OTHER_PROFILE] = problem
                finding = rubric.fails(None, "not_graded", exercise=name, because=problem)
                verdict = rules.verdict(name, [finding])
            if run.isolation.unsafe:
                verdict = dataclasses.replace(verdict, notes=(*verdict.notes, UNSAFE))
            self.log.info("%s: %s", name, problem or f"{verdict.score:g} of {verdict.points:g}")
            points = float(cell.metadata["nbgrader"]["points"])
            cell.outputs = outputs(verdict, points, graded=not problem)
        return nb, resources

    def _verdict(
        self, cell: NotebookNode, nb: NotebookNode, run: Run, rules: rubric.Rubric
    ) -> rubric.Verdict:
        name = grade_id(cell)
        if run.refused:
            raise NotGradedError(f"The notebook {run.refused}.")
        if name in run.lost:
            # Whatever it displayed before it was stopped does not count.
            raise NotGradedError(run.lost[name])
        try:
            if name == trained.NAME:
                return rules.verdict(name, weights.judge(run, rules[name]))
            challenge = run.challenges[name]
            found = verification.find(cell.outputs)
            facts = verification.read(found, name, challenge, run.profile)
            return check.judge(name, facts, challenge, run.profile, rules)
        except verification.NoEvidenceError:
            problem = run.problem(name)
            if problem:
                raise NotGradedError(problem) from None
            because = why_no_evidence(cell, nb)
            finding = rubric.fails(None, "no_evidence", exercise=name, because=because)
        except weights.UnreadableError as error:
            raise NotGradedError(str(error)) from error
        except verification.EvidenceError as error:
            finding = rubric.fails(None, "bad_evidence", exercise=name, received=str(error))
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # Facts that fit the schema may still contradict one another. That costs this exercise,
            # not the class; should the judge itself be wrong, the log has the traceback.
            self.log.warning("Judging %s failed: %r", name, error, exc_info=True)
            received = "its facts contradict one another"
            finding = rubric.fails(None, "bad_evidence", exercise=name, received=received)
        return rules.verdict(name, [finding])


def why_no_evidence(cell: NotebookNode, nb: NotebookNode) -> str:
    """Returns what a test cell's own error, and the one of its solution cell, tell a student."""
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


def outputs(verdict: rubric.Verdict, points: float, graded: bool = True) -> list[NotebookNode]:
    """Writes a verdict as cell outputs: nbgrader reads an error as 0, a float as partial credit.

    Args:
        verdict: what the exercise earned.
        points: the points of the cell in the gradebook; the verdict is scaled to them.
        graded: whether it is a verdict, or says that there could be none.
    """
    text = check.explain(verdict)
    if verdict.is_full:
        return [new_output("stream", name="stdout", text=text + "\n")]
    score = round(verdict.score * points / verdict.points, 2)
    if score <= 0:
        first = verdict.reasons[0].says if verdict.reasons else ""
        name = "NoPoints" if graded else NOT_GRADED
        return [new_output("error", ename=name, evalue=first, traceback=text.split("\n"))]
    return [
        new_output("stream", name="stdout", text=text + "\n"),
        new_output("execute_result", data={"text/plain": f"{score:g}"}, execution_count=None),
    ]
