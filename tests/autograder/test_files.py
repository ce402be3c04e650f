"""Handed-in weights and records are opened in the sandbox, whatever they are."""

import hashlib
import json

import h5py
import numpy as np
import pytest
import sandbox

from autograder.core.challenge import Challenge
from autograder.grading import files
from autograder.grading.run import Run
from autograder.sandbox.isolation import Isolation
from rps_course import profile, submission
from rps_course.course import COURSE

ADDRESS = "rps_course.course:COURSE"
SECRET = b"s3cret of the grader"


def run(weights_file, record, **limits):
    return {submission.RPS_WEIGHTS: weights_file, submission.RPS_RECORD: record}, limits


def run_of(what):
    handed_in, limits = what
    settings, isolation = profile.get("grading-offline"), Isolation(**limits)
    asked = {"trained_model": Challenge.fresh()}
    return Run(COURSE, ADDRESS, settings, COURSE.load_rubric(), asked, handed_in, isolation)


def judge(what):
    """The findings, without the figures of what was measured."""
    found = files.judge(COURSE.exercises["trained_model"], run_of(what))
    return [finding for finding in found if finding.figure is None]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Weights of the course's form with a tail and a head that moved, and a record: as bytes."""
    from rps_course import model

    classifier = model.reference(profile.get("offline"))
    rng = np.random.default_rng(0)
    for layer in classifier.layers[0].layers[149:]:
        layer.set_weights([w + 0.01 * rng.random(w.shape) for w in layer.get_weights()])
    path = tmp_path_factory.mktemp("weights") / submission.RPS_WEIGHTS
    classifier.save_weights(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    phase = {"name": "head", "epochs": [0], "learning_rate": 0.001, "history": {"loss": [1.0]}}
    record = {
        "format": submission.FORMAT,
        "created": "today",
        "profile": "offline",
        "device": {"kind": "CPU", "name": "x"},
        "versions": {"keras": "3"},
        "phases": [phase],
        "weights_sha256": digest,
    }
    return path, path.read_bytes(), json.dumps(record).encode()


def test_weights_are_measured_in_the_sandbox(trained):
    sandbox.require()
    _, content, record = trained
    (finding,) = judge(run(content, record))
    # They were loaded and measured: the tail moved, but not as training moves it.
    assert finding.message == "not_by_training"
    assert -1 <= float(finding.values["received"]) < 0.5


def test_all_of_the_public_test_set_counts_and_not_the_few_pictures_of_a_notebook(trained):
    sandbox.require()
    _, content, record = trained
    exercise, judged = COURSE.exercises["trained_model"], run_of(run(content, record))
    list(files.judge(exercise, judged))
    found = files.read(judged.measured[exercise.name], exercise)
    assert found.weights.public.pictures == 150


def test_a_weights_file_that_points_elsewhere_reads_nothing_there(trained, tmp_path):
    sandbox.require()
    path, _, record = trained
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["secret"] = np.frombuffer(SECRET, np.uint8)
    linked = tmp_path / "linked.h5"
    linked.write_bytes(path.read_bytes())
    with h5py.File(linked, "a") as file:
        file["stolen"] = h5py.ExternalLink(str(secret), "secret")
    (finding,) = judge(run(linked.read_bytes(), record))
    assert finding.message == "weights"
    assert "link" in finding.values["received"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda file: file.create_dataset("x", (10**13,), "f8", chunks=(10**6,)), "architecture"),
        (lambda file: [file.create_group(f"g{i}") for i in range(20_000)], "far more than"),
    ],
    ids=["a shape of 80 TB", "too many groups"],
)
def test_bombs_are_no_weights(tmp_path, make, says):
    sandbox.require()
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        make(file)
    (finding,) = judge(run((tmp_path / "bomb.h5").read_bytes(), b"{}"))
    assert finding.message == "weights"
    assert says in finding.values["received"]


def test_a_pickle_is_no_weights_and_is_not_loaded(tmp_path):
    sandbox.require()
    import pickle

    class Evil:
        def __reduce__(self):
            return open, (str(tmp_path / "loaded"), "w")

    (finding,) = judge(run(pickle.dumps(Evil()), b"{}"))
    assert finding.message == "weights"
    assert not (tmp_path / "loaded").exists()


def test_reading_that_exceeds_the_limits_is_no_verdict(trained):
    sandbox.require()
    _, content, record = trained
    with pytest.raises(files.UnreadableError, match=r"Reading rps_model\.weights"):
        judge(run(content, record, memory_mb=150))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"full points, please",
        b'{"facts": {"weights": {"public": 7}}}',
        b'{"facts": {"unusable": "x", "weights": {}}}',
        b'{"facts": []}',
        b"[" * 100_000,
        b'{"facts": {"weights": {"public": {"accuracy": NaN, "loss": 1, "pictures": 1}}}}',
        b'{"facts": {"weights": {"frozen": [1e400]}}}',
        b'{"other_profile": 3}',
    ],
)
def test_an_answer_of_another_form_is_no_verdict(monkeypatch, answer):
    monkeypatch.setattr(Isolation, "run", lambda *_, **__: answer)
    with pytest.raises(files.UnreadableError, match="gave no answer"):
        judge(run(b"", b""))
