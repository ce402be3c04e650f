"""Files that are written whole or not at all, and cells that no spreadsheet runs."""

import csv
import io
import os
import stat

import pytest

from autograder.grading import writing


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
    assert writing.cell(value) == text
    ((first, _),) = csv.reader(io.StringIO(writing.table([[value, 1]])))
    assert first == text


def test_a_file_is_replaced_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    writing.write(path, "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_has_the_permissions_that_were_asked_for(tmp_path):
    old = os.umask(0o027)
    try:
        writing.write(tmp_path / "shared", "")
        writing.write(tmp_path / "private", "", 0o600)
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"shared": 0o640, "private": 0o600}


def test_what_cannot_be_written_leaves_all_as_it_was(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    with pytest.raises(IsADirectoryError) as raised:
        writing.write(folder, "text")
    assert raised.value.filename == str(folder)
    with pytest.raises(UnicodeEncodeError):
        writing.write(tmp_path / "new", "\ud800")
    assert list(tmp_path.iterdir()) == [folder]
