"""What an export of a learning platform holds: hand-ins, and whom they are said to be of."""

from collections.abc import Collection
from dataclasses import astuple, dataclass, field
from datetime import datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from autograder.classroom.collecting.archives import Entry
from autograder.grading.recognition import kind_of
from autograder.grading.times import parse_utc


@dataclass(frozen=True)
class Asked:
    """What is collected.

    Attributes:
        assignment: the assignment's name.
        files: names of the files that it asks for, the notebooks among them.
        others: names of the course's other assignments.
    """

    assignment: str
    files: Collection[str]
    others: Collection[str] = ()


@dataclass(frozen=True)
class Claim:
    """Whom an export says that files are of.

    Attributes:
        label: as it is shown, and the student's id where there is no roster.
        platform: whose export it is.
        name: a name, of a student or a group.
        number: the platform's own number of the student.
        keys: other ids and addresses.
    """

    label: str
    platform: str
    name: str = ""
    number: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """How new something is, as far as is known; a larger number is newer.

    Attributes:
        time: when it was handed in, in seconds.
        file: Canvas' number of its newest file.
        entry: when the archive's newest entry was changed.
    """

    time: float | None = None
    file: float | None = None
    entry: float | None = None

    def is_newer(self, other: "Order") -> bool | None:
        """Whether this is newer than another one; None where nobody can know."""
        for own, others in zip(astuple(self), astuple(other), strict=True):
            if own is not None and others is not None and own != others:
                return bool(own > others)
        return None


def is_notebook(name: PurePath, path: Path) -> bool:
    """Whether a file is a notebook by the name that it was handed in with, or by its content."""
    if name.suffix.lower() == ".ipynb":
        return True
    with path.open("rb") as file:
        return kind_of(file, path.stat().st_size) == "notebook"


@dataclass
class HandIn:
    """What one student or group handed in.

    Attributes:
        claims: of whom it is.
        files: by the name that they get; of a name that came several times, the newest.
        order: how new it is.
        time: when it was handed in, as far as the export says so; in UTC, without zone.
        late: whether the platform says that it is late.
        source: the archive or folder that it is from.
        earlier: files that a newer one replaces, by name.
        notes: what a person should know of it.
        instead: what was handed in, where that is no file.
    """

    claims: tuple[Claim, ...]
    files: dict[PurePosixPath, Entry] = field(default_factory=dict)
    order: Order = Order()
    time: datetime | None = None
    late: bool = False
    source: str = ""
    earlier: list[tuple[PurePosixPath, Entry]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    instead: str = ""

    @property
    def is_no_file(self) -> bool:
        """Whether something else than files was handed in, and nothing but that."""
        return bool(self.instead) and not self.files

    @property
    def has_notebook(self) -> bool:
        """Whether there is a notebook in it."""
        return any(is_notebook(name, entry.path) for name, entry in self.files.items())


@dataclass
class Export:
    """What an export holds.

    Attributes:
        platform: which one it is of.
        hand_ins: of students and groups.
        others: files that are of nobody, or no hand-in.
        lost: the same, with the reason, where they may be somebody's work all the same.
    """

    platform: str
    hand_ins: list[HandIn] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class ExportError(ValueError):
    """An export cannot be read; the message says why."""


def time_of(value: Any) -> datetime | None:
    """Returns a time of an export in UTC, without zone; None if it is none."""
    if isinstance(value, dict):  # of Ruby's time with a zone
        value = value.get("utc") or value.get("time")
    if not isinstance(value, str | datetime):
        return None
    try:
        return parse_utc(str(value) if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
