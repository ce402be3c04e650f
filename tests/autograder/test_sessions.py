"""What a notebook sets for its own session, such as half precision, costs no points."""

import nbformat
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import ROOT, nbgrader, write_configuration

from autograder.audit import subject
from autograder.audit.attacks.course import AttackedCourse
from autograder.grading import results

EXERCISES = (
    "build_backbone", "build_classifier", "compile_head", "train_head", "unfreeze",
    "compile_fine_tune", "fine_tune",
)  # fmt: skip
SESSIONS = {
    "half_precision": "tf.keras.mixed_precision.set_global_policy('mixed_float16')",
    "channels_first": "tf.keras.backend.set_image_data_format('channels_first')",
    "double_precision_and_graphs": "tf.keras.backend.set_floatx('float64')\n"
    "tf.config.run_functions_eagerly(False)",
    "graph_mode": "tf.compat.v1.disable_eager_execution()",
    "other_packages": "import pandas as pd\nimport seaborn as sns\nimport sklearn.metrics\n"
    "import tensorboard\nsns.set_theme()\n%env RPS_PROFILE=standard",
}
WRAPPED = """
def compile_head(model):
    inner = tf.keras.optimizers.Adam(1e-3)
    optimizer = tf.keras.mixed_precision.LossScaleOptimizer(inner)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    sandbox.require()
    course = AttackedCourse(tmp_path_factory.mktemp("sessions") / "course", subject.read(ROOT))
    write_configuration(course.root)
    name = course.add_assignment(EXERCISES)
    nbgrader(course.root, "generate_assignment", name)
    for student, source in SESSIONS.items():
        notebook = course.solved(name)
        notebook.cells.insert(1, new_code_cell(source))
        course.hand_in(student, name, nbformat.writes(notebook).encode())
    notebook = course.solved(name)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    cells["compile_head_solution"].source = WRAPPED
    course.hand_in("wrapped_optimizer", name, nbformat.writes(notebook).encode())
    nbgrader(course.root, "autograde", name)
    course.close()
    return results.collect(
        f"sqlite:///{course.root}/gradebook.db", course.root / "autograded", name
    )


@pytest.mark.parametrize("student", [*SESSIONS, "wrapped_optimizer"])
def test_settings_of_a_session_cost_no_points(graded, student):
    found = [result for result in graded if result.student == student]
    assert len(found) == len(EXERCISES)
    lost = {r.exercise: r.reasons for r in found if r.score != r.points}
    assert not lost
