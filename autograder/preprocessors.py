"""What `nbgrader autograde` runs on each submission: repair, execute with challenges, judge.

`nbgrader_config.py` puts these into nbgrader's own lists of preprocessors, so that the stock
command, and formgrader's button, grade by evidence and verdict.
"""

import os
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from nbclient.exceptions import DeadKernelError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Unicode

from autograder import challenges, verification
from rps_course import check, exercises, profile, rubric, submission
from rps_course.challenge import ENVIRONMENT_VARIABLE, Challenge
from rps_course.exercises import trained

# A weights file of alpha 1.0 is 9 MB; anything much larger is no answer to ps4.
MAX_HANDED_IN_BYTES = 64_000_000


def is_graded_here(cell: NotebookNode) -> bool:
    """Whether a cell is the test cell of one of this course's exercises."""
    return (
        cell.cell_type == "code"
        and utils.is_grade(cell)
        and not utils.is_solution(cell)
        and (grade_id(cell) in exercises.registry() or grade_id(cell) == trained.NAME)
    )


def grade_id(cell: NotebookNode) -> str | None:
    """Returns a cell's grade id, None without one."""
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def grading_profile() -> profile.Profile:
    """Returns the profile that kernels run under while grading.

    `RPS_PROFILE` may name it, or the profile that the course is taught with.

    Raises:
        ProfileError: it names no profile.
    """
    name = os.environ.get("RPS_PROFILE", "").strip() or "grading"
    return profile.get(f"grading-{name}" if name in ("standard", "offline") else name)


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


class ExecuteWithChallenge(Execute):
    """Executes a submission and tells each test cell its challenge, no earlier than it runs."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict, km: Any = None
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Executes one notebook; what judging it needs is left in `resources["rps_course"]`."""
        info = resources["nbgrader"]
        course = grading_profile()
        key = challenges.course_key(Path(CourseDirectory(config=self.config).root))
        sources = [cell.source for cell in nb.cells]
        self.challenges: dict[str, Challenge] = {
            grade_id(cell): challenges.for_exercise(
                key,
                student=info["student"],
                assignment=info["assignment"],
                sources=sources,
                exercise=grade_id(cell),
            )
            for cell in nb.cells
            if is_graded_here(cell)
        }
        # Handed-in files are read before any of the student's code can change them.
        folder = Path(resources.get("metadata", {}).get("path") or ".")
        resources["rps_course"] = {
            "profile": course,
            "challenges": self.challenges,
            "handed_in": {
                name: _read_handed_in(folder / name)
                for name in (submission.RPS_WEIGHTS, submission.RPS_RECORD)
            },
            "problem": "",
        }
        environment = {"RPS_PROFILE": course.name, "TF_CPP_MIN_LOG_LEVEL": "2", "MPLBACKEND": "agg"}
        # Not nbgrader's utils.setenv: that of 0.9.6 forgets what the variables were before, and the
        # second submission would be graded under another profile.
        with mock.patch.dict(os.environ, environment):
            try:
                return super().preprocess(nb, resources, km)
            except DeadKernelError:
                self.log.warning("The kernel died while running %s's notebook", info["student"])
                resources["rps_course"]["problem"] = (
                    " The notebook's kernel died while it ran, at this cell or an earlier one."
                )
                return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: ResourcesDict, index: int
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Executes one cell; a test cell gets its challenge through the kernel's environment."""
        if not is_graded_here(cell):
            return super().preprocess_cell(cell, resources, index)
        source = cell.source
        secret = self.challenges[grade_id(cell)].secret.hex()
        cell.source = f"__import__('os').environ[{ENVIRONMENT_VARIABLE!r}] = {secret!r}\n{source}"
        try:
            return super().preprocess_cell(cell, resources, index)
        finally:
            cell.source = source


def _read_handed_in(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_HANDED_IN_BYTES:
        return None
    return path.read_bytes()


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
        run = resources.pop("rps_course")
        for cell in nb.cells:
            if not is_graded_here(cell):
                continue
            verdict = self._verdict(cell, nb, run, rules)
            self.log.info("%s: %g of %g", verdict.exercise, verdict.score, verdict.points)
            cell.outputs = outputs(verdict, float(cell.metadata["nbgrader"]["points"]))
        return nb, resources

    def _verdict(
        self, cell: NotebookNode, nb: NotebookNode, run: dict, rules: rubric.Rubric
    ) -> rubric.Verdict:
        name = grade_id(cell)
        challenge = run["challenges"][name]
        if name == trained.NAME:
            return judge_handed_in(run["handed_in"], run["profile"], rules)
        try:
            facts = verification.read(
                verification.find(cell.outputs), name, challenge, run["profile"]
            )
            return check.judge(name, facts, challenge, run["profile"], rules)
        except verification.NoEvidenceError:
            because = run["problem"] or why_no_evidence(cell, nb)
            finding = rubric.fails(None, "no_evidence", exercise=name, because=because)
        except verification.EvidenceError as error:
            finding = rubric.fails(None, "bad_evidence", exercise=name, received=str(error))
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # Facts that fit the schema may still contradict one another. That costs this exercise,
            # not the class; should the judge itself be wrong, the log has the traceback.
            self.log.warning("Judging %s failed: %r", name, error, exc_info=True)
            received = "its facts contradict one another"
            finding = rubric.fails(None, "bad_evidence", exercise=name, received=received)
        return rules.verdict(name, [finding])


def judge_handed_in(
    handed_in: dict[str, bytes | None], course: profile.Profile, rules: rubric.Rubric
) -> rubric.Verdict:
    """Judges the trained weights and the record that came with a submission.

    Args:
        handed_in: contents by file name, None for a file that is missing or too large.
        course: the profile that is graded under.
        rules: the rubric.
    """
    full = profile.get(course.base)
    table = rules[trained.NAME]
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in handed_in}
        for name, content in handed_in.items():
            if content is not None:
                paths[name].write_bytes(content)
        weights, record = paths[submission.RPS_WEIGHTS], paths[submission.RPS_RECORD]
        try:
            measured = trained.measure(weights, record, full)
        except submission.WeightsError as error:
            # The folder is ours and means nothing to the student.
            received = str(error).replace(f"{folder}/", "")
            findings = [rubric.fails(None, "weights", received=received)]
        else:
            findings = trained.judge(measured, full, table)
        return rules.verdict(trained.NAME, findings)


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


def outputs(verdict: rubric.Verdict, points: float) -> list[NotebookNode]:
    """Writes a verdict as cell outputs: nbgrader reads an error as 0, a float as partial credit.

    Args:
        verdict: what the exercise earned.
        points: the points of the cell in the gradebook; the verdict is scaled to them.
    """
    text = check.explain(verdict)
    if verdict.is_full:
        return [new_output("stream", name="stdout", text=text + "\n")]
    score = round(verdict.score * points / verdict.points, 2)
    if score <= 0:
        first = verdict.reasons[0].says if verdict.reasons else ""
        return [new_output("error", ename="NoPoints", evalue=first, traceback=text.split("\n"))]
    return [
        new_output("stream", name="stdout", text=text + "\n"),
        new_output("execute_result", data={"text/plain": f"{score:g}"}, execution_count=None),
    ]
