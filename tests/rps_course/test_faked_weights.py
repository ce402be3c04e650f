"""Weights that nobody trained: for each check a fake that it alone finds."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest

from rps_course import data, model, run, submission
from rps_course.course import COURSE
from rps_course.profile import get

OFFLINE = dataclasses.replace(get("offline"), none_at=0.1, full_at=0.2)
EXERCISE = COURSE.exercises["trained_model"]
SMALL = dataclasses.replace(OFFLINE, subset=(90, 150), epochs_head=4, epochs_fine=1)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """The weights of two short phases, and their record."""
    folder = tmp_path_factory.mktemp("honest")
    run.train(SMALL, folder, verbose=0, views=1)
    record = json.loads((folder / submission.RPS_RECORD).read_text())
    return submission.load_weights(folder / submission.RPS_WEIGHTS, OFFLINE).get_weights(), record


@pytest.fixture(scope="module")
def features():
    """Features of the training pictures, and their labels."""
    x, y = data.arrays(SMALL)[:2]
    return np.asarray(model.build_backbone(OFFLINE)(x)), y


def handed_in(folder, weights, record):
    """Writes weights and a record that belongs to them."""
    classifier = model.reference(OFFLINE)
    classifier.set_weights(weights)
    classifier.save_weights(folder / submission.RPS_WEIGHTS)
    digest = hashlib.sha256((folder / submission.RPS_WEIGHTS).read_bytes()).hexdigest()
    content = record | {"weights_sha256": digest}
    (folder / submission.RPS_RECORD).write_text(json.dumps(content))
    return digest


def judged(folder, digest, **limits):
    """Returns the verdict on what was handed in, and the flags."""
    facts = EXERCISE.measure(folder, OFFLINE, None)
    rubric = COURSE.load_rubric()
    rules = rubric.limits(EXERCISE.name) | limits
    found = list(EXERCISE.judge(facts, {submission.RPS_WEIGHTS: digest}, OFFLINE, rules))
    flags = {finding.message for finding in found if finding.flag}
    return rubric.verdict(EXERCISE.name, found), flags


def tail_of(weights):
    """Where the weights of the tail begin, before those of the head."""
    backbone = model.build_backbone(OFFLINE)
    return -2 - sum(len(layer.weights) for layer in backbone.layers[OFFLINE.fine_tune_at :])


def with_tail(weights, change):
    """The weights with the pretrained tail, changed: `change(array, whether of a batch norm)`."""
    start = tail_of(weights)
    pretrained = model.build_backbone(OFFLINE).get_weights()[start + 2 :]
    return [*weights[:start], *map(change, pretrained), *weights[-2:]]


def one_number(weight):
    changed = weight.copy()
    changed.flat[0] += 0.01
    return changed


def noise(weight):
    return weight * (1 + 0.01 * np.random.default_rng(0).standard_normal(weight.shape))


def ridge(x, y, strength=0.1):
    x = x - x.mean(axis=0)
    gram = x @ x.T
    added = strength * np.trace(gram) / len(gram) * np.eye(len(gram))
    return x.T @ np.linalg.solve(gram + added, np.eye(3)[y] - 1 / 3)


def least_squares(x, y):
    return ridge(x, y, 1e-6)


def class_means(x, y):
    return np.stack([x[y == label].mean(axis=0) for label in range(3)], axis=1)


def lda(x, y):
    means = class_means(x, y)
    within = x - means.T[y]
    scatter = within.T @ within / len(x)
    inverse = np.linalg.inv(scatter + 0.1 * np.trace(scatter) / len(scatter) * np.eye(len(scatter)))
    return inverse @ (means - x.mean(axis=0)[:, None])


def logistic(x, y):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(x, y).coef_.T


def with_head(weights, features, solve):
    x, y = features
    kernel = solve(x, y)
    logits = x @ kernel
    scale = 4 / (logits - logits.mean(axis=1, keepdims=True)).std()
    return [*weights[:-2], scale * kernel, -scale * logits.mean(axis=0)]


TAILS = {
    "not moved": (lambda weight: weight, "not_fine_tuned", {"still": 2}),
    "one number moved": (one_number, "not_fine_tuned", {"still": 2, "toward": -2}),
    "noise": (noise, "not_by_training", {"toward": -2}),
}


@pytest.mark.parametrize("what", TAILS)
def test_a_tail_that_no_training_moved_earns_nothing(honest, tmp_path, what):
    change, mistake, without = TAILS[what]
    weights, record = honest
    digest = handed_in(tmp_path, with_tail(weights, change), record)
    verdict, _ = judged(tmp_path, digest)
    assert (verdict.score, verdict.reasons[0].mistake) == (0, mistake)
    assert judged(tmp_path, digest, **without)[0].score == 10, "another check finds it, too"


@pytest.mark.parametrize("solve", [least_squares, ridge, class_means, lda, logistic])
def test_a_head_by_a_formula_on_a_trained_tail_earns_nothing(honest, features, tmp_path, solve):
    weights, record = honest
    digest = handed_in(tmp_path, with_head(weights, features, solve), record)
    verdict, _ = judged(tmp_path, digest)
    assert (verdict.score, verdict.reasons[0].mistake) == (0, "by_formula")
    without = {"formula": -1, "formula_mean": 2}
    assert judged(tmp_path, digest, **without)[0].score == 10, "another check finds it, too"


def test_honest_weights_earn_all_and_are_not_flagged(honest, tmp_path):
    weights, record = honest
    verdict, flags = judged(tmp_path, handed_in(tmp_path, weights, record))
    assert verdict.is_full
    assert flags == set()


def test_a_record_of_another_training_is_flagged(honest, tmp_path):
    weights, record = honest
    drawn = np.random.default_rng(0).uniform(-0.07, 0.07, weights[-2].shape)
    head = submission.record.encoded([drawn, weights[-1]])
    first, second = record["phases"]
    changed = record | {"phases": [first | {"head": head}, second]}
    verdict, flags = judged(tmp_path, handed_in(tmp_path, weights, changed))
    assert verdict.is_full  # what a record says costs nothing
    assert {"another_head", "record_contradicts"} <= flags


def test_polished_curves_are_flagged(honest, tmp_path):
    weights, record = honest
    first, second = record["phases"]
    polished = second["history"] | {"val_accuracy": [0.99]}
    changed = record | {"phases": [first, second | {"history": polished}]}
    verdict, flags = judged(tmp_path, handed_in(tmp_path, weights, changed))
    assert verdict.is_full
    assert flags == {"record_contradicts"}


def test_a_record_without_the_head_of_phase_1_costs_nothing_and_says_so(honest, tmp_path):
    weights, record = honest
    phases = [{k: v for k, v in phase.items() if k != "head"} for phase in record["phases"]]
    verdict, flags = judged(tmp_path, handed_in(tmp_path, weights, record | {"phases": phases}))
    assert verdict.is_full
    assert flags == set()
    assert "does not have the head of phase 1" in " ".join(verdict.notes)
