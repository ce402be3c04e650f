"""Data that no student has, by which handed-in files are measured.

The course makes it (`Course.private`), once for a class: from a secret that is derived from the
class's key, and from the folder that the class's configuration names, if it names one. It is kept
beside the key, with digests of its files: where one is damaged, all are made again. Kernels cannot
see it; the program that measures files is given it, and runs no student's code.
"""

import contextlib
import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.core.course import CourseError
from autograder.grading import challenges, versions
from autograder.grading.machine import Grading

FOLDER = ".autograder-private"
_DATA, _DIGESTS = "data", "digests.json"


def folder(grading: Grading, root: Path, shared: bool = False) -> Path | None:
    """Returns the folder with the private data of a class, filling it on first use.

    Args:
        grading: what is graded.
        root: the course root.
        shared: whether the group may use it, as all of a shared course's files.

    Returns:
        None where the course makes no such data for this class.

    Raises:
        autograder.core.course.CourseError: the folder of the class cannot be used, or what is made
            of it cannot be kept or read.
        autograder.grading.challenges.KeyFileError: the class's key cannot be read.
        autograder.grading.machine.MachineError: the configuration names no profile.
    """
    course = grading.load()
    if course.private is None:
        return None
    try:
        return _made(grading, root, shared)
    except PermissionError as error:
        raise CourseError(
            f"Cannot use the private data in {root / FOLDER}: {error.strerror}. All who grade this "
            "course must be able to read it: let its owner run `chgrp -R GROUP` and `chmod -R "
            "g+rwX` on it, with a group of theirs."
        ) from error
    except OSError as error:
        raise CourseError(f"Cannot keep the private data in {root / FOLDER}: {error}.") from error


def _made(grading: Grading, root: Path, shared: bool) -> Path | None:
    course = grading.load()
    assert course.private is not None
    profile = course.profile(grading.variant().base, False)
    own = _own(grading)
    # Nobody can learn the key, or a challenge, from what is made of it. Other code of the course
    # may make other data.
    parts = ["private data", repr(profile), content(grading), versions.course_code(course)]
    about = "\0".join(parts)
    key = challenges.course_key(root, shared)
    made = root / FOLDER / hmac.digest(key, os.fsencode(about), "sha256").hex()[:16]
    if not _is_whole(made):
        made.parent.mkdir(mode=0o770 if shared else 0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=made.parent, ignore_cleanup_errors=True) as room:
            new = Path(room, "new")
            (new / _DATA).mkdir(parents=True)
            course.private(profile, hmac.digest(key, b"private data", "sha256"), own, new / _DATA)
            (new / _DIGESTS).write_text(json.dumps(_digests(new / _DATA)))
            show(new)
            if made.is_dir() and not _is_whole(made):
                made.rename(Path(room, "damaged"))
            try:
                new.rename(made)
            except OSError:  # another process was first
                if not _is_whole(made):
                    raise
    return made / _DATA if any((made / _DATA).iterdir()) else None


def _is_whole(made: Path) -> bool:
    """Whether data is there just as it was made."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, ValueError):
        return json.loads((made / _DIGESTS).read_text()) == _digests(made / _DATA)
    return False


def _digests(folder: Path) -> dict[str, str]:
    """Returns the SHA-256 of every file in a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(_files(folder))
    }


def content(grading: Grading) -> str:
    """Returns names, sizes and times of what is in the class's own folder; empty without one.

    Raises:
        autograder.core.course.CourseError: it cannot be read.
    """
    own = _own(grading)
    if own is None:
        return ""
    try:
        files = [(path, path.stat()) for path in sorted(_files(own)) if path.is_file()]
    except OSError as error:
        raise CourseError(
            f"The private data of the class cannot be read: {error}. Make it readable for all who "
            "grade (c.Grading.private)."
        ) from error
    found = (f"{path.relative_to(own)} {s.st_size} {s.st_mtime_ns}" for path, s in files)
    return "\0".join(["own", *found])


def _files(folder: Path) -> Iterator[Path]:
    """Yields what is in a folder and is no folder; `rglob` leaves out what it may not read."""

    def stop(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):  # the course says so
            raise error

    for here, _, names in os.walk(folder, onerror=stop, followlinks=True):
        yield from (Path(here, name) for name in names)


def _own(grading: Grading) -> Path | None:
    return Path(grading.private).absolute() if grading.private else None


def show(made: Path) -> None:
    """Lets the sandbox's user read a folder; the one around it keeps others out."""
    for path in (made, *made.rglob("*")):
        os.chmod(path, 0o755 if path.is_dir() else 0o644)  # noqa: PTH101
