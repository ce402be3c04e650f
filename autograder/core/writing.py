"""Writing files in whole: what is there already is replaced when the new content is complete."""

import contextlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Gives a path to write to; at the end, what is there takes the place of a file.

    It lies beside the file and has its ending, by which libraries choose a format. Where writing
    fails, the file is as it was, and the error names it. A link stays one. What is no file, such
    as a pipe, is written to as it is.

    Args:
        path: the file, in a folder that is there.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    path = path.resolve() if path.is_symlink() else path
    part = path.with_name(f".{path.stem}-{os.getpid()}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        if error.filename == str(part):
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def text(path: Path, content: str, mode: int = 0o666) -> None:
    """Writes a text in whole, as UTF-8.

    Args:
        path: the file, in a folder that is there.
        content: what it will hold; line ends are kept.
        mode: its permissions, less what the umask of the process takes.

    Raises:
        OSError: it cannot be written; it is as it was.
    """
    opener = partial(os.open, mode=mode)
    with whole(path) as part, open(part, "w", encoding="utf-8", newline="", opener=opener) as file:
        file.write(content)
