"""Recognizing a submission's files: which is the notebook, and which are those that grading needs.

Browsers, archives and learning platforms rename files: "ps1 (1).ipynb", "ps1.ipynb.json",
"smith_rps_model.json". So a file is recognized by its content, or by what is left of its name; of
several notebooks the most answered one counts.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from autograder.core.verdict import plain

MAX_READ = 10  # notebooks of one submission
_HEAD = 4096
_HDF5 = b"\x89HDF\r\n\x1a\n"
# What browsers and systems add to the name of a file that is there already.
_COPY = re.compile(r"[\s_-]*\(\d+\)|[ -]\d+(?=\.)| ?-? copy\b|\bcopy of ", re.IGNORECASE)


def shown(name: str) -> str:
    """Returns a student's file name as it may be shown."""
    return plain(name).replace("\n", " ")[:100]


@dataclass(frozen=True)
class Released:
    """A notebook of an assignment as it was released.

    Attributes:
        name: its name, without `.ipynb`.
        sources: of its cells with a grade id, by grade id.
        answers: grade ids of the cells that students fill in.
        files: names of the files that its exercises need beside it, by exercise.
    """

    name: str
    sources: dict[str, str]
    answers: frozenset[str]
    files: dict[str, tuple[str, ...]]

    def answered(self, cells: list[dict[str, Any]]) -> int:
        """Returns how many answers cells have; -1 if they are not of this notebook at all."""
        texts = {cell["source"].strip() for cell in cells}
        own: dict[str, list[str]] = {}
        for cell in cells:
            own.setdefault(cell.get("grade_id", ""), []).append(cell["source"].strip())
        if not any(name in own or text.strip() in texts for name, text in self.sources.items()):
            return -1
        count = 0
        for name in self.answers:
            blank = self.sources[name].strip()
            # An editor may have removed the grade ids.
            count += any(t not in ("", blank) for t in own.get(name, ())) or (
                name not in own and blank not in texts
            )
        return count


@dataclass(frozen=True)
class File:
    """A regular file of a submission.

    Attributes:
        path: where it is.
        name: its name, relative to the submission.
        size: in bytes.
        changed: when it was changed last, in seconds.
        kind: `"notebook"` or `"hdf5"` by its content; empty for any other.
    """

    path: Path
    name: PurePosixPath
    size: int
    changed: float
    kind: str

    def __str__(self) -> str:
        """Returns its name as it may be shown."""
        return shown(str(self.name))


@dataclass(frozen=True)
class Content:
    """What was read of a notebook file: cells and notes, or why it is refused."""

    cells: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    refused: str = ""


def kind_of(file: BinaryIO, size: int) -> str:
    """Returns the kind of an open file by its content, as `File` has it."""
    head = file.read(_HEAD)
    if head.startswith(_HDF5):
        return "hdf5"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        file.seek(max(0, size - _HEAD))
        if b'"nbformat"' in head + file.read(_HEAD):  # Jupyter writes it last, Colab first
            return "notebook"
    return ""


def is_notebook(file: File) -> bool:
    """Whether a file is a notebook by name or content."""
    return file.kind == "notebook" or file.name.suffix.lower() == ".ipynb"


def likeliest(notebooks: list[File], released: list[Released]) -> list[File]:
    """Returns as many notebooks as are read, those with a released name first."""
    names = {f"{notebook.name}.ipynb" for notebook in released}
    return sorted(notebooks, key=lambda file: file.name.name not in names)[:MAX_READ]


def choose(notebook: Released, contents: dict[File, Content], alone: bool) -> File | None:
    """Returns the file that is graded as a notebook: the only one, or the most answered one.

    One that cannot be read comes before one without answers: then a person has to look.
    """
    exact = f"{notebook.name}.ipynb"
    answered = {file: notebook.answered(content.cells) for file, content in contents.items()}

    def rank(file: File) -> tuple[bool, bool, int, bool, int, float]:
        count, refused = answered[file], bool(contents[file].refused)
        depth = -len(file.name.parts)
        return count > 0, refused, count, file.name.name == exact, depth, file.changed

    fitting = [f for f in contents if alone or f.name.name == exact or answered[f] >= 0]
    return max(fitting, key=rank, default=None)


def needed(files: list[File], names: tuple[str, ...]) -> dict[str, File]:
    """Returns the files that an exercise needs, by the names under which it needs them.

    Files that lie together, or got the same number from a browser, belong together.
    """
    groups: dict[tuple[int, PurePosixPath, str], dict[str, File]] = {}
    for name in names:
        for file in files:
            how = likeness(file, name, names)
            if how:
                rank, added = how
                groups.setdefault((rank, file.name.parent, added), {})[name] = file
    found: dict[str, File] = {}

    def order(group: tuple[int, PurePosixPath, str]) -> tuple[int, int, int, float]:
        rank, folder, _ = group
        newest = max(file.changed for file in groups[group].values())
        return -len(groups[group]), rank, len(folder.parts), -newest

    for group in sorted(groups, key=order):
        for name, file in groups[group].items():
            if file not in found.values():
                found.setdefault(name, file)
    return found


def likeness(file: File, name: str, names: tuple[str, ...]) -> tuple[int, str] | None:
    """Returns how a file resembles a needed one and what was added to its name; None: not."""
    own = file.name.name
    if own == name:
        return 0, ""
    if own in names:
        return None
    bare = _COPY.sub("", own).lower()
    if name.lower() in bare:
        return 1, "".join(_COPY.findall(own)) + bare.replace(name.lower(), "", 1)
    if file.kind == "hdf5" and name.endswith((".h5", ".hdf5")):
        return 2, own
    return None
