"""The whole configuration of another course: where it is, and the doors of the engine."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

c = get_config()  # noqa: F821 (traitlets defines it)

c.Grading.course = "toy.course:COURSE"
c.Grading.profile = "plain"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.ExportApp.plugin_class = "autograder.grading.export.StatusExportPlugin"
c.Autograde.exporter_class = "autograder.grading.intake.SubmissionExporter"
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {"markdown2html": "autograder.grading.pages.markdown2html"}
c.Autograde.sanitize_preprocessors = [
    "autograder.grading.repair.RepairNotebook",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.grading.execute.ExecuteWithChallenge",
    "autograder.grading.judge.JudgeEvidence",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
