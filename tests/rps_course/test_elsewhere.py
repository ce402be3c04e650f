"""What a notebook uses that a grader may not have."""

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
