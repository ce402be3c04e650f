import re
import string
from pathlib import Path

import pytest

from autograder.core import rubric
from autograder.core.rubric import fails, holds
from rps_course import exercises
from rps_course.course import COURSE


def test_every_message_that_judging_may_give_is_in_the_rubric():
    """Reads the keys from the sources: a missing one would only show when a student hits it."""
    folder = Path(exercises.__file__).parent
    rules = COURSE.load_rubric()
    known = set(rules.general) | {m for t in rules.exercises.values() for m in t["messages"]}
    used = set()
    for path in folder.rglob("*.py"):
        source = path.read_text()
        used |= set(re.findall(r'fails\(\s*(?:"\w+"|None),\s*"(\w+)"', source))
        used |= set(re.findall(r'flags\(\s*"(\w+)"', source))
    assert used
    assert used <= known


def test_every_message_has_a_hint_or_costs_nothing_and_can_be_filled_in():
    for table in COURSE.load_rubric().exercises.values():
        for key, message in table["messages"].items():
            assert message["says"]
            assert message.get("hint") or message.get("share") == 1, key
            fields = [name for _, name, _, _ in string.Formatter().parse(message["says"])]
            assert all(name is None or name.isidentifier() for name in fields)


def points(exercise, *criteria):
    return sum(COURSE.load_rubric()[exercise]["criteria"][name]["points"] for name in criteria)


def test_points_are_exact_to_the_hundredth():
    verdict = COURSE.load_rubric().verdict(
        "to_numpy", [holds("images"), fails("labels", "y_dtype", share=1 / 7, received="float32")]
    )
    labels = points("to_numpy", "labels")
    assert verdict.score == points("to_numpy", "images") + round(labels / 7, 2)
    assert verdict.reasons[0].lost == round(labels - round(labels / 7, 2), 2)


def test_a_criterion_without_a_finding_earns_nothing():
    verdict = COURSE.load_rubric().verdict(
        "to_numpy", [fails("images", "X_values"), holds("labels")]
    )
    assert verdict.score == points("to_numpy", "labels")
    assert [reason.lost for reason in verdict.reasons] == [
        points("to_numpy", "images"),
        points("to_numpy", "dtype"),
    ]


def test_a_finding_about_the_whole_exercise_takes_all_points():
    verdict = COURSE.load_rubric().verdict(
        "to_numpy", [holds("images"), fails(None, "not_a_pair", received="None")]
    )
    assert (verdict.score, verdict.holding) == (0, ())
    assert "None" in verdict.reasons[0].says


def test_one_mistake_behind_several_criteria_is_said_once():
    findings = [fails(name, "not_augmented") for name in ("rotation", "shift", "zoom", "fresh")]
    verdict = COURSE.load_rubric().verdict("make_generators", findings)
    reason = verdict.reasons[0]
    criteria = ("rotation", "shift", "zoom", "fresh")
    assert (reason.lost, reason.criteria) == (points("make_generators", *criteria), criteria)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("points = 3\n[criteria]\nx = { points = 2, title = 't' }", "add up to 2 points"),
        ("[a", "not valid TOML"),
    ],
)
def test_a_bad_rubric_is_refused(tmp_path, text, complaint):
    path = tmp_path / "top_k.toml"
    path.write_text(text)
    with pytest.raises(rubric.RubricError, match=complaint) as refused:
        COURSE.load_rubric(tmp_path)
    assert str(path) in str(refused.value)


def test_a_missing_rubric_is_refused(tmp_path):
    with pytest.raises(rubric.RubricError, match="Cannot read the rubric"):
        rubric.load(tmp_path, ("top_k",))
    with pytest.raises(rubric.RubricError, match="There is no folder"):
        COURSE.load_rubric(tmp_path / "nowhere")


def test_a_rubric_of_no_exercise_is_refused(tmp_path):
    (tmp_path / "juggle.toml").write_text("points = 0")
    with pytest.raises(rubric.RubricError, match=r"of no exercise\. Its name must be that of one"):
        COURSE.load_rubric(tmp_path)


def test_a_class_may_change_the_rubric_of_some_exercises(tmp_path):
    own = (COURSE.rubrics / "top_k/rubric.toml").read_text()
    (tmp_path / "top_k.toml").write_text(
        own.replace("points = 6", "points = 8", 1).replace("k = { points = 1", "k = { points = 3")
    )
    rules = COURSE.load_rubric(tmp_path)
    assert rules["top_k"]["points"] == 8
    assert rules["to_numpy"]["points"] == COURSE.load_rubric()["to_numpy"]["points"]


def test_a_message_of_the_rubric_leaves_a_share(tmp_path):
    finding = fails("labels", "y_dtype", received="float32")
    labels = points("to_numpy", "labels")
    assert COURSE.load_rubric().verdict("to_numpy", [finding]).score == 0.5 * labels
    own = (COURSE.rubrics / "to_numpy/rubric.toml").read_text()
    (tmp_path / "to_numpy.toml").write_text(
        own.replace("y_dtype = { share = 0.5,", "y_dtype = { share = 0.9,")
    )
    assert COURSE.load_rubric(tmp_path).verdict("to_numpy", [finding]).score == round(
        0.9 * labels, 2
    )


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "tolerance = 1e-6",
            "tolerance = 'small'",
            "limits.tolerance = 'small', expected a number",
        ),
        (
            'title = "X is a float32 array"',
            "title = 32",
            "criteria.dtype.title = 32, expected a text such as 'X is a float32 array'",
        ),
        ("tolerance = 1e-6", "tolerant = 1e-6", "the unknown key limits.tolerant. Allowed"),
        ("tolerance = 1e-6", "", "lacks the key limits.tolerance"),
        ("share = 0.5", "share = 1.5", "share = 1.5, expected a number from 0 to 1"),
        ("y_values = { says", "y_values = { said", "the unknown key messages.y_values.said"),
        ("X_dtype = {", "X_type_ = {", "the unknown key messages.X_type_"),
    ],
)
def test_a_changed_rubric_has_the_keys_and_kinds_of_the_course_s(tmp_path, old, new, complaint):
    own = (COURSE.rubrics / "to_numpy/rubric.toml").read_text()
    assert old in own
    (tmp_path / "to_numpy.toml").write_text(own.replace(old, new, 1))
    with pytest.raises(rubric.RubricError) as refused:
        COURSE.load_rubric(tmp_path)
    assert complaint in str(refused.value)
    assert "to_numpy.toml" in str(refused.value)


@pytest.mark.parametrize("text", ["Yes", "true", ""])
def test_a_text_that_grading_does_not_know_is_refused(tmp_path, text):
    own = (COURSE.rubrics / "trained_model/rubric.toml").read_text()
    changed = own.replace('require_gpu = "warn"', f'require_gpu = "{text}"')
    (tmp_path / "trained_model.toml").write_text(changed)
    says = f"limits.require_gpu = '{text}'. Allowed: 'yes', 'warn', 'no'"
    with pytest.raises(rubric.RubricError, match=says):
        COURSE.load_rubric(tmp_path)


@pytest.mark.parametrize("text", ["yes", "no"])
def test_a_text_that_grading_knows_may_take_the_place_of_another(tmp_path, text):
    own = (COURSE.rubrics / "trained_model/rubric.toml").read_text()
    changed = own.replace('require_gpu = "warn"', f'require_gpu = "{text}"')
    (tmp_path / "trained_model.toml").write_text(changed)
    assert COURSE.load_rubric(tmp_path).limits("trained_model")["require_gpu"] == text
