"""Parcels: what one machine tells another, and files, as one piece of bytes."""

import json
import socket
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

READY = "ready"  # what a grading program says when it is; or else why it cannot be
_LENGTH = struct.Struct(">Q")


class ParcelError(ValueError):
    """A parcel names a file that would lie outside its folder."""


def pack(about: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Packs a parcel.

    Args:
        about: what is said, as JSON can hold it.
        files: contents by name.
    """
    sizes = {name: len(content) for name, content in files.items()}
    said = json.dumps({"about": about, "sizes": sizes}).encode()  # also names that are no text
    return b"".join((_LENGTH.pack(len(said)), said, *files.values()))


def unpack(parcel: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Returns what is said in a parcel, and the contents of its files by name."""
    (length,) = _LENGTH.unpack_from(parcel)
    at = _LENGTH.size + length
    said = json.loads(parcel[_LENGTH.size : at])
    files = {}
    for name, size in said["sizes"].items():
        files[name], at = parcel[at : at + size], at + size
    return said["about"], files


def read(folder: Path, paths: Iterable[Path], prefix: str = "") -> dict[str, bytes]:
    """Reads files of a folder, named from there."""
    return {f"{prefix}{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes the files of a parcel into a folder.

    Raises:
        ParcelError: a name leads out of the folder.
        OSError: a file cannot be written.
    """
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ParcelError(f"a parcel holds the file {name!r}")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        try:
            (folder / path).write_bytes(content)
        except OSError as error:  # a full disk does not say which one it is
            raise OSError(error.errno, error.strerror, str(folder / path)) from error


def send(connection: socket.socket, parcel: bytes) -> None:
    """Sends a parcel."""
    connection.sendall(_LENGTH.pack(len(parcel)))
    connection.sendall(parcel)


def receive(connection: socket.socket) -> bytes:
    """Returns the next parcel.

    Raises:
        EOFError: the other side is gone.
    """
    with connection.makefile("rb") as stream:
        head = stream.read(_LENGTH.size)
        parcel = stream.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else b""
        if len(head) < _LENGTH.size or len(parcel) < _LENGTH.unpack(head)[0]:
            raise EOFError
    return parcel
