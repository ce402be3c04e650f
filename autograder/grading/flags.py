"""Flags: what a person should look at in a submission.

A flag is no verdict and changes no score: a person decides what it means. Flags are kept with the
graded notebook, and no page shows them to students. `flagging` finds them in code, and judging in
what was measured of files.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from nbformat import NotebookNode

from autograder.core.facts import FactsError, Most, Short, decode, encode
from autograder.grading.cells import METADATA

JUDGED = "autograder_flags"  # where judging leaves what it found, among the resources
_KEY = "flags"
_MOST = 100


@dataclass(frozen=True)
class Flag:
    """Something that a person should look at.

    Attributes:
        exercise: the exercise whose answer it concerns; empty for the whole notebook.
        says: what it is and where, in a sentence.
    """

    exercise: Short
    says: str


def keep(notebook: NotebookNode, flags: Iterable[Flag]) -> None:
    """Keeps flags with a graded notebook."""
    found = [encode(flag) for flag in dict.fromkeys(flags)]
    notebook.metadata.setdefault(METADATA, {})[_KEY] = found[:_MOST]


def kept(notebook: NotebookNode) -> tuple[Flag, ...]:
    """Returns the flags of a graded notebook; none where there are none that can be read."""
    about = notebook.metadata.get(METADATA)
    try:
        found: tuple[Flag, ...] = decode(Annotated[tuple[Flag, ...], Most(_MOST)], about[_KEY])
    except (FactsError, KeyError, TypeError):
        return ()
    return found
