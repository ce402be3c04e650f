import pytest

from rps_course import profile
from rps_course.course import COURSE
from rps_course.machine import choice, fetch


def test_an_unknown_profile_is_named_with_the_allowed_ones(monkeypatch):
    monkeypatch.setenv("RPS_PROFILE", "fancy")
    with pytest.raises(profile.ProfileError, match=r"'fancy'. Allowed: standard, offline\. "):
        profile.current()


@pytest.mark.parametrize("name", profile.SHIPPED)
def test_while_grading_a_profile_that_a_notebook_names_is_its_short_variant(name, monkeypatch):
    short = profile.get(f"grading-{name}")
    monkeypatch.setenv("RPS_PROFILE", name)
    monkeypatch.setattr(profile, "grading", f"grading-{name}")
    assert profile.current() == profile.get(name) == short
    monkeypatch.delenv("RPS_PROFILE")
    assert profile.current() == short


@pytest.mark.parametrize("name", profile.SHIPPED)
def test_while_grading_files_are_measured_under_the_whole_profile(name, monkeypatch):
    whole, short = profile.get(name), profile.get(f"grading-{name}")
    monkeypatch.setattr(profile, "grading", f"grading-{name}")
    assert COURSE.profile(name, False) == whole
    assert COURSE.profile(name, True) == COURSE.profile(f"grading-{name}", False) == short


def test_unset_without_data_or_network_is_offline_and_says_how_to_get_the_real_thing(
    monkeypatch, capsys
):
    monkeypatch.delenv("RPS_PROFILE")
    monkeypatch.setattr(fetch, "is_cached", lambda: False)
    monkeypatch.setattr(fetch, "can_download", lambda: False)
    choice._best.cache_clear()
    assert profile.current().name == "offline"
    assert "rps-course fetch" in capsys.readouterr().out
    choice._best.cache_clear()


def test_a_grading_profile_differs_from_its_base_in_size_only():
    for base in ("standard", "offline"):
        full, short = profile.get(base), profile.get(f"grading-{base}")
        assert (short.image_size, short.options, short.weights) == (
            full.image_size,
            full.options,
            full.weights,
        )
        assert (short.epochs_head, short.epochs_fine, short.base) == (1, 1, base)
        assert short.whole == full.whole == full
        assert short.is_grading
        assert not full.is_grading
