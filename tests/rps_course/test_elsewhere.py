"""What a notebook uses that a grader may not have."""

import sys

import pytest

from rps_course.machine import elsewhere


@pytest.mark.parametrize(
    "source",
    [
        "import os.path, numpy as np, tensorflow as tf, h5py, cv2, IPython",
        "import pandas, seaborn, sklearn.metrics, tensorboard",
        "from google.protobuf import message",
        "import not_installed_anywhere",  # which fails here as well
        "from . import sibling",
        "if x = 1:",
        "try:\n    import ruff\nexcept ImportError:\n    ruff = None",
        "match x:\n    case [a, *_]: pass",
        "",
    ],
)
def test_what_a_grader_has_needs_no_note(source):
    assert list(elsewhere.notes([source])) == []


@pytest.mark.parametrize(
    "source", ["import ruff", "def f():\n    from ruff import x", "import ruff.y"]
)
def test_another_package_is_noted(source):
    (note,) = elsewhere.notes([source, source])
    assert "`ruff`" in note


def test_newer_syntax_than_the_oldest_is_noted(monkeypatch):
    monkeypatch.setattr(elsewhere, "OLDEST", (3, 9))
    (note,) = elsewhere.notes(["x = 1", "x = 2\nmatch x:\n    case 1: pass"])
    assert "`case 1: pass`" in note
    assert "with Python 3.9 cannot read it" in note


# The second line is newer; Python 3.12 and later can read it.
NEWER = [
    'x = {}\nf"{x["a"]}"',
    "x = []\nf'{f'{x}'}'",
    "x = []\nf'{\", \".join(x)} {'a'!r}'",
    "x = []\nf'{\"\\n\".join(x)}'",
    "x = 1\nf'{x:{\"\\n\"}}'",
    "x = 1\nf'''{x # why\n}'''",
    "x = 1\nf'{x +\n 1}'",
    "x = 1\nf'''{f\"{x}\\n\"}'''",
]
OLDER = [
    "f'{x[\"a\"]}' f\"{x['a']}\"",
    "f'{x!r:>{width}}\\n' '#' # f'{'",
    "rf'\\d{x:\\n}#'",
    'f"""{x["a"]} "q" {\n x\n} #\\n"""',
    "f'{{\\N{EN DASH}}} {x}' + '\\n'",
    "f'''{f\"{x}\"} {'#'}'''",
]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 cannot read them")
@pytest.mark.parametrize("source", NEWER)
def test_newer_f_strings_are_noted(source):
    (note,) = elsewhere.notes([source])
    assert f"`{source.splitlines()[1]}`" in note
    assert "with Python 3.11 cannot read it" in note


@pytest.mark.parametrize("source", OLDER)
def test_older_f_strings_are_not(source):
    assert list(elsewhere.notes([source])) == []


def f_string(quotes, *inner):
    """Tokens of an f-string, as Python 3.12 makes them."""
    braces = [("OP", "{", 1), *inner, ("OP", "}", 1)]
    before = [("FSTRING_START", f"f{quotes}", 1), ("FSTRING_MIDDLE", "\\n#", 1)]
    return [*before, *braces, ("FSTRING_END", quotes, 1)]


@pytest.mark.parametrize(
    ("tokens", "line"),
    [
        (f_string("'", ("STRING", '"a"', 2)), 0),
        (f_string("'", ("STRING", "'a'", 2)), 2),
        (f_string("'", ("STRING", '"\\n"', 2)), 2),
        (f_string("'", ("NL", "\n", 2)), 2),
        (f_string('"""', ("NL", "\n", 2), ("STRING", '"a"', 2)), 0),
        (f_string('"""', ("COMMENT", "# why", 2)), 2),
        (f_string('"', *f_string("'")), 1),  # its text has a backslash
        ([*f_string('"'), ("STRING", '"\\n"', 2)], 0),
    ],
)
def test_what_python_3_11_cannot_read_in_braces_is_found(tokens, line):
    assert elsewhere.newer_f_string(tokens) == line
