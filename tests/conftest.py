"""What all tests share: a quiet TensorFlow, the offline profile, the folder of the real data."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")

# Read once, before any test changes the environment.
_REAL = {k: os.environ.get(k) for k in ("TFDS_DATA_DIR", "KERAS_HOME")}


@pytest.fixture(autouse=True)
def offline_profile(monkeypatch):
    """Tests run on the offline profile unless they ask for another."""
    monkeypatch.setenv("RPS_PROFILE", "offline")


@pytest.fixture
def real_data(monkeypatch):
    """The real dataset and pretrained weights, as the environment of a user who has them."""
    missing = [k for k, v in _REAL.items() if not v or not Path(v).is_dir()]
    if missing:
        if os.environ.get("RPS_REQUIRE_REAL_DATA"):
            pytest.fail(f"RPS_REQUIRE_REAL_DATA is set but {' and '.join(missing)} name no folder")
        pytest.skip(f"needs the real data: set {' and '.join(missing)} to folders that have them")
    for name, value in _REAL.items():
        monkeypatch.setenv(name, str(Path(value).resolve()))
    return {name: Path(value).resolve() for name, value in _REAL.items()}
