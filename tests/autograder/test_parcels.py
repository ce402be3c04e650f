"""What travels to workers and back: files, and the configuration of a class."""

import json

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from autograder.classroom import parcels, settings, submission
from autograder.grading import staging
from autograder.grading.machine import Grading
from autograder.grading.recognition import Released


def test_files_and_what_is_said_come_out_as_they_went_in():
    files = {"a.bin": bytes(range(256)), "sub/ö.txt": b"", "odd-\udcff": b"\n" * 1000}
    about = {"student": "Zoë \udcff", "keys": [1, None]}
    assert parcels.unpack(parcels.pack(about, files)) == (about, files)


def test_many_large_notebooks_of_one_submission_do_not_travel(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "MAX_NOTEBOOK_BYTES", 5000)
    for name in ("toy1.ipynb", *(f"toy1 ({n}).ipynb" for n in range(20))):
        (tmp_path / name).write_bytes(b'{"a": "' + bytes(1000))
    released = [Released("toy1", {}, frozenset(), {})]
    looked = staging.look(tmp_path, ())
    about, sent = parcels.unpack(submission.make(looked, released, "ada", {}))
    assert "toy1.ipynb" in sent
    assert sum(map(len, sent.values())) < 16_000
    assert len(about["odd"]) + len(sent) == 21


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b"])
def test_no_file_leaves_its_folder(tmp_path, name):
    with pytest.raises(parcels.ParcelError):
        parcels.write({name: b""}, tmp_path)


def test_a_configuration_means_the_same_on_another_machine():
    c = Config()
    c.Grading.course = "toy.course:COURSE"
    c.CourseDirectory.ignore.append("*.bak")
    c.Autograde.autograde_preprocessors = [Execute, "autograder.grading.judge.JudgeEvidence"]
    c.Autograde.exclude_overwriting = {"ps4": ["a"]}
    c.Autograde.pre_convert_hook = json.dumps
    c.GenerateAssignmentApp.CourseDirectory.ignore = ["x"]
    there = settings.decode(json.loads(json.dumps(settings.encode(c))))
    assert CourseDirectory(config=there).ignore == CourseDirectory(config=c).ignore
    assert CourseDirectory(config=there).ignore[-1] == "*.bak"
    assert Grading(config=there).course == "toy.course:COURSE"
    assert there.GenerateAssignmentApp.CourseDirectory.ignore == ["x"]
    assert there.Autograde.autograde_preprocessors[0] == "nbgrader.preprocessors.execute.Execute"
    assert there.Autograde.pre_convert_hook == "json.dumps"
    assert there.Autograde.exclude_overwriting == {"ps4": ["a"]}


@pytest.mark.parametrize("value", [lambda: 0, object(), [object()]])
def test_a_setting_that_only_this_process_knows_is_named(value):
    c = Config()
    c.Autograde.post_convert_hook = value
    with pytest.raises(settings.SettingsError, match=r"c\.Autograde\.post_convert_hook"):
        settings.encode(c)
