"""Trained weights as they are handed in: what is measured of them, and what they earn."""

import copy
import dataclasses
import shutil

import h5py
import pytest

from autograder.core import rubric
from autograder.core.check import explain
from rps_course import check, run, submission
from rps_course.course import COURSE as RPS
from rps_course.exercises.trained_model import exercise as trained
from rps_course.profile import get

COURSE = get("offline")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A model of two short phases on 90 of the rendered hands, with its record."""
    folder = tmp_path_factory.mktemp("trained")
    small = dataclasses.replace(COURSE, subset=(90, 150), epochs_head=4, epochs_fine=1)
    run.train(small, folder, verbose=0)
    return folder


@pytest.fixture(scope="module")
def measured(handed_in):
    weights = handed_in / submission.RPS_WEIGHTS
    facts = trained.measure(weights, handed_in / submission.RPS_RECORD, COURSE)
    return trained.Measured(**facts["measured"])


def rubric_with(**settings):
    rules = RPS.rules()
    table = rules["trained_model"] | settings
    return rubric.Rubric(rules.exercises | {"trained_model": table}, rules.general)


def verdict(measured, sha256=None, **settings):
    rules = rubric_with(**settings)
    sha256 = sha256 or (measured.record or {}).get("weights_sha256", "")
    facts = {"measured": dataclasses.asdict(measured)}
    found = trained.judge(facts, sha256, COURSE, rules["trained_model"])
    return rules.verdict("trained_model", found)


def test_handed_in_weights_are_evaluated_on_the_whole_test_set(measured):
    assert measured.accuracy * 150 == pytest.approx(round(measured.accuracy * 150))
    assert measured.accuracy > 0.45  # chance is 0.333
    assert measured.frozen_changed == 0
    assert measured.tail_changed > 0
    assert measured.record["phases"][-1]["history"]["val_accuracy"][-1] == pytest.approx(
        measured.accuracy, abs=0.01
    )


@pytest.mark.parametrize(
    ("accuracy", "score"), [(0.95, 10), (0.8, 10), (0.65, 5), (0.53, 1), (0.5, 0), (0.33, 0)]
)
def test_accuracy_earns_points_in_proportion(measured, accuracy, score):
    phases = copy.deepcopy(measured.record["phases"])
    phases[-1]["history"]["val_accuracy"][-1] = accuracy
    record = measured.record | {"phases": phases}
    accuracy_table = {"offline": {"none_at": 0.5, "full_at": 0.8}}
    result = verdict(
        dataclasses.replace(measured, accuracy=accuracy, record=record), accuracy=accuracy_table
    )
    assert result.score == score


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"frozen_changed": 3}, "3 weights of the frozen part differ"),
        ({"tail_changed": 0}, "phase 2 did not train it"),
        ({"record": None, "record_problem": "it is missing"}, "it is missing"),
        ({"accuracy": 0.99}, "its last val_accuracy is"),
    ],
)
def test_weights_that_do_not_fit_earn_nothing_and_say_why(measured, changes, says):
    result = verdict(dataclasses.replace(measured, **changes))
    assert result.score == 0
    assert says in explain(result)


def test_a_record_of_another_weights_file_earns_nothing_and_says_so(measured):
    result = verdict(measured, sha256="0" * 64)
    assert result.score == 0
    assert "of another weights file" in explain(result)


def record_with(measured, change):
    record = copy.deepcopy(measured.record)
    change(record)
    return dataclasses.replace(measured, record=record)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r["phases"].pop(), "tells of 1 training phase"),
        (lambda r: r["phases"][0].update(learning_rate=0.1), "learning rate 0.1, wanted 0.001"),
        (lambda r: r["phases"][-1].update(learning_rate=1e-3), "learning rate 0.001, wanted 1e-05"),
        (lambda r: r["phases"][-1].update(epochs=[0]), "do not follow one another"),
        (lambda r: r["phases"][0]["history"]["loss"].pop(), "3 values of loss"),
    ],
)
def test_a_record_that_does_not_fit_the_recipe_is_refused(measured, change, says):
    result = verdict(record_with(measured, change))
    assert result.score == 0
    assert says in explain(result)


def test_whether_a_gpu_is_required_is_the_rubrics_choice(measured):
    by_cpu = record_with(measured, lambda r: r["device"].update(kind="CPU"))
    by_gpu = record_with(measured, lambda r: r["device"].update(kind="GPU"))
    generous = {"offline": {"none_at": 0.1, "full_at": 0.2}}
    assert verdict(by_cpu, require_gpu="yes", accuracy=generous).score == 0
    assert verdict(by_gpu, require_gpu="yes", accuracy=generous).score == 10
    warned = verdict(by_cpu, require_gpu="warn", accuracy=generous)
    assert warned.score == 10
    assert "not on a GPU" in warned.notes[0]
    assert verdict(by_cpu, require_gpu="no", accuracy=generous).notes == ()


def test_changed_frozen_weights_are_found_in_the_file(handed_in, tmp_path):
    for name in (submission.RPS_WEIGHTS, submission.RPS_RECORD):
        shutil.copy(handed_in / name, tmp_path)
    changed = []

    def change(_, item):
        if isinstance(item, h5py.Dataset) and item.shape == (3, 3, 3, 16) and not changed:
            item[...] = item[...] + 0.01
            changed.append(item.name)

    with h5py.File(tmp_path / submission.RPS_WEIGHTS, "r+") as file:
        file.visititems(change)
    assert changed
    found = trained.measure(
        tmp_path / submission.RPS_WEIGHTS, tmp_path / submission.RPS_RECORD, COURSE
    )
    assert found["measured"]["frozen_changed"] == 1


@pytest.mark.parametrize(("full_at", "reaches"), [(0.2, True), (1.01, False)])
def test_the_self_check_says_what_the_grader_would(
    handed_in, measured, monkeypatch, capsys, full_at, reaches
):
    bounds = {"offline": {"none_at": 0.1, "full_at": full_at}}
    wanted = verdict(measured, accuracy=bounds)
    assert wanted.is_full == reaches
    changed = rubric_with(accuracy=bounds)
    monkeypatch.setattr(type(RPS), "rules", lambda _: changed)
    monkeypatch.chdir(handed_in)
    if reaches:
        check.trained_model("rps_model.weights.h5")
        assert explain(wanted) in capsys.readouterr().out
    else:
        with pytest.raises(check.CheckFailed, match="reach a test accuracy of") as failed:
            check.trained_model("rps_model.weights.h5")
        assert str(failed.value) == explain(wanted)


def test_the_self_check_says_when_there_are_no_weights(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(check.CheckFailed, match="is missing"):
        check.trained_model("rps_model.weights.h5")
