"""A training step whose gradients go to what trains only is the step that Keras takes."""

import numpy as np
import pytest

from autograder.core.challenge import Challenge
from autograder.core.exercise import Raised
from rps_course import profile as profiles
from rps_course.exercises.probes import probing, standin

CHALLENGE, PROFILE = Challenge(bytes(range(32))), profiles.get("grading-offline")


def stepped(step, unfrozen):
    model = standin.classifier(CHALLENGE, "probe", PROFILE)
    if unfrozen:
        standin.unfreeze_some(model.layers[0], CHALLENGE, "probe")
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = probing.snapshot(model)
    step(model, *batch())
    return probing.moved(before, model), model.get_weights()


def batch():
    about = CHALLENGE, "probe"
    return probing.inputs(*about, standin.SHAPE), probing.targets(*about, PROFILE)


@pytest.mark.parametrize("unfrozen", [False, True])
def test_it_moves_the_same_weights_by_as_much(unfrozen):
    (moved, weights), (others, expected) = (
        stepped(step, unfrozen) for step in (probing.step_trainable, probing.step)
    )
    assert moved == others
    assert len(moved) > 2 if unfrozen else len(moved) == 2
    for weight, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(weight, other, rtol=1e-5, atol=1e-7)


def test_what_it_raises_is_told_as_a_failure():
    model = standin.classifier(CHALLENGE, "probe", PROFILE)
    model.compile("sgd", "sparse_categorical_crossentropy")
    pictures, _ = batch()
    with pytest.raises(Raised):
        probing.step_trainable(model, pictures, np.full(len(pictures), "a"))
