"""Unpacks archives that anybody may have made: regular files only, inside a folder, within limits.

Nothing is written outside of the folder: names lose drive letters, leading slashes and `..` makes
an entry left out, as links, devices and encrypted entries are. Sizes are those that are read, never
those that an archive claims.
"""

import fnmatch
import lzma
import re
import shutil
import stat
import tarfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.grading.staging import IGNORED

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
_BLOCK = 1 << 20
_DRIVE = re.compile(r"^[A-Za-z]:")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_MAX_NAME, _MAX_DEPTH = 200, 12  # bytes of each part of a name; parts
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError,
    NotImplementedError, UnicodeError, ValueError, MemoryError,
)  # fmt: skip


class ArchiveError(ValueError):
    """An archive cannot be unpacked; the message says why."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold.

    Attributes:
        files: how many entries.
        size: how many bytes, unpacked.
    """

    files: int
    size: int

    def less(self, unpacked: "Unpacked") -> "Limits":
        """Returns what is left of them after an archive was unpacked."""
        size = sum(entry.path.stat().st_size for entry in unpacked.entries)
        return Limits(self.files - len(unpacked.entries), self.size - size)


CLASS = Limits(200_000, 200_000_000_000)  # and what the disk has room for
SUBMISSION = Limits(2_000, 1_000_000_000)


@dataclass(frozen=True)
class Entry:
    """A file that was unpacked.

    Attributes:
        name: in the archive, as it may be used.
        path: where it is.
        changed: when it was changed last, as the archive says, without a zone: year to second.
    """

    name: PurePosixPath
    path: Path
    changed: tuple[int, ...] = ()


@dataclass
class Unpacked:
    """What came of an archive.

    Attributes:
        entries: its files.
        left_out: what was not unpacked, each with the reason.
    """

    entries: list[Entry] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def is_archive(name: str) -> bool:
    """Whether a file is an archive by its name."""
    return name.lower().endswith(SUFFIXES)


def stem(name: str) -> str:
    """Returns the name of an archive without its ending."""
    ending = next((s for s in sorted(SUFFIXES, key=len, reverse=True) if is_ending(name, s)), "")
    return name[: len(name) - len(ending)]


def is_ending(name: str, ending: str) -> bool:
    """Whether a name ends so, in capitals or not."""
    return name.lower().endswith(ending)


def is_ignored(name: PurePosixPath) -> bool:
    """Whether a file is something that a system or an editor left."""
    return any(fnmatch.fnmatch(part, pattern) for part in name.parts for pattern in IGNORED)


def unpack(archive: Path, folder: Path, limits: Limits) -> Unpacked:
    """Unpacks an archive into a folder.

    Args:
        archive: a zip or tar file.
        folder: where to; it is made.
        limits: how much it may hold.

    Raises:
        ArchiveError: it is none, it is damaged or encrypted, it holds too much, or the disk has no
            room for it.
        OSError: a file cannot be read or written.

    What was unpacked is removed then.
    """
    try:
        return _unpack(archive, folder, limits)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # the room is others'
        raise


def _unpack(archive: Path, folder: Path, limits: Limits) -> Unpacked:
    if not archive.is_file():
        raise ArchiveError(f"There is no file {archive}.")
    found = Unpacked()
    with _opened(archive) as members:
        room = min(limits.size, _room(folder))
        for count, member in enumerate(members, 1):
            if count > limits.files:
                raise ArchiveError(f"{archive.name} holds more than {limits.files:,} files.")
            if member.size > room:  # also of what is left out: to pass over it takes time
                raise ArchiveError(_too_much(archive, limits, folder))
            name, problem = safe(member.name)
            if problem or member.problem:
                found.left_out.append(f"{shown(member.name)} ({problem or member.problem})")
                continue
            if member.is_folder or name is None or is_ignored(name):
                continue
            target = folder.joinpath(*name.parts)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.is_dir():
                    raise FileExistsError  # noqa: TRY301 (the same for both)
            except (FileExistsError, NotADirectoryError):
                found.left_out.append(f"{shown(member.name)} (a file and a folder of one name)")
                continue
            with member.open() as source, target.open("wb") as file:
                while block := source.read(_BLOCK):
                    room -= len(block)
                    if room < 0:
                        raise ArchiveError(_too_much(archive, limits, folder))
                    file.write(block)
            found.entries.append(Entry(name, target, member.changed))
    unique = {entry.path: entry for entry in found.entries}  # of one name, the last one counts
    found.entries = sorted(unique.values(), key=lambda entry: entry.name)
    return found


def names(archive: Path) -> list[PurePosixPath]:
    """Returns the names of an archive's files, without unpacking it.

    Raises:
        ArchiveError: it is none, or it is damaged or encrypted.
    """
    with _opened(archive) as members:
        found = [safe(member.name)[0] for member in members if not member.is_folder]
    return [name for name in found if name is not None and not is_ignored(name)]


def safe(name: str) -> tuple[PurePosixPath | None, str]:
    """Returns a name as it may be used inside a folder, or why it may not."""
    plain = unicodedata.normalize("NFC", _DRIVE.sub("", name.replace("\\", "/")))
    parts = [_ODD.sub("_", part).strip() for part in plain.split("/")]
    parts = [part for part in parts if part not in ("", ".")]
    if ".." in parts:
        return None, "it leads out of the folder"
    if len(parts) > _MAX_DEPTH:
        return None, "its folders are too deep"
    if any(len(part.encode()) > _MAX_NAME for part in parts):
        return None, "its name is too long"
    return (PurePosixPath(*parts) if parts else None), ""


def shown(name: str) -> str:
    """Returns a name from an archive as it may be printed."""
    text = _ODD.sub("?", name)
    return text if len(text) <= _MAX_NAME else f"{text[:_MAX_NAME]}..."


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    open: Callable[[], IO[bytes]]
    changed: tuple[int, ...]
    is_folder: bool = False
    problem: str = ""


def _members(archive: Path, stack: ExitStack) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        zipped = stack.enter_context(zipfile.ZipFile(archive))
        if any(info.flag_bits & 1 for info in zipped.infolist()):
            raise ArchiveError(f"{archive.name} is encrypted.")
        return (_of_zip(zipped, info) for info in zipped.infolist())
    if not is_ending(archive.name, ".zip") and tarfile.is_tarfile(archive):
        file = stack.enter_context(tarfile.open(archive))  # noqa: SIM115 (the stack closes it)
        return (_of_tar(file, info) for info in file)
    raise ArchiveError(f"{archive.name} is no archive (zip or tar), or it is damaged.")


@contextmanager
def _opened(archive: Path) -> Iterator[Iterator[_Member]]:
    """Opens an archive of either kind, and says in one way what is wrong with it."""
    try:
        with ExitStack() as stack:
            yield _members(archive, stack)
    except ArchiveError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise
        raise ArchiveError(f"{archive.name} is damaged: {error}.") from error  # of gzip and bz2
    except _DAMAGED as error:
        raise ArchiveError(f"{archive.name} is damaged: {error}.") from error


def _of_zip(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    kind = stat.S_IFMT(info.external_attr >> 16)
    odd = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
    problem = "a link or a device" if odd else ""
    name, size = _zip_name(info), info.file_size
    return _Member(
        name, size, lambda: file.open(info), info.date_time, info.is_dir(), problem
    )  # fmt: skip


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Returns a name: many programs write UTF-8 without the mark that says so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _of_tar(file: tarfile.TarFile, info: tarfile.TarInfo) -> _Member:
    changed = time.gmtime(min(max(info.mtime, 0), 2**33))[:6]
    odd = not (info.isreg() or info.isdir())
    problem = "a link or a device" if odd else ""

    def opened() -> IO[bytes]:
        source = file.extractfile(info)
        if source is None:
            raise tarfile.ReadError("an entry without content")
        return source

    return _Member(info.name, info.size, opened, changed, info.isdir(), problem)


def _room(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free


def _too_much(archive: Path, limits: Limits, folder: Path) -> str:
    if _room(folder) < _BLOCK * 64:
        return f"There is no room to unpack {archive.name} in {folder.parent}."
    return f"{archive.name} holds more than {limits.size // 1_000_000:,} MB, or than there is room."
