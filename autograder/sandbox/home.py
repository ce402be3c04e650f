"""The home folder in a sandbox: a course's data and weights, where libraries look for them.

Students' code finds there what a student's machine has after its first run. Some libraries must be
able to write to their folders, so each submission gets its own copies of such files, which it may
change or lock. What is only shown is read-only.
"""

import contextlib
import os
import shutil
from pathlib import Path, PurePosixPath

from autograder.core.course import Home

FOLDER = Path("/tmp/home")  # where it is, unless libraries remember another place
_ROOM = 256 << 20  # bytes that a submission may add to the copies


def environment(home: Home | None, folder: Path) -> dict[str, str]:
    """Returns the variables that name the home folder and what is in it."""
    named = home.variables if home else {}
    return {"HOME": str(folder)} | {name: f"{folder}/{path}" for name, path in named.items()}


def fill(home: Home, folder: Path) -> None:
    """Fills a home folder out here, unless it is: what is only shown is a link there."""
    for name, source in _readable(home):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for name, path in home.shown.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not (folder / name).exists():
            (folder / name).symlink_to(path.absolute())


def bubblewrap(
    home: Home, folder: Path, files: contextlib.ExitStack
) -> tuple[list[str], list[int]]:
    """Returns bubblewrap's arguments for the home folder, and the files that it reads.

    Args:
        home: what it holds.
        folder: where it is.
        files: closes the files once bubblewrap has them.

    Returns:
        Arguments, and descriptors that bubblewrap inherits. It copies from open files, so the
        originals need not be visible in the sandbox.
    """
    copied = _readable(home)
    size = sum(source.stat().st_size for _, source in copied) + _ROOM
    arguments = ["--perms", "0777", "--size", str(size), "--tmpfs", str(folder)]
    parents = [p for name in (*home.copies, *home.shown) for p in PurePosixPath(name).parents]
    for parent in sorted({str(parent) for parent in parents} - {"."}):
        arguments += ["--perms", "0777", "--dir", f"{folder}/{parent}"]
    for name, path in home.shown.items():
        arguments += ["--ro-bind-try", str(path.absolute()), f"{folder}/{name}"]
    inherited = []
    for name, source in copied:
        file = files.enter_context(source.open("rb"))
        inherited.append(file.fileno())
        arguments += ["--perms", "0666", "--file", str(file.fileno()), f"{folder}/{name}"]
    return arguments, inherited


def _readable(home: Home) -> list[tuple[str, Path]]:
    return [(name, path) for name, path in home.copies.items() if os.access(path, os.R_OK)]
