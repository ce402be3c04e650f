"""What this machine has for the course and what to do about what is missing: `rps-course doctor`.

A list of checks, each a function that looks at one thing and returns one `Check`; add a check by
adding a function to `CHECKS`. TensorFlow is not imported here: with a GPU at hand a child process
asks whether TensorFlow sees it. Downloading what is missing is `fetch`'s work.
"""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rps_course import __version__
from rps_course import profile as profiles
from rps_course.machine import caches, fetch

OK, MISSING, NOTE = "OK", "missing", "note"
_FETCH = "run `rps-course fetch` where there is a network"
# What pip calls the packages that the library imports; TensorFlow goes by several names.
_PACKAGES = (
    ("tensorflow", "tensorflow-cpu", "tf-nightly"),
    ("keras",),
    ("tensorflow-datasets",),
    ("importlib_resources",),
    ("numpy",),
    ("matplotlib",),
    ("pillow",),
    ("h5py",),
    ("ipywidgets",),
    ("opencv-python-headless",),
    ("ai-edge-litert",),
)


@dataclass(frozen=True)
class Check:
    """What was found about one thing.

    Attributes:
        name: what was looked at.
        status: `OK`; `MISSING`, when the course cannot run without it; `NOTE`, when it can.
        detail: what was found.
        remedy: what to do; empty when there is nothing to do.
    """

    name: str
    status: str
    detail: str
    remedy: str = ""


def _python() -> Check:
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Check("Python", OK, found)
    return Check("Python", MISSING, found, "install Python 3.11, 3.12 or 3.13")


def _version(names: tuple[str, ...]) -> str | None:
    for name in names:
        try:
            return f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue
    return None


def _packages() -> Check:
    found = [(names[0], _version(names)) for names in _PACKAGES]
    missing = [name for name, version in found if version is None]
    if missing:
        return Check(
            "packages",
            MISSING,
            f"not installed: {', '.join(missing)}",
            f"pip install {' '.join(missing)}",
        )
    versions = [f"rps-course {__version__}", *(str(version) for _, version in found)]
    return Check("packages", OK, ", ".join(versions))


def _gpu_names() -> list[str]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        answer = subprocess.run(
            [program, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]


def _tensorflow_sees_gpu() -> bool:
    code = "import sys, tensorflow as tf; sys.exit(not tf.config.list_physical_devices('GPU'))"
    try:
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=180)
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.returncode == 0


def _device() -> Check:
    names = _gpu_names()
    if not names:
        return Check(
            "device",
            NOTE,
            f"CPU with {os.cpu_count() or 1} cores, no NVIDIA GPU found",
            "the offline profile is fine like this; for the standard profile at full length take "
            "a machine with a GPU, such as a GPU runtime of Colab",
        )
    if _tensorflow_sees_gpu():
        return Check("device", OK, f"GPU: {', '.join(names)}; TensorFlow uses it")
    return Check(
        "device",
        NOTE,
        f"GPU: {', '.join(names)}, but TensorFlow does not see it and trains on the CPU",
        "on Linux: pip install 'tensorflow[and-cuda]', and an up-to-date NVIDIA driver",
    )


def _in_force() -> profiles.Profile | None:
    """Returns the profile in force, None if it cannot be used."""
    try:
        return profiles.current()
    except profiles.ProfileError:
        return None


def _profile() -> Check:
    name = os.environ.get("RPS_PROFILE", "").strip()
    try:
        # Which one was chosen, and why, is said below.
        with contextlib.redirect_stdout(io.StringIO()):
            course = profiles.current()
    except profiles.ProfileError as error:
        return Check("profile", MISSING, f"RPS_PROFILE={name}", str(error))
    if name:
        why = f"RPS_PROFILE={name}"
    elif course.name == "standard":
        why = "RPS_PROFILE is not set; data and weights are here or can be downloaded"
    else:
        why = "RPS_PROFILE is not set; neither data and weights nor the download server are at hand"
    return Check(
        "profile",
        OK,
        f"{course.name}: {course.image_size} pixels, {course.backbone} ({why})",
    )


def _backbone() -> list[Check]:
    """Builds the network of a profile that does not come with the package."""
    profile = _in_force()
    if profile is None or profile.is_shipped:
        return []
    problem = _last_line(
        "import sys\n"
        "from rps_course import model, profile\n"
        "try:\n"
        "    model.network(profile.current(), include_top=False, pooling='avg')\n"
        "except profile.ProfileError as error:\n"
        "    sys.exit(str(error))\n"
    )
    if problem:
        return [Check("backbone", MISSING, problem, f"correct {profile.file}")]
    return [Check("backbone", OK, f"{profile.backbone} with the weights of {profile.file}")]


def _last_line(code: str) -> str:
    """Runs Python code; returns the last line that it wrote if it fails, and nothing otherwise."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    lines = done.stderr.strip().splitlines() or ["it ended without a word"]
    return lines[-1] if done.returncode else ""


def _data_and_weights() -> list[Check]:
    """Looks at what the profile in force has from outside, or else at what the standard one has."""
    profile = _in_force()
    needed = profile is not None and (profile.data == "tfds" or profile.weights == "imagenet")
    if profile is None or not needed:
        profile = fetch.standard()
    paths = {"dataset": caches.data_folder(profile.dataset)}
    if profile.weights == "imagenet":
        paths |= {n: s.path for n, s in zip(fetch.KERAS_NAMES, fetch.keras_files(), strict=True)}
    remedy = _FETCH
    if not fetch.downloads(profile):
        remedy = "set TFDS_DATA_DIR to the folder that has it"
    wrong = fetch.problems(profile)
    checks = []
    for name, path in paths.items():
        if name not in wrong:
            checks.append(Check(name, OK, str(path)))
        elif needed:
            checks.append(Check(name, MISSING, wrong[name], remedy))
        else:
            note = f"the offline profile needs none; for the standard one {remedy}"
            checks.append(Check(name, NOTE, wrong[name], note))
    return checks


def _offline_files() -> Check:
    try:
        profiles.get("offline")
    except profiles.ProfileError as error:
        return Check("offline weights", MISSING, str(error), "install rps-course again")
    return Check("offline weights", OK, "they come with the package")


def _folders() -> list[Check]:
    import platformdirs

    folders = {
        "TFDS folder": (caches.tfds_folder(), "set TFDS_DATA_DIR to a folder of your own"),
        "Keras folder": (caches.keras_folder(), "set KERAS_HOME to a folder of your own"),
        "rendered pictures": (
            Path(platformdirs.user_cache_dir("rps-course", appauthor=False)),
            "none needed: pictures are then drawn anew each time, which takes a while",
        ),
    }
    checks = []
    for name, (folder, remedy) in folders.items():
        nearest = next(p for p in (folder, *folder.parents) if os.path.exists(p))  # noqa: PTH110
        if nearest.is_dir() and os.access(nearest, os.W_OK):
            what = "" if nearest == folder else " (made when it is needed)"
            checks.append(Check(name, OK, f"{folder}{what}"))
        else:
            checks.append(Check(name, NOTE, f"{folder} cannot be written", f"to write: {remedy}"))
    return checks


def _network() -> Check:
    if fetch.can_download():
        return Check("download server", OK, "answers")
    if fetch.is_cached():
        return Check("download server", OK, "does not answer, and is not needed")
    return Check(
        "download server",
        NOTE,
        "does not answer",
        "for data and weights, get a network, or a class's own server: rps-course fetch --mirror",
    )


def _grading() -> Check:
    version = _version(("nbgrader",))
    if version:
        return Check("grading", OK, version)
    return Check(
        "grading",
        NOTE,
        "nbgrader is not installed; students need none",
        "to grade, from a clone of the course: pip install '.[grader]'",
    )


def _isolation() -> list[Check]:
    if _version(("nbgrader",)) is None:
        return []
    # Only where a course is graded does all of it have to work.
    here = Path("nbgrader_config.py").is_file()
    status = MISSING if here else NOTE
    problem = _asked("autograder.sandbox.isolation")
    if problem:
        detail, _, remedy = problem.partition(". ")
        return [Check("isolation", status, detail, remedy or "grade on a machine where it works")]
    checks = [Check("isolation", OK, "students' code runs in bubblewrap while grading")]
    if not here:
        remedy = "to try it, run `rps-course doctor` in the folder with nbgrader_config.py"
        return [*checks, Check("data in isolation", NOTE, "not tried", remedy)]
    problem = _asked("autograder.grading.machine")
    if problem:
        detail, _, remedy = problem.partition(". ")
        return [*checks, Check("data in isolation", MISSING, detail, remedy or "see docs/ta.md")]
    found = "students' lines load the data and weights of the class's profile"
    return [*checks, Check("data in isolation", OK, found)]


def _asked(module: str) -> str:
    """Returns the problem that a module of the grader finds; empty when it finds none."""
    try:
        # In a process of its own: this package does not import the grader's.
        answer = subprocess.run(
            [sys.executable, "-m", module],
            capture_output=True,
            text=True,
            timeout=600,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"It cannot be tried: {error}"
    return answer.stdout.strip()


CHECKS: tuple[Callable[[], Check | list[Check]], ...] = (
    _python,
    _packages,
    _device,
    _profile,
    _backbone,
    _data_and_weights,
    _offline_files,
    _folders,
    _network,
    _grading,
    _isolation,
)


def run() -> Iterator[Check]:
    """Looks at this machine; yields each check as it is done."""
    for check in CHECKS:
        found = check()
        yield from found if isinstance(found, list) else [found]
