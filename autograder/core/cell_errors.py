"""Errors of a notebook's cells, as people are told them."""

import re

# What IPython calls the file of a cell: a number in a kernel, `<ipython-input-...>` elsewhere.
_FILE = re.compile(r"\((?:<ipython-input-[^<>]*>|\d+\.py), line (\d{1,9})\)")


def message(said: object, source: str = "") -> str:
    """Returns what an error says, with the line of the cell in place of a file that nobody has.

    Args:
        said: the message, such as `"expected ':' (3299290080.py, line 3)"`.
        source: of the cell. IPython does not count blank lines at its start.
    """
    blank = source[: len(source) - len(source.lstrip())].count("\n")
    return _FILE.sub(lambda found: f"(line {int(found[1]) + blank} of the cell)", str(said))
