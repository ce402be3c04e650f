"""The command `rps-grader collect`: from an export to `submitted/`."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cmp_to_key
from pathlib import Path, PurePosixPath

from nbgrader.api import Assignment, Gradebook
from nbgrader.apps import NbGrader
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.plugins import FileNameCollectorPlugin

from autograder.classroom import roster as rosters
from autograder.classroom.collecting import archives, folders, matching, plain, platforms, taking
from autograder.classroom.collecting.archives import ArchiveError, Entry
from autograder.classroom.collecting.exports import Asked, Claim, Export, ExportError, HandIn
from autograder.classroom.collecting.folders import FolderError
from autograder.classroom.collecting.taking import Shelf, Taken
from autograder.classroom.roster import Person, Roster, RosterError
from autograder.core.exercise import FileExercise
from autograder.grading import results
from autograder.grading.machine import Grading
from autograder.grading.scratch import own_folder
from autograder.grading.staging import TIMESTAMP

UNREADABLE = (RosterError, ExportError, ArchiveError, FolderError, *results.UNREADABLE)


@dataclass(frozen=True)
class Options:
    """What somebody asked for.

    Attributes:
        roster: file with the students; None for those of the gradebook.
        id_column: its column with the student ids.
        zone: of times without one.
        late: time that is written for what is late at an unknown time; None to write none.
        force: whether to replace what differs, and is not known to be older.
        dry_run: whether to write nothing.
    """

    roster: Path | None
    id_column: str
    zone: tzinfo
    late: datetime | None = None
    force: bool = False
    dry_run: bool = False


@dataclass
class Collected:
    """What came of an export.

    Attributes:
        taken: by student.
        unmatched: hand-ins of nobody on the roster, with the reason.
        left_out: files that are no hand-in, or were not unpacked.
        lost: other files that are left out, and may be somebody's work.
        unread: ids of the students whose work some of them are, as far as is known.
        platforms: of the exports that were read.
        absent: students on the roster who handed in nothing, neither now nor before.
        notes: what there is to say of the roster.
    """

    taken: list[Taken] = field(default_factory=list)
    unmatched: list[tuple[HandIn, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    platforms: list[str] = field(default_factory=list)
    absent: list[Person] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(application: NbGrader, source: Path, assignment: str, options: Options) -> Collected:
    """Takes an export into `submitted/`.

    Args:
        application: nbgrader's, with the configuration.
        source: an archive, or a folder with archives or with what was in one.
        assignment: the assignment's name.
        options: what was asked for.

    Raises:
        UNREADABLE: the input cannot be used; nothing was written then.
        OSError: there is no room, or no right to write.
    """
    course = application.coursedir
    folders.require_no_course(source, course)
    with results.opened(course.db_url, assignment) as (gradebook, known):
        asked = _asked(application, gradebook, known)
        roster = _roster(gradebook, options)
    downloaded = ZipCollectApp(parent=application).downloaded_directory
    shelf = Shelf(Path(course.root) / downloaded / assignment, Path(course.root))
    found = Collected()

    def place(student: str) -> Path:
        return Path(course.format_path(course.submitted_directory, student, assignment))

    shelf_there = shelf.folder.parent.exists()
    shelf.folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with own_folder(shelf.folder.parent, ".unpacked-") as scratch:
            reader = _Reader(application, scratch, roster, asked, found)
            hand_ins = [hand_in for export in reader.read(source) for hand_in in export.hand_ins]
            whose = _matched(hand_ins, roster, found, strict=options.roster is not None)
            for student in sorted(whose):
                person, own = whose[student]
                found.taken.append(_take(student, person, place(student), own, shelf, options))
            if not options.dry_run:
                shelf.save()
    finally:
        if not shelf_there and not any(shelf.folder.parent.iterdir()):
            shelf.folder.parent.rmdir()
    if options.roster is not None:
        found.notes = roster.about_ids(options.roster)
        found.absent = [
            person
            for person in roster.people
            if person.id not in {*whose, *found.unread} and not _has_files(place(person.id))
        ]
    return found


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _asked(application: NbGrader, gradebook: Gradebook, known: Assignment) -> Asked:
    """Returns what an assignment asks for."""
    course = Grading(parent=application).load()
    cells = {cell.name for notebook in known.notebooks for cell in notebook.grade_cells}
    exercises = (course.exercises.get(name) for name in cells)
    files = {name for e in exercises if isinstance(e, FileExercise) for name in e.files}
    files |= {f"{notebook.name}.ipynb" for notebook in known.notebooks}
    names = {exercise.assignment for exercise in course.exercises.values()}
    names |= {assignment.name for assignment in gradebook.assignments}
    return Asked(known.name, files, names - {known.name})


def _roster(gradebook: Gradebook, options: Options) -> Roster:
    if options.roster is not None:
        known = [student.id for student in gradebook.students]
        return rosters.read(options.roster, options.id_column, known)
    return rosters.of_gradebook(
        (student.id, student.first_name, student.last_name, student.email)
        for student in gradebook.students
    )


class _Reader:
    """Reads exports, and unpacks what students packed in them."""

    def __init__(
        self, application: NbGrader, scratch: Path, roster: Roster, asked: Asked, found: Collected
    ) -> None:
        self._scratch, self._asked = scratch, asked
        self._roster, self._found, self._count = roster, found, 0
        self._knows = matching.knows(roster)
        self._named = FileNameCollectorPlugin(parent=application)
        self._named.log = logging.getLogger(__name__)  # it says of each name that it does not fit
        self._named.log.setLevel(logging.ERROR)
        self._named.valid_ext = [*self._named.valid_ext, *archives.SUFFIXES, ".gz"]

    def read(self, source: Path) -> list[Export]:
        """Returns what an archive, or a folder with some, holds; the oldest archive first."""
        if source.is_dir():
            found = self._read_folder(source)
        elif source.is_file():
            found = [self._read_archive(source)]
        else:
            raise ArchiveError(f"There is no file or folder {source}.")
        lost = self._found.lost
        lost += [archives.shown(text) for export in found for text in export.lost]
        if not any(export.hand_ins for export in found):
            if lost:
                few = "; ".join(lost[:3]) + ("; ..." if lost[3:] else "")
                raise ExportError(f"{source} holds nothing of {self._asked.assignment}: {few}.")
            raise ExportError(
                f"{source} holds no hand-in that could be recognized. Canvas, Moodle, Gradescope "
                "and folders named by students are; rps-grader collect --help says how."
            )
        for export in found:
            self._found.platforms.append(export.platform)
            self._found.left_out += map(archives.shown, export.others)
            for hand_in in export.hand_ins:
                self._expand(hand_in)
        return found

    def _read_folder(self, folder: Path) -> list[Export]:
        there = folders.listing(folder)
        for name, why in there.lost.items():
            self._found.lost.append(archives.shown(f"{name} ({why})"))
            labels = [plain.owner_of_file(part, self._knows)[0] for part in name.parts]
            people = (matching.named(label, self._roster)[0] for label in labels)
            self._found.unread |= {person.id for some in people for person in some}
        exports, rest = [], []
        for entry in there.entries:
            whole = len(entry.name.parts) == 1 and archives.is_archive(entry.name.name)
            if whole and self._is_export(entry):
                exports.append(entry.path)
            else:
                rest.append(entry)
        exports.sort(key=lambda path: path.stat().st_mtime)
        found = [self._read_archive(path) for path in exports]
        return [*found, self._sorted(rest, folder.name)] if rest else found

    def _is_export(self, entry: Entry) -> bool:
        """Whether an archive in a folder is that of a class, and not that of a student."""
        if self._is_platforms([entry.name]) or self._by_name(entry) is not None:
            return False
        label, _ = plain.owner_of_file(entry.name.name, self._knows)
        if self._knows(label):
            return False
        names = archives.names(entry.path)
        if self._is_platforms(names):
            return True
        folders = {name.parts[0] for name in names if len(name.parts) > 1}
        return len(folders) > 1 or any(map(self._knows, folders))

    def _is_platforms(self, names: list[PurePosixPath]) -> bool:
        return platforms.platform_of(names, self._knows)[0] != "plain"

    def _read_archive(self, path: Path) -> Export:
        unpacked = self._unpack(path, archives.CLASS)
        self._found.left_out += unpacked.left_out
        return self._sorted(unpacked.entries, path.name)

    def _sorted(self, entries: list[Entry], source: str) -> Export:
        named, rest = {}, []
        for entry in entries:
            about = self._by_name(entry)
            if about is None:
                rest.append(entry)
                continue
            student = about["student_id"]
            claim = Claim(student, "plain", student, "", (student,))
            hand_in = named.setdefault(student, HandIn((claim,), source=source))
            hand_in.files[PurePosixPath(Path(about["file_id"]).stem + entry.path.suffix)] = entry
            hand_in.time = matching.parsed(about.get("timestamp") or "", UTC)
        export = platforms.read(rest, source, self._knows, self._asked)
        export.hand_ins += named.values()
        return export

    def _by_name(self, entry: Entry) -> dict[str, str] | None:
        """Returns what nbgrader's own pattern for names says, if the course has set one."""
        if not self._named.named_regexp:
            return None
        return self._named.collect(f"/{entry.name}")

    def _unpack(self, path: Path, limits: archives.Limits) -> archives.Unpacked:
        self._count += 1
        return archives.unpack(path, self._scratch / str(self._count), limits)

    def _expand(self, hand_in: HandIn) -> None:
        """Unpacks the archives in a hand-in, in place; one that cannot be stays as it is.

        Together they may hold as much as one may: a student cannot fill the disk by many.
        """
        left = archives.SUBMISSION
        for name, entry in list(hand_in.files.items()):
            if name.name == TIMESTAMP and len(name.parts) == 1:
                del hand_in.files[name]  # a student cannot say when
                continue
            if not archives.is_archive(name.name):
                continue
            try:
                unpacked = self._unpack(entry.path, left)
            except ArchiveError as error:
                more = "" if left == archives.SUBMISSION else " What was unpacked before counts."
                hand_in.notes.append(f"not unpacked: {error}{more}")
                continue
            left = left.less(unpacked)
            hand_in.notes += [f"left out of {name.name}: {text}" for text in unpacked.left_out]
            del hand_in.files[name]
            inside = {e.name: e for e in unpacked.entries if str(e.name) != TIMESTAMP}
            again = inside.keys() & hand_in.files.keys()
            if again and again == inside.keys():  # packed twice
                there = {inner: hand_in.files[inner] for inner in again}
                if _changed(inside) < _changed(there):
                    inside, there = there, inside
                hand_in.earlier += there.items()
                hand_in.notes.append("two archives hold the same files; the newer ones count")
            elif again:
                folder = PurePosixPath(archives.stem(name.name))
                inside = {folder / inner: e for inner, e in inside.items()}
            hand_in.files |= inside
        if not hand_in.has_notebook and not hand_in.is_no_file:
            hand_in.notes.append("there is no notebook in it")


def _changed(files: dict[PurePosixPath, Entry]) -> tuple[int, ...]:
    return max(entry.changed for entry in files.values())


def _matched(
    hand_ins: Iterable[HandIn], roster: Roster, found: Collected, *, strict: bool
) -> dict[str, tuple[Person | None, list[HandIn]]]:
    """Returns the hand-ins of each student; those of nobody are told.

    Two students of one name, whom the platform tells apart and the roster does not, are nobody:
    the hand-in of one would replace that of the other.
    """
    whose: dict[str, tuple[Person | None, list[HandIn]]] = {}
    numbers: dict[str, set[str]] = {}
    claims = [(hand_in, claim) for hand_in in hand_ins for claim in hand_in.claims]
    matched = [(*pair, *matching.find(pair[1], roster)) for pair in claims]
    for _, claim, people, _ in matched:
        for student in [person.id for person in people] or [matching.label(claim)]:
            numbers.setdefault(student, set()).update(matching.unconfirmed(claim, people))
    for hand_in, claim, people, problem in matched:
        if problem and strict:
            found.unmatched.append((hand_in, f"{claim.label}: {problem}"))
            continue
        for student in people or [None]:
            key = student.id if student else matching.label(claim)
            if len(numbers[key]) > 1 and matching.unconfirmed(claim, people):
                what = f"{claim.label} (number {claim.number})" if claim.number else claim.label
                found.unmatched.append((hand_in, f"{what}: {len(numbers[key])} have this name"))
            else:
                whose.setdefault(key, (student, []))[1].append(hand_in)
    return whose


def _take(
    student: str, person: Person | None, target: Path, own: list[HandIn], shelf: Shelf,
    options: Options,
) -> Taken:  # fmt: skip
    files = [hand_in for hand_in in own if not hand_in.is_no_file]
    if not files:
        about = f"only {own[-1].instead} was handed in, and no file"
        return Taken(student, taking.NO_FILE, own[-1], about=about)
    in_order = sorted(files, key=cmp_to_key(_compare))  # stable: else the later archive
    newest = in_order.pop()
    complete = [hand_in for hand_in in in_order if hand_in.has_notebook]
    if complete and not newest.has_notebook and not options.force:
        in_order = [hand_in for hand_in in (*in_order, newest) if hand_in is not complete[-1]]
        newest = complete[-1]
        newest.notes.append("a newer one is put aside: there is no notebook in it")
    time = newest.time
    if time is None and person is not None:
        time = matching.submitted(person, options.zone)
    if time is None and newest.late:
        time = options.late
    try:
        return taking.take(
            student, target, newest, in_order, shelf, time,
            force=options.force, dry_run=options.dry_run,
        )  # fmt: skip
    except OSError as error:
        about = f"it could not be written: {error.strerror or error}"
        return Taken(student, taking.FAILED, newest, about=about)


def _compare(one: HandIn, other: HandIn) -> int:
    newer = one.order.is_newer(other.order)
    return 0 if newer is None else 1 if newer else -1
