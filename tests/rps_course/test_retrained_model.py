"""What is said of a handed-in model where the grader has run its notebook in full."""

import dataclasses

import pytest

from autograder.core.exercise import Retrained
from rps_course import submission
from rps_course.course import COURSE
from rps_course.exercises.trained_model.facts import (
    Facts,
    Head,
    Measured,
    Phase,
    Record,
    Scores,
    Tail,
)
from rps_course.profile import get

EXERCISE, OFFLINE, RUBRIC = COURSE.exercises["trained_model"], get("offline"), COURSE.load_rubric()
DIGESTS = {submission.RPS_WEIGHTS: "ab" * 32}


def phase(name, rate, first, accuracy):
    history = {"val_accuracy": (accuracy,) * 20, "val_loss": (0.1,) * 20}
    return Phase(name, rate, tuple(range(first, first + 20)), history)


def model(accuracy, private=None, **tail):
    """Facts as a training by the recipe gives them."""
    first = Scores(accuracy, 0.1, 150)
    measured = Measured(
        public=first,
        frozen=(0.0,),
        tail=Tail(**{"still": 0.0, "step": 5e-4, "way": 0.3, "toward": 0.97} | tail),
        head=Head(1.0, 0.05, 6e-4),
        private=private and Scores(private, 0.1, 450),
        first=first,
    )
    phases = phase("head", 0.001, 0, accuracy), phase("fine_tune", 0.00001, 20, accuracy)
    return Facts("", measured, "", Record(DIGESTS[submission.RPS_WEIGHTS], "CPU", phases), "CPU")


def again(facts):
    return Retrained(facts, DIGESTS, 85)


def claiming(facts):
    """The same model, with claims that differ from the recipe."""
    record = facts.record
    phases = dataclasses.replace(record.phases[0], learning_rate=0.5), record.phases[1]
    weights = dataclasses.replace(facts.weights, first=None)
    return dataclasses.replace(
        facts, weights=weights, record=dataclasses.replace(record, phases=phases)
    )


def judged(facts, retrained=None, **limits):
    """The verdict, and what a person should look at."""
    rules = RUBRIC.limits("trained_model") | limits
    found = list(EXERCISE.judge(facts, DIGESTS, OFFLINE, rules, retrained))
    flags = " ".join(RUBRIC.flagged("trained_model", found))
    return RUBRIC.verdict("trained_model", found), flags


def test_what_the_grader_has_trained_stands_in_place_of_what_the_record_claims():
    handed_in = claiming(model(0.95))
    before, _ = judged(handed_in)
    assert sum("claims" in note for note in before.notes) == 3
    after, flags = judged(handed_in, again(model(0.94)))
    says = "Trained by the grader from this notebook: accuracy 0.940 in 85 s on a CPU."
    assert says in after.notes
    assert "claims" not in " ".join(after.notes)
    assert (after.score, flags) == (before.score, "")


@pytest.mark.parametrize(
    ("handed_in", "trained", "flagged"),
    [
        (model(0.95), model(0.90), False),
        (model(0.95), model(0.88), True),
        (model(0.90), model(0.97), False),
        # Where there are pictures that no student has, these count.
        (model(0.95, 0.95), model(0.80, 0.94), False),
        (model(0.95, 0.95), model(0.95, 0.80), True),
    ],
)
def test_a_model_that_is_much_better_than_the_one_that_the_grader_trained_is_flagged(
    handed_in, trained, flagged
):
    verdict, flags = judged(handed_in, again(trained))
    assert ("the one that the grader trained from the notebook" in flags) == flagged
    assert verdict.score == 10


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (model(0.95, still=0.9), "would earn nothing: not fine tuned"),
        (model(0.95, toward=0.1), "would earn nothing: not by training"),
        (Facts(unusable="It is no file of weights."), "It is no file of weights."),
        (dataclasses.replace(model(0.95), record=None), "would earn nothing: record"),
    ],
)
def test_what_the_notebook_makes_without_training_is_flagged_and_claims_stay(made, says):
    verdict, flags = judged(claiming(model(0.95)), again(made))
    assert says in flags
    assert "claims" in " ".join(verdict.notes)
    assert "Trained by the grader" not in " ".join(verdict.notes)
    assert verdict.score == 10


def test_no_points_come_of_it():
    for refused in (model(0.95, still=0.9), Facts(unusable="It is missing.")):
        verdict, _ = judged(refused, again(model(0.95)))
        assert verdict.score == 0
        assert "Trained by the grader" in " ".join(verdict.notes)
    # On which device the grader trains is no fault of the student's.
    on_gpu = dataclasses.replace(model(0.95).record, device="GPU")
    handed_in = dataclasses.replace(model(0.95), record=on_gpu)
    verdict, flags = judged(handed_in, again(model(0.95)), require_gpu="yes")
    assert (verdict.score, flags) == (10, "")


def test_the_accuracy_of_a_refused_model_is_told_to_who_grades():
    for refused in (model(0.95, still=0.9), dataclasses.replace(model(0.95), record=None)):
        verdict, _ = judged(refused)
        assert verdict.score == 0
        assert (verdict.figures[0].name, verdict.figures[0].value) == ("accuracy", 0.95)
