"""Every exercise is probed, and facts make the trip through JSON; `corpus/` has the answers."""

import json

import jsonschema
import pytest
import reference_answers as ref

from rps_course import check, exercises
from rps_course.challenge import Challenge
from rps_course.profile import get

COURSE = get("grading-offline")


def judge(name, function, challenge=None):
    challenge = challenge or Challenge.fresh()
    exercise = exercises.registry()[name]
    try:
        facts = exercise.gather(function, challenge, COURSE)
        jsonschema.validate(facts, exercise.facts)
    except exercises.Raised as error:
        facts = {"raised": error.fact}
    facts = json.loads(json.dumps(facts, allow_nan=False))
    return check.judge(name, facts, challenge, COURSE)


@pytest.mark.parametrize("name", list(exercises.registry()))
def test_the_reference_answer_earns_full_points(name):
    verdict = judge(name, getattr(ref, name))
    assert verdict.is_full, check.explain(verdict)


@pytest.mark.parametrize("name", list(exercises.registry()))
def test_no_answer_earns_nothing(name):
    def blank(*_, **__):
        raise NotImplementedError

    verdict = judge(name, blank)
    assert verdict.score == 0
    assert "has no answer yet" in verdict.reasons[0].says


@pytest.mark.parametrize("name", list(exercises.registry()))
def test_returning_none_earns_nothing(name):
    verdict = judge(name, lambda *_, **__: None)
    assert verdict.score == 0
    assert verdict.reasons


# Evidence belongs to its challenge


@pytest.mark.parametrize(
    "name", ["preprocess_image", "to_numpy", "load_custom_sample", "top_k", "train_head"]
)
def test_facts_made_with_another_challenge_do_not_earn_the_points(name):
    exercise = exercises.registry()[name]
    facts = exercise.gather(getattr(ref, name), Challenge.fresh(), COURSE)
    verdict = check.judge(name, facts, Challenge.fresh(), COURSE)
    assert verdict.score < verdict.points
