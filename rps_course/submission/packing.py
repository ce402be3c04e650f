"""Packs what is handed in for a problem set into one archive: `rps-course pack`."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.core import writing

_DATE = "%Y-%m-%d-%H%M%S"


class PackError(ValueError):
    """There is nothing to pack, or nowhere to put it; the message says why."""


@dataclass(frozen=True)
class HandIn:
    """What there is to hand in.

    Attributes:
        assignment: such as `"ps4"`.
        notebook: the notebook's file.
        files: what goes along, such as the weights.
        missing: names of the files that are asked for and not there.
        modules: Python files beside the notebook that it imports and that do not go along.
    """

    assignment: str
    notebook: Path
    files: tuple[Path, ...]
    missing: tuple[str, ...]
    modules: tuple[str, ...] = ()


def notebook_of(name: str, folder: Path) -> Path:
    """Returns where a notebook is, or would be.

    Args:
        name: of a problem set, such as `"ps4"`, or the path of a notebook.
        folder: where a problem set's notebook is, or a folder of its name with the notebook; the
            folder that a path begins in.
    """
    from rps_course.course import COURSE

    if name not in COURSE.assignments:
        return folder / name
    places = (folder / f"{name}.ipynb", folder / name / f"{name}.ipynb")
    return next((path for path in places if path.is_file()), places[0])


def find(assignment: str, folder: Path, also: Sequence[Path] = ()) -> HandIn:
    """Finds what is handed in for a problem set.

    Args:
        assignment: its name or the path of its notebook, as in `notebook_of`.
        folder: where it is looked for.
        also: other files that go along.

    Raises:
        PackError: there is no such problem set, no notebook, or no such other file.
    """
    from rps_course.course import COURSE

    notebook, given = notebook_of(assignment, folder), Path(assignment)
    if given.suffix.lower() == ".ipynb":
        assignment = _named_in(given.stem)
    if assignment not in COURSE.assignments:
        raise PackError(
            f"There is no problem set {assignment!r}. There are: {', '.join(COURSE.assignments)}."
        )
    if not notebook.is_file():
        raise PackError(
            f"There is no notebook {notebook}. Run this where {notebook.name} is, or give its path."
        )
    beside = {name: notebook.with_name(name) for name in COURSE.files_of(assignment)}
    for path in also:
        if not path.is_file():
            raise PackError(f"There is no file {path}.")
        if path.name in (notebook.name, *beside):
            raise PackError(f"{path.name} goes along anyway, from {notebook.parent}.")
    names = {path.name for path in also}
    if len(names) < len(also):
        raise PackError("Two files of --also have the same name.")
    return HandIn(
        assignment,
        notebook,
        (*(path for path in beside.values() if path.is_file()), *also),
        tuple(name for name, path in beside.items() if not path.is_file()),
        tuple(name for name in _imported(notebook) if name not in names),
    )


def _named_in(stem: str) -> str:
    """Returns the problem set that the name of a notebook has in it, such as "ps1 (1)"."""
    from rps_course.course import COURSE

    parts = re.split(r"[^a-z0-9]+", stem.lower())
    found = [name for name in COURSE.assignments if name in parts]
    return found[0] if len(found) == 1 else stem


def _imported(notebook: Path) -> list[str]:
    """Returns the Python files beside a notebook that it imports."""
    text = notebook.read_text(encoding="utf-8", errors="replace")
    return [
        path.name
        for path in sorted(notebook.parent.glob("*.py"))
        if re.search(rf'[\\"n ](from|import) +{re.escape(path.stem)}\b', text)
    ]


def target(hand_in: HandIn, out: Path | None, now: datetime) -> Path:
    """Returns where the archive goes: by default beside the notebook, named by the time.

    Raises:
        PackError: the name is taken.
    """
    name = f"{hand_in.assignment}-handin-{now:{_DATE}}.zip"
    path = hand_in.notebook.with_name(name) if out is None else out
    path = path / name if path.is_dir() else path
    if path.suffix.lower() != ".zip":
        path = path.with_name(f"{path.name}.zip")
    if path.exists():
        raise PackError(f"{path} is there already. Choose another name with --out.")
    if not path.parent.is_dir():
        raise PackError(f"There is no folder {path.parent}.")
    return path


def write(hand_in: HandIn, path: Path) -> None:
    """Writes the archive, whole or not at all.

    Raises:
        PackError: the name is taken.
        OSError: a file cannot be read or written.
    """
    with writing.whole(path) as part:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for file in (hand_in.notebook, *hand_in.files):
                archive.write(file, file.name)
        if path.exists():  # made meanwhile
            raise PackError(f"{path} is there already.")


def pack(
    assignment: str, out: Path | None, also: Sequence[Path], seconds: int, *, check: bool
) -> bool:
    """Runs the self-checks of a problem set, and packs what is handed in.

    Args:
        assignment: its name, or the path of its notebook.
        out: the archive, or the folder for it; None for the folder of the notebook.
        also: other files that go along.
        seconds: how long a cell may take.
        check: whether to run the self-checks.

    Returns:
        Whether nothing is missing and every check gave full points. The archive is written anyway.

    Raises:
        PackError, NotebookError: nothing was packed.
        OSError: a file cannot be read or written.
    """
    from rps_course import rehearsal  # imports much of Jupyter

    hand_in = find(assignment, Path(), also)
    path = target(hand_in, out, datetime.now())
    rehearsal.read(hand_in.notebook)
    passed = check and _checked(hand_in.notebook, seconds)
    write(hand_in, path)
    print(f"Packed {path}: {', '.join([hand_in.notebook.name, *(f.name for f in hand_in.files)])}")
    for name in hand_in.missing:
        print(
            f"Missing: {name}. It is written when the notebook trains the model; pack again then."
        )
    for name in hand_in.modules:
        print(f"Missing: {name}, which the notebook imports. Add it: --also {name}")
    if not check:
        print("The checks did not run.")
    elif not passed:
        print("Not every check gave full points. The archive can be handed in all the same.")
    return not hand_in.missing and not hand_in.modules and (passed or not check)


def _checked(notebook: Path, seconds: int) -> bool:
    from rps_course import rehearsal  # imports much of Jupyter

    try:
        done = rehearsal.rehearse(notebook, seconds)
    except rehearsal.NotebookError as error:
        print(error)
        return False
    done.tell()
    return done.is_full
