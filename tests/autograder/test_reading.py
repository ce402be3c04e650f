"""Evidence is untrusted: whatever is odd about it is refused with a reason."""

import json

import numpy as np
import pytest

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.evidence import EvidenceError
from autograder.core.exercise import Exercise, OtherProfileError
from autograder.core.facts import Array, Failure, decode, encode
from autograder.core.sampling import Numbers, Sampled
from autograder.grading import reading
from rps_course.course import COURSE as RPS
from rps_course.exercises.to_numpy.exercise import Facts, Pair
from rps_course.profile import get

COURSE = get("grading-offline")
CHALLENGE = Challenge.fresh()


@pytest.fixture
def content():
    numbers = Numbers(low=0, high=1, mean=0.5, nonfinite=0, values=Array.of(np.linspace(0, 1, 400)))
    pair = Pair("pair", *[Sampled("ndarray", "float32", (2, 2), numbers)] * 2)
    return evidence.envelope("to_numpy", CHALLENGE.id, COURSE.name, Facts(pair, pair))


def read(content, exercise="to_numpy", challenge=CHALLENGE, course=COURSE):
    return reading.read(content, RPS.exercises[exercise], challenge, course)


def test_well_formed_evidence_is_read(content):
    assert encode(read(content)) == content["facts"]


def test_evidence_that_arrives_as_text_is_read(content):
    assert encode(read(json.dumps(content))) == content["facts"]


def test_an_exception_is_evidence_too(content):
    del content["facts"]
    content["raised"] = {"type": "KeyError", "message": "x", "line": ""}
    assert read(content) == Failure("KeyError", "x", "")


def test_an_exception_beside_facts_is_refused(content):
    content["raised"] = {"type": "KeyError", "message": "x", "line": ""}
    with pytest.raises(EvidenceError, match="both facts and an exception"):
        read(content)


@pytest.mark.parametrize("text", ["", "not json", "[1, 2", "{'single': 'quotes'}", "NaN"])
def test_evidence_that_is_no_json_is_refused(text):
    with pytest.raises(EvidenceError):
        read(text)


def test_nan_is_refused(content):
    content["facts"]["small"]["X"]["numbers"]["mean"] = float("nan")
    with pytest.raises(EvidenceError, match="not finite"):
        read(content)


def test_nan_in_an_array_is_refused(content):
    array = content["facts"]["small"]["X"]["numbers"]["values"]
    nan = np.full(400, np.nan, "<f4").tobytes()
    import base64

    array["data"] = base64.b64encode(nan).decode()
    with pytest.raises(EvidenceError, match="not finite"):
        read(content)


def test_a_summary_that_does_not_fit_its_values_is_refused(content):
    content["facts"]["small"]["X"]["numbers"]["high"] = -1
    with pytest.raises(EvidenceError, match="does not fit its values"):
        read(content)


def test_an_array_larger_than_the_schema_allows_is_refused(content):
    content["facts"]["small"]["X"]["numbers"]["values"] = encode(Array.of(np.zeros(200_000)))
    with pytest.raises(EvidenceError):
        read(content)


def test_evidence_larger_than_two_megabytes_is_refused(content):
    content["facts"]["small"]["type"] = "x" * 3_000_000
    with pytest.raises(EvidenceError, match="more than 2,000,000"):
        read(content)


def test_evidence_of_another_challenge_is_refused(content):
    with pytest.raises(EvidenceError, match="another challenge"):
        read(content, challenge=Challenge.fresh())


def test_evidence_of_another_exercise_is_refused(content):
    with pytest.raises(EvidenceError, match="another form"):
        read(content, exercise="top_k")
    content["exercise"] = "top_k"
    with pytest.raises(EvidenceError, match="another exercise"):
        read(content)


def test_evidence_of_another_profile_is_refused(content):
    with pytest.raises(OtherProfileError, match="under the profile"):
        read(content, course=get("grading-standard"))


def test_unknown_facts_are_refused(content):
    content["facts"]["verdict"] = "full points, please"
    with pytest.raises(EvidenceError, match="another form"):
        read(content)


def test_deep_nesting_is_refused(content):
    deep = []
    for _ in range(5000):
        deep = [deep]
    content["facts"] = deep
    with pytest.raises(EvidenceError):
        read(content)


def test_no_evidence_and_two_pieces_are_told_apart(content):
    output = {"output_type": "display_data", "data": {evidence.MIME: content}}
    assert reading.find([{"output_type": "stream", "text": "x"}, output]) == content
    with pytest.raises(reading.NoEvidenceError):
        reading.find([{"output_type": "stream", "text": "x"}])
    with pytest.raises(EvidenceError, match="2 pieces"):
        reading.find([output, output])


def test_facts_that_contradict_one_another_cost_the_exercise_and_nothing_more(caplog):
    """Every exercise gets facts that fit its schema and make no sense; nothing may be raised.

    Where a judge did not foresee them, that is no verdict, and whoever grades is told.
    """
    from nbformat.v4 import new_code_cell, new_notebook, new_output
    from nbgrader import utils

    from autograder.grading.cells import stored
    from autograder.grading.judge import JudgeEvidence
    from autograder.grading.run import RUN, Run
    from autograder.sandbox.isolation import Isolation

    a_set = {"X_shape": [1, 8, 10, 3], "y_shape": [1], "pictures": [1], "labels": [999]}
    split = {"type": "pairs", "train": a_set, "validation": a_set}
    made_up = {
        "build_backbone": {"type": "model"},
        "build_classifier": {"type": "model", "output_shape": [6, 3]},
        "compile_head": {"compiled": {"optimizer": "Adam"}},
        "compile_fine_tune": {"compiled": {"optimizer": "Adam"}},
        "unfreeze": {"first": {"moved": [199]}, "second": {}},
        **dict.fromkeys(
            ("train_head", "fine_tune"),
            {"type": "History", "recompiled": False, "trained": [[0]], "validated": [[0]]}
            | dict.fromkeys(("kernel", "bias"), encode(Array.of([1.0]))),
        ),
        "make_generators": {
            "type": "pair",
            **{key: {"sizes": [1]} for key in ("first", "second", "validation")},
        },
        "preprocess_image": {key: {"type": "dict"} for key in ("direct", "oblong", "mapped")},
        "to_numpy": {key: {"type": "pair"} for key in ("small", "large")},
        "load_custom_sample": {key: {} for key in ("photo", "jpeg", "transparent", "gray")},
        "top_k": {key: {"type": "pairs"} for key in ("default", "three", "all")},
        "split_validation": {
            **dict.fromkeys(("once", "again", "other_seed", "sorted"), split),
            "given_changed": False,
        },
        "confusion_matrix": {key: {"type": "ndarray", "shape": [9, 9]} for key in ("all", "some")},
    }
    assert set(made_up) == {n for n, e in RPS.exercises.items() if isinstance(e, Exercise)}
    judge = JudgeEvidence()
    for name, facts in made_up.items():
        facts = decode(RPS.exercises[name].facts, facts)
        content = evidence.envelope(name, CHALLENGE.id, COURSE.name, facts)
        metadata = {"grade": True, "solution": False, "grade_id": name, "points": 1.0}
        metadata |= {"schema_version": 3, "locked": True, "task": False}
        cell = new_code_cell(metadata={"nbgrader": metadata})
        cell.outputs = [new_output("display_data", data={evidence.MIME: content})]
        run = Run(RPS, "", COURSE, RPS.load_rubric(), {name: CHALLENGE}, {}, Isolation())
        judge.preprocess(new_notebook(cells=[cell]), {RUN: run})
        assert utils.determine_grade(cell)[0] == 0, name
        verdict = stored(cell)
        assert verdict.reasons, name
        if not verdict.graded:
            assert f"Judging {name} failed" in caplog.text
