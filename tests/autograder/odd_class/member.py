"""One submission of the class, and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import toy_class

from autograder.grading.states import State

NUMBERS = "1\n2\n3\n"
RELEASED = object()  # stands for the content of the released notebook
POINTS = {"double": 4, "running_total": 6, "measurements": 2, "why": 2}
RIGHT = POINTS | {"why": 0}  # a written answer is there only where it matters


@dataclass(frozen=True)
class Member:
    """One submission.

    Attributes:
        files: what is handed in, by name: text, bytes, a notebook, a number of bytes, or a function
            that returns one of them.
        otherwise: what becomes of exercises, where that is not as in `RIGHT`: the points of those
            that are graded, the state of others.
        says: a phrase of a reason or a note.
        hint: a phrase of the hint that goes with it.
        further: what else is done to the folder.
    """

    files: dict[str, Any]
    otherwise: dict[str, float | State] = field(default_factory=dict)
    says: str = ""
    hint: str = ""
    further: Callable[[Path], Any] | None = None

    @property
    def outcome(self) -> dict[str, float | State]:
        """What must become of each exercise."""
        return RIGHT | self.otherwise

    def hand_in(self, folder, released):
        """Writes everything into a folder; `released` is the content of the released notebook."""
        for name, content in self.files.items():
            write(folder / name, released if content is RELEASED else content)
        if self.further:
            self.further(folder)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    content = content() if callable(content) else content
    if isinstance(content, nbformat.NotebookNode):
        content = nbformat.writes(content)
    if isinstance(content, int):
        with path.open("wb") as file:
            file.truncate(content)  # sparse: it takes no room
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content)


def solved(**answers):
    """A solved notebook, with other answers to some exercises, and none in words."""
    return toy_class.with_question(toy_class.solved(**answers))


def complete(notebook):
    """A notebook beside enough measurements."""
    return {"toy1.ipynb": notebook, "measurements.csv": NUMBERS}
