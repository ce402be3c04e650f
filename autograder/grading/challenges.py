"""Challenges for a class: one per submission and exercise, from a key that only the grader has.

The key is made on the grader's machine when it is first needed. A submission's challenges depend
on all its files and on the attempt, so that what a student learned from one submission does not
help the next. Grading the same attempt again gives the same result.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from autograder.core.challenge import Challenge

KEY_FILE = ".rps-challenge-key"
ATTEMPT_KEY = "autograder_attempt_key"  # where a notebook's resources have the key of its attempt
_KEY_BYTES = 32


class KeyFileError(ValueError):
    """The course's challenge key cannot be read."""


def course_key(root: Path, shared: bool = False) -> bytes:
    """Returns the course's key from its file in the course root, making it on first use.

    Args:
        root: the course root.
        shared: whether a new key may be read by the group, as all of a shared course's files.

    Raises:
        KeyFileError: the file holds something else, or cannot be read or written.
    """
    path = Path(root) / KEY_FILE
    try:
        if not path.exists():
            # Linking fails when another process was first, so that both use the same key.
            handle, temporary = tempfile.mkstemp(dir=root, prefix=KEY_FILE)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(_KEY_BYTES))
            Path(temporary).chmod(0o640 if shared else 0o600)
            try:
                os.link(temporary, path)
            except FileExistsError:
                pass
            finally:
                Path(temporary).unlink()
        key = bytes.fromhex(path.read_text().strip())
    except PermissionError as error:
        raise KeyFileError(
            f"Cannot use the challenge key {path}: {error.strerror}. All who grade this course "
            "must be able to read it: let its owner run `chgrp GROUP` and `chmod 640` on it, with "
            "a group of theirs."
        ) from error
    except (OSError, ValueError) as error:
        raise KeyFileError(f"Cannot use the challenge key {path}: {error}.") from error
    if len(key) != _KEY_BYTES:
        raise KeyFileError(
            f"The challenge key {path} has {len(key)} bytes, expected {_KEY_BYTES}. "
            "Delete the file: a new key is made when grading starts."
        )
    return key


def content_of(notebook: NotebookNode, folder: Path) -> str:
    """Returns a digest of a submission: the sources of its notebook, and the files beside it."""
    sources = "\0".join(cell.source for cell in notebook.cells)
    digest = hashlib.sha256(sources.encode(errors="surrogatepass"))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".ipynb":  # cells get new ids each time
            continue
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder)}\0{content}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def for_attempt(key: bytes, *, student: str, assignment: str, attempt: str) -> bytes:
    """Returns the key of one attempt, from which all its challenges come, and no others.

    Whatever grades the attempt on another machine gets this key and never the course's.

    Args:
        key: the course's key.
        student: the student's id.
        assignment: the assignment's name.
        attempt: a number that was drawn when this content was first graded.
    """
    return hmac.digest(key, "\0".join([student, assignment, attempt]).encode(), "sha256")


def for_exercise(attempt_key: bytes, *, content: str, exercise: str) -> Challenge:
    """Returns the challenge of one exercise in one attempt.

    Args:
        attempt_key: the attempt's key, see `for_attempt`.
        content: digest of all files that the submission's code can read, see `content_of`.
        exercise: the exercise's grade id.
    """
    return Challenge(hmac.digest(attempt_key, f"{content}\0{exercise}".encode(), "sha256"))
