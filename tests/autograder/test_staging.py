"""Staging: what is looked at, which file is taken for which, and what cannot be read."""

import contextlib
import os
import tempfile
from pathlib import Path, PurePosixPath

import nbformat
import pytest

from autograder.grading import recognition, staging, states
from autograder.grading.cells import notes
from autograder.grading.recognition import Content, File, Released

WEIGHTS, RECORD = "model.weights.h5", "model.json"
TASK = Released(
    "ps1",
    sources={"f": "def f(): pass", "g": "def g(): pass", "test_f": "check.f(f)"},
    answers=frozenset({"f", "g"}),
    files={"trained": (WEIGHTS, RECORD)},
)


def file(name, kind="", changed=0.0):
    return File(Path("/x") / name, PurePosixPath(name), 10, changed, kind)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([WEIGHTS, RECORD], [WEIGHTS, RECORD]),
        (["model.weights (1).h5", "model (1).json"], ["model.weights (1).h5", "model (1).json"]),
        (["model.weights(2).h5", "Model copy.json"], ["model.weights(2).h5", "Model copy.json"]),
        (["models/" + WEIGHTS, "models/" + RECORD], ["models/" + WEIGHTS, "models/" + RECORD]),
        # Those that belong together, and not the record of other weights.
        (
            [RECORD, "model.weights (1).h5", "model (1).json"],
            ["model.weights (1).h5", "model (1).json"],
        ),
        (
            ["a/" + RECORD, "b/" + WEIGHTS, "b/" + RECORD],
            ["b/" + WEIGHTS, "b/" + RECORD],
        ),
        # What has the name counts, whatever else there is.
        ([WEIGHTS, RECORD, "old/" + WEIGHTS, "old/" + RECORD], [WEIGHTS, RECORD]),
        ([WEIGHTS, RECORD, "model.weights (1).h5", "model (1).json"], [WEIGHTS, RECORD]),
        (["smith_42_" + WEIGHTS, RECORD + ".txt"], ["smith_42_" + WEIGHTS, RECORD + ".txt"]),
        (["my best.hdf5", RECORD], ["my best.hdf5", RECORD]),
        (["weights", "history.json"], ["weights", None]),
        (["notes.txt"], [None, None]),
    ],
)  # fmt: skip
def test_files_are_recognized(names, expected):
    kinds = ["hdf5" if "weights" in name or name.endswith("hdf5") else "" for name in names]
    found = recognition.needed([*map(file, names, kinds)], (WEIGHTS, RECORD))
    assert [str(found[name].name) if name in found else None for name in (WEIGHTS, RECORD)] == (
        expected
    )


def test_the_number_of_a_name_that_has_one_counts():
    found = recognition.needed([file("part-2.csv"), file("x.csv")], ("part-1.csv", "part-2.csv"))
    assert {name: str(f) for name, f in found.items()} == {"part-2.csv": "part-2.csv"}


def cells(f="def f(): pass", g="def g(): pass", ids=True):
    sources = {"f": f, "g": g, "test_f": "check.f(f)"}
    kept = [{"cell_type": "code", "source": source} for source in sources.values()]
    return [k | ({"grade_id": name} if ids else {}) for name, k in zip(sources, kept, strict=True)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (cells(), 0),
        (cells(f="def f(): return 1"), 1),
        (cells(f="def f(): return 1", g=" "), 1),
        (cells(f="def f(): return 1", g="def g(): return 2", ids=False), 2),
        (cells(ids=False), 0),
        ([*cells(f="def f(): return 1"), *cells()], 1),
        ([{"source": "1 + 1"}], -1),
        ([], -1),
    ],
)
def test_answers_are_counted_with_and_without_grade_ids(content, expected):
    assert TASK.answered(content) == expected


def chosen(contents, released=TASK, alone=True):
    files = {file(name, changed=n): Content(**c) for n, (name, c) in enumerate(contents.items())}
    return str(recognition.choose(released, files, alone))


ANSWERED, BLANK, BROKEN = {"cells": cells(f="1")}, {"cells": cells()}, {"refused": "is broken"}


def test_the_most_answered_notebook_is_chosen():
    assert chosen({"ps1.ipynb": BLANK, "ps1 (1).ipynb": ANSWERED}) == "ps1 (1).ipynb"
    assert chosen({"ps1.ipynb": ANSWERED, "ps1 (1).ipynb": ANSWERED}) == "ps1.ipynb"
    assert chosen({"ps1.ipynb": BROKEN, "a.ipynb": ANSWERED}) == "a.ipynb"
    assert chosen({"ps1.ipynb": BLANK, "a.ipynb": BROKEN}) == "a.ipynb"
    assert chosen({"ps1.ipynb": BLANK, "other.ipynb": {"cells": [{"source": "x"}]}}) == "ps1.ipynb"
    assert chosen({"a/x.ipynb": ANSWERED, "b/x.ipynb": ANSWERED}) == "b/x.ipynb"  # the newest
    assert chosen({"x.ipynb": BROKEN}) == "x.ipynb"


def test_of_several_released_notebooks_none_is_taken_for_another():
    assert chosen({"ps2.ipynb": {"cells": [{"source": "x"}]}}, alone=False) == "None"
    assert chosen({"ps2.ipynb": ANSWERED}, alone=False) == "ps2.ipynb"


@contextlib.contextmanager
def another_user():
    """Root may read everything."""
    as_root = os.geteuid() == 0
    if as_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if as_root:
            os.seteuid(0)


@pytest.mark.parametrize("odd", ["ps1.ipynb", "data/x.csv", "data", "timestamp.txt"])
def test_what_cannot_be_read_is_a_problem_of_the_machine(odd):
    with another_user(), tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name) / "ada/ps1"
        (folder / "data").mkdir(parents=True)
        for other in ("ps1.ipynb", "data/x.csv", "timestamp.txt"):
            (folder / other).write_text("2026-01-01")
        staging.look(folder, [Path(name)])
        (folder / odd).chmod(0)
        with pytest.raises(PermissionError):
            staging.look(folder, [Path(name)])
        (folder / odd).chmod(0o700)


def test_a_deep_or_full_folder_is_walked_for_a_while_only(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "MAX_ENTRIES", 20)
    folder = tmp_path / "ada/ps1"
    deep = folder / "1/2/3/4/5/6"
    deep.mkdir(parents=True)
    (deep / "ps1.ipynb").touch()
    (folder / "again").symlink_to(folder)
    for number in range(30):
        (folder / "1" / f"{number}.txt").touch()
    found = staging.look(folder, [tmp_path])
    assert len(found.files) < 20
    assert "again" in found.odd
    assert "whatever comes after the first 20 files" in found.odd
    assert found.notebooks == []


def test_a_folder_behind_a_link_is_not_looked_at(tmp_path):
    submitted = tmp_path / "link"
    (tmp_path / "real/ada/ps1").mkdir(parents=True)
    (tmp_path / "real/ada/ps1/ps1.ipynb").touch()
    (tmp_path / "real/ben").symlink_to("ada")
    (tmp_path / "real/cleo").mkdir()
    (tmp_path / "real/cleo/ps1").write_text("no folder")
    submitted.symlink_to("real")
    seen = {n: staging.look(submitted / n / "ps1", [submitted]) for n in ("ada", "ben", "cleo")}
    assert {name: found.linked for name, found in seen.items()} == {
        "ada": False, "ben": True, "cleo": True
    }  # fmt: skip
    assert seen["ada"].notebooks
    assert not seen["ben"].files


def test_nothing_is_copied_to_where_nbgrader_expects_a_file_of_ours(tmp_path):
    folder = tmp_path / "ada/ps1"
    inner = ("in/ps1.ipynb", "in/timestamp.txt", "ps1.ipynb/x.txt", "timestamp.txt/x.txt")
    for name in (*inner, "line\nbreak.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    target = tmp_path / "stage"
    target.mkdir()
    submission = staging.look(folder, [tmp_path])
    staging.stage(submission, [TASK], target, lambda _: Content(cells()))
    assert [path.name for path in target.iterdir()] == ["ps1.ipynb"]
    assert (target / "ps1.ipynb").is_file()


def test_a_file_that_is_too_large_to_be_judged_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "MAX_NEEDED_BYTES", 2_000_000)
    folder = tmp_path / "ada/ps1"
    folder.mkdir(parents=True)
    (folder / "ps1.ipynb").write_text("{}")
    (folder / WEIGHTS).write_bytes(bytes(3_000_000))
    target = tmp_path / "stage"
    target.mkdir()
    staging.stage(staging.look(folder, [tmp_path]), [TASK], target, lambda _: Content(cells()))
    said = notes(nbformat.read(target / "ps1.ipynb", as_version=4))
    assert said["trained"][0] == f"{WEIGHTS} has 3 MB. Expected at most 2 MB."


def test_large_files_count_by_their_content(tmp_path):
    weights = tmp_path / "model.weights.h5"
    with weights.open("wb") as file:
        file.truncate(150_000_000)
    before = states._content(tmp_path)
    with weights.open("r+b") as file:
        file.seek(100_000_000)
        file.write(b"trained again")
    assert states._content(tmp_path) != before
