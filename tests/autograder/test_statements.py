"""Finding checks in cells without running or compiling them."""

import pytest

from autograder.grading.statements import cut, is_prose, only

CALLS = {only("check.f(f)"): "f", only("check.g(g)"): "g"}


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("check.f(f)", [("f", "check.f(f)")]),
        ("check.f( f );  # at last", [("f", "check.f( f );  # at last")]),
        ("x = 1\n\ncheck.f(\n    f\n)\ny = 2", [(None, "x = 1"), ("f", "check.f(\n    f\n)"),
                                              (None, "y = 2")]),
        ("check.f(f)\ncheck.g(g)", [("f", "check.f(f)"), ("g", "check.g(g)")]),
        ("if x:\n    check.f(f)\ncheck.g(g)", [(None, "if x:\n    check.f(f)"),
                                              ("g", "check.g(g)")]),
        ("%matplotlib inline\ncheck.f(f)", [(None, "%matplotlib inline"), ("f", "check.f(f)")]),
    ],
)  # fmt: skip
def test_a_cell_is_cut_where_it_calls_a_check(source, pieces):
    assert cut(source, CALLS) == pieces


@pytest.mark.parametrize(
    "source",
    [
        "text = '''\ncheck.f(f)\n'''", "# check.f(f)", "a; check.f(f)", "check.f(other)",
        "%%bash\ncheck.f(f)", "def f(:\n", "x" + " + x" * 50_000 + "\ncheck.f(f)", "(" * 90_000,
        "-" * 90_000 + "1", "'''", "\0", "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_call_of_a_check_stays_whole(source):
    assert cut(source, CALLS) == [(None, source.strip("\n"))]


def test_an_empty_cell_has_no_pieces():
    assert cut(" \n", CALLS) == []


@pytest.mark.parametrize("source", ["# because", "'because'", "It's because of this", '"""why"""'])
def test_comments_and_strings_are_prose(source):
    assert is_prose(source)


@pytest.mark.parametrize("source", ["", "x = 'because'", "%matplotlib inline", "f()"])
def test_code_is_not(source):
    assert not is_prose(source)
