"""Drawn updates tell Adam with its defaults from what resembles it, in every draw; NumPy only."""

import numpy as np
import pytest

from autograder.core.challenge import Challenge
from rps_course.exercises.probes import optimizing

RATE, LIMIT = 0.00001, 2e-3  # the smaller rate is the harder one: weights are float32
DRAWS = [optimizing.Draw.of(Challenge(bytes([n] * 32)), "x", 72) for n in range(40)]


def first_wrong(drawn, changes):
    weights = [drawn.start[: changes.shape[1]]]
    for change in changes:
        weights.append((weights[-1] + change).astype(np.float32))
    right = optimizing.adam(drawn, RATE)
    return optimizing.first_wrong(np.stack(weights[1:]), drawn, right, LIMIT * RATE)


def with_settings(drawn, rate=RATE, **settings):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setattr(optimizing, name, value)
        return optimizing.adam(drawn, rate)


@pytest.mark.parametrize("drawn", DRAWS)
def test_adam_passes_with_the_epsilon_of_the_paper_and_a_rounded_rate(drawn):
    assert first_wrong(drawn, optimizing.adam(drawn, RATE)) is None
    assert first_wrong(drawn, with_settings(drawn, _EPSILON=1e-8)) is None
    assert first_wrong(drawn, optimizing.adam(drawn, 1.0009 * RATE)) is None


@pytest.mark.parametrize("drawn", DRAWS)
@pytest.mark.parametrize(
    "settings",
    [{"_EPSILON": 1e-6}, {"_BETAS": (0.89, 0.999)}, {"_BETAS": (0.9, 0.9985)}, {"rate": 0.000011}],
    ids=str,
)
def test_other_settings_do_not_pass(drawn, settings):
    assert first_wrong(drawn, with_settings(drawn, **settings)) is not None


@pytest.mark.parametrize("drawn", DRAWS)
def test_a_weight_decay_that_rounding_almost_hides_does_not_pass(drawn):
    weights = np.abs(drawn.start[: optimizing.adam(drawn, RATE).shape[1]])
    decayed = optimizing.adam(drawn, RATE) - 0.004 * RATE * weights
    assert first_wrong(drawn, decayed) is not None


def test_one_wrong_step_is_found_and_named():
    drawn = DRAWS[0]
    changes = optimizing.adam(drawn, RATE)
    changes[40] *= 1.1
    assert first_wrong(drawn, changes) == drawn.steps[40]


def test_weights_of_another_shape_do_not_pass():
    drawn = DRAWS[0]
    right = optimizing.adam(drawn, RATE)
    assert optimizing.first_wrong(right[1:], drawn, right, LIMIT) is not None
