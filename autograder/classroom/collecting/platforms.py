"""Reads the names in an export of a learning platform: whose files are these, and how new.

The patterns are those of the platforms' own programs and documentation:

| platform | names in the archive |
|---|---|
| Canvas | `lovelaceada_LATE_<student>_<file>_ps1-1.ipynb`; `..._<student>_text.html` of no file |
| Moodle | `Ada Lovelace_<participant>_assignsubmission_file/ps1.ipynb`, or `..._file_ps1.ipynb` |
| Moodle, groups | `Group A_<group>_assignsubmission_file/ps1.ipynb` |
| Gradescope | `submission_<number>/ps1.ipynb`, and `submission_metadata.yml` |
| plain | `<student>/ps1.ipynb`, `<student>/<assignment>/ps1.ipynb`, `<student>.zip` |
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import yaml

from autograder.classroom.collecting import archives, plain
from autograder.classroom.collecting.archives import Entry
from autograder.classroom.collecting.exports import (
    Asked,
    Claim,
    Export,
    ExportError,
    HandIn,
    Order,
    time_of,
)

_METADATA = "submission_metadata.yml"
_MAX_METADATA = 50_000_000
_CANVAS = re.compile(
    r"(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<student>\d+)_"
    r"((?P<file>\d+)_(?P<rest>[^/]+)|(?P<kind>text|link)\.html)",
    re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>[^/]+?)(_(?P<number>\d+))?_assignsubmission_(?P<kind>[a-z]+)(_|$)(?P<rest>[^/]*)"
)
_NO_FILE = {"onlinetext": "an online text", "text": "an online text", "link": "a link"}
# "-1" before the ending: Canvas' mark of a file that was handed in again under the same name.
_AGAIN = re.compile(r"-\d+(?=(\.[^.]*)?$)")


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


def read(entries: list[Entry], source: str, known: Callable[[str], bool], asked: Asked) -> Export:
    """Sorts the files of an export by who handed them in.

    Args:
        entries: its files.
        source: its name.
        known: whether a name of a folder or file is that of a student or group.
        asked: what is collected.

    Raises:
        ExportError: it cannot be read.
    """
    platform, level = platform_of((entry.name for entry in entries), known)
    if platform == "Gradescope":
        found = _gradescope(entries, level)
    elif platform == "Moodle":
        found = _moodle(entries, level)
    elif platform == "Canvas":
        found = _canvas(entries, level, asked.files)
    else:
        found = plain.read(entries, known, asked)
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


def _canvas(entries: list[Entry], level: int, expected: Collection[str]) -> Export:
    found, students = Export("Canvas"), {}
    files = []
    for entry in entries:
        parts = _CANVAS.fullmatch("/".join(entry.name.parts[level:]))  # in no folder
        if parts is None:
            found.others.append(str(entry.name))
        elif parts["kind"]:
            found.others.append(str(entry.name))
            claim = Claim(parts["name"], "Canvas", parts["name"], parts["student"])
            students.setdefault(parts["student"], HandIn((claim,))).instead = _NO_FILE[
                parts["kind"]
            ]
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
        if parts is None or not (inside or parts["rest"]):
            found.others.append(str(entry.name))
            continue
        claim = Claim(parts["name"], "Moodle", parts["name"], parts["number"] or "")
        hand_in = students.setdefault(claim, HandIn((claim,)))
        if parts["kind"] == "file":
            hand_in.files[PurePosixPath(*(inside or (parts["rest"],)))] = entry
        else:
            hand_in.instead = _NO_FILE.get(parts["kind"], parts["kind"])
            found.others.append(str(entry.name))
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
        time = time_of(record.get(":created_at")) if isinstance(record, dict) else None
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
