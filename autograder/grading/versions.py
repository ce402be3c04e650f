"""Versions of what decides about a result: packages, and code."""

import contextlib
import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import autograder.core
from autograder.core.course import Course

_PACKAGES = ("rps-course", "nbgrader", "nbconvert", "nbclient", "ipykernel", "numpy")


def packages(course: Course) -> dict[str, str]:
    """Returns the versions of Python, of what grades, and of what probing runs on, by name."""
    found = {"Python": ".".join(map(str, sys.version_info[:2]))}
    for name in (*_PACKAGES, *sorted(course.guarded)):
        with contextlib.suppress(metadata.PackageNotFoundError):  # it has another name than that
            found[name] = metadata.version(name)
    return found


def course_code(course: Course) -> str:
    """Returns a digest of the Python files of a course, and of the core that it builds on."""
    return code((*course.folders, Path(autograder.core.__file__).parent))


@cache
def code(folders: tuple[Path, ...], kinds: tuple[str, ...] = (".py",)) -> str:
    """Returns a digest of the files of some kinds in folders, 64 hex digits."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.suffix in kinds):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
