"""Profiles are TOML files: where they are found, and how bad ones are refused."""

from pathlib import Path

import pytest

from rps_course import profile
from rps_course.profiles import reading

STANDARD = Path(reading.__file__).with_name("standard.toml").read_text()


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a profile into the folder `profiles` of the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(text=STANDARD, name="own"):
        path = tmp_path / "profiles" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


def test_a_file_beside_the_notebook_is_a_profile(write, monkeypatch):
    write(STANDARD.replace("full_at = 0.82", "full_at = 0.7"))
    assert profile.names() == ("standard", "offline", "own")
    monkeypatch.setenv("RPS_PROFILE", "own")
    own = profile.current()
    assert (own.name, own.full_at, own.is_shipped) == ("own", 0.7, False)
    assert profile.get("grading-own").subset == (48, 24)


def test_a_variable_names_another_folder(write, tmp_path, monkeypatch):
    write(name="here")
    elsewhere = write(name="there").rename(tmp_path / "there.toml")
    monkeypatch.setenv("RPS_PROFILES", str(elsewhere.parent))
    assert profile.names() == ("standard", "offline", "there")
    with pytest.raises(profile.ProfileError, match=r"'here'\. Allowed: standard, offline, there\."):
        profile.get("here")


def test_a_weights_file_is_found_beside_the_profile(write, tmp_path, monkeypatch):
    path = write(STANDARD.replace('weights = "imagenet"', 'weights = "own.weights.h5"'))
    (path.parent / "own.weights.h5").touch()
    weights = profile.get("own").weights
    monkeypatch.chdir("/")
    assert weights == str(path.parent / "own.weights.h5")


def test_the_standard_profile_is_all_that_the_comments_explain():
    assert STANDARD.count("# ") > len(STANDARD.splitlines()) / 3
    assert profile.get("standard").dataset == "rock_paper_scissors"


BAD = {
    "no TOML": ("[data]", "[data", "is not valid TOML"),
    "unknown table": ("[selftest]", "[selftests]", "the unknown key selftests. Allowed: [data]"),
    "missing table": ("[accuracy]\n", "[other]\n", "unknown key other"),
    "unknown key": ("views = 1", "views = 1\nview = 2", "[selftest] has the unknown key view"),
    "missing key": ("image_size = 224\n", "", "[backbone] image_size is missing, expected a whole"),
    "text for a number": ("= 149", '= "149"', "[backbone] fine_tune_at = '149', expected a whole"),
    "cut": ("= 149", "= -1", "[backbone] fine_tune_at = -1, expected a whole number from 1"),
    "truth for a number": ("= 256", "= true", "[training] batch_size = True, expected a whole"),
    "not finite": ("= 0.001", "= nan", "[training] learning_rate_head = nan, expected a number"),
    "rate": ("= 0.00001", "= 0", "[training] learning_rate_fine = 0, expected a number above 0"),
    "source": ('"tfds"\n', '"folder"\n', "[data] source = 'folder', expected \"tfds\""),
    "data set": ('"rock_paper_scissors"', '"../rps"', "[data] name = '../rps', expected a TFDS"),
    "one class": ('["rock", "paper", "scissors"]', '["rock"]', "expected a list of 2 to 20"),
    "same classes": ('"paper", "scissors"]', '"paper", "rock"]', "[data] classes = ['rock', 'pap"),
    "network": ('"MobileNetV2"', '"MobileNetV9"', "[backbone] network = 'MobileNetV9', expected a"),
    "options": ("alpha = 1.0", "pooling = 1", "[backbone] options = {'pooling': 1}, expected"),
    "small pictures": ("= 224", "= 16", "[backbone] image_size = 16, expected a whole"),
    "no weights": ('= "imagenet"', '= "x.h5"', "[backbone] weights = 'x.h5', but there is no "),
    "other weights": ("= 1.0 }", "= 0.5 }", 'weights = "imagenet" is for MobileNetV2 (alpha 1.0)'),
    "half a top": ("= 149", '= 149\ntop = "x.npz"', "one of top and labels, expected both or none"),
    "ImageNet's top": ("= 149", '= 149\ntop = "x"\nlabels = "y"', "top is for a weights file"),
    "thresholds": ("= 0.82", "= 0.5", "[accuracy] none_at = 0.5 is not below full_at = 0.5"),
    "percent": ("= 0.82", "= 82", "[accuracy] full_at = 82, expected a number from 0 to 1"),
    "subset": ("[48, 24]", "[48, 2]", "[grading] subset = [48, 2] has fewer pictures than the 3"),
    "three sets": ("[48, 24]", "[48, 24, 1]", "[grading] subset = [48, 24, 1], expected two whole"),
    "views": ("views = 1", "views = 'all'", "[selftest] views = 'all', expected a whole number"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_path_and_key(write, old, new, says):
    assert old in STANDARD
    path = write(STANDARD.replace(old, new, 1))
    with pytest.raises(profile.ProfileError) as refused:
        profile.get("own")
    assert str(refused.value).startswith(f"{path}: ")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("standard", "the package has a profile of that name"),
        ("My Class", "at most 31 small letters"),
        ("x" * 40, "at most 31 small letters"),
    ],
)
def test_a_bad_name_is_refused(write, name, says):
    path = write(name=name)
    with pytest.raises(profile.ProfileError, match=says) as refused:
        profile.get(name)
    assert str(path) in str(refused.value)


def test_rendered_hands_have_their_own_classes(write):
    write(STANDARD.replace('"tfds"\n', '"rendered"\n').replace('"paper", ', '"lizard", '))
    with pytest.raises(profile.ProfileError, match="classes are rock, lizard, scissors, but"):
        profile.get("own")


def test_weights_outside_of_the_folder_are_refused(write, tmp_path):
    write(STANDARD.replace('weights = "imagenet"', 'weights = "../own.weights.h5"'))
    (tmp_path / "own.weights.h5").touch()
    with pytest.raises(profile.ProfileError, match="is not in the folder of the profile"):
        profile.get("own")


def test_the_networks_are_those_of_keras():
    import tensorflow as tf

    offered = {name for name in dir(tf.keras.applications) if name[0].isupper()}
    assert offered == reading.NETWORKS
