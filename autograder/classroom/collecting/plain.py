"""Reads folders, archives and files that are named by students: whose files are these."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import PurePosixPath

from autograder.classroom.collecting import archives
from autograder.classroom.collecting.archives import Entry
from autograder.classroom.collecting.exports import (
    Asked,
    Claim,
    Export,
    HandIn,
    is_notebook,
    time_of,
)
from autograder.grading.staging import TIMESTAMP

_AGAIN = re.compile(r" ?\(\d+\)$")  # as browsers mark a file that they save again


def read(entries: list[Entry], known: Callable[[str], bool], asked: Asked) -> Export:
    """Sorts files by the students whose names they or their folders have.

    Args:
        entries: the files.
        known: whether a name is that of a student or group.
        asked: what is collected.
    """
    found = Export("plain")
    students: dict[str, HandIn] = {}
    wrapper = _wrapper([entry.name.parts for entry in entries], known, asked.assignment)
    for entry in entries:
        parts = entry.name.parts[wrapper:]
        if len(parts) == 1:
            label, name = owner_of_file(parts[0], known, asked)
            problem = _problem(label, name, entry, known, asked)
        else:
            inside = parts[2:] if len(parts) > 2 and parts[1] == asked.assignment else parts[1:]
            label, name = parts[0], PurePosixPath(*inside)
            other = label in asked.others and not known(label)
            problem = f"it names {label}" if other else ""
        if problem:
            found.lost.append(f"{entry.name} ({problem})")
            continue
        hand_in = students.setdefault(label, HandIn((Claim(label, "plain", label, "", (label,)),)))
        if name.name == TIMESTAMP and len(name.parts) == 1:
            hand_in.time = _of_text(entry)
        else:
            hand_in.files[name] = entry
    found.hand_ins = [hand_in for hand_in in students.values() if hand_in.files]
    return found


def _of_text(entry: Entry) -> datetime | None:
    with entry.path.open("rb") as file:
        return time_of(file.read(1000).decode(errors="replace").strip())


def _wrapper(
    paths: list[tuple[str, ...]], known: Callable[[str], bool], assignment: str
) -> int:  # fmt: skip
    """Returns how many folders all files are in, above those of the students."""
    depth = 0
    while True:
        first = {path[depth] for path in paths}
        deep = all(len(path) > depth + 2 for path in paths) or all(
            len(path) == depth + 2 and known(owner_of_file(path[-1], known)[0]) for path in paths
        )
        if len(first) != 1 or not deep or known(*first):
            return depth
        if {path[depth + 1] for path in paths} == {assignment} and len(paths[0]) > depth + 2:
            return depth
        depth += 1


def owner_of_file(
    name: str, known: Callable[[str], bool], asked: Asked | None = None
) -> tuple[str, PurePosixPath]:
    """Returns whose a file is that lies in no folder: `ada.ipynb`, `ada_ps1.ipynb`.

    Args:
        name: the file's.
        known: whether a name is that of a student or group.
        asked: what is collected, whose name and files tell where an unknown name ends; None if
            only known names count.

    Returns:
        A name, and the file's without it. What has only the name of what is collected has no name.
    """
    whole = archives.stem(name) if archives.is_archive(name) else PurePosixPath(name).stem
    parts = whole.split("_")
    for count in range(len(parts), 0, -1):
        label = "_".join(parts[:count])
        if known(label):
            return label, _without(label, name)
    ends = {asked.assignment, *(PurePosixPath(file).stem for file in asked.files)} if asked else ()
    first = _AGAIN.sub("", whole)
    for end in sorted(ends, key=len, reverse=True):
        if first == end:
            return "", PurePosixPath(name)
        if first.endswith(f"_{end}"):
            label = first.removesuffix(f"_{end}")
            return label, _without(label, name)
    return whole, PurePosixPath(name)


def _without(label: str, name: str) -> PurePosixPath:
    rest = name[len(label) :].lstrip("_")
    return PurePosixPath(name if rest.startswith(".") or not rest else rest)


def _problem(
    label: str, name: PurePosixPath, entry: Entry, known: Callable[[str], bool], asked: Asked
) -> str:
    """Returns why a file that lies in no folder is not taken; empty if it is.

    Args:
        label: whose it is.
        name: its name without that.
        entry: the file.
        known: whether a name is that of a student or group.
        asked: what is collected.
    """
    if not label:
        return "it does not say whose it is"
    rest = entry.name.name[len(label) :] if known(label) else entry.name.name
    named = [other for other in sorted(asked.others) if _names(rest, other)]
    if named and not _names(rest, asked.assignment):
        return f"it names {named[0]}"
    taken = known(label) or str(name) in asked.files or archives.is_archive(entry.name.name)
    if taken or is_notebook(entry.name, entry.path):
        return ""
    return f"of nobody who is known; no notebook, and no file that {asked.assignment} asks for"


def _names(text: str, assignment: str) -> bool:
    """Whether the name of an assignment is in a text, and not part of a longer word."""
    word = rf"(?<![^\W_]){re.escape(assignment)}(?![^\W_])"
    return re.search(word, text, re.IGNORECASE) is not None
