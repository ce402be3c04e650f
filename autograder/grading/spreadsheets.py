"""Tables of which a spreadsheet takes no cell for a formula."""

import csv
import io
import re
from collections.abc import Iterable

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
