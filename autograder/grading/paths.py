"""Paths of the machine that grades, which are no business of whoever reads a page.

Warnings of libraries name their files, and a program may print where it runs.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

_COMMON = {Path(place) for place in ("/", "/usr", "/usr/local", "/opt", "/tmp", ".")}


class Paths:
    """Takes paths of this machine out of texts."""

    def __init__(self, root: Path, more: Mapping[Path, str] | None = None) -> None:
        """Finds out what they are.

        Args:
            root: the course's.
            more: other folders, and what is shown in place of each.
        """
        known = {Path(sys.base_prefix): "python", Path(sys.prefix): "python", Path.home(): "~"}
        known |= {Path(__file__).parents[2]: "course", root.absolute(): "course", **(more or {})}
        self._shown = {str(path): name for path, name in known.items() if path not in _COMMON}
        longest = sorted(self._shown, key=len, reverse=True)  # the home folder may hold the others
        self._pattern = re.compile(
            rf"(?<![\w/.])(?:{'|'.join(map(re.escape, longest)) or '(?!)'})(?![\w.-])"
        )

    def hide(self, text: str) -> str:
        """Returns a text without them."""
        return self._pattern.sub(lambda found: self._shown[found[0]], text)

    def hide_in(self, outputs: list[NotebookNode]) -> None:
        """Takes them out of what a cell displayed, as far as that is text."""
        for output in outputs:
            for name in ("text", "ename", "evalue"):
                if isinstance(output.get(name), str):
                    output[name] = self.hide(output[name])
            for kind, value in output.get("data", {}).items():
                if kind.startswith("text/") and isinstance(value, str):
                    output.data[kind] = self.hide(value)
