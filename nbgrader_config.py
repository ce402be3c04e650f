"""nbgrader's configuration for this course: run the stock `nbgrader` commands from this folder."""

from autograder.configuration import configure

c = get_config()  # noqa: F821 (traitlets defines it)

# The profile that the class is taught and graded with: standard, offline, or the name of a file in
# profiles/ (docs/instructor.md).
configure(c, course="rps_course.course:COURSE", profile="standard")

c.CourseDirectory.course_id = "rps-course"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.solution_directory = "release_solutions"

# What the first cell of a released notebook installs where the course's package is missing, as in
# Colab: the address at which you publish it, or the name of a file beside the notebook.
c.Release.package = "rps_course-0.1.0-py3-none-any.whl"
# Of what lies beside the notebooks in solutions/, only files that are named here are released.
c.Release.files = []

# Weights that an instructor trained in solutions/ps4 are not put in place of the ones that a
# student hands in.
c.Autograde.exclude_overwriting = {"ps4": ["rps_model.weights.h5", "rps_model.json"]}

# What is taken by a pattern for names (`named_regexp`, docs/ta.md): nbgrader alone takes notebooks,
# and leaves out the weights and the record that ps4 asks for.
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".json", ".h5", ".hdf5", ".py"]

# Seconds that a cell may take. Importing TensorFlow on a busy machine takes longer than nbgrader's
# 30; training cells run one short epoch each while grading. Validating and generating solutions
# train in full: on two CPU cores that takes 15 minutes under the standard profile.
c.Execute.timeout = 300
c.Validator.Execute.timeout = 7200
c.GenerateSolution.NotebookExporter.Execute.timeout = 7200
c.ExecuteWithChallenge.startup_timeout = 120
