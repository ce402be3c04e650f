"""Writing files in whole: what is there already is replaced when the new content is complete."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Gives a path to write to; at the end, what is there takes the place of a file.

    It lies beside the file and has its ending, by which libraries choose a format. Where writing
    fails, the file is as it was.

    Args:
        path: the file, in a folder that is there.
    """
    part = path.with_name(f".{path.stem}-{os.getpid()}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
