"""The students of a class, as a CSV file of a learning platform or one of your own lists them.

Canvas' gradebook, Moodle's grading worksheet and Gradescope's roster are read as they are exported.
Every value is text: an id such as `007` keeps its zeros.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.core.arguments import some

MAX_BYTES = 20_000_000
_ENCODINGS = ("utf-8-sig", "cp1252")  # what platforms write, and what Excel makes of it

# Columns that may hold the student id, the best first, as a header names them in lower case.
ID_COLUMNS = (
    "student_id", "student id", "username", "login", "sis login id", "login id", "sis user id",
    "sid", "id number", "id", "email", "email address", "e-mail", "e-mail address", "identifier",
)  # fmt: skip
_FIRST = ("first_name", "first name", "firstname", "given name")
_LAST = ("last_name", "last name", "lastname", "surname", "family name")
_FULL = ("full name", "name", "student")
_EMAIL = ("email", "email address", "e-mail", "e-mail address")
_GROUP = ("group", "groups", "group name", "group_name", "team")
_POINTS_POSSIBLE = "points possible"  # the second row of Canvas' gradebook
_TEST_STUDENT = "student, test"  # of Canvas, which belongs to nobody
# What controls how a terminal or a page shows a text, or is not seen at all.
_CONTROL = r"\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
_UNUSABLE = re.compile(rf"[{_CONTROL}/\\:*?\"<>|]|^\.|^\s|\s$|^$")
_INVISIBLE = re.compile(f"[{_CONTROL}]")
_MAX_ID = 128  # of letters, as nbgrader's gradebook has it
_MAX_ID_BYTES = 200  # of a folder's name
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")  # with which Excel begins


class RosterError(ValueError):
    """A roster cannot be used; the message says why."""


def words(text: str) -> str:
    """Returns a name without accents, capitals, spaces and punctuation, for comparison."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


@dataclass(frozen=True)
class Person:
    """A student on a roster.

    Attributes:
        id: the student id, which names the folder in `submitted/`.
        first: first name, as far as there is one.
        last: last name.
        email: address.
        row: the whole row, by the names in the header.
        keys: what else identifies the student, in lower case: logins, ids, addresses.
        canvas: Canvas' number of the student.
        moodle: Moodle's number of the participant.
        groups: names of the student's groups.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    row: tuple[tuple[str, str], ...] = ()
    keys: frozenset[str] = frozenset()
    canvas: str = ""
    moodle: str = ""
    groups: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Returns the id, with the name where there is one."""
        name = " ".join(filter(None, (self.first, self.last)))
        return f"{self.id} ({name})" if name else self.id

    @cached_property
    def names(self) -> frozenset[str]:
        """The student's name in either order, for comparison.

        Also without its letters beyond ASCII, which Canvas leaves out of names of files.
        """
        orders = (self.first + self.last, self.last + self.first)
        ascii_only = ("".join(filter(str.isascii, order)) for order in orders)
        return frozenset(filter(None, map(words, (*orders, *ascii_only))))


@dataclass(frozen=True)
class Roster:
    """The students of a class.

    Attributes:
        people: all of them.
        header: the names of the file's columns; empty for a roster of the gradebook.
        rows: every row of the file, also those that are no student's.
        by_row: the students by the number of their row.
        id_column: the name of the column with the student ids.
        without_id: rows with nothing in it, each as it is shown.
    """

    people: tuple[Person, ...]
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    by_row: tuple[Person | None, ...] = ()
    id_column: str = ""
    without_id: tuple[str, ...] = ()

    @property
    def is_canvas(self) -> bool:
        """Whether this is Canvas' gradebook."""
        return is_canvas(self.header)

    @property
    def is_moodle(self) -> bool:
        """Whether this is Moodle's grading worksheet."""
        return {"identifier", "grade"} <= set(map(comparable, self.header))

    def column(self, *names: str) -> int | None:
        """Returns the number of the first column with one of these names."""
        return _column(self.header, names)

    def identified(self, key: str) -> Person | None:
        """Returns the student with this id; else the one whom this identifies, in any capitals."""
        same = self.by_key.get(key.casefold(), [])
        return self.by_id.get(key) or (same[0] if len(same) == 1 else None)

    def about_ids(self, path: Path) -> list[str]:
        """Returns the lines that say where the ids are from, and who has none."""
        lines = [f"Student ids are from the column {self.id_column!r} of {path}."]
        if self.without_id:
            lines.append(f"Left out, with nothing in that column: {some(self.without_id)}.")
        return lines

    @cached_property
    def by_id(self) -> dict[str, Person]:
        """Students by their ids."""
        return {person.id: person for person in self.people}

    @cached_property
    def by_key(self) -> dict[str, list[Person]]:
        """Students by everything that identifies them."""
        return _index((person.keys | {person.id.casefold()}, person) for person in self.people)

    @cached_property
    def by_name(self) -> dict[str, list[Person]]:
        """Students by their names, as `words` returns them."""
        return _index((person.names, person) for person in self.people)

    @cached_property
    def by_group(self) -> dict[str, list[Person]]:
        """Students by the names of their groups, as `words` returns them."""
        return _index((map(words, person.groups), person) for person in self.people)

    @cached_property
    def by_canvas(self) -> dict[str, Person]:
        """Students by Canvas' number."""
        return {person.canvas: person for person in self.people if person.canvas}

    @cached_property
    def by_moodle(self) -> dict[str, Person]:
        """Students by Moodle's number."""
        return {person.moodle: person for person in self.people if person.moodle}


def is_canvas(header: Sequence[str]) -> bool:
    """Whether a header is that of Canvas' gradebook."""
    names = set(map(comparable, header))
    return {"id", "section"} <= names and bool(names & {"student", "lastname"})


def read(path: Path, id_column: str = "", known: Iterable[str] = ()) -> Roster:
    """Reads a roster.

    A student who is known has the id by which they are known, also where it differs in capitals.

    Args:
        path: a CSV file, separated by commas, semicolons or tabs.
        id_column: the column with the student ids; by default, of `ID_COLUMNS`, the one that names
            most of the known students, then the one in which most have an id, then the first.
        known: ids of the students whom the course has already.

    Raises:
        RosterError: there is no such file, or it is no roster.
    """
    header, *rows = _table(path)
    people = [row for row in rows if not _is_nobody(header, row)]
    if not people:
        raise RosterError(f"{path} has no students: there is a header only.")
    match = _matcher(known)
    at = _id_column(path, header, people, id_column, match)
    found = [None if _is_nobody(header, row) else _person(header, row, at, match) for row in rows]
    without = [
        f"row {number}{person}"
        for number, person in enumerate(found, 2)
        if person and not person.id
    ]
    found = [person if person and person.id else None for person in found]
    _require_usable(path, header[at], found)
    return Roster(
        tuple(person for person in found if person),
        tuple(header),
        tuple(map(tuple, rows)),
        tuple(found),
        header[at],
        tuple(without),
    )


def _matcher(known: Iterable[str]) -> Callable[[str], str | None]:
    """Returns what finds a known id: the same one, else the only one but for capitals."""
    exact = set(known)
    folded: dict[str, list[str]] = {}
    for student in exact:
        folded.setdefault(student.casefold(), []).append(student)

    def match(given: str) -> str | None:
        same = [given] if given in exact else folded.get(given.casefold(), [])
        return same[0] if len(same) == 1 else None

    return match


def of_gradebook(students: Iterable[tuple[str, str | None, str | None, str | None]]) -> Roster:
    """Returns a roster of the students in the gradebook: id, first and last name, address."""
    return Roster(
        tuple(
            Person(
                number, first or "", last or "", email or "",
                keys=frozenset(filter(None, [(email or "").casefold()])),
            )
            for number, first, last, email in students
        )
    )  # fmt: skip


def _table(path: Path) -> list[list[str]]:
    """Returns the rows of a CSV file that are not empty, each as long as the header."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RosterError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB: no roster.")
        content = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{path} cannot be read: {error.strerror}.") from error
    if b"\0" in content:
        raise RosterError(f"{path} is no CSV file. Export the roster as CSV, in UTF-8.")
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise RosterError(f"{path} is not in UTF-8. Save it as CSV in UTF-8.")
    told = _SEPARATOR_LINE.match(text)
    text = text[told.end() :] if told else text
    first = text.partition("\n")[0]
    separator = told[1] if told else max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise RosterError(f"{path} is no CSV file: {error}.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise RosterError(f"{path} is empty.")
    width = len(rows[0])
    for number, row in enumerate(rows[1:], 2):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            raise RosterError(f"{path}: row {number} has {len(row)} cells; the header has {width}.")
    return [(row + [""] * width)[:width] for row in rows]


def _is_nobody(header: list[str], row: list[str]) -> bool:
    """Whether a row is no student's: of Canvas, maximum points, posting policy, test student."""
    if not is_canvas(header):
        return False
    first = comparable(row[0])
    return first.startswith(_POINTS_POSSIBLE) or first == _TEST_STUDENT or not "".join(row[:2])


def _id_column(
    path: Path, header: list[str], people: list[list[str]], asked: str,
    match: Callable[[str], str | None],
) -> int:  # fmt: skip
    if asked:
        at = _column(header, [comparable(asked)])
        if at is None:
            raise RosterError(f"{path} has no column {asked!r}; it has: {', '.join(header)}.")
        return at
    there = [at for name in ID_COLUMNS if (at := _column(header, [name])) is not None]
    if not there:
        raise RosterError(
            f"{path} has no column with student ids, such as student_id, Username, SIS Login ID or "
            f"Email; it has: {', '.join(header)[:300]}. Name one with --id-column."
        )

    def fit(at: int) -> tuple[int, int]:
        ids = [student for row in people if (student := _id(row[at]))]
        return len(set(filter(None, map(match, ids)))), len(ids)

    return max(there, key=fit)  # of several that fit as well, the first


def _id(cell: str) -> str:
    return unicodedata.normalize("NFC", cell.strip())


def _person(
    header: list[str], row: list[str], at: int, match: Callable[[str], str | None]
) -> Person:
    def cell(names: Sequence[str]) -> str:
        column = _column(header, names)
        return "" if column is None else " ".join(_INVISIBLE.sub(" ", row[column]).split())

    first, last = cell(_FIRST), cell(_LAST)
    if not first and not last:
        first, last = _parted(cell(_FULL))
    email = cell(_EMAIL)
    login = cell(["sis login id", "login", "username"])
    canvas = cell(["id"]) if is_canvas(header) else ""
    moodle = re.search(r"\d+$", cell(["identifier"]))
    own = {cell([name]).casefold() for name in ID_COLUMNS if name != "identifier"}
    own -= {"", canvas} if canvas else {""}
    return Person(
        match(_id(row[at])) or _id(row[at]),
        first,
        last,
        email or (login if "@" in login else ""),
        tuple(zip(header, row, strict=True)),
        frozenset(own),
        canvas,
        moodle[0] if moodle else "",
        frozenset(filter(None, map(str.strip, cell(_GROUP).split(",")))),
    )


def _parted(name: str) -> tuple[str, str]:
    """Returns first and last name of "Lovelace, Ada" or "Ada Lovelace"."""
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()


def _require_usable(path: Path, column: str, found: list[Person | None]) -> None:
    people = [person for person in found if person]
    if not people:
        raise RosterError(
            f"{path} has nothing in the column {column!r}. Choose another column with --id-column."
        )
    for number, person in enumerate(found, 2):
        if person and not _is_usable(person.id):
            raise RosterError(
                f"{path}: {person.id[:60]!r} in row {number} cannot be a student id, which names a "
                "folder. Choose another column with --id-column."
            )
    for what, values in (
        ("student id", [person.id.casefold() for person in people]),
        ("number of Canvas", [person.canvas for person in people if person.canvas]),
        ("number of Moodle", [person.moodle for person in people if person.moodle]),
    ):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise RosterError(
                f"{path} has the same {what} for several students: {', '.join(twice[:5])}."
            )


def _is_usable(student: str) -> bool:
    short = len(student) <= _MAX_ID and len(student.encode(errors="replace")) <= _MAX_ID_BYTES
    return short and not _UNUSABLE.search(student)


def comparable(name: str) -> str:
    """Returns the name of a column without capitals and further spaces, for comparison."""
    return " ".join(name.split()).casefold()


def _column(header: Sequence[str], names: Iterable[str]) -> int | None:
    plain = [comparable(name) for name in header]
    return next((plain.index(name) for name in names if name in plain), None)


def _index(found: Iterable[tuple[Iterable[str], Person]]) -> dict[str, list[Person]]:
    made: dict[str, list[Person]] = {}
    for keys, person in found:
        for key in keys:
            made.setdefault(key, []).append(person)
    return made
