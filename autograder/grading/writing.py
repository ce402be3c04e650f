"""Files that are written whole or not at all, and tables that a spreadsheet takes for text."""

import contextlib
import csv
import io
import os
import re
import secrets
from collections.abc import Iterable
from functools import partial
from pathlib import Path

# Spreadsheets of Asian languages take full-width signs for the others. One that separates columns
# by semicolons cuts a text at each of them.
_FORMULA = re.compile(r"(^|; ?\"*)([=+@\uff1d\uff0b\uff20\uff0d-])")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?|-")  # no formula; the last is Moodle's for no grade


def cell(value: object) -> str:
    """Returns a value as text of which a spreadsheet takes no part for a formula.

    Numbers, and texts that are one, stay as they are; None is an empty text.
    """
    text = "" if value is None else str(value)
    if not text.strip() or _NUMBER.fullmatch(text.strip()):
        return text
    return _FORMULA.sub(r"\1'\2", " ".join(text.split()))


def table(rows: Iterable[Iterable[object]]) -> str:
    """Returns rows, of which the first has the names of columns, as CSV without formulas."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


def write(path: Path, text: str, mode: int = 0o666) -> None:
    """Writes a text beside its place and puts it there when it is whole.

    Args:
        path: of the file, which is replaced if it is there.
        text: its content; line ends are kept.
        mode: the file's permissions, less what the process's umask takes.

    Raises:
        OSError: it cannot be written; what was there before is there still.
    """
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "x", encoding="utf-8", newline="", opener=partial(os.open, mode=mode)) as f:
            f.write(text)
        part.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None  # what the caller asked for
        raise
