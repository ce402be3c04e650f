"""Reads a notebook file of unknown origin and prints what grading needs of it, as JSON.

Run in the sandbox as `python -I -S notebook.py`, with the file as its standard input. Kept are the
cells' types, sources and grade ids, pictures pasted into text, and what code cells printed and
drew, as text and pictures; widgets, tags and all other metadata are left behind. A cell that cannot
be read costs itself and not the notebook, and a note says so. Standard library only, so that it
starts at once.
"""

import base64
import binascii
import json
import re
import resource
import sys

MAX_MEMORY = 2_000_000_000  # bytes for reading one file
MAX_CELLS = 1000
MAX_CODE, MAX_TEXT = 2_000_000, 50_000  # characters in one cell
MAX_SOURCES = 8_000_000  # characters in all cells
MAX_PICTURES = 20_000_000  # characters of base64 in all text cells
MAX_OUTPUT, MAX_OUTPUTS = 50_000, 5_000_000  # characters of one output's text, and of all outputs
MAX_NOTES = 20
# Kinds of pictures that grading keeps, and their first bytes.
PICTURES = {"image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8\xff"}
# Types of cells, some of them of formats before 4.
TYPES = {
    "code": "code",
    "markdown": "markdown",
    "raw": "raw",
    "heading": "markdown",
    "html": "markdown",
}
# Pictures that editors such as Colab's write into the text itself.
_IN_TAG = re.compile(r"<img\b[^<>]*?\bsrc=[\"']?(data:[^\"'<>\s]+)[^<>]*>")
_IN_TEXT = re.compile(r"data:([\w/+.-]{1,50});base64,([A-Za-z0-9+/=]{200,})")


class Refused(ValueError):
    """The file cannot be graded; the message says why, for a student."""


class Left(ValueError):
    """A part of the file is left out; the message says why, for a student."""


def picture(kind: str, data: object) -> str | None:
    """Returns a picture's base64 data, encoded again; None if it is not a picture of this kind."""
    try:
        raw = base64.b64decode(data) if isinstance(data, str) else b""
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(raw).decode() if raw.startswith(PICTURES[kind]) else None


class Notebook:
    """What is kept of a notebook, within limits for the whole of it.

    Attributes:
        cells: the cells.
        notes: what was left out and why.
    """

    def __init__(self, values: list) -> None:
        """Reads the cells of a notebook."""
        self.cells: list[dict] = []
        self.notes: list[str] = []
        self._sources, self._pictures, self._outputs = MAX_SOURCES, MAX_PICTURES, MAX_OUTPUTS
        for self._number, value in enumerate(values[:MAX_CELLS], 1):
            try:
                self.cells.append(self._cell(value))
            except Left as left:
                self.notes.append(f"Cell {self._number} is left out: {left}.")
        if len(values) > MAX_CELLS:
            self.notes.append(f"All cells after the first {MAX_CELLS:,} are left out.")
        if len(self.notes) > MAX_NOTES:
            self.notes[MAX_NOTES:] = [f"There are {len(self.notes) - MAX_NOTES} more such notes."]

    def _cell(self, value: object) -> dict:
        """Returns what is kept of one cell."""
        if not isinstance(value, dict):
            raise Left("it has no type and no source")
        said = value.get("cell_type")
        kind = TYPES.get(said) if isinstance(said, str) else None
        if kind is None:
            raise Left(f"its type is {str(said)[:30]!r}, expected code or text")
        kept = {"cell_type": kind, "source": self._source(value, kind)}
        metadata = value.get("metadata")
        metadata = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = metadata.get("grade_id") if isinstance(metadata, dict) else None
        if isinstance(grade_id, str) and len(grade_id) < 200:
            kept["grade_id"] = grade_id
        if kind == "markdown":
            kept["attachments"] = self._attachments(value.get("attachments"))
            if len(kept["source"]) > MAX_TEXT:
                self._shorten(kept)
        elif kind == "code":
            kept["outputs"] = self._shown(value.get("outputs"))
        self._sources -= len(kept["source"])
        if self._sources < 0:
            raise Left(f"all cells together have more than {MAX_SOURCES:,} characters")
        return kept

    def _source(self, value: dict, kind: str) -> str:
        source = value.get("source", value.get("input", ""))  # `input` until format 3
        parts = source if isinstance(source, list) else [source]
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) < len(parts):
            self._note("has a source that is not text, which is left out")
        source = "".join(texts)
        if kind == "code" and len(source) > MAX_CODE:
            raise Left(f"it has more than {MAX_CODE:,} characters")
        if value.get("cell_type") == "heading":
            level = value.get("level")
            source = "#" * (level if level in range(1, 7) else 1) + f" {source}"
        # Half a surrogate pair cannot be written to a file again.
        return source.encode("utf-8", "replace").decode("utf-8").replace("\0", "")

    def _attachments(self, value: object) -> dict:
        """Returns the pictures among a text cell's attachments."""
        kept: dict[str, dict] = {}
        for name, bundle in list(value.items())[:20] if isinstance(value, dict) else []:
            if len(name) > 200 or not name.isprintable() or not isinstance(bundle, dict):
                continue
            for kind in PICTURES:
                self._keep(kept, name, kind, bundle.get(kind))
        return kept

    def _shown(self, outputs: object) -> list[dict]:
        """Returns the texts and pictures among a cell's outputs, by kind."""
        kept = []
        for output in outputs if isinstance(outputs, list) else []:
            for kind, value in output.items() if isinstance(output, dict) else ():
                data = value[:MAX_OUTPUT] if kind == "text/plain" else picture(kind, value)
                if data and len(data) <= self._outputs:
                    self._outputs -= len(data)
                    kept.append({kind: data.encode("utf-8", "replace").decode("utf-8")})
        return kept

    def _keep(self, kept: dict, name: str, kind: str, data: object) -> bool:
        """Keeps a picture if it is one; returns whether it was kept."""
        found = picture(kind, data) if kind in PICTURES else None
        if not found:
            return False
        if len(found) > self._pictures:
            self._note(f"loses a picture: all together have more than {MAX_PICTURES:,} bytes")
            return False
        self._pictures -= len(found)
        kept[name] = {kind: found}
        return True

    def _shorten(self, kept: dict) -> None:
        """Makes pictures in a long text its attachments, and cuts what is still too long."""

        def attached(match: re.Match) -> str:
            name = f"pasted-{len(kept['attachments']) + 1}"
            kind = match[1].replace("image/jpg", "image/jpeg")
            fits = self._keep(kept["attachments"], name, kind, match[2])
            return f"attachment:{name}" if fits else "left-out"

        source = _IN_TAG.sub(r"![](\1)", kept["source"])
        kept["source"] = _IN_TEXT.sub(attached, source)
        if len(kept["source"]) > MAX_TEXT:
            kept["source"] = kept["source"][:MAX_TEXT]
            self._note(f"is cut after {MAX_TEXT:,} characters")

    def _note(self, what: str) -> None:
        self.notes.append(f"Cell {self._number} {what}.")


def _lighten(value: dict) -> dict:
    """Leaves of an output no more than its text and its pictures: it may be most of the file."""
    if isinstance(value.get("output_type"), str):
        data = value.get("data")
        bundle = data if isinstance(data, dict) else {}
        found = {kind: _text(bundle.get(kind)) for kind in ("text/plain", *PICTURES)}
        if value["output_type"] == "stream":
            found["text/plain"] = _text(value.get("text"))
        if any(found[kind] for kind in PICTURES):
            found.pop("text/plain")
        return {kind: text for kind, text in found.items() if text}
    return value


def _text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return "".join(part for part in parts if isinstance(part, str))


def read(content: bytes) -> Notebook:
    """Reads a notebook file's content.

    Raises:
        Refused: it is no notebook.
    """
    try:
        text = content.decode(json.detect_encoding(content), "replace")
        notebook = json.loads(text.removeprefix("\ufeff"), object_hook=_lighten)
    except (ValueError, RecursionError):
        raise Refused("cannot be read: its content is not valid JSON") from None
    notebook = notebook if isinstance(notebook, dict) else {}
    sheets = notebook.get("worksheets")  # until format 3
    holders = [notebook, *(sheets if isinstance(sheets, list) else [])]
    found = [holder.get("cells") for holder in holders if isinstance(holder, dict)]
    cells = [values for values in found if isinstance(values, list)]
    if not cells:
        raise Refused("cannot be read: it has no list of cells")
    kept = Notebook([value for values in cells for value in values])
    if kept.notes and not kept.cells:
        raise Refused("has no cell that can be read")
    return kept


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(hard, MAX_MEMORY)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        found = read(sys.stdin.buffer.read())
        answer: dict = {"cells": found.cells, "notes": found.notes}
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "is too large to be read. Clear the outputs and hand it in again"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
