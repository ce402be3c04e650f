import json
import subprocess
from types import SimpleNamespace

import pytest
import sandbox

from rps_course import cli
from rps_course.machine import choice, doctor, fetch


@pytest.fixture
def empty_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(fetch, "can_download", lambda timeout=2.0: False)


def checks():
    return {check.name: check for check in doctor.run()}


def test_every_check_that_is_not_ok_says_what_to_do(empty_machine, monkeypatch):
    for name in ("offline", "standard", "fast"):
        monkeypatch.setenv("RPS_PROFILE", name)
        for check in doctor.run():
            assert check.status in (doctor.OK, doctor.NOTE, doctor.MISSING)
            assert bool(check.remedy) == (check.status != doctor.OK)


def test_what_the_profile_does_not_need_is_not_missing(empty_machine, monkeypatch):
    monkeypatch.setenv("RPS_PROFILE", "offline")
    assert {checks()[name].status for name in ("dataset", "backbone weights")} == {doctor.NOTE}
    monkeypatch.setenv("RPS_PROFILE", "standard")
    assert {checks()[name].status for name in ("dataset", "backbone weights")} == {doctor.MISSING}


def test_an_unknown_profile_is_shown_with_those_that_there_are(empty_machine, monkeypatch):
    monkeypatch.setenv("RPS_PROFILE", "fast")
    check = checks()["profile"]
    assert check.status == doctor.MISSING
    assert "standard, offline" in check.remedy


def test_without_a_profile_and_a_network_the_report_alone_says_which_it_is(
    empty_machine, monkeypatch, capsys
):
    monkeypatch.delenv("RPS_PROFILE", raising=False)
    monkeypatch.setattr(choice, "_best", choice._best.__wrapped__)
    assert "neither data and weights nor the download server" in doctor._profile().detail
    assert capsys.readouterr().out == ""


def test_damaged_weights_are_not_ok(empty_machine, monkeypatch):
    monkeypatch.setenv("RPS_PROFILE", "standard")
    path = fetch.keras_files()[0].path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a file")
    check = checks()["backbone weights"]
    assert check.status == doctor.MISSING
    assert "damaged" in check.detail


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    real = doctor._version
    monkeypatch.setattr(
        doctor, "_version", lambda names: None if "matplotlib" in names else real(names)
    )
    assert doctor._packages().remedy == "pip install matplotlib"


def test_nbgrader_is_only_needed_for_grading(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda names: None)
    check = doctor._grading()
    assert check.status == doctor.NOTE
    assert "from a clone of the course: pip install '.[grader]'" in check.remedy


@pytest.mark.parametrize(
    ("listed", "seen", "status", "says"),
    [
        ([], False, doctor.NOTE, "no NVIDIA GPU"),
        (["NVIDIA T4"], True, doctor.OK, "NVIDIA T4; TensorFlow uses it"),
        (["NVIDIA T4"], False, doctor.NOTE, "TensorFlow does not see it"),
    ],
)
def test_a_gpu_counts_when_tensorflow_uses_it(listed, seen, status, says, monkeypatch):
    monkeypatch.setattr(doctor, "_gpu_names", lambda: listed)
    monkeypatch.setattr(doctor, "_tensorflow_sees_gpu", lambda: seen)
    check = doctor._device()
    assert check.status == status
    assert says in check.detail


def test_the_driver_is_asked_for_the_names_of_gpus(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    answer = SimpleNamespace(stdout="NVIDIA H100\nNVIDIA H100\n")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *a, **k: answer)
    assert doctor._gpu_names() == ["NVIDIA H100", "NVIDIA H100"]


def test_a_driver_that_fails_counts_as_no_gpu(monkeypatch):
    def fail(*_, **__):
        raise subprocess.CalledProcessError(9, "nvidia-smi")

    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(doctor.subprocess, "run", fail)
    assert doctor._gpu_names() == []


def test_the_report_counts_what_is_missing(empty_machine, monkeypatch, capsys):
    monkeypatch.setenv("RPS_PROFILE", "standard")
    assert cli.main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    missing = sum(line.startswith("missing") for line in lines)
    assert lines[-1].startswith(f"{missing} missing")
    assert cli.main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["missing"] == missing
    assert sum(check["status"] == "missing" for check in told["checks"]) == missing


def test_isolation_is_tried_and_not_just_looked_for(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: not permitted' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (check,) = doctor._isolation()
    assert check.status == doctor.MISSING  # in the folder of a course, which is to be graded
    assert "does not work here (bwrap: not permitted)" in check.detail
    assert check.remedy


def test_a_machine_without_bubblewrap_is_told_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = doctor._isolation()
    assert (check.status, check.detail) == (doctor.MISSING, "bubblewrap is not installed")
    assert "apt install bubblewrap" in check.remedy


def test_students_need_no_isolation(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (check,) = doctor._isolation()
    assert check.status == doctor.NOTE


def test_the_data_is_tried_in_the_sandbox_under_the_profile_of_the_class(tmp_path, monkeypatch):
    sandbox.require()
    configuration = (
        "from autograder.configuration import configure\n"
        "configure(get_config(), course='rps_course.course:COURSE', profile='{}')\n"
    )
    (tmp_path / "nbgrader_config.py").write_text(configuration.format("offline"))
    monkeypatch.chdir(tmp_path)
    _, check = doctor._isolation()
    assert check.status == doctor.OK, check.detail
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    (tmp_path / "nbgrader_config.py").write_text(configuration.format("standard"))
    _, check = doctor._isolation()
    assert check.status == doctor.MISSING
    assert "lacks data or weights of the standard profile" in check.detail
    assert "rps-course fetch" in check.remedy
