"""What all parts of a corpus share: files with plain names in folders."""

import re
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class CorpusError(ValueError):
    """The corpus cannot be read."""


def files(folder: Path, pattern: str) -> list[Path]:
    """Returns the files of a folder of the corpus, in order.

    Raises:
        CorpusError: there are none, or one has an odd name.
    """
    found = sorted(folder.glob(pattern))
    if not found:
        raise CorpusError(f"{folder} has no {pattern}. Name a folder of the corpus.")
    for file in found:
        if not _NAME.fullmatch(file.stem):
            raise CorpusError(f"{file}: a name must be of the form {_NAME.pattern}.")
    return found
