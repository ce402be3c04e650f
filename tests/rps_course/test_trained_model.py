"""Trained weights as they are handed in: what is measured of them, and what they earn."""

import dataclasses
import json
import shutil

import h5py
import pytest

from autograder.core import rubric
from autograder.core.facts import decode, encode
from autograder.core.verdict import explain
from rps_course import (
    augmentation,
    check,
    data,
    profile,
    run,
    submission,
    training,
)
from rps_course.course import COURSE as RPS
from rps_course.exercises.trained_model import private
from rps_course.exercises.trained_model.facts import Scores
from rps_course.profile import get

COURSE = get("offline")
EXERCISE = RPS.exercises["trained_model"]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A model of two short phases on 90 of the rendered hands, with its record."""
    folder = tmp_path_factory.mktemp("trained")
    small = dataclasses.replace(COURSE, subset=(90, 150), epochs_head=4, epochs_fine=1)
    run.train(small, folder, verbose=0)
    return folder


@pytest.fixture(scope="module")
def facts(handed_in):
    return EXERCISE.measure(handed_in, COURSE, None)


@pytest.fixture(scope="module")
def hands(tmp_path_factory):
    """Sixty hands that no student has."""
    folder = tmp_path_factory.mktemp("private")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(private, "NUMBER", 60)
        private.make(COURSE, b"secret", None, folder)
    return folder


def rules_with(**limits):
    rules = RPS.load_rubric()
    table = rules["trained_model"] | {"limits": rules.limits("trained_model") | limits}
    return rubric.Rubric(rules.exercises | {"trained_model": table}, rules.general)


def verdict(facts, sha256=None, settings=COURSE, **limits):
    rules = rules_with(**limits)
    sha256 = sha256 or (facts.record.weights_sha256 if facts.record else "")
    digests = {submission.RPS_WEIGHTS: sha256}
    found = EXERCISE.judge(facts, digests, settings, rules.limits("trained_model"))
    return rules.verdict("trained_model", found)


def flagged(facts, settings=COURSE, **limits):
    rules = rules_with(**limits)
    digests = {submission.RPS_WEIGHTS: facts.record.weights_sha256}
    found = EXERCISE.judge(facts, digests, settings, rules.limits("trained_model"))
    return " ".join(rules.flagged("trained_model", found))


def with_weights(facts, **changes):
    return dataclasses.replace(facts, weights=dataclasses.replace(facts.weights, **changes))


def scores(accuracy, pictures=150, loss=0.1):
    return Scores(accuracy, loss, pictures)


def with_tail(facts, **changes):
    return with_weights(facts, tail=dataclasses.replace(facts.weights.tail, **changes))


def with_head(facts, **changes):
    return with_weights(facts, head=dataclasses.replace(facts.weights.head, **changes))


def with_record(facts, **changes):
    return dataclasses.replace(facts, record=dataclasses.replace(facts.record, **changes))


def with_phase(facts, number, **changes):
    phases = list(facts.record.phases)
    phases[number] = dataclasses.replace(phases[number], **changes)
    return with_record(facts, phases=tuple(phases))


def test_handed_in_weights_are_evaluated_on_the_whole_test_set(facts):
    public, last = facts.weights.public, facts.record.phases[-1].history
    assert public.pictures == 150
    assert public.accuracy > 0.45  # chance is 0.333
    assert max(facts.weights.frozen) == 0
    assert last["val_accuracy"][-1] == pytest.approx(public.accuracy, abs=0.01)
    assert last["val_loss"][-1] == pytest.approx(public.loss, rel=0.01)


def test_the_head_of_phase_1_is_evaluated_again(facts):
    first, claimed = facts.weights.first, facts.record.phases[0].history
    assert claimed["val_accuracy"][-1] == pytest.approx(first.accuracy, abs=0.01)
    assert claimed["val_loss"][-1] == pytest.approx(first.loss, rel=0.01)
    assert 0 < facts.weights.head.moved < 0.001


@pytest.fixture(scope="module")
def with_validation(tmp_path_factory):
    """The same training with a fifth of 120 hands kept aside, and the record's own words."""
    small = dataclasses.replace(COURSE, subset=(120, 9), epochs_head=3, epochs_fine=1)
    X, y, *_ = data.arrays(small)
    split = {"share": 0.2, "seed": 3}
    pictures = data.split_validation(X, y, **split)
    batches = augmentation.make_generators(*pictures[0], *pictures[1], batch_size=32)
    recipe = training.Recipe(small, views=1, validation=split, verbose=0)
    classifier = recipe.build()
    recipe.head(classifier, *batches)
    recipe.fine_tune(classifier, *batches)
    folder = tmp_path_factory.mktemp("split")
    submission.save(classifier, recipe.record, folder)
    return small, folder


def test_claimed_curves_are_compared_on_the_validation_pictures_of_the_record(with_validation):
    small, folder = with_validation
    facts = EXERCISE.measure(folder, small, None)
    head, fine = (phase.history for phase in facts.record.phases)
    for claimed, measured in ((head, facts.weights.first), (fine, facts.weights.validation)):
        assert measured.pictures == 24
        assert claimed["val_accuracy"][-1] == pytest.approx(measured.accuracy, abs=0.01)
        assert claimed["val_loss"][-1] == pytest.approx(measured.loss, rel=0.01)
    assert "contradict" not in flagged(facts)
    other = with_weights(facts, validation=scores(0.1))
    assert "claims for phase 'fine_tune' contradict" in flagged(other)


def test_without_a_split_in_the_record_curves_are_compared_on_the_test_set(
    with_validation, tmp_path
):
    small, folder = with_validation
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    path = tmp_path / submission.RPS_RECORD
    notes = json.loads(path.read_text())
    path.write_text(json.dumps(notes | {"validation": None}))
    weights = EXERCISE.measure(tmp_path, small, None).weights
    assert weights.validation is None
    assert weights.first.pictures == weights.public.pictures == 9


def test_honest_weights_of_a_short_training_lose_nothing_to_any_limit(facts):
    generous = dataclasses.replace(COURSE, none_at=0.1, full_at=0.2)
    assert verdict(facts, settings=generous).score == 10
    assert flagged(facts) == ""


def test_what_was_measured_goes_through_json(facts):
    assert decode(EXERCISE.facts, json.loads(json.dumps(encode(facts)))) == facts


@pytest.mark.parametrize(
    ("accuracy", "score"), [(0.95, 10), (0.8, 10), (0.65, 5), (0.53, 1), (0.5, 0), (0.33, 0)]
)
def test_accuracy_earns_points_in_proportion(facts, accuracy, score):
    settings = dataclasses.replace(COURSE, none_at=0.5, full_at=0.8)
    assert verdict(with_weights(facts, public=scores(accuracy)), settings=settings).score == score


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: with_weights(f, frozen=(0.0, 1.0, 0.1)), "2 weights of the frozen part differ"),
        (lambda f: with_tail(f, still=1.0), "phase 2 did not train it"),
        (lambda f: with_tail(f, still=0.6), "60% of the numbers of the unfrozen part"),
        (lambda f: with_tail(f, toward=0.1), "cosine 0.10, expected at least 0.5"),
        (lambda f: with_tail(f, toward=-0.9), "training on the course's pictures"),
        (lambda f: with_head(f, start=1e-6), "it is what a formula gives"),
        (lambda f: with_head(f, mean=0.99), "it is what a formula gives"),
        (lambda f: dataclasses.replace(f, record=None, no_record="it is missing"), "it is missing"),
    ],
)
def test_weights_or_a_record_that_do_not_fit_earn_nothing_and_say_why(facts, change, says):
    result = verdict(change(facts))
    assert result.score == 0
    assert says in explain(result)


def last_epochs(facts, name="val_accuracy", *values):
    """Gives the last phase of a record these epochs of one metric."""
    epochs = tuple(range(len(facts.record.phases[0].epochs), 40))[: len(values)]
    return with_phase(
        facts, -1, history={"loss": (1.0,) * len(values), name: values}, epochs=epochs
    )


# What callbacks and other names of metrics make of a record, and the note or flag on it.
KERAS_SHAPES = {
    "metrics=['acc']": (lambda f: last_epochs(f, "val_acc", 0.9), "", ""),
    "a metric object": (lambda f: last_epochs(f, "val_sparse_categorical_accuracy", 0.9), "", ""),
    "restore_best_weights": (lambda f: last_epochs(f, "val_accuracy", 0.9, 0.85, 0.8), "", ""),
    "a metric of another kind": (
        lambda f: last_epochs(f, "val_f1", 0.9), "", "no validation accuracy",
    ),
    "no validation": (lambda f: with_phase(f, -1, history={}), "", "no validation accuracy"),
    "another accuracy": (
        lambda f: last_epochs(f, "val_accuracy", 0.5),
        "",
        "a last validation accuracy of 0.500, but the weights give 0.900",
    ),
    "ReduceLROnPlateau": (
        lambda f: with_phase(last_epochs(f, "val_accuracy", 0.9), 0, learning_rate=1e-4),
        "phase 'head' ended with the learning rate 0.0001, expected 0.001",
        "",
    ),
    "EarlyStopping in phase 1": (
        lambda f: with_phase(last_epochs(f, "val_accuracy", 0.9), 0, epochs=(0, 1)),
        "some epochs are missing or repeated",
        "",
    ),
    "EarlyStopping in phase 2": (lambda f: last_epochs(f, "val_accuracy", 0.88, 0.9, 0.9), "", ""),
    "one phase of its own": (
        lambda f: without_first(
            with_record(f, phases=last_epochs(f, "val_accuracy", 0.9).record.phases[1:])
        ),
        "1 training phase, expected 2",
        "",
    ),
    "an older package, which kept no head of phase 1": (
        lambda f: without_first(last_epochs(f, "val_accuracy", 0.9)),
        "does not have the head of phase 1",
        "",
    ),
}  # fmt: skip


def without_first(facts):
    return with_weights(with_head(facts, moved=None), first=None)


@pytest.mark.parametrize("shape", KERAS_SHAPES)
def test_a_record_that_keras_shaped_costs_nothing_and_says_what_differs(facts, shape):
    change, note, flag = KERAS_SHAPES[shape]
    changed = change(with_weights(facts, public=scores(0.9)))
    result = verdict(changed, require_gpu="no")
    assert (result.score, result.reasons) == (10, ())
    notes = " ".join(text for text in result.notes if "training record" in text)
    assert note in notes
    assert bool(notes) == bool(note)
    assert flag in flagged(changed)
    assert bool(flagged(changed)) == bool(flag)


# What a person should look at, found by one limit alone.
ODD = {
    "a head with nothing in common": (lambda f: with_head(f, start=0.3), "0.30 times that of the"),
    "a head with much in common": (lambda f: with_head(f, start=3.0), "3.00 times that of the"),
    "another model's record": (lambda f: with_head(f, moved=0.05), "may be of another model"),
    "large steps": (lambda f: with_tail(f, step=0.1), "another learning rate than the recipe's"),
    "hardly a step": (lambda f: with_tail(f, step=1e-9), "or no training"),
    "frozen batch norms": (
        lambda f: with_tail(f, way=0.0, toward=None), "kept their pretrained means",
    ),
    "more epochs than there were": (
        lambda f: with_tail(f, way=0.0003), "claims 1 epochs of phase 2, but",
    ),
    "fewer epochs than there were": (lambda f: with_tail(f, way=1.2), "training steps in all"),
    "another accuracy after phase 1": (
        lambda f: with_weights(f, first=scores(0.1)), "claims for phase 'head' contradict",
    ),
    "another loss after phase 1": (
        lambda f: with_weights(f, first=dataclasses.replace(f.weights.first, loss=3.0)),
        "a last validation loss of",
    ),
    "another loss in the end": (
        lambda f: with_weights(f, public=dataclasses.replace(f.weights.public, loss=3.0)),
        "claims for phase 'fine_tune' contradict",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_what_training_rarely_makes_is_flagged_and_costs_nothing(facts, what):
    change, says = ODD[what]
    generous = dataclasses.replace(COURSE, none_at=0.1, full_at=0.2)
    assert verdict(change(facts), settings=generous).score == 10
    assert says in flagged(change(facts))


def test_weights_are_measured_on_pictures_that_no_student_has(handed_in, facts, hands):
    found = EXERCISE.measure(handed_in, COURSE, hands).weights
    assert found.private.pictures == 60
    assert 0.45 < found.private.accuracy <= 1
    assert dataclasses.replace(found, private=None) == facts.weights


@pytest.mark.parametrize(
    ("public", "private", "score", "flag"),
    [
        (0.97, 0.96, 10, False),
        (0.96, 0.97, 10, False),
        (0.97, 0.95, 10, False),
        (1.0, 0.91, 10, True),  # trained on the test set, and no worse for it: a person decides
        (1.0, 0.7, 5, True),
        (0.6, 0.9, 10, False),
        (0.6, 0.5, 0, True),
    ],
)
def test_the_accuracy_on_them_decides_and_a_better_one_in_public_is_flagged(
    facts, public, private, score, flag
):
    changed = with_weights(facts, public=scores(public), private=scores(private, 450))
    settings = dataclasses.replace(COURSE, none_at=0.5, full_at=0.9)
    result = verdict(changed, settings=settings)
    assert result.score == score
    assert f"450 pictures that no student has: {private:.3f}" in " ".join(result.notes)
    assert ("no student has: it may have been trained" in flagged(changed, settings)) == flag


def test_where_there_are_none_the_verdict_says_what_was_measured_on(facts):
    result = verdict(with_weights(facts, public=scores(0.97)))
    assert "public test set, which every student has: 0.970" in " ".join(result.notes)
    assert "trained on the test set" not in flagged(with_weights(facts, public=scores(1.0)))


def test_a_record_of_another_weights_file_earns_nothing_and_says_so(facts):
    result = verdict(facts, sha256="0" * 64)
    assert result.score == 0
    assert "of another weights file" in explain(result)


def test_whether_a_gpu_is_required_is_the_rubrics_choice(facts):
    by_cpu = with_record(facts, device="CPU")
    by_gpu = with_record(facts, device="GPU")
    generous = dataclasses.replace(COURSE, none_at=0.1, full_at=0.2)
    assert verdict(by_cpu, require_gpu="yes", settings=generous).score == 0
    assert verdict(by_gpu, require_gpu="yes", settings=generous).score == 10
    warned = verdict(by_cpu, require_gpu="warn", settings=generous)
    assert warned.score == 10
    assert "not on a GPU" in " ".join(warned.notes)
    notes = verdict(by_cpu, require_gpu="no", settings=generous).notes
    assert not any("GPU" in note for note in notes)


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
    found = EXERCISE.measure(tmp_path, COURSE, None)
    assert sum(distance > 1e-4 for distance in found.weights.frozen) == 1


@pytest.mark.parametrize(("full_at", "reaches"), [(0.2, True), (1.01, False)])
def test_the_self_check_says_what_the_grader_would(
    handed_in, facts, monkeypatch, capsys, full_at, reaches
):
    settings = dataclasses.replace(COURSE, none_at=0.1, full_at=full_at)
    expected = verdict(facts, settings=settings)
    assert expected.is_full == reaches
    monkeypatch.setattr(profile, "get", lambda _: settings)
    monkeypatch.chdir(handed_in)
    if reaches:
        check.trained_model("rps_model.weights.h5")
        assert explain(expected) in capsys.readouterr().out
    else:
        with pytest.raises(check.CheckFailed, match="reach a test accuracy of") as failed:
            check.trained_model("rps_model.weights.h5")
        assert str(failed.value).startswith(explain(expected))


def test_the_self_check_says_when_there_are_no_weights(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(check.CheckFailed, match="is missing"):
        check.trained_model("rps_model.weights.h5")
