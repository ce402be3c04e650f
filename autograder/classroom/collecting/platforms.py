"""Reads the names in an export of a learning platform: whose files are these, and how new.

The patterns are those of the platforms' own programs and documentation:

| platform | names in the archive |
|---|---|
| Canvas | `lovelaceada_LATE_<student>_<file>_ps1-1.ipynb` |
| Moodle | `Ada Lovelace_<participant>_assignsubmission_file/ps1.ipynb`, or `..._file_ps1.ipynb` |
| Moodle, groups | `Group A_<group>_assignsubmission_file/ps1.ipynb` |
| Gradescope | `submission_<number>/ps1.ipynb`, and `submission_metadata.yml` |
| plain | `<student>/ps1.ipynb`, `<student>/<assignment>/ps1.ipynb`, `<student>.zip` |
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import yaml

from autograder.classroom.collecting import archives
from autograder.classroom.collecting.archives import Entry
from autograder.grading.recognition import kind_of
from autograder.grading.staging import TIMESTAMP
from autograder.grading.times import parse_utc

_METADATA = "submission_metadata.yml"
_MAX_METADATA = 50_000_000
_CANVAS = re.compile(
    r"(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<student>\d+)_(?P<file>\d+)_(?P<rest>[^/]+)", re.DOTALL
)
_MOODLE = re.compile(
    r"(?P<name>[^/]+?)(_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)(_|$)(?P<rest>[^/]*)"
)
# "-1" before the ending: Canvas' mark of a file that was handed in again under the same name.
_AGAIN = re.compile(r"-\d+(?=(\.[^.]*)?$)")


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
    """

    claims: tuple[Claim, ...]
    files: dict[PurePosixPath, Entry] = field(default_factory=dict)
    order: Order = Order()
    time: datetime | None = None
    late: bool = False
    source: str = ""
    earlier: list[tuple[PurePosixPath, Entry]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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
    """

    platform: str
    hand_ins: list[HandIn] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class ExportError(ValueError):
    """An export cannot be read; the message says why."""


def platform_of(names: Iterable[PurePosixPath], known: Callable[[str], bool]) -> tuple[str, int]:
    """Returns the platform that these names are of, and how many folders all its files are in.

    Only names that the platform gives count, those beside one another: what lies below them is
    named by students, who may call a file what another platform would call it.

    Args:
        names: of all files.
        known: whether a name is that of a student or group, below which nothing is looked at.

    Returns:
        The platform, `"plain"` where they are of none.
    """
    paths, level = [name.parts for name in names], 0
    while True:
        there = {parts[level] for parts in paths}
        files = {parts[level] for parts in paths if len(parts) == level + 1}
        if _METADATA in files:
            return "Gradescope", level
        for platform, pattern, those in (("Moodle", _MOODLE, there), ("Canvas", _CANVAS, files)):
            fitting = sum(bool(pattern.fullmatch(name)) for name in those)
            if fitting and 2 * fitting >= len(there):
                return platform, level
        folders = there - files
        if len(folders) != 1 or known(*folders) or any(map(_is_work, files)):
            return "plain", 0
        paths = [parts for parts in paths if parts[level] in folders]
        level += 1


def _is_work(name: str) -> bool:
    return archives.is_archive(name) or archives.is_ending(name, ".ipynb")


def read(
    entries: list[Entry], source: str, expected: frozenset[str], known: Callable[[str], bool],
    assignment: str,
) -> Export:  # fmt: skip
    """Sorts the files of an export by who handed them in.

    Args:
        entries: its files.
        source: its name.
        expected: names of files that the assignment asks for.
        known: whether a name of a folder or file is that of a student or group.
        assignment: the assignment's name.

    Raises:
        ExportError: it cannot be read.
    """
    platform, level = platform_of((entry.name for entry in entries), known)
    if platform == "Gradescope":
        found = _gradescope(entries, level)
    elif platform == "Moodle":
        found = _moodle(entries, level)
    elif platform == "Canvas":
        found = _canvas(entries, level, expected)
    else:
        found = _plain(entries, known, assignment)
    for hand_in in found.hand_ins:
        hand_in.source = source
        changed = [e.changed for e in hand_in.files.values() if e.changed]
        hand_in.order = replace(
            hand_in.order,
            time=hand_in.time and hand_in.time.replace(tzinfo=UTC).timestamp(),
            entry=_seconds(max(changed)) if changed else None,
        )
    return found


def _seconds(changed: tuple[int, ...]) -> float:
    try:
        return datetime(*changed[:6], tzinfo=UTC).timestamp()  # type: ignore[arg-type]
    except ValueError:  # of zip files with impossible dates
        return 0.0


def _canvas(entries: list[Entry], level: int, expected: frozenset[str]) -> Export:
    found, students = Export("Canvas"), {}
    files = []
    for entry in entries:
        parts = _CANVAS.fullmatch("/".join(entry.name.parts[level:]))  # in no folder
        if parts is None:
            found.others.append(str(entry.name))
        else:
            files.append((int(parts["file"]), parts, entry))
    for number, parts, entry in sorted(files, key=lambda file: file[0]):
        claim = Claim(parts["name"], "Canvas", parts["name"], parts["student"])
        hand_in = students.setdefault(parts["student"], HandIn((claim,)))
        without = _AGAIN.sub("", parts["rest"])
        name = PurePosixPath(without if without in expected else parts["rest"])
        if name in hand_in.files:
            hand_in.earlier.append((name, hand_in.files[name]))
        hand_in.files[name] = entry
        hand_in.late |= bool(parts["late"])
        hand_in.order = Order(file=float(number))
    found.hand_ins = list(students.values())
    return found


def _moodle(entries: list[Entry], level: int) -> Export:
    found, students = Export("Moodle"), {}
    for entry in entries:
        named, inside = "".join(entry.name.parts[level : level + 1]), entry.name.parts[level + 1 :]
        parts = _MOODLE.fullmatch(named)
        if parts is None or parts["kind"] != "file":
            found.others.append(str(entry.name))
            continue
        if inside:
            name = PurePosixPath(*inside)
        elif parts["rest"]:
            name = PurePosixPath(parts["rest"])
        else:
            found.others.append(str(entry.name))
            continue
        claim = Claim(parts["name"], "Moodle", parts["name"], parts["number"] or "")
        students.setdefault(claim, HandIn((claim,))).files[name] = entry
    found.hand_ins = list(students.values())
    return found


class _Loader(yaml.SafeLoader):
    """Reads what Ruby writes: its own kinds of values are read as the plain ones below them."""


def _ruby(loader: _Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!ruby/", _ruby)


def _gradescope(entries: list[Entry], level: int) -> Export:
    about = next(e for e in entries if e.name.parts[level:] == (_METADATA,))
    base = about.name.parent
    try:
        if about.path.stat().st_size > _MAX_METADATA:
            raise ExportError(f"{about.name} is too large.")
        with about.path.open("rb") as file:
            told = yaml.load(file, _Loader)  # which is a safe one
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise ExportError(f"{about.name} cannot be read: {type(error).__name__}.") from error
    if not isinstance(told, dict):
        raise ExportError(f"{about.name} does not list submissions.")
    found = Export("Gradescope")
    students: dict[str, HandIn] = {}
    for key, record in told.items():
        submitters = record.get(":submitters") if isinstance(record, dict) else None
        claims = tuple(
            _submitter(str(key), one) for one in submitters or () if isinstance(one, dict)
        )
        claims = claims or (Claim(str(key), "Gradescope"),)
        time = _time(record.get(":created_at")) if isinstance(record, dict) else None
        students[str(key)] = HandIn(claims, time=time)
    for entry in entries:
        if entry is about:
            continue
        inside = entry.name.parts[level:] if entry.name.is_relative_to(base) else ()
        if not inside or inside[0] not in students:
            found.others.append(str(entry.name))
            continue
        name = PurePosixPath(*(inside[1:] or inside))
        students[inside[0]].files[name] = entry
    found.hand_ins = [hand_in for hand_in in students.values() if hand_in.files]
    return found


def _submitter(key: str, about: dict[Any, Any]) -> Claim:
    number, email, name = (str(about.get(k) or "").strip() for k in (":sid", ":email", ":name"))
    label = number or email or name or key
    return Claim(label, "Gradescope", name, keys=tuple(filter(None, (number, email))))


def _time(value: Any) -> datetime | None:
    if isinstance(value, dict):  # of Ruby's time with a zone
        value = value.get("utc") or value.get("time")
    if not isinstance(value, str | datetime):
        return None
    try:
        return parse_utc(str(value) if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None


def _plain(entries: list[Entry], known: Callable[[str], bool], assignment: str) -> Export:
    found = Export("plain")
    students: dict[str, HandIn] = {}
    wrapper = _wrapper([entry.name.parts for entry in entries], known, assignment)
    for entry in entries:
        parts = entry.name.parts[wrapper:]
        if len(parts) == 1:
            label, name = owner_of_file(parts[0], known)
        else:
            inside = parts[2:] if len(parts) > 2 and parts[1] == assignment else parts[1:]
            label, name = parts[0], PurePosixPath(*inside)
        hand_in = students.setdefault(label, HandIn((Claim(label, "plain", label, "", (label,)),)))
        if name.name == TIMESTAMP and len(name.parts) == 1:
            hand_in.time = _of_text(entry)
        else:
            hand_in.files[name] = entry
    found.hand_ins = [hand_in for hand_in in students.values() if hand_in.files]
    return found


def _of_text(entry: Entry) -> datetime | None:
    with entry.path.open("rb") as file:
        return _time(file.read(1000).decode(errors="replace").strip())


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


def owner_of_file(name: str, known: Callable[[str], bool]) -> tuple[str, PurePosixPath]:
    """Returns whose a file is that lies in no folder: `ada.ipynb`, `ada_ps1.ipynb`."""
    whole = archives.stem(name) if archives.is_archive(name) else PurePosixPath(name).stem
    parts = whole.split("_")
    for count in range(len(parts), 0, -1):
        label = "_".join(parts[:count])
        if known(label):
            rest = name[len(label) :].lstrip("_")
            return label, PurePosixPath(name if rest.startswith(".") or not rest else rest)
    return whole, PurePosixPath(name)
