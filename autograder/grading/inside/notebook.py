"""Reads a notebook file of unknown origin and prints what grading needs of it, as JSON.

Run in the sandbox as `python -I -S notebook.py NAME`, in the folder of the submission. Kept are the
cells' types, sources and grade ids, and pictures pasted into text; outputs, widgets, tags and all
other metadata are left behind. Standard library only, so that it starts at once.
"""

import base64
import binascii
import json
import sys

MAX_CELLS = 1000
MAX_SOURCE = 1_000_000  # characters in one cell
# Kinds of pictures that grading keeps, and their first bytes.
PICTURES = {"image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8\xff"}


class Refused(ValueError):
    """The file cannot be graded; the message says why, for a student."""


def text(value: object) -> str:
    """Returns a cell's source, which is a string or a list of strings."""
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise Refused("has a cell whose source is not text")
    source = "".join(parts)
    if len(source) > MAX_SOURCE:
        raise Refused(f"has a cell of more than {MAX_SOURCE:,} characters")
    # Half a surrogate pair cannot be written to a file again.
    return source.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def picture(kind: str, data: object) -> str | None:
    """Returns a picture's base64 data, encoded again; None if it is not a picture of this kind."""
    try:
        raw = base64.b64decode(data) if isinstance(data, str) else b""
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(raw).decode() if raw.startswith(PICTURES[kind]) else None


def pictures(value: object) -> dict:
    """Returns the pictures among a text cell's attachments."""
    kept = {}
    for name, bundle in list(value.items())[:20] if isinstance(value, dict) else []:
        if len(name) > 200 or not name.isprintable():
            continue
        for kind in PICTURES:
            data = picture(kind, bundle.get(kind)) if isinstance(bundle, dict) else None
            if data:
                kept[name] = {kind: data}
    return kept


def cell(value: object) -> dict:
    """Returns what is kept of one cell."""
    if not isinstance(value, dict) or value.get("cell_type") not in ("code", "markdown", "raw"):
        raise Refused("has a cell that is neither code nor text")
    metadata = value.get("metadata")
    metadata = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = metadata.get("grade_id") if isinstance(metadata, dict) else None
    kept = {"cell_type": value["cell_type"], "source": text(value.get("source", ""))}
    if isinstance(grade_id, str) and len(grade_id) < 200:
        kept["grade_id"] = grade_id
    if value["cell_type"] == "markdown":
        kept["attachments"] = pictures(value.get("attachments"))
    return kept


def read(path: str) -> list[dict]:
    """Returns the cells of a notebook file."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            notebook = json.load(file)
    except (ValueError, RecursionError):
        raise Refused("is not a notebook: its content is not valid JSON") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise Refused("is not a notebook of Jupyter's current format (4): it has no list of cells")
    if len(notebook["cells"]) > MAX_CELLS:
        raise Refused(f"has more than {MAX_CELLS:,} cells")
    return [cell(value) for value in notebook["cells"]]


if __name__ == "__main__":
    try:
        answer = {"cells": read(sys.argv[1])}
    except Refused as refused:
        answer = {"refused": str(refused)}
    json.dump(answer, sys.stdout)
