"""A course in a folder of its own, and the stock nbgrader command in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def nbgrader(course, *arguments, profile="offline", check=True):
    environment = os.environ | {
        "RPS_PROFILE": profile,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done


def write_configuration(folder, profile="offline"):
    text = (ROOT / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(f"{text}\nc.Grading.profile = {profile!r}\n")


def make_course(folder, *assignments):
    """Copies the configuration and these solutions, and releases them."""
    for name in assignments:
        shutil.copytree(
            ROOT / "solutions" / name,
            folder / "solutions" / name,
            ignore=shutil.ignore_patterns("rps_model.*", "custom_sample.png"),
        )
    write_configuration(folder)
    for name in assignments:
        nbgrader(folder, "generate_assignment", name)
    return folder
