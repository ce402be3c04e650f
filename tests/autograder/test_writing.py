"""Files that are written in whole or not at all."""

import os
import stat

import pytest

from autograder.core import writing


def test_a_file_is_replaced_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    writing.text(path, "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_has_the_permissions_that_were_asked_for(tmp_path):
    old = os.umask(0o027)
    try:
        writing.text(tmp_path / "shared", "")
        writing.text(tmp_path / "private", "", 0o600)
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"shared": 0o640, "private": 0o600}


def test_what_cannot_be_written_leaves_all_as_it_was(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    with pytest.raises(IsADirectoryError) as raised:
        writing.text(folder, "text")
    assert raised.value.filename == str(folder)
    with pytest.raises(UnicodeEncodeError):
        writing.text(tmp_path / "new", "\ud800")
    assert list(tmp_path.iterdir()) == [folder]
