"""Training records: what is no record, or not one of this form, is refused."""

import json
from types import SimpleNamespace

import pytest

from rps_course import model, profile, submission, training
from rps_course.course import COURSE

OFFLINE = profile.get("offline")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Weights and record, as `submission.save` writes them."""
    classifier = model.reference(OFFLINE)
    training.compile_head(classifier)
    record = submission.Record(OFFLINE, seed=3)
    history = SimpleNamespace(epoch=[0, 1], history={"loss": [1.0, 1.0]})
    record.add_phase("head", classifier, history)
    return submission.save(classifier, record, tmp_path_factory.mktemp("saved"))


def changed(saved, tmp_path, **entries):
    content = json.loads(saved[1].read_text()) | entries
    path = tmp_path / submission.RPS_RECORD
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b"[]", "format 1"),
        (b" " * 1_000_001, "larger than"),
    ],
)
def test_a_file_that_is_no_record_is_refused(content, says, tmp_path):
    path = tmp_path / submission.RPS_RECORD
    path.write_bytes(content)
    with pytest.raises(submission.RecordError, match=says):
        submission.load_record(path)


@pytest.mark.parametrize(
    "split",
    [
        "test",
        {},
        {"share": 0.2},
        {"share": 0, "seed": 0},
        {"share": 0.6, "seed": 0},
        {"share": 0.2, "seed": -1},
        {"share": 0.2, "seed": 2**63},
        {"share": 0.2, "seed": 0.5},
        {"share": 0.2, "seed": True},
        {"share": "0.2", "seed": 0},
        {"share": 0.2, "seed": 0, "more": 1},
    ],
)
def test_a_validation_split_that_is_none_is_refused(split, saved, tmp_path):
    with pytest.raises(submission.RecordError, match="validation must be None or"):
        submission.Record(OFFLINE, validation=split)
    with pytest.raises(submission.RecordError, match="which pictures were for validation"):
        submission.load_record(changed(saved, tmp_path, validation=split))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_record_may_have_the_encoding_that_an_editor_chose(encoding, saved, tmp_path):
    path = tmp_path / submission.RPS_RECORD
    path.write_text(saved[1].read_text(encoding="utf-8"), encoding=encoding)
    assert submission.load_record(path) == submission.load_record(saved[1])


def phase(**entries):
    whole = {"name": "head", "epochs": [0], "learning_rate": 0.001, "history": {"loss": [1.0]}}
    return {"phases": [whole | entries]}


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"format": 2}, "format 1"),
        ({"weights_sha256": 5}, "SHA-256"),
        ({"weights_sha256": "../x"}, "SHA-256"),
        ({"device": {"kind": "TPU", "name": "x"}}, "CPU or a GPU"),
        ({"device": "GPU"}, "CPU or a GPU"),
        ({"versions": {"keras": "3\x1b[31m"}}, "versions"),
        ({"profile": ["offline"]}, "profile"),
        ({"phases": []}, "list of 1 to 20"),
        ({"phases": [{}] * 21}, "list of 1 to 20"),
        ({"phases": ["head"]}, "without a name"),
        (phase(name="x" * 201), "without a name"),
        (phase(epochs=[0.5]), "list of epochs"),
        (phase(epochs=[True]), "list of epochs"),
        (phase(epochs=[-1]), "list of epochs"),
        (phase(epochs=[0] * 10_001), "list of epochs"),
        (phase(learning_rate="0.001"), "learning rate"),
        (phase(learning_rate=10**400), "learning rate"),
        (phase(history=[1.0]), "without a history"),
        (phase(history={"loss": [None]}), "finite numbers"),
        (phase(history={"loss": 1.0}), "finite numbers"),
        (phase(history={"loss": [float("nan")]}), "finite numbers"),
        (phase(history={"loss": [float("inf")]}), "finite numbers"),
    ],
)
def test_a_record_of_another_form_is_refused(entries, says, saved, tmp_path):
    with pytest.raises(submission.RecordError, match=says):
        submission.load_record(changed(saved, tmp_path, **entries))


def test_a_number_too_large_for_a_float_is_refused(saved, tmp_path):
    path = changed(saved, tmp_path, **phase(learning_rate="large"))
    path.write_text(path.read_text().replace('"large"', "1e999"))
    with pytest.raises(submission.RecordError, match="learning rate"):
        submission.load_record(path)


def test_a_missing_record_is_named(tmp_path):
    with pytest.raises(submission.RecordError, match="is missing"):
        submission.load_record(tmp_path / submission.RPS_RECORD)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (b'{"profile": "standard"}', "standard"),
        (b'{"profile": "grading-offline"}', "offline"),
        (b'{"profile": 3}', ""),
        (b"[]", ""),
        (b'"profile"', ""),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_a_record_tells_its_profile_or_none(record, told):
    assert COURSE.exercises["trained_model"].profile_of(record) == told
