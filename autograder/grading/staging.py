"""Staging: the checked copy of a submission, which is all that nbgrader sees of it.

On their way, honest files get other names and folders from browsers, archives and learning
platforms; a hostile folder has links, pipes and devices in it. So a submission is walked without
following links, its files are recognized by their content, and what grading needs is copied to
where nbgrader expects it. What was taken in place of what, and what else lies there, is kept in the
staged notebook, for the verdict to say.
"""

import fnmatch
import itertools
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder.grading import inside, recognition
from autograder.grading.cells import METADATA
from autograder.grading.recognition import Content, File, Released, shown
from autograder.grading.times import parse_utc
from autograder.sandbox.isolation import Isolation, Stopped

TIMESTAMP = "timestamp.txt"
# What systems and editors leave beside a student's files.
IGNORED = (
    "._*", ".~*", "~$*", ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "__pycache__",
    ".ipynb_checkpoints", ".virtual_documents", ".git",
)  # fmt: skip
MAX_LEVELS, MAX_ENTRIES = 4, 10_000  # how far a folder is walked
MAX_FILES, MAX_FOLDER_BYTES = 500, 200_000_000  # of files that are not needed
MAX_NOTEBOOK_BYTES, MAX_NEEDED_BYTES = 500_000_000, 200_000_000


class OddFileError(ValueError):
    """A path is no regular file, or it has no content of the expected kind."""


@dataclass
class Submission:
    """What a student handed in.

    Attributes:
        folder: where it is.
        files: its regular files, the outer ones first.
        odd: names of what is no regular file, or was not looked at.
        time: when it was handed in; None if it does not say so.
        linked: whether the folder is a link, which may lead to another student's work, or no
            folder; or its only notebook is a link or no file.
    """

    folder: Path
    files: list[File] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    time: datetime | None = None
    linked: bool = False

    @property
    def notebooks(self) -> list[File]:
        """The files that are notebooks by name or content."""
        return [file for file in self.files if recognition.is_notebook(file)]


def refusal(notebook: NotebookNode) -> str:
    """Returns why a staged notebook was refused; empty when it was not."""
    return str(notebook.metadata.get(METADATA, {}).get("refused", ""))


def is_whole(notebook: NotebookNode) -> bool:
    """Whether a staged notebook has all that was handed in: nothing of it was left out."""
    return not refusal(notebook) and not notebook.metadata.get(METADATA, {}).get("partial")


def look(folder: Path, trusted: Collection[Path], ignored: Iterable[str] = ()) -> Submission:
    """Looks at what a student handed in, without following links.

    Args:
        folder: the student's folder of the assignment.
        trusted: folders around it that may be links: of all submissions, and of the course.
        ignored: patterns of names that are ignored, besides those of `IGNORED`.

    Raises:
        OSError: something cannot be read with the grader's rights.
    """
    found = Submission(folder)
    own = itertools.takewhile(lambda path: path not in trusted, (folder, *folder.parents))
    if any(path.is_symlink() for path in own) or not folder.is_dir():
        found.linked = True
        return found
    try:
        found.time = timestamp(folder)
    except OddFileError as error:
        found.odd.append(f"{TIMESTAMP} ({error})")
    for name in _walk(folder, (*IGNORED, *ignored), found.odd):
        path = folder / name
        try:
            with _open(path) as file:
                about = os.fstat(file.fileno())
                kind = recognition.kind_of(file, about.st_size)
        except OddFileError:
            found.odd.append(str(name))
        else:
            found.files.append(File(path, name, about.st_size, about.st_mtime, kind))
    found.linked = not found.notebooks and any(name.endswith(".ipynb") for name in found.odd)
    return found


def timestamp(folder: Path) -> datetime | None:
    """Returns when a submission was handed in, None if it does not say so.

    Raises:
        OddFileError: `timestamp.txt` is no small text file with a date.
        OSError: it cannot be read with the grader's rights.
    """
    if not os.path.lexists(folder / TIMESTAMP):
        return None
    with _open(folder / TIMESTAMP) as file:
        text = file.read(1000)
    try:
        found: datetime = parse_utc(text.decode().strip())
    except Exception as error:  # dateutil raises many kinds
        raise OddFileError("it holds no date") from error
    return found


def read(file: File, isolation: Isolation) -> Content:
    """Reads a notebook file in the sandbox.

    Raises:
        OSError: it cannot be read with the grader's rights.
    """
    if file.size > MAX_NOTEBOOK_BYTES:
        limit = MAX_NOTEBOOK_BYTES // 10**6
        return Content(refused=f"is larger than {limit} MB. Clear the outputs and hand it in again")
    reader = [sys.executable, "-I", "-S", inside.NOTEBOOK]
    with _open(file.path) as stream:
        try:
            answer = json.loads(isolation.run(reader, stdin=stream.fileno(), timeout=60))
        except (Stopped, ValueError) as error:
            return Content(refused=f"cannot be read: reading it {error}")
    if "refused" in answer:
        return Content(refused=answer["refused"])
    return Content(answer["cells"], tuple(answer["notes"]))


def stage(
    submission: Submission,
    released: list[Released],
    target: Path,
    reader: Callable[[File], Content],
) -> None:
    """Copies what grading needs of a submission into a new folder, under the expected names.

    Args:
        submission: what was handed in.
        released: the notebooks of the assignment.
        target: the folder.
        reader: reads a notebook file.

    Raises:
        OSError: a file cannot be read or written.
    """
    likeliest = recognition.likeliest(submission.notebooks, released)
    contents = {file: reader(file) for file in likeliest}
    chosen = {n.name: recognition.choose(n, contents, alone=len(released) == 1) for n in released}
    said: dict[str, list[str]] = {}
    taken: dict[str, File] = {}
    for exercise, names in [item for n in released for item in n.files.items()]:
        found = recognition.needed(submission.files, names)
        said[exercise] = list(_about_files(submission.files, names, found))
        taken |= {name: file for name, file in found.items() if file.size <= MAX_NEEDED_BYTES}
    for name, file in taken.items():
        _copy(file, target / name)
    base = next((file.name.parent for file in chosen.values() if file), PurePosixPath())
    others = [f for f in submission.files if f not in taken.values()]
    kept = {TIMESTAMP, *(f"{notebook.name}.ipynb" for notebook in released)}
    left = [*submission.odd, *_copy_others(others, base, target, kept)]
    unused = [file for file in submission.notebooks if file not in chosen.values()]
    for notebook in released:
        name, file = f"{notebook.name}.ipynb", chosen[notebook.name]
        content = contents[file] if file else Content(refused=_missing(submission, name))
        about = [*_about_notebook(name, file, unused, left), *content.notes]
        _write(content, said | {"": about}, target / name)


def refuse(released: list[Released], target: Path, problem: str) -> None:
    """Writes notebooks that only say why the submission is not read."""
    for notebook in released:
        _write(Content(refused=problem), {}, target / f"{notebook.name}.ipynb")


# Walking


def _walk(folder: Path, ignored: tuple[str, ...], left: list[str]) -> Iterator[PurePosixPath]:
    """Yields the names of what is in a folder and is no folder, the outer ones first."""
    seen, level = 0, [PurePosixPath()]
    for depth in range(MAX_LEVELS + 1):
        inner = []
        for here in level:
            with os.scandir(folder / here) as entries:
                some = sorted(itertools.islice(entries, MAX_ENTRIES - seen), key=lambda e: e.name)
            seen += len(some)
            for entry in some:
                name = here / entry.name
                if any(fnmatch.fnmatch(entry.name, pattern) for pattern in ignored):
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    if name != PurePosixPath(TIMESTAMP):
                        yield name
                elif depth < MAX_LEVELS:
                    inner.append(name)
                else:
                    left.append(f"{name}/")
        level = inner
    if seen >= MAX_ENTRIES:
        left.append(f"whatever comes after the first {MAX_ENTRIES:,} files")


def head(file: File, size: int) -> bytes:
    """Returns the first bytes of a file, as many as there are.

    Raises:
        OSError: it cannot be read with the grader's rights.
    """
    with _open(file.path) as stream:
        return stream.read(size)


def _open(path: Path) -> BinaryIO:
    """Opens a regular file for reading.

    Raises:
        OddFileError: it is a link, a pipe or a device.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OddFileError("it is no regular file")
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


# Saying


def _about_notebook(
    name: str, file: File | None, unused: list[File], left: list[str]
) -> Iterator[str]:
    """Yields notes on what is graded as a notebook."""
    if file and str(file.name) != name:
        yield f"{file} was graded as {name}."
    if unused:
        yield f"Also handed in, not graded: {listed(unused)}."
    if left:
        yield f"Not copied for grading: {listed(left)}."


def _about_files(
    files: list[File], names: tuple[str, ...], found: dict[str, File]
) -> Iterator[str]:
    """Yields notes on the files that an exercise needs."""
    for name, file in found.items():
        if file.size > MAX_NEEDED_BYTES:
            size, most = file.size // 10**6, MAX_NEEDED_BYTES // 10**6
            yield f"{file} has {size} MB. Expected at most {most} MB."
        elif str(file.name) != name:
            yield f"{file} was graded as {name}."
    others = [f for f in files if f not in found.values() and not recognition.is_notebook(f)]
    alike = [f for f in others if any(recognition.likeness(f, name, names) for name in names)]
    if alike:
        yield f"Also handed in, not graded: {listed(alike)}."
    missing = [name for name in names if name not in found]
    if missing and others:
        is_or_are = "is" if len(missing) == 1 else "are"
        yield f"{', '.join(missing)} {is_or_are} missing. Other files: {listed(others)}."


def _missing(submission: Submission, name: str) -> str:
    if submission.linked:
        return "is a link, or something else that is no file"
    return f"is missing: the submission has {listed(submission.notebooks)}. Expected {name}"


def listed(names: Iterable[object]) -> str:
    """Returns some of the names of a student's files, as they may be shown."""
    texts = [shown(str(name)) for name in names]
    return ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")


# Copying


def _copy(file: File, target: Path) -> bool:
    """Copies a file; returns whether its name was still free."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = target.open("xb")
    except (FileExistsError, NotADirectoryError):
        return False
    with copy, _open(file.path) as source:
        try:
            shutil.copyfileobj(source, copy)
        except OSError as error:  # a full disk does not say which one it is
            raise OSError(error.errno, error.strerror, str(target)) from error
    return True


def _copy_others(
    files: list[File], base: PurePosixPath, target: Path, kept: set[str]
) -> Iterator[str]:
    """Copies files to where the notebook finds them; yields the names of those that are left out.

    Args:
        files: the files; notebooks among them are not copied.
        base: the notebook's folder.
        target: where to.
        kept: names that nothing may be copied to.
    """
    count, size = 0, 0
    for file in sorted(files, key=lambda file: not file.name.is_relative_to(base)):
        if recognition.is_notebook(file):
            continue
        name = file.name.relative_to(base) if file.name.is_relative_to(base) else file.name
        fits = count < MAX_FILES and size + file.size <= MAX_FOLDER_BYTES
        allowed = name.parts[0] not in kept and str(name).isprintable()
        if fits and allowed and _copy(file, target / name):
            count, size = count + 1, size + file.size
        else:
            yield str(file.name)


def _write(content: Content, said: dict[str, list[str]], path: Path) -> None:
    about = {"refused": content.refused, "partial": bool(content.notes)}
    about["notes"] = {k: v for k, v in said.items() if v}
    cells = [_cell(kept) for kept in content.cells]
    nbformat.write(new_notebook(cells=cells, metadata={METADATA: about}), path)


def _cell(kept: dict[str, Any]) -> NotebookNode:
    new_cell = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
    cell = new_cell[kept["cell_type"]](source=kept["source"])
    if "grade_id" in kept:
        cell.metadata["nbgrader"] = {"grade_id": kept["grade_id"]}
    if kept.get("attachments"):
        cell["attachments"] = kept["attachments"]
    if kept.get("outputs"):
        cell.outputs = [new_output("display_data", data=data) for data in kept["outputs"]]
    return cell
