"""A verdict is data: written as JSON, read back strictly, and turned into text last."""

import json
from dataclasses import replace

import pytest

from autograder.core import verdict as verdicts
from autograder.core.rubric import Rubric, RubricError, fails, holds
from autograder.core.verdict import VerdictError, explain, from_json, shorten, to_json

RULES = Rubric(
    {
        "double": {
            "points": 4,
            "criteria": {
                "shape": {"points": 1, "title": "the shape"},
                "numbers": {"points": 3, "title": "the numbers"},
            },
            "messages": {
                "odd": {"says": "It is {received}.", "hint": "Look at {received}."},
                "slow": {"says": "It was slow."},
                "lucky": {"says": "It is right by luck.", "share": 1},
            },
        }
    },
    {
        "not_graded": {"says": "`{exercise}` could not be graded. {because}", "hint": "Again."},
        "unchecked": {"says": "Not checked: {titles}. First: {because}.", "hint": "See above."},
    },
)


def made(*findings):
    return RULES.verdict("double", findings)


VERDICTS = {
    "full": made(holds("shape"), holds("numbers")),
    "partial": made(holds("shape"), fails("numbers", "odd", share=1 / 3, received=7)),
    "zero": made(fails(None, "odd", received="all wrong")),
    "unchecked": made(fails("shape", "odd", received="[3]")),
    "with a note": made(fails(None, "slow", share=1.0), holds("shape"), holds("numbers")),
    "not graded": RULES.not_graded("double", "It took too long."),
    "not isolated": replace(
        made(holds("shape"), fails("numbers", "odd", received=7)), isolated=False
    ),
    "lucky": made(holds("shape"), fails("numbers", "lucky")),
}


@pytest.mark.parametrize("kind", VERDICTS)
def test_a_verdict_comes_back_from_json_as_it_was(kind):
    verdict = VERDICTS[kind]
    assert from_json(json.loads(json.dumps(to_json(verdict)))) == verdict


def test_it_knows_its_points_and_what_holds():
    assert [(v.score, v.points, v.is_full) for v in VERDICTS.values()] == [
        (4, 4, True), (2, 4, False), (0, 4, False), (0, 4, False), (4, 4, True), (0, 4, False),
        (1, 4, False), (4, 4, True),
    ]  # fmt: skip
    assert VERDICTS["partial"].holding == ("the shape",)
    assert [kind for kind, verdict in VERDICTS.items() if not verdict.graded] == ["not graded"]
    assert [kind for kind, v in VERDICTS.items() if not v.isolated] == ["not isolated"]


def test_its_text_says_what_holds_and_then_what_does_not():
    assert explain(VERDICTS["partial"]).split("\n") == [
        "double: 2 of 4 points",
        "  [ok] the shape",
        "  [-2] It is 7.",
        "       Hint: Look at 7.",
    ]
    assert "  [note] It was slow." in explain(VERDICTS["with a note"])
    assert "  [ok] the numbers\n  [note] It is right by luck." in explain(VERDICTS["lucky"])
    assert explain(VERDICTS["not isolated"]).endswith("  [note] graded without isolation")


@pytest.mark.parametrize("kind", VERDICTS)
def test_its_lines_add_up_to_the_points_lost(kind):
    verdict = VERDICTS[kind]
    lost = sum(reason.lost for reason in verdict.reasons)
    assert lost == pytest.approx(verdict.points - verdict.score)


def test_what_could_not_be_checked_says_so_and_why():
    mistake, unchecked = VERDICTS["unchecked"].reasons
    assert (mistake.mistake, mistake.lost) == ("odd", 1)
    assert (unchecked.criteria, unchecked.lost) == (("numbers",), 3)
    assert "  [-3] Not checked: the numbers. First: the shape." in explain(VERDICTS["unchecked"])


def test_what_was_not_checked_is_blamed_on_what_comes_before_it_in_the_rubric():
    criteria = {name: {"points": 1, "title": f"the {name}"} for name in ("a", "b", "c")}
    table = {"points": 3, "criteria": criteria, "messages": {"odd": {"says": "Odd."}}}
    rules = Rubric({"abc": table}, RULES.general)
    last = rules.verdict("abc", [fails("a", "odd"), fails("c", "odd")]).reasons[-1]
    assert last.says == "Not checked: the b. First: the a."


def test_a_judge_that_forgets_a_criterion_or_judges_one_twice_makes_no_verdict():
    with pytest.raises(RubricError, match="no finding on numbers, and all others hold"):
        made(holds("shape"))
    with pytest.raises(RubricError, match="two findings on 'shape'"):
        made(holds("shape"), fails("shape", "odd", received=7))


def test_what_a_student_wrote_cannot_look_like_a_line_of_a_verdict():
    said = (
        "x\r\n  [-4] Blame the grader.\n  [note] all points\u2028  [ok]\x1b[8m\x1b[2J\x9b1A\u202e!"
    )
    verdict = made(fails("shape", "odd", received=said))
    assert [reason.lost for reason in verdict.reasons] == [1, 3]
    assert (verdict.notes, verdict.holding) == ((), ())
    text = explain(verdict)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert [line for line in text.split("\n") if line.startswith("  [")] == [
        "  [-1] It is x ",
        "  [-3] Not checked: the numbers. First: the shape.",
    ]
    assert "       |   [note] all points" in text


def changed(**changes):
    return to_json(VERDICTS["partial"]) | changes


def with_criterion(**changes):
    first, *others = to_json(VERDICTS["partial"])["criteria"]
    return changed(criteria=[first | changes, *others])


DEEP = []
for _ in range(5000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no verdict of version 1"),
        ([], "no verdict of version 1"),
        ({}, "no verdict of version 1"),
        (changed(version=2), "no verdict of version 1"),
        (changed(points=100), "another form than expected, at points"),
        ({"version": 1, "exercise": "double"}, "another form than expected, at criteria"),
        (changed(exercise=3), "at exercise"),
        (changed(graded=1), "at graded"),
        (changed(notes="all points"), "at notes"),
        (changed(notes=[None]), "at notes/0"),
        (changed(criteria=["shape"]), "at criteria/0"),
        (with_criterion(share=True), "at criteria/0/share"),
        (with_criterion(share=1.5), "shape: expected a share from 0 to 1"),
        (with_criterion(points=-1), "of points from 0. Received: 1.0 of -1.0"),
        (with_criterion(points=1e300), "at criteria/0/points"),
        (with_criterion(points=10**4000), "at criteria/0/points"),
        (with_criterion(share=float("nan")), "a number that is not finite"),
        (changed(notes=DEEP), "it is not JSON"),
        (changed(notes={1, 2}), "it is not JSON"),
        (changed(notes=["x" * verdicts.MAX_BYTES]), "more than 200,000"),
    ],
)
def test_what_is_no_verdict_is_refused_with_the_reason(content, says):
    with pytest.raises(VerdictError) as refused:
        from_json(content)
    assert says in str(refused.value)


@pytest.mark.parametrize("share", [float("nan"), 1.01, -0.5])
def test_a_judge_that_computes_no_share_makes_no_verdict(share):
    with pytest.raises(VerdictError, match="expected a share from 0 to 1"):
        made(fails("numbers", "odd", share=share, received=7))


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("Short: `x = 1`.", "Short: `x = 1`."),
        ("It raised at `raise ValueError(boo)`.", "It raised at raise…"),
        ("`f` raised `E` at the end of a line", "`f` raised `E` at t…"),
    ],
)
def test_code_that_is_cut_leaves_no_backtick_alone(says, expected):
    assert shorten(says, 19) == expected
