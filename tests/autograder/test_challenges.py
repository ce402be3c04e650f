import stat
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading import challenges
from autograder.grading.states import Basis

ATTEMPT = {"student": "ada", "assignment": "ps1", "attempt": "2e"}
EXERCISE = {"content": "1f", "exercise": "top_k"}


def challenge(key=bytes(32), **changes):
    attempt = {name: changes.get(name, value) for name, value in ATTEMPT.items()}
    exercise = {name: changes.get(name, value) for name, value in EXERCISE.items()}
    return challenges.for_exercise(challenges.for_attempt(key, **attempt), **exercise)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = challenges.course_key(tmp_path)
    assert len(key) == 32
    assert challenges.course_key(tmp_path) == key
    path = tmp_path / challenges.KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [challenges.KEY_FILE]


def test_the_key_of_a_shared_course_is_readable_by_its_group(tmp_path):
    key = challenges.course_key(tmp_path, shared=True)
    assert stat.S_IMODE((tmp_path / challenges.KEY_FILE).stat().st_mode) == 0o640
    assert challenges.course_key(tmp_path) == key


def test_a_key_that_a_second_ta_cannot_read_is_told_with_what_to_do(tmp_path, monkeypatch):
    challenges.course_key(tmp_path)

    def read_text(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", read_text)
    with pytest.raises(challenges.KeyFileError, match=r"Permission denied.*chmod 640"):
        challenges.course_key(tmp_path)


def test_two_courses_have_two_keys(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert challenges.course_key(tmp_path / "a") != challenges.course_key(tmp_path / "b")


@pytest.mark.parametrize("content", ["", "xyz", "abcd"])
def test_a_damaged_key_file_is_named(tmp_path, content):
    (tmp_path / challenges.KEY_FILE).write_text(content)
    with pytest.raises(challenges.KeyFileError, match="challenge key"):
        challenges.course_key(tmp_path)


def test_the_same_submission_gets_the_same_challenge():
    assert challenge() == challenge()


@pytest.mark.parametrize(
    "change",
    [
        {"student": "ben"},
        {"assignment": "ps2"},
        {"content": "1e"},
        {"attempt": "2f"},
        {"exercise": "unfreeze"},
    ],
)
def test_anything_else_gets_another_challenge(change):
    assert challenge(**change) != challenge()
    assert challenge(b"k" * 32) != challenge()


def test_content_is_sources_and_names_and_contents_of_files(tmp_path):
    notebook = new_notebook(cells=[new_code_cell("a = 1")])

    def content():
        return challenges.content_of(notebook, tmp_path)

    found = [content()]
    (tmp_path / "sub").mkdir()
    for name, text in [("sub/data", "1"), ("sub/data", "2"), ("b", "1")]:
        (tmp_path / name).write_text(text)
        found.append(content())
    (tmp_path / "b").rename(tmp_path / "c")
    found.append(content())
    notebook.cells[0].source = "a = 2"
    found.append(content())
    assert len(set(found)) == len(found)
    notebook.cells[0].id = "another"
    (tmp_path / "a.ipynb").write_text("the same, with ids")
    assert content() == found[-1]


def test_an_attempt_stays_with_its_submission():
    first = Basis("1f", "", "", "", "", "", "")
    assert first.attempt != Basis("1f", "", "", "", "", "", "").attempt
    assert first == Basis("1f", "", "", "", "", "", "")
    assert Basis("1f", "later", "", "", "", "", "").again(first).attempt == first.attempt
    assert Basis("1e", "", "", "", "", "", "").again(first).attempt != first.attempt
    assert first.changes(Basis("1f", "later", "", "", "", "", "")) == ("timestamp",)
