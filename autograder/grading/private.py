"""Data that no student has, by which handed-in files are measured.

The course makes it (`Course.private`), once for a class: from a secret that is derived from the
class's key, and from the folder that the class's configuration names, if it names one. It is kept
beside the key. Kernels cannot see it; the program that measures files is given it, and runs no
student's code.
"""

import hmac
import os
import tempfile
from pathlib import Path

from autograder.grading import challenges, versions
from autograder.grading.machine import Grading

FOLDER = ".autograder-private"


def folder(grading: Grading, root: Path, shared: bool = False) -> Path | None:
    """Returns the folder with the private data of a class, filling it on first use.

    Args:
        grading: what is graded.
        root: the course root.
        shared: whether the group may use it, as all of a shared course's files.

    Returns:
        None where the course makes no such data for this class.

    Raises:
        autograder.core.course.CourseError: the folder of the class cannot be used.
        autograder.grading.challenges.KeyFileError: the class's key cannot be read.
        autograder.grading.machine.MachineError: the configuration names no profile.
    """
    course = grading.load()
    if course.private is None:
        return None
    profile = course.profile(grading.variant().base, False)
    own = _own(grading)
    # Nobody can learn the key, or a challenge, from what is made of it. Other code of the course
    # may make other data.
    code = versions.code(course.folders)
    about = "\0".join(["private data", repr(profile), content(grading), code])
    key = challenges.course_key(root, shared)
    made = root / FOLDER / hmac.digest(key, about.encode(), "sha256").hex()[:16]
    if not made.is_dir():
        made.parent.mkdir(mode=0o770 if shared else 0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=made.parent, ignore_cleanup_errors=True) as new:
            course.private(profile, hmac.digest(key, b"private data", "sha256"), own, Path(new))
            show(Path(new))
            try:
                Path(new).rename(made)
            except OSError:  # another process was first
                if not made.is_dir():
                    raise
    return made if any(made.iterdir()) else None


def content(grading: Grading) -> str:
    """Returns names, sizes and times of what is in the class's own folder; empty without one."""
    own = _own(grading)
    if own is None:
        return ""
    files = ((path, path.stat()) for path in sorted(own.rglob("*")) if path.is_file())
    found = (f"{path.relative_to(own)} {s.st_size} {s.st_mtime_ns}" for path, s in files)
    return "\0".join(["own", *found])


def _own(grading: Grading) -> Path | None:
    return Path(grading.private).absolute() if grading.private else None


def show(made: Path) -> None:
    """Lets the sandbox's user read a folder; the one around it keeps others out."""
    for path in (made, *made.rglob("*")):
        os.chmod(path, 0o755 if path.is_dir() else 0o644)  # noqa: PTH101
