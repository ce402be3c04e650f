"""The toy course, as the engine knows it."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from autograder.core.course import Course, CourseError, Home, discover
from toy import precision

ROOT = Path(__file__).parents[1]


class Profile(NamedTuple):
    """A profile: how long the arrays are that exercises are probed with."""

    name: str
    base: str
    length: int


PROFILES = {"plain": 20, "long": 200}


def profile(name, grading):
    """Returns the profile of a profile."""
    base = name.removeprefix("grading-")
    return Profile(f"grading-{base}" if grading else base, base, PROFILES[base])


def environment(chosen):
    """Returns the variables of kernels: where the course is, which is not installed."""
    return {"PYTHONPATH": str(ROOT), "TOY_PROFILE": chosen.name}


def lacking(chosen):
    """Returns what a machine lacks: the file of words, which the long profile needs."""
    words = Path(os.environ.get("TOY_WORDS", ROOT / "words.txt"))
    missing = chosen.base == "long" and not words.is_file()
    return {"words": f"{words} is not there."} if missing else {}


def fetch(chosen):
    """Returns arguments for Python to get the words."""
    return ["-c", f"open({str(ROOT / 'words.txt')!r}, 'w').write('toy\\n')"]


@contextlib.contextmanager
def settings():
    """Probes with the usual precision, whatever a notebook has chosen."""
    before, precision.DTYPE = precision.DTYPE, "float64"
    try:
        yield
    finally:
        precision.DTYPE = before


def private(chosen, secret, own, folder):
    """Writes the number that measurements are compared with: the instructor's, or a drawn one."""
    number = str(int.from_bytes(secret[:3]))
    if own is not None:
        try:
            number = (own / "number.txt").read_text()
        except OSError as error:
            raise CourseError(f"There is no private number in {own}.") from error
    (folder / "number.txt").write_text(number)


COURSE = Course(
    name="toy",
    exercises=discover("toy.exercises"),
    rubrics=Path(__file__).parent / "exercises",
    profiles=tuple(PROFILES),
    quick="plain",
    profile=profile,
    environment=environment,
    folders=(ROOT / "toy",),
    answers={"toy1": ("toy.library.double", "toy.library.running_total")},
    guarded=frozenset({"toy", "numpy", "builtins"}),
    settings=settings,
    chosen=lambda names: [names["PROFILE"]] if "PROFILE" in names else [],
    home=lambda _: Home({"data/words.txt": ROOT / "words.txt"}, variables={"TOY_DATA": "data"}),
    lacking=lacking,
    fetch=fetch,
    remedy="Write them.",
    private=private,
    files=lambda profile, folder: ["-m", "toy.measure", profile, str(folder)],
)
