"""Takes hand-ins into `submitted/`: compares them with what is there, and writes what is newer.

A submission is written beside its place and then moved there, so that none is ever half-written.
What it replaces, and earlier attempts, go to `downloaded/<assignment>/earlier/<student>/`.
"""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path, PurePosixPath

from autograder.classroom.collecting.archives import Entry
from autograder.classroom.collecting.exports import HandIn, Order, is_notebook
from autograder.core import writing
from autograder.grading.staging import TIMESTAMP, OddFileError, timestamp

_RECORD, _LOG = "collected.json", "collected.log"  # what a run adds to it, a line each

NEW, NEWER, SAME, TIMED, KEPT, ASIDE, FORCED, FAILED, NO_FILE = (
    "new", "newer", "unchanged", "time changed", "kept", "put aside", "forced", "failed",
    "not taken",
)  # fmt: skip
WRITTEN = (NEW, NEWER, FORCED)


@dataclass
class Taken:
    """What became of a student's hand-in.

    Attributes:
        student: the student's id.
        outcome: `NEW` and the like.
        hand_in: the newest one.
        time: when it was handed in, as far as is known; in UTC, without zone.
        aside: where other attempts are kept, as it is shown.
        about: what else there is to say.
    """

    student: str
    outcome: str
    hand_in: HandIn
    time: datetime | None = None
    aside: list[str] = field(default_factory=list)
    about: str = ""


class Shelf:
    """The folder of an assignment in `downloaded/`: earlier attempts, and how new each one is."""

    def __init__(self, folder: Path, root: Path) -> None:
        """Opens it.

        Args:
            folder: it is made when something is written.
            root: the course's folder.
        """
        self.folder, self._root = folder, root
        self._orders: dict[str, dict[str, float | None]] = {}
        try:
            told = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
            self._orders = {str(k): dict(v) for k, v in told.items() if isinstance(v, dict)}
        except (OSError, ValueError, AttributeError):
            self._orders = {}  # none yet, or damaged: then only times can be compared
        with contextlib.suppress(OSError):  # of a run that did not come to its end
            for line in (folder / _LOG).read_text(encoding="utf-8", errors="replace").split("\n"):
                with contextlib.suppress(ValueError, TypeError):
                    student, order = json.loads(line)
                    self._orders[str(student)] = dict(order)

    def order(self, student: str) -> Order:
        """Returns how new the submission is that was taken last."""
        told = self._orders.get(student, {})
        values = {name: told.get(name) for name in ("time", "file", "entry")}
        return Order(**{k: v for k, v in values.items() if isinstance(v, int | float)})

    def note(self, student: str, order: Order) -> None:
        """Keeps how new a submission is, at once."""
        told = asdict(order)
        if self._orders.get(student) == told:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOG).open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps([student, told])}")  # apart from a line that was cut off
        self._orders[student] = told

    def save(self) -> None:
        """Keeps in one file what was noted, at the end of a run."""
        with contextlib.suppress(OSError):  # all is in the log as well
            if (self.folder / _LOG).exists():
                told = json.dumps(self._orders, indent=1, sort_keys=True)
                writing.text(self.folder / _RECORD, told)
                (self.folder / _LOG).unlink()

    def has(self, student: str, digest: str) -> bool:
        """Whether an earlier attempt with this content is kept."""
        return any(_digest_of(folder) == digest for folder in self._kept(student))

    def places(self, student: str) -> Iterator[Path]:
        """Yields new folders for earlier attempts; none of them is made."""
        last = max((int(folder.name) for folder in self._kept(student)), default=0)
        for number in count(last + 1):
            yield self.folder / "earlier" / student / str(number)

    def shown(self, path: Path) -> str:
        """Returns a path as it is shown: from the course's folder, where it is in there."""
        inside = path.is_relative_to(self._root)
        return str(path.relative_to(self._root) if inside else path)

    def _kept(self, student: str) -> list[Path]:
        folder = self.folder / "earlier" / student
        names = folder.iterdir() if folder.is_dir() else ()
        return [path for path in names if path.name.isdecimal() and path.is_dir()]


def take(
    student: str,
    target: Path,
    newest: HandIn,
    earlier: list[HandIn],
    shelf: Shelf,
    time: datetime | None,
    *,
    force: bool,
    dry_run: bool,
) -> Taken:
    """Takes the newest hand-in of a student, and keeps the earlier ones aside.

    Args:
        student: the student's id.
        target: the student's folder of the assignment in `submitted/`.
        newest: what is taken.
        earlier: what it replaces of the same export.
        shelf: where earlier attempts go.
        time: when it was handed in.
        force: whether it replaces what differs, and is not known to be older.
        dry_run: whether nothing is written.

    Raises:
        OSError: a file cannot be read or written; this submission is as it was then.
    """
    order = newest.order
    if time:
        time = time.replace(microsecond=0)
        order = replace(order, time=time.replace(tzinfo=UTC).timestamp())
    done, last = Taken(student, NEW, newest, time), shelf.order(student)
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        done.outcome, done.about = FAILED, f"{shelf.shown(target)} is no folder"
        return done
    attempts = [*(one.files for one in earlier), *_versions(newest)]
    known, places = {_digest_of(target)}, shelf.places(student)
    there = target.is_dir() and any(target.iterdir())
    if there:
        _compare(done, order, target, last, force)
        if done.outcome in (KEPT, ASIDE):
            done.about = f"what is in {shelf.shown(target)} {done.about}. --force replaces it"
    if done.outcome == ASIDE:
        attempts.append(newest.files)
    else:
        known.add(_digest(newest.files))
    if done.outcome in WRITTEN:
        replaced = next(places) if there else None
        done.aside += [shelf.shown(replaced)] if replaced else []
        if not dry_run:
            _write(newest.files, target, time, replaced)
    elif done.outcome == TIMED and not dry_run:
        _write_time(target, time)
    for files in attempts:
        digest = _digest(files)
        if digest in known or shelf.has(student, digest):
            continue
        known.add(digest)
        place = next(places)
        done.aside.append(shelf.shown(place))
        if not dry_run:
            _copy(files, place)
    if dry_run:
        return done
    if done.outcome in WRITTEN or (
        done.outcome in (SAME, TIMED) and order.is_newer(last) is not False
    ):
        shelf.note(student, order)
    return done


def _compare(done: Taken, order: Order, target: Path, last: Order, force: bool) -> None:
    """Notes what becomes of a hand-in where there is a submission already.

    Args:
        done: of the hand-in; its outcome is set, and what is to be said of the submission.
        order: how new the hand-in is.
        target: the submission.
        last: how new the hand-in was that was taken last.
        force: whether the hand-in replaces what differs, and is not known to be older.
    """
    old_time = _timestamp(target)
    before = last
    if old_time is not None:
        before = replace(last, time=old_time.replace(tzinfo=UTC).timestamp())
    is_newer = order.is_newer(before)
    if _digest(done.hand_in.files) == _digest_of(target):
        # Not where a person has changed the time since it was taken.
        later = done.time is not None and order.time != last.time
        later = later and (old_time is None or done.time > old_time)
        done.outcome = TIMED if later else SAME
    elif is_newer and (force or done.hand_in.has_notebook or not _has_notebook(target)):
        done.outcome = NEWER
    elif force:
        done.outcome = FORCED
    elif is_newer:
        done.outcome, done.about = ASIDE, "has one"
    else:
        done.outcome = KEPT
        newer = is_newer is False
        done.about = "is newer" if newer else "differs; nobody can know which is newer"


def _has_notebook(folder: Path) -> bool:
    return any(is_notebook(path, path) for path in _files(folder))


def _versions(hand_in: HandIn) -> list[dict[PurePosixPath, Entry]]:
    """Returns the files that newer ones of the same hand-in replace, the oldest first."""
    found: list[dict[PurePosixPath, Entry]] = []
    for name, entry in hand_in.earlier:
        place = next((files for files in found if name not in files), None)
        if place is None:
            found.append(place := {})
        place[name] = entry
    return found


def _write(
    files: Mapping[PurePosixPath, Entry], target: Path, time: datetime | None, aside: Path | None
) -> None:
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
    try:
        _copy(files, part)
        _write_time(part, time)
        if target.is_dir():
            if aside:
                aside.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(target, aside)
            else:
                target.rmdir()
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _copy(files: Mapping[PurePosixPath, Entry], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, entry in files.items():
        path = folder.joinpath(*name.parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(entry.path, path)


def _write_time(folder: Path, time: datetime | None) -> None:
    if time is not None:
        writing.text(folder / TIMESTAMP, f"{time} UTC\n")


def _timestamp(folder: Path) -> datetime | None:
    try:
        return timestamp(folder)
    except OddFileError:
        return None


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _digest_of(folder: Path) -> str:
    """Returns a digest of a folder's files, other than its time stamp."""
    files = {PurePosixPath(path.relative_to(folder).as_posix()): path for path in _files(folder)}
    files.pop(PurePosixPath(TIMESTAMP), None)
    return _digest_all(files)


def _digest(files: Mapping[PurePosixPath, Entry]) -> str:
    return _digest_all({name: entry.path for name, entry in files.items()})


def _digest_all(files: Mapping[PurePosixPath, Path]) -> str:
    made = hashlib.sha256()
    for name, path in sorted(files.items()):
        with path.open("rb") as file:
            made.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\0".encode())
    return made.hexdigest()
