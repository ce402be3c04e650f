"""Reads a folder with hand-ins: which files are there, and what cannot be taken.

Links are not followed, as in archives: what one leads to may be anything on this machine.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nbgrader.coursedir import CourseDirectory

from autograder.classroom.collecting import archives
from autograder.classroom.collecting.archives import Entry


class FolderError(ValueError):
    """A folder is not one with hand-ins; the message says why."""


@dataclass
class Listing:
    """What lies in a folder.

    Attributes:
        entries: files that can be read.
        lost: what cannot be taken and may be somebody's work, with the reason.
    """

    entries: list[Entry] = field(default_factory=list)
    lost: dict[PurePosixPath, str] = field(default_factory=dict)


def listing(folder: Path) -> Listing:
    """Returns what lies in a folder and in those below it, sorted by name.

    Raises:
        OSError: the folder itself cannot be read.
    """
    found = Listing()

    def name_of(path: Path) -> PurePosixPath:
        return PurePosixPath(path.relative_to(folder).as_posix())

    def lose(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        found.lost[name_of(Path(error.filename))] = f"cannot be read: {error.strerror}"

    for parent, folders, names in os.walk(folder, onerror=lose):
        for path in (Path(parent, name) for name in (*folders, *names)):
            name = name_of(path)
            if archives.is_ignored(name):
                continue
            if path.is_symlink():
                found.lost[name] = "a link"
            elif path.is_dir():
                continue
            elif not path.is_file():
                found.lost[name] = "a device or the like"
            elif not os.access(path, os.R_OK):
                found.lost[name] = "cannot be read: Permission denied"
            else:
                found.entries.append(Entry(name, path))
        folders[:] = [name for name in folders if not archives.is_ignored(PurePosixPath(name))]
    found.entries.sort(key=lambda entry: entry.path)
    return found


def require_no_course(source: Path, folders: CourseDirectory) -> None:
    """Makes sure that a source is neither a course nor a part of one that it writes itself.

    Raises:
        FolderError: it is: solutions and graded work would be taken for what was handed in.
    """
    place, root = source.resolve(), Path(folders.root).resolve()
    steps = ("submitted", "autograded", "feedback", "source", "release", "solution")
    names = (getattr(folders, f"{step}_directory") for step in steps)
    own = {(root / name).resolve() for name in names}
    own = {folder for folder in own if not root.is_relative_to(folder)}
    if any(folder.is_relative_to(place) for folder in (root, *own)):
        what = "is or holds the course, or a folder of it"
    elif any(map(place.is_relative_to, own)):
        what = "lies in a folder of the course"
    else:
        return
    raise FolderError(
        f"{source} {what}, and is no export. Give the archive as it was downloaded, or a folder "
        "of its own with what was handed in, such as inbox/."
    )
