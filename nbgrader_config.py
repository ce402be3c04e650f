"""nbgrader's configuration for this course: run the stock `nbgrader` commands from this folder."""

c = get_config()  # noqa: F821 (traitlets defines it)

c.CourseDirectory.course_id = "rps-course"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.solution_directory = "release_solutions"

# What is graded, and the profile that the class is taught and graded with: standard or offline.
c.Grading.course = "rps_course.course:COURSE"
c.Grading.profile = "standard"

# Weights that an instructor trained in solutions/ps4 stay there: they are neither released...
c.GenerateAssignmentApp.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "rps_model.*",
    "custom_sample.png",
]  # fmt: skip
# ...nor put in place of the ones that a student hands in.
c.Autograde.exclude_overwriting = {"ps4": ["rps_model.weights.h5", "rps_model.json"]}

# The exported table tells error, missing and zero apart.
c.ExportApp.plugin_class = "autograder.grading.export.StatusExportPlugin"

# Submissions are files of unknown content, and are read as such (docs/threat-model.md).
c.Autograde.exporter_class = "autograder.grading.intake.SubmissionExporter"
# Pages that show what students wrote, in formgrader and as feedback, run none of it.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {"markdown2html": "autograder.grading.pages.markdown2html"}

# Evidence and verdict (docs/design-notes.md). Repairing comes first, in place of nbgrader's
# DeduplicateIds, whose emptied metadata nbgrader 0.9.6 itself then refuses for the whole class.
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

# Seconds that a cell may take. Importing TensorFlow on a busy machine takes longer than nbgrader's
# 30; training cells run one short epoch each while grading. Validating and generating solutions
# train in full: on two CPU cores that takes 15 minutes under the standard profile.
c.Execute.timeout = 300
c.Validator.Execute.timeout = 7200
c.GenerateSolution.Execute.timeout = 7200
c.ExecuteWithChallenge.startup_timeout = 120
