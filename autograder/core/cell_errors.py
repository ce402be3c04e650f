"""Errors of a notebook's cells, as people are told them."""

import re

# What IPython calls the file of a cell: a number in a kernel, `<ipython-input-...>` elsewhere.
_FILE = re.compile(r"\((?:<ipython-input-[^<>]*>|\d+\.py), line (\d+)\)")


def message(said: object) -> str:
    """Returns what an error says, with the line of the cell in place of a file that nobody has.

    Args:
        said: the message, such as `"expected ':' (3299290080.py, line 3)"`.
    """
    return _FILE.sub(r"(line \1 of the cell)", str(said))
