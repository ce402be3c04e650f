"""Configures the stock nbgrader for a course; `nbgrader_config.py` calls it.

from autograder.configuration import configure

c = get_config()
configure(c, course="rps_course.course:COURSE", profile="standard")
"""

import warnings
from pathlib import Path

from traitlets.config import Config, PyFileConfigLoader

FILE = "nbgrader_config.py"
TEMPLATES = Path(__file__).parent / "grading" / "templates"


def read(root: Path) -> Config:
    """Returns the configuration in the root of a course."""
    return PyFileConfigLoader(FILE, path=str(root)).load_config()


def configure(c: Config, *, course: str, profile: str) -> None:
    """Lets the stock nbgrader commands, and formgrader's button, grade a course by this engine.

    Args:
        c: nbgrader's configuration, which may be changed further afterwards.
        course: where the course is: `"package.module:NAME"` of a `core.course.Course`.
        profile: the profile that the class is taught and graded with.
    """
    from autograder.grading import intake

    # With SQLAlchemy 2, nbgrader 0.9.6 is warned three times of every new submission, which is in
    # the session a moment later.
    warnings.filterwarnings("ignore", "Object of type <Submitted.*> not in session")

    c.Grading.course = course
    c.Grading.profile = profile

    # A rubric of the class goes with the notebooks that it is for, and files that are named
    # (`c.Release.files`). nbgrader would take along whatever lies beside a solution.
    c.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter",
        "nbgrader.preprocessors.InstantiateTests",
        "nbgrader.preprocessors.LockCells",
        "autograder.grading.release.ReleaseRubric",
        "autograder.grading.release.ReleaseFiles",
        "autograder.grading.release.LeaveOut",
        "nbgrader.preprocessors.ClearSolutions",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # A long output is to be released in a box that scrolls.
    c.ClearOutput.remove_metadata_fields = ["collapsed"]

    # The exported table tells error, missing and zero apart.
    c.ExportApp.plugin_class = "autograder.grading.export.StatusExportPlugin"

    # Feedback shows what is now.
    c.GenerateFeedback.force = True
    c.ExchangeFactory.release_feedback = "autograder.grading.feedback.ReleaseFeedback"
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "autograder.grading.feedback.ShowResults",
    ]

    # Submissions are files of unknown content, and are read as such (docs/threat-model.md). Each
    # run grades what is not graded from its present content.
    intake.install()
    c.Autograde.exporter_class = "autograder.grading.intake.SubmissionExporter"
    # Pages that show what students wrote, in formgrader and as feedback, run and load none of it.
    c.HTMLExporter.sanitize_html = True
    filters = (
        "markdown2html", "clean_html", "highlight_code", "strip_files_prefix", "strip_ansi",
    )  # fmt: skip
    c.HTMLExporter.filters = {name: f"autograder.grading.pages.{name}" for name in filters}
    # Whoever grades a written answer sees the model answer below it.
    c.HTMLExporter.preprocessors = ["autograder.grading.marking.ShowModelAnswers"]
    c.ClearMarkScheme.enforce_metadata = False  # schemes stand in the cells of answers
    c.GenerateFeedback.exporter_class = "autograder.grading.feedback.FeedbackExporter"
    c.FeedbackExporter.template_name = "feedback_page"  # nbgrader's own is for its HTMLExporter
    c.FeedbackExporter.extra_template_basedirs = [str(TEMPLATES)]

    # Evidence and verdict (docs/design-notes.md). Repairing comes first, in place of nbgrader's
    # DeduplicateIds, whose emptied metadata nbgrader 0.9.6 itself then refuses for the whole class.
    c.Autograde.sanitize_preprocessors = [
        "autograder.grading.repair.RepairNotebook",
        "autograder.grading.showing.KeepShown",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "autograder.grading.execute.ExecuteWithChallenge",
        "autograder.grading.retraining.Retrain",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "autograder.grading.judge.JudgeEvidence",  # stores verdicts in what has just been cleared
        "autograder.grading.flagging.FlagSubmission",
        "nbgrader.preprocessors.LimitOutput",
        "autograder.grading.scores.SaveScores",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
