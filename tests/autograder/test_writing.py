"""Files that are written in whole or not at all."""

import os
import stat
from pathlib import Path

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


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path):
    file, link = tmp_path / "real.csv", tmp_path / "link.csv"
    file.write_text("old")
    link.symlink_to(file.name)
    writing.text(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert sorted(tmp_path.iterdir()) == [link, file]


def test_a_pipe_and_a_device_are_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writing.text(pipe, "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert list(tmp_path.iterdir()) == [pipe]
    writing.text(Path(os.devnull), "text")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
