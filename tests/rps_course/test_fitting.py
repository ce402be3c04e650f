"""What is made up about a training does not pass; NumPy only, the corpus has functions to train."""

import dataclasses

import numpy as np
import pytest

from autograder.core import check
from autograder.core.challenge import Challenge
from autograder.core.facts import Array
from rps_course.course import COURSE
from rps_course.exercises.probes import fitting
from rps_course.profile import get

CHALLENGE = Challenge(bytes(range(32)))
EXERCISE = COURSE.exercises["train_head"]
EXPECTED = EXERCISE.expect(CHALLENGE, get("grading-offline"))
RULES = COURSE.load_rubric()
N = len(EXPECTED.epochs)
BATCHES = tuple(tuple(range(start, min(start + 4, 22))) for start in range(0, 22, 4))


def trained(steps):
    """Facts as a true training of N epochs in these steps gives them."""
    training, n = fitting._retrain(steps, EXPECTED), len(steps) // N
    sizes, epochs = training.sizes, [slice(at, at + n) for at in range(0, len(steps), n)]
    values = {}
    for column, name in enumerate(("loss", "accuracy")):
        batches = training.batches[:, column]
        values[name] = [np.average(batches[epoch], weights=sizes[epoch]) for epoch in epochs]
        values[f"val_{name}"] = training.validation[n - 1 :: n, column]
    return fitting.Facts(
        "History",
        False,
        steps,
        N * (tuple(range(13)),),
        Array.of(training.kernel),
        Array.of(training.bias),
        EXPECTED.epochs,
        tuple(fitting.Metric(name, Array.of(value)) for name, value in values.items()),
    )


def judged(facts, **changes):
    """The score and the keys of the messages."""
    facts = dataclasses.replace(facts, **changes)
    verdict = check.judge(EXERCISE, facts, CHALLENGE, get("grading-offline"), RULES)
    return verdict.score, [reason.says for reason in verdict.reasons]


def changed(facts, name, change):
    """The history of facts with one metric changed."""
    return tuple(
        fitting.Metric(each.name, Array.of(change(each.values.values)))
        if each.name == name
        else each
        for each in facts.history
    )


TRUE = trained(N * BATCHES)
HISTORY, TRAINING, VALIDATION = (
    RULES["train_head"]["criteria"][name]["points"]
    for name in ("history", "training", "validation")
)
FULL = HISTORY + TRAINING + VALIDATION


def test_a_true_training_earns_full_points():
    assert judged(TRUE) == (FULL, [])


def test_the_order_of_batches_and_pictures_does_not_matter():
    order = np.random.default_rng(0).permutation(22)
    steps = [tuple(map(int, order[start : start + 4])) for start in range(0, 22, 4)]
    assert judged(trained(tuple(N * steps[::-1]))) == (FULL, [])


@pytest.mark.parametrize("name", ["loss", "accuracy"])
@pytest.mark.parametrize("change", [lambda v: v + 0.1, lambda v: v[:1], np.zeros_like])
def test_training_values_that_are_made_up_cost_the_history(name, change):
    score, says = judged(TRUE, history=changed(TRUE, name, change))
    assert score == FULL - HISTORY
    assert f"The history's {name} is not that of the epochs" in says[0]


@pytest.mark.parametrize("name", ["val_loss", "val_accuracy"])
@pytest.mark.parametrize("change", [lambda v: v + 0.1, lambda v: v[:1], np.zeros_like])
def test_validation_values_that_are_made_up_cost_the_validation(name, change):
    score, says = judged(TRUE, history=changed(TRUE, name, change))
    assert score == FULL - VALIDATION
    assert f"The history's {name} is not that of the given validation data" in says[0]


def test_without_its_metrics_a_history_is_none_of_this_training():
    score, _ = judged(TRUE, history=())
    assert score == TRAINING


def test_epochs_of_some_of_the_batches_keep_their_history():
    score, says = judged(trained(N * BATCHES[:2]))
    assert score == FULL - TRAINING
    assert f"Training ran {2 * N} steps" in says[0]


def test_a_history_of_the_last_of_more_epochs_is_of_this_training():
    more = trained(2 * N * BATCHES)
    validated = 2 * N * (tuple(range(13)),)
    training = fitting._retrain(2 * N * BATCHES, EXPECTED)
    last = {
        f"val_{name}": Array.of(training.validation[6 * N + 5 :: 6, column])
        for column, name in enumerate(("loss", "accuracy"))
    }
    for column, name in enumerate(("loss", "accuracy")):
        batches = training.batches[6 * N :, column].reshape(N, 6)
        last[name] = Array.of(np.average(batches, axis=1, weights=[4, 4, 4, 4, 4, 2]))
    history = tuple(fitting.Metric(*each) for each in last.items())
    score, says = judged(more, history=history, validated=validated)
    assert score == FULL - TRAINING
    assert f"trained for {2 * N} epochs" in says[0]


def test_epochs_that_did_not_run_cost_the_history_although_it_lists_them():
    score, _ = judged(trained(N * BATCHES), trained=BATCHES[:1])
    assert score < FULL - HISTORY


def test_weights_that_no_picture_leads_to_earn_nothing():
    kernel = TRUE.kernel.values + np.random.default_rng(0).normal(0, 0.05, TRUE.kernel.values.shape)
    for made_up in (Array.of(kernel), Array.of(np.zeros((192, 3))), Array.of([1.0])):
        score, says = judged(TRUE, kernel=made_up)
        assert score == 0
        assert "did not come from training steps" in says[0]


def test_weights_as_they_were_earn_nothing_whatever_was_noted():
    score, says = judged(TRUE, kernel=Array.of(EXPECTED.kernel))
    assert score == 0
    assert "not trained" in says[0]


def test_weights_of_other_steps_cost_the_training_and_the_validation():
    other = fitting._retrain(BATCHES[:1], EXPECTED)
    score, says = judged(TRUE, kernel=Array.of(other.kernel), bias=Array.of(other.bias))
    assert score == HISTORY
    assert "not those that plain training" in says[0]
