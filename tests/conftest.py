"""What all tests share: a quiet TensorFlow, the offline profile, the folder of the TFDS data."""

import gc
import os
import signal
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")

# Started in the background, a shell ignores interrupts, and so would all programs started by tests.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Files that take minutes: where several files run side by side, these begin.
_LONG = (
    "test_selftest.py", "test_corpus.py", "test_demo.py", "test_audit.py", "test_pipeline.py",
    "test_audit_answers.py", "test_class_of_131.py", "test_training.py", "test_notebook_runs.py",
    "test_intake.py", "test_gpu.py", "test_toy_course.py", "test_states.py", "test_files.py",
    "test_machine.py", "test_run.py", "test_run_killed.py", "test_run_bad_input.py",
    "test_cluster.py",
)  # fmt: skip

# Read once, before any test changes the environment.
_REAL = {k: os.environ.get(k) for k in ("TFDS_DATA_DIR", "KERAS_HOME")}

gc.set_threshold(50_000)  # TensorFlow and thousands of tests stay: looking for garbage takes long


def pytest_collection_finish():
    """What is there before the tests begin is no garbage."""
    gc.freeze()


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: _LONG.index(item.path.name) if item.path.name in _LONG else 99)


@pytest.fixture(autouse=True)
def offline_profile(monkeypatch):
    """Tests run on the offline profile unless they ask for another."""
    monkeypatch.setenv("RPS_PROFILE", "offline")


@pytest.fixture
def real_data(monkeypatch):
    """TFDS `rock_paper_scissors` and pretrained weights, as a user's environment names them."""
    missing = [k for k, v in _REAL.items() if not v or not Path(v).is_dir()]
    if missing:
        if os.environ.get("RPS_REQUIRE_REAL_DATA"):
            pytest.fail(f"RPS_REQUIRE_REAL_DATA is set but {' and '.join(missing)} name no folder")
        pytest.skip(f"needs the TFDS data: set {' and '.join(missing)} to folders that have them")
    for name, value in _REAL.items():
        monkeypatch.setenv(name, str(Path(value).resolve()))
    return {name: Path(value).resolve() for name, value in _REAL.items()}
