"""Every exercise is probed, and facts make the trip through JSON; `corpus/` has the answers."""

import itertools
import json
import re

import numpy as np
import pytest
import reference_answers as ref

from autograder.core import check
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise
from autograder.core.verdict import explain
from autograder.grading import reading
from rps_course.course import COURSE as RPS
from rps_course.exercises.probes import standin
from rps_course.exercises.probes.pictures import Pictures
from rps_course.profile import get

COURSE = get("grading-offline")
RULES = RPS.load_rubric()
FUNCTIONS = {n: e for n, e in RPS.exercises.items() if isinstance(e, Exercise)}


def judge(name, function, challenge=None, rules=RULES):
    challenge = challenge or Challenge.fresh()
    exercise = FUNCTIONS[name]
    evidence = json.loads(json.dumps(check.report(exercise, function, challenge, COURSE)))
    facts = reading.read(evidence, exercise, challenge, COURSE)
    return check.judge(exercise, facts, challenge, COURSE, rules)


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_the_reference_answer_earns_full_points(name):
    verdict = judge(name, getattr(ref, name))
    assert verdict.is_full, explain(verdict)


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_no_answer_earns_nothing(name):
    def blank(*_, **__):
        raise NotImplementedError

    verdict = judge(name, blank)
    assert verdict.score == 0
    assert "has no answer yet" in verdict.reasons[0].says


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_returning_none_earns_nothing(name):
    verdict = judge(name, lambda *_, **__: None)
    assert verdict.score == 0
    assert verdict.reasons


@pytest.mark.parametrize("number", range(8))
def test_layers_that_a_probe_draws_are_no_part_of_an_answer(number):
    challenge = Challenge(bytes([number] * 32))

    def drawn(backbone, _):
        standin.unfreeze_some(backbone, challenge, f"draw {number}")

    verdict = judge("unfreeze", drawn, challenge)
    assert verdict.score == 0, explain(verdict)


# Evidence belongs to its challenge


@pytest.mark.parametrize(
    "name",
    [
        "preprocess_image",
        "to_numpy",
        "load_custom_sample",
        "top_k",
        "train_head",
        "split_validation",
        "confusion_matrix",
    ],
)
def test_facts_made_with_another_challenge_do_not_earn_the_points(name):
    exercise = FUNCTIONS[name]
    facts = exercise.gather(getattr(ref, name), Challenge.fresh(), COURSE)
    verdict = check.judge(exercise, facts, Challenge.fresh(), COURSE, RULES)
    assert verdict.score < verdict.points


def test_every_class_is_among_what_is_trained_on():
    for number in range(300):
        challenge = Challenge(bytes([number % 256, number // 256] * 16))
        data = Pictures.draw(challenge, "x", 22, 3)
        assert np.bincount(data.y, minlength=3).min() == 7


def test_too_much_shear_does_not_pass_for_too_much_zoom_as_well():
    """Shear, zoom and rotation at the ends of their ranges, which no draw exceeds."""
    import tensorflow as tf

    corners = [
        {"shear": shear, "zx": zoom, "zy": zoom, "theta": theta, "tx": shift, "ty": shift}
        for shear in (-17.2, 17.2)
        for zoom in (0.92, 1.08)
        for theta in (-8, 8)
        for shift in (-7, 7)
    ]

    def sheared(X_train, y_train, X_test, y_test):
        datagen = tf.keras.preprocessing.image.ImageDataGenerator(fill_mode="nearest")
        epochs = [
            np.stack([datagen.apply_transform(x, next(turn)) for x in X_train])
            for turn in (itertools.cycle(corners), itertools.cycle(corners[::-1]))
        ]
        return iter([(x, y_train) for x in epochs]), datagen.flow(X_test, y_test, shuffle=False)

    verdict = judge("make_generators", sheared)
    lost = {reason.criteria: reason.lost for reason in verdict.reasons}
    assert lost[("rotation",)] == 1
    assert lost.keys() == {("rotation",), ("batches",)}  # the epochs are one batch, in order


# The rubric holds the limits

# A limit that no answer can keep, for each exercise.
IMPOSSIBLE = {
    "preprocess_image": {"tolerance": -1.0},
    "to_numpy": {"tolerance": -1.0},
    "load_custom_sample": {"brightest": 2.0},
    "top_k": {"tolerance": -1.0},
    "build_backbone": {"parameters": 2.0},
    "build_classifier": {"rate": 0.9},
    "compile_head": {"directions": 2.0},
    "make_generators": {"rotation": [0.0, 0.1]},
    "train_head": {"weights": -1.0},
    "unfreeze": {"change": -1.0},
    "compile_fine_tune": {"loss": -1.0},
    "fine_tune": {"accuracy": -1.0},
    "split_validation": {"rounding": -1.0},
    "confusion_matrix": {"tolerance": -1.0},
}


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_a_limit_of_the_class_s_rubric_changes_the_verdict(name, tmp_path):
    text = (RPS.rubrics / name / "rubric.toml").read_text()
    for key, value in IMPOSSIBLE[name].items():
        text, found = re.subn(rf"^{key} = [^{{].*$", f"{key} = {value}", text, flags=re.M)
        assert found == 1
    (tmp_path / f"{name}.toml").write_text(text)
    verdict = judge(name, getattr(ref, name), rules=RPS.load_rubric(tmp_path))
    assert verdict.score < verdict.points, explain(verdict)
