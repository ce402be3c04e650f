import json

from autograder.core import evidence
from autograder.core.facts import Array, Failure


def test_an_envelope_is_strict_json():
    content = evidence.envelope("top_k", "0" * 16, "offline", Failure("KeyError", "k" * 900, ""))
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["raised"]["message"] == "k" * 500
    assert "facts" not in content


def test_facts_stand_in_their_envelope():
    content = evidence.envelope("top_k", "0" * 16, "offline", Array.of([float("nan")]))
    assert content["facts"]["nonfinite"] == 1
    assert "raised" not in content
