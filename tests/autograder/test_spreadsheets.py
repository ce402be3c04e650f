"""Cells that no spreadsheet runs."""

import csv
import io

import pytest

from autograder.grading import spreadsheets


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+1 of 3", "'+1 of 3"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" \t=1", "'=1"),
        ("\r\n@x", "'@x"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a; =1", "a; '=1"),
        ('a;"=1"', 'a;"\'=1"'),
        ("a = b; c - d", "a = b; c - d"),
        ("ada@example.org", "ada@example.org"),
        ("007", "007"),
        ("-", "-"),
        ("-1,5", "-1,5"),
        (-0.5, "-0.5"),
        (0, "0"),
        (None, ""),
        ("  ", "  "),
    ],
)
def test_a_cell_is_text_or_a_number_and_never_a_formula(value, text):
    assert spreadsheets.cell(value) == text
    ((first, _),) = csv.reader(io.StringIO(spreadsheets.table([[value, 1]])))
    assert first == text
