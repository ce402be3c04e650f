import pytest

from rps_course import fetch, profile


def test_an_unknown_profile_is_named_with_the_allowed_ones(monkeypatch):
    monkeypatch.setenv("RPS_PROFILE", "fancy")
    with pytest.raises(profile.ProfileError, match=r"'fancy'. Allowed: standard, offline, grading"):
        profile.current()


def test_grading_takes_the_real_thing_only_from_the_caches(monkeypatch):
    monkeypatch.setattr(fetch, "is_cached", lambda: False)
    assert profile.get("grading").name == "grading-offline"
    monkeypatch.setattr(fetch, "is_cached", lambda: True)
    assert profile.get("grading").name == "grading-standard"


def test_unset_without_data_or_network_is_offline_and_says_how_to_get_the_real_thing(
    monkeypatch, capsys
):
    monkeypatch.delenv("RPS_PROFILE")
    monkeypatch.setattr(fetch, "is_cached", lambda: False)
    monkeypatch.setattr(fetch, "can_download", lambda: False)
    profile._automatic.cache_clear()
    assert profile.current().name == "offline"
    assert "rps-course fetch" in capsys.readouterr().out
    profile._automatic.cache_clear()


def test_a_grading_profile_differs_from_its_base_in_size_only():
    for base in ("standard", "offline"):
        full, short = profile.get(base), profile.get(f"grading-{base}")
        assert (short.image_size, short.alpha, short.weights) == (
            full.image_size,
            full.alpha,
            full.weights,
        )
        assert (short.epochs_head, short.epochs_fine, short.base) == (1, 1, base)
        assert short.is_grading
        assert not full.is_grading
