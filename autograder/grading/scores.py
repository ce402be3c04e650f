"""Saves scores in the gradebook, and lets what a person decided stand."""

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.grading import gradebooks, states
from autograder.grading.cells import METADATA, grade_id
from autograder.grading.placing import BASES, FAILED
from autograder.grading.repair import BLANK


class SaveScores(SaveAutoGrades):
    """Saves the scores of one notebook, and with it what they are based on.

    nbgrader alone gives 0 to an answer whose cell was left as it was released, wherever else the
    student wrote it, and asks for a new look at every score by hand when it grades again.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Saves the scores of one notebook."""
        before, now = resources[BASES]
        self._unchanged = before is not None and before.submission == now.submission
        self._blank = nb.metadata.get(METADATA, {}).get(BLANK, False)
        info = resources["nbgrader"]
        self.notebook_id, self.assignment_id = info["notebook"], info["assignment"]
        self.student_id = info["student"]
        # nbgrader commits after each cell: half of a notebook's scores could be there.
        with Gradebook(info["db_url"]) as self.gradebook, gradebooks.one_commit(self.gradebook):
            nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
        if not resources.get(FAILED):
            states.keep(nb, now)
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(grade_id(cell), *where)
        decided = grade.manual_score is not None and not grade.needs_manual_grade
        super()._add_score(cell, resources)
        if utils.is_solution(cell) and (cell.cell_type != "code" or not self._blank):
            grade.auto_score = 0 if self._blank else None
            grade.needs_manual_grade = not self._blank or grade.manual_score is not None
        if decided and self._unchanged:
            grade.needs_manual_grade = False

    def _add_comment(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_comment(cell, resources)
        if utils.is_grade(cell) and not self._blank:
            where = (self.notebook_id, self.assignment_id, self.student_id)
            self.gradebook.find_comment(grade_id(cell), *where).auto_comment = None
