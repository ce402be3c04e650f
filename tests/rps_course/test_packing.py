"""`rps-course pack`: one archive with what is handed in, and a word on what is missing."""

import subprocess
import sys
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from test_rehearsal import SET_UP, TOP_K

COMMAND = [sys.executable, "-m", "rps_course", "pack"]


@pytest.fixture
def pack(tmp_path, monkeypatch):
    monkeypatch.setenv("RPS_PROFILE", "offline")

    def run(*arguments, status=0):
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


def write(path, *sources):
    nbformat.write(new_notebook(cells=list(map(new_code_cell, (SET_UP, *sources)))), path)


def names(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def only(folder):
    (found,) = folder.glob("*.zip")
    return found


def test_a_right_notebook_is_packed_alone(pack, tmp_path):
    write(tmp_path / "ps2.ipynb", TOP_K, "check.top_k(top_k)")
    for name in ("notes.txt", "rps_model.json", "ps1.ipynb", ".hidden"):
        (tmp_path / name).write_text("mine")
    said = pack("ps2")
    assert "1 of 1 checks gave full points." in said
    archive = only(tmp_path)
    assert archive.name.startswith("ps2-handin-20")
    assert names(archive) == ["ps2.ipynb"]
    assert f"Packed {archive.name}: ps2.ipynb" in said
    assert not list(tmp_path.glob("*.part"))


def test_a_failed_check_is_told_and_packed(pack, tmp_path):
    write(tmp_path / "ps2.ipynb", "def top_k(*a):\n    return []", "check.top_k(top_k)")
    said = pack("ps2", status=1)
    assert "0 of 1 checks gave full points." in said
    assert "Not every check gave full points." in said
    assert names(only(tmp_path)) == ["ps2.ipynb"]


def test_weights_and_record_go_along_and_what_is_missing_is_named(pack, tmp_path):
    folder = tmp_path / "ps4"
    folder.mkdir()
    write(folder / "ps4.ipynb")
    (folder / "rps_model.json").write_text("{}")
    said = pack("ps4", "--no-check", "--out", "one.zip", status=1)
    assert "Missing: rps_model.weights.h5." in said
    assert "The checks did not run." in said
    assert names(tmp_path / "one.zip") == ["ps4.ipynb", "rps_model.json"]
    (folder / "rps_model.weights.h5").write_bytes(b"weights")
    pack("ps4/ps4.ipynb", "--no-check", "--out", "two.zip")
    assert sorted(names(tmp_path / "two.zip")) == [
        "ps4.ipynb",
        "rps_model.json",
        "rps_model.weights.h5",
    ]


def test_a_module_that_the_notebook_imports_is_named_unless_it_goes_along(pack, tmp_path):
    write(tmp_path / "ps2.ipynb", "import utils")
    (tmp_path / "utils.py").touch()
    (tmp_path / "other.py").touch()
    said = pack("ps2", "--no-check", status=1)
    assert "Missing: utils.py, which the notebook imports. Add it: --also utils.py" in said
    assert "other.py" not in said
    pack("ps2", "--no-check", "--also", "utils.py", "--out", "two.zip")
    assert names(tmp_path / "two.zip") == ["ps2.ipynb", "utils.py"]


@pytest.mark.parametrize("name", ["ps2 (1).ipynb", "Lovelace_PS2-final.ipynb", "PS2.IPYNB"])
def test_a_renamed_notebook_is_packed(pack, tmp_path, name):
    write(tmp_path / name)
    pack(name, "--no-check", "--out", "mine")
    assert names(tmp_path / "mine.zip") == [name]


@pytest.mark.parametrize("name", ["ps1 ps2.ipynb", "ps21.ipynb", "mine.ipynb"])
def test_a_notebook_of_no_problem_set_is_not_packed(pack, tmp_path, name):
    write(tmp_path / name)
    assert "There is no problem set" in pack(name, "--no-check", status=2)


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 3', '{"cells": [{}], "nbformat": 4}'])
@pytest.mark.parametrize("more", [[], ["--no-check"]])
def test_a_file_that_is_no_notebook_is_not_packed(pack, tmp_path, content, more):
    (tmp_path / "ps2.ipynb").write_text(content)
    said = pack("ps2", *more, status=2)
    assert said.startswith("rps-course: error: ps2.ipynb is no notebook")
    assert not list(tmp_path.glob("*.zip"))


@pytest.mark.parametrize("about", [[], {"solution": True, "points": "many"}])
def test_odd_metadata_of_a_cell_stops_nothing(pack, tmp_path, about):
    notebook = new_notebook(cells=[new_code_cell("1", metadata={"nbgrader": about})])
    notebook.cells += map(new_code_cell, (SET_UP, TOP_K, "check.top_k(top_k)"))
    nbformat.write(notebook, tmp_path / "ps2.ipynb")
    assert "1 of 1 checks gave full points." in pack("ps2")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ps9"], "There is no problem set 'ps9'. There are: ps1, ps2, ps3, ps4."),
        (["ps3"], "There is no notebook ps3.ipynb."),
        (["ps2", "--out", "there.zip"], "there.zip is there already."),
        (["ps2", "--out", "no/x.zip"], "There is no folder no."),
        (["ps2", "--also", "none.py"], "There is no file none.py."),
        (["ps2", "--also", "ps2.ipynb"], "goes along anyway"),
    ],
)
def test_what_cannot_be_packed_is_said_and_nothing_is_written(pack, tmp_path, arguments, says):
    write(tmp_path / "ps2.ipynb")
    (tmp_path / "there.zip").write_text("mine")
    said = pack(*arguments, "--no-check", status=2)
    assert says in said
    assert said.count("\n") == 1, said
    assert (tmp_path / "there.zip").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ps2.ipynb", "there.zip"]
