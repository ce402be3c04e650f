"""Folders that a command needs while it runs, and that the next one removes if it was killed."""

import contextlib
import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_LOCK = ".lock"  # in the folder: whose it is
_SECONDS = 60  # in which a new folder is locked


@contextlib.contextmanager
def own_folder(
    root: Path, prefix: str, clean: Callable[[Path], None] = lambda _: None
) -> Iterator[Path]:  # fmt: skip
    """Makes a folder, and removes those of runs that were killed.

    Args:
        root: where.
        prefix: how their names begin.
        clean: called with each that was left, before it is removed.
    """
    for left in root.glob(f"{prefix}*"):
        if _is_left(left):
            clean(left)
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=root) as name:
        room = Path(name)
        with (room / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield room


def _is_left(room: Path) -> bool:
    """Whether the run whose folder this is has ended: while it lives, it holds a lock."""
    try:
        with (room / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return time.time() - room.stat().st_mtime > _SECONDS
    except OSError:
        return False
    return True
