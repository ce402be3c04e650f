"""The notebooks of the assignments, for tests that read or run them."""

from pathlib import Path

import nbformat

from rps_course.course import COURSE

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = ("ps1", "ps2", "ps3", "ps4")

# Grade id and signature of every exercise, as students and instructors were promised them.
EXERCISES = {
    "ps1": [
        ("preprocess_image", "(sample: dict) -> dict"),
        ("to_numpy", "(ds) -> tuple[np.ndarray, np.ndarray]"),
        ("load_custom_sample", "(path) -> np.ndarray"),
    ],
    "ps2": [
        ("top_k", "(probs, labels, k=5) -> list[tuple[str, float]]"),
        ("build_backbone", "() -> tf.keras.Model"),
        ("build_classifier", "(backbone) -> tf.keras.Model"),
        ("compile_head", "(model) -> None"),
    ],
    "ps3": [
        ("make_generators", "(X_train, y_train, X_test, y_test) -> tuple"),
        ("train_head", "(model, train_gen, val_gen, epochs) -> tf.keras.callbacks.History"),
        ("split_validation", "(X, y, share, seed) -> tuple"),
    ],
    "ps4": [
        ("unfreeze", "(backbone, fine_tune_at) -> None"),
        ("compile_fine_tune", "(model) -> None"),
        (
            "fine_tune",
            "(model, train_gen, val_gen, initial_epoch, epochs) -> tf.keras.callbacks.History",
        ),
        ("trained_model", None),
        ("confusion_matrix", "(y_true, y_pred, n_classes) -> np.ndarray"),
    ],
}

# Grade id of every answer that a person grades.
WRITTEN = {
    "ps1": [],
    "ps2": ["experiment_scale"],
    "ps3": ["experiment_pretraining", "experiment_augmentation", "written_answer"],
    "ps4": ["own_hand", "experiment_learning_rate", "experiment_cut"],
}


def read(folder, name):
    return nbformat.read(Path(folder) / name / f"{name}.ipynb", as_version=4)


def points_of(exercise):
    return COURSE.load_rubric()[exercise]["points"]


def graded(cell):
    return cell.metadata.get("nbgrader", {})


def cell_of(notebook, grade_id):
    (found,) = (i for i, c in enumerate(notebook.cells) if graded(c).get("grade_id") == grade_id)
    return found, notebook.cells[found]
