"""Writing what is handed in: weights that the reference architecture loads, and their record."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rps_course import profile as profiles
from rps_course.submission.record import RPS_RECORD, Record, RecordError, phases_problem
from rps_course.submission.weights import RPS_WEIGHTS, WeightsError, untrained

if TYPE_CHECKING:
    import tensorflow as tf


def save(model: "tf.keras.Model", record: Record, directory: str | Path = ".") -> tuple[Path, Path]:
    """Writes a trained model's weights and its record.

    Args:
        model: a classifier with the course's variables in the course's order, whatever layers
            they are in.
        record: the notes of its training.
        directory: where to write; made if it is not there.

    Returns:
        The paths of the weights and of the record. While a grader runs the notebook, files that
        were handed in are kept as they are.

    Raises:
        WeightsError: the model's variables are not those of the course's architecture, or the model
            does something else with them, or they are NaN.
        RecordError: the record has no phase, or a loss in it is NaN.
    """
    directory = Path(directory)
    weights_path, record_path = directory / RPS_WEIGHTS, directory / RPS_RECORD
    if record.profile.is_grading and (weights_path.exists() or record_path.exists()):
        print("This is a grading run: the weights and the record that were handed in are kept.")
        return weights_path, record_path
    problem = phases_problem(record.phases)
    if problem:
        raise RecordError(f"The training record {problem}. Call record.add_phase after each fit.")
    reference = untrained(record.profile)
    theirs, expected = model.get_weights(), reference.get_weights()
    if [w.shape for w in theirs] != [w.shape for w in expected]:
        raise WeightsError(
            f"This model has {len(theirs)} variables with {sum(w.size for w in theirs):,} numbers; "
            f"the course's architecture has {len(expected)} with {sum(w.size for w in expected):,}."
            f" Save the model of this course: {_parts(record.profile)}."
        )
    if not all(np.isfinite(weight).all() for weight in theirs):
        raise WeightsError("The model's weights are NaN or infinite: training went wrong.")
    reference.set_weights(theirs)
    _compare(model, reference, record.profile)
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".saving-") as folder:
        weights, notes = Path(folder) / RPS_WEIGHTS, Path(folder) / RPS_RECORD
        reference.save_weights(weights)
        content = record.as_dict(_sha256(weights))
        notes.write_text(json.dumps(content, indent=1), encoding="utf-8")
        weights.replace(weights_path)
        notes.replace(record_path)
    return weights_path, record_path


def _compare(
    model: "tf.keras.Model", reference: "tf.keras.Model", profile: profiles.Profile
) -> None:
    """Sees that a model computes what the reference computes with the same weights.

    The grader evaluates the reference: a model with, say, a Rescaling layer of its own has the same
    weights but would lose its accuracy there without a word.
    """
    images = np.random.default_rng(0).random((2, *profile.input_shape), np.float32)
    expected = np.asarray(reference(images, training=False))
    theirs = np.asarray(model(images, training=False), np.float32)
    if theirs.shape == expected.shape:
        # A head without softmax gives logits: the course's own softmax then makes the same of them.
        from scipy import special

        # Reduced precision on GPUs (TF32) moves probabilities by about a thousandth.
        possible = (theirs, special.softmax(theirs, axis=1))
        if any(np.allclose(given, expected, atol=0.02) for given in possible):
            return
    raise WeightsError(
        "This model has the course's weights but computes something else with them, so it would "
        f"not score the same when it is graded. Save {_parts(profile)}, with no other layers (such "
        "as Rescaling) in between."
    )


def _parts(profile: profiles.Profile) -> str:
    return f"{profile.network} without its top, Dropout, Dense {len(profile.classes)}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
