"""A submission as a parcel: its files as they were handed in, and the keys of its challenges."""

from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.classroom import parcels
from autograder.grading import recognition, staging
from autograder.grading.recognition import File, Released
from autograder.grading.staging import Submission

_MAX_BYTES = 2 * staging.MAX_FOLDER_BYTES  # of files that are not read as notebooks


def make(
    submission: Submission, released: list[Released], student: str, keys: dict[str, bytes]
) -> bytes:
    """Packs a submission.

    Args:
        submission: what was handed in.
        released: the notebooks of the assignment.
        student: the student's id.
        keys: what the challenges of this attempt come from, by notebook.

    Raises:
        OSError: a file cannot be read with the grader's rights.
    """
    sent, left = _sent(submission, released)
    about = {
        "student": student,
        "keys": {name: key.hex() for name, key in keys.items()},
        "files": [[str(f.name), f.size, f.changed, f.kind] for f in sent],
        "odd": [*submission.odd, *left],
        "time": submission.time and submission.time.isoformat(),
        "linked": submission.linked,
    }
    # A file may grow meanwhile: it is seen as it was.
    read = {str(f.name): staging.head(f, f.size) for f in sent if f.size <= _most(f)}
    return parcels.pack(about, read)


def _most(file: File) -> int:
    """Returns the size from which on the content of a file tells grading nothing."""
    notebook = recognition.is_notebook(file)
    return staging.MAX_NOTEBOOK_BYTES if notebook else staging.MAX_FOLDER_BYTES


def _sent(submission: Submission, released: list[Released]) -> tuple[list[File], list[str]]:
    """Returns the files that are sent, and the names of others: together they are too large."""
    read = recognition.likeliest(submission.notebooks, released)
    others = [file for file in submission.files if file not in read]
    sent, left = [], []
    for files, room in ((read, staging.MAX_NOTEBOOK_BYTES), (others, _MAX_BYTES)):
        for file in files:
            size = file.size if file.size <= _most(file) else 0
            if size > room:
                left.append(str(file.name))
            else:
                sent.append(file)
                room -= size
    return sorted(sent, key=submission.files.index), left


def unpack(about: dict[str, Any], contents: dict[str, bytes], folder: Path) -> Submission:
    """Writes a submission's files into a folder; returns it as it was handed in.

    Raises:
        OSError: a file cannot be written.
    """
    parcels.write(contents, folder)
    return Submission(
        folder,
        [File(folder / name, PurePosixPath(name), *rest) for name, *rest in about["files"]],
        about["odd"],
        datetime.fromisoformat(about["time"]) if about["time"] else None,
        about["linked"],
    )
