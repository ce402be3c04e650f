"""A class under a profile of the instructor's own, which touches no code."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys

import own_profile
import pytest
import sandbox
from nbgrader_course import ROOT, nbgrader, write_configuration

from autograder.grading.machine import Grading, problem
from autograder.sandbox.isolation import Isolation
from rps_course import course as rps
from rps_course import data, imagenet, model, profile, run
from rps_course.machine import doctor, fetch
from tools.points import by_rubric

pytestmark = pytest.mark.timeout(3000)

POINTS = {name: sum(points.values()) for name, points in by_rubric().items()}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The root of a course with the profile beside its configuration, and the data."""
    root = tmp_path_factory.mktemp("own") / "course"
    own_profile.write(root / "profiles", root.parent / "tfds")
    shutil.copytree(
        ROOT / "solutions", root / "solutions", ignore=shutil.ignore_patterns("rps_model.*")
    )
    own_profile.edit_solutions(root / "solutions")
    write_configuration(root, own_profile.NAME)
    return root


@pytest.fixture
def in_course(course, monkeypatch):
    """A student or TA in the folder of the course, with the data."""
    monkeypatch.chdir(course)
    monkeypatch.setenv("RPS_PROFILE", own_profile.NAME)
    monkeypatch.setenv("TFDS_DATA_DIR", str(course.parent / "tfds"))
    return course


@pytest.fixture
def changed(in_course, tmp_path, monkeypatch):
    """Copies the profile with a line of it changed, to where `RPS_PROFILES` says."""

    def change(old, new):
        shutil.copytree(in_course / "profiles", tmp_path / "profiles")
        assert own_profile.PROFILE.count(old) == 1
        path = tmp_path / "profiles" / f"{own_profile.NAME}.toml"
        path.write_text(own_profile.PROFILE.replace(old, new))
        monkeypatch.setenv("RPS_PROFILES", str(tmp_path / "profiles"))
        return path

    return change


def test_every_solution_earns_full_points_under_the_stock_nbgrader(in_course):
    sandbox.require()
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "selftest"],
        env=os.environ | {"RPS_PROFILE": "offline", "COLUMNS": "140"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Profile of the class: things" in done.stdout
    rows = re.findall(r"^(ps\d)\s.*?│ selftest │.*?│\s*([\d.]+) │$", done.stdout, re.S | re.M)
    assert {name: float(points) for name, points in rows} == POINTS


def test_data_network_and_cut_are_those_of_the_profile(in_course):
    settings = profile.current()
    assert settings.input_shape == (64, 64, 3)
    train, test, info = data.load(settings)
    assert info.features["label"].names == list(own_profile.CLASSES)
    assert [int(ds.cardinality()) for ds in (train, test)] == list(own_profile.SIZES.values())
    classifier = model.reference(settings)
    assert classifier.layers[0].name.startswith("mobilenet_0.25")
    assert classifier.output_shape == (None, 5)
    assert model.build_classifier(classifier.layers[0]).output_shape == (None, 5)
    assert imagenet.classifier(settings).output_shape == (None, len(imagenet.labels(settings)))


def test_grading_takes_as_many_pictures_of_each_class(in_course):
    train, test, info = data.load(profile.get(f"grading-{own_profile.NAME}"))
    labels = [int(sample["label"]) for sample in train]
    assert sorted(labels) == sorted([*range(5)] * 2)
    assert info.splits["test"].num_examples == len(list(test)) == 5


def test_the_doctor_looks_at_what_the_profile_needs(in_course, monkeypatch):
    monkeypatch.setattr(fetch, "can_download", lambda timeout=2.0: False)
    found = {check.name: check for check in (doctor._profile(), *doctor._data_and_weights())}
    assert "things: 64 pixels, MobileNet (alpha 0.25)" in found["profile"].detail
    assert found["dataset"].status == doctor.OK
    monkeypatch.setenv("TFDS_DATA_DIR", str(in_course))
    (check,) = doctor._data_and_weights()
    assert (check.status, check.remedy) == (
        doctor.MISSING, "set TFDS_DATA_DIR to the folder that has it"
    )  # fmt: skip
    with pytest.raises(data.DataError, match="'rendered_things' of the profile 'things' is not in"):
        data.load()


@pytest.mark.filterwarnings("ignore:Skipping nested container")  # before Keras' own error
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("fine_tune_at = 73", "fine_tune_at = 86", "leaves nothing to fine-tune: the last layer"),
        ("alpha = 0.25", "alpha = 0.5", "weights do not fit one another"),
        ("alpha = 0.25", "width = 0.25", "weights do not fit one another"),
    ],
)
def test_a_network_that_does_not_fit_is_told_where_it_is_built(changed, old, new, says):
    path = changed(old, new)
    with pytest.raises(profile.ProfileError) as refused:
        model.build_backbone(profile.current())
    assert str(refused.value).startswith(f"{path}: [backbone] ")
    assert says in str(refused.value)


def test_grading_begins_with_a_look_at_the_network(changed, monkeypatch):
    sandbox.require()
    changed("fine_tune_at = 73", "fine_tune_at = 400")
    # Other tests may have imported the course where there was no such profile.
    here = dataclasses.replace(rps.COURSE, profiles=profile.names())
    monkeypatch.setattr(rps, "COURSE", here)
    found = problem(Grading(course="rps_course.course:COURSE", profile="things"), Isolation())
    assert "things.toml: [backbone] fine_tune_at = 400 leaves nothing to fine-tune" in found


def test_the_doctor_builds_the_network(changed):
    changed("fine_tune_at = 73", "fine_tune_at = 400")
    (check,) = doctor._backbone()
    assert check.status == doctor.MISSING
    assert "fine_tune_at = 400 leaves nothing to fine-tune" in check.detail


def test_a_broken_profile_stops_grading_before_the_first_submission(in_course, changed):
    path = changed("full_at = 0.04", "full_at = 0.01")
    shutil.copytree(in_course / "solutions/ps1", in_course / "submitted/ann/ps1")
    done = nbgrader(in_course, "autograde", "ps1", check=False)
    assert done.returncode != 0
    assert f"{path}: [accuracy] none_at = 0.01 is not below full_at = 0.01" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (in_course / "autograded").exists()


def test_a_data_set_with_other_classes_is_refused(changed):
    path = changed(f"'{own_profile.CLASSES[1]}'", "'something else'")
    (said,) = fetch.problems(profile.current()).values()
    assert f"{path} has [data] classes = {own_profile.CLASSES[0]}, something else" in said


def test_training_and_its_report_follow_the_profile(in_course, tmp_path):
    result = run.train(profile.current(), tmp_path, verbose=0)
    assert len(result.history["loss"]) == 3 + 2
    assert result.fine_tune_start == 3
    assert {path.suffix for path in result.files} == {".h5", ".json", ".csv", ".png"}
