"""Submissions as they arrive: renamed, in folders, with odd cells, links and pipes in them."""

import base64
import json
import os

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.grading.states import State
from odd_class.member import NUMBERS, RELEASED, Member, complete, solved

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(1_200_000)).decode()


def text(notebook=None, **answers):
    return nbformat.writes(notebook or solved(**answers))


def with_cells(*cells, last=False):
    notebook = json.loads(text())
    place = len(notebook["cells"]) if last else 0
    notebook["cells"][place:place] = cells
    return json.dumps(notebook)


def with_outputs(megabytes):
    notebook = solved()
    shown = new_output("stream", text="x" * 1_000_000)
    notebook.cells.insert(0, new_code_cell("1", outputs=[shown] * megabytes))
    return text(notebook)


def of_format_3():
    notebook = nbformat.convert(solved(), 3)
    sheet = notebook.worksheets[0].cells
    sheet.insert(0, nbformat.v3.new_heading_cell("A title", level=2))
    return nbformat.v3.writes_json(notebook)


def with_a_picture():
    cell = new_markdown_cell(f"Look:\n\n![](data:image/png;base64,{PICTURE})\n\nThe end.")
    notebook = solved()
    notebook.cells.insert(0, cell)
    return text(notebook)


BLANK = "def double(x):\n    raise NotImplementedError()"
OPENS = "word = open('word.txt').read()\ndef double(x):\n    return 2 * x if word == 'toy' else x"

NO_FILE = {"measurements": 0}
WAITS = {"why": State.WAITING}  # what else there is, or was left out, may be the answer

# What students hand in, as files by name; what they lose; and what a note or a reason says.
CLASS = {
    "as_released": ({"toy1.ipynb": text, "measurements.csv": NUMBERS}, {}, ""),
    "a[b]*c": ({"toy1.ipynb": text, "measurements.csv": NUMBERS}, {}, ""),
    # Names and folders.
    "numbered": (
        {"toy1 (1).ipynb": text, "._toy1 (1).ipynb": "\0\5\x16\7Mac OS X", "measurements (1).csv":
         NUMBERS},
        {}, "toy1 (1).ipynb was graded as toy1.ipynb.",
    ),
    "beside_the_release": (
        {"toy1.ipynb": RELEASED, "toy1 (1).ipynb": text, "measurements.csv": NUMBERS},
        {}, "Also handed in, not graded: toy1.ipynb.",
    ),
    "half_answered_copy": (
        {"toy1.ipynb": text, "old/toy1.ipynb": lambda: text(double=BLANK), "measurements.csv":
         NUMBERS},
        {}, "Also handed in, not graded: old/toy1.ipynb.",
    ),
    "beside_an_empty_file": (
        {"toy1.ipynb": "", "toy1 - Kopie.ipynb": text, "measurements.csv": NUMBERS},
        {}, "toy1 - Kopie.ipynb was graded as toy1.ipynb.",
    ),
    "json": ({"toy1.ipynb.json": text, "measurements.csv.txt": NUMBERS}, {}, "toy1.ipynb.json was"),
    "folder_in_folder": (
        {"toy1/toy1/toy1.ipynb": lambda: text(double=OPENS), "toy1/toy1/word.txt": "toy",
         "toy1/measurements.csv": NUMBERS, "__MACOSX/toy1/._toy1.ipynb": "\0\5"},
        {}, "toy1/toy1/toy1.ipynb was graded as toy1.ipynb.",
    ),
    "unprintable": (
        {"toy1\u202f\u200f(1).ipynb": text, "measurements\u00a0(1).csv": NUMBERS}, {},
        "toy1  (1).ipynb was graded as toy1.ipynb.",
    ),
    "checkpoints": (
        {"my work.ipynb": text, ".ipynb_checkpoints/toy1-checkpoint.ipynb": RELEASED,
         ".~toy1.ipynb": "{}", "data/measurements.csv": NUMBERS},
        {}, "data/measurements.csv was graded as measurements.csv.",
    ),
    "prefixed": (
        {"doe_123_toy1-1.ipynb": text, "doe_123_measurements-1.csv": NUMBERS}, {},
        "doe_123_measurements-1.csv was graded as measurements.csv.",
    ),
    "two_versions": (
        {"toy1.ipynb": text, "measurements.csv": NUMBERS, "measurements (1).csv": "1\n"},
        {}, "Also handed in, not graded: measurements (1).csv.",
    ),
    "other_files": (
        {"toy1.ipynb": text, "scratch.ipynb": lambda: text(nbformat.v4.new_notebook()),
         "notes.csv": NUMBERS},
        NO_FILE, "measurements.csv is missing. Other files: notes.csv.",
    ),
    "video": (
        {"a video.mp4": 210_000_000, "toy1.ipynb": text, "measurements.csv": NUMBERS},
        {}, "Not copied for grading: a video.mp4.",
    ),
    "many_files": (
        {f"{n:03}.txt": "" for n in range(600)} | {"toy1.ipynb": text, "zz/measurements.csv":
         NUMBERS},
        {}, "and 95 more.",
    ),
    # Cells.
    "sql": (
        {"toy1.ipynb": lambda: with_cells({"cell_type": "sql", "source": "SELECT 1"})},
        NO_FILE | WAITS, "Cell 1 is left out: its type is 'sql', expected code or text.",
    ),
    "no_cell": (
        {"toy1.ipynb": lambda: with_cells(7)},
        NO_FILE | WAITS, "Cell 1 is left out: it has no type and no source.",
    ),
    "null": (
        {"toy1.ipynb": lambda: with_cells({"cell_type": "code", "source": None, "metadata": {}})},
        NO_FILE | WAITS, "Cell 1 has a source that is not text, which is left out.",
    ),
    "picture": ({"toy1.ipynb": with_a_picture}, NO_FILE | WAITS, ""),
    "long_text": (
        {"toy1.ipynb": lambda: with_cells(new_markdown_cell("x" * 1_500_000))},
        NO_FILE | WAITS, "Cell 1 is cut after 50,000 characters.",
    ),
    "long_code": (
        {"toy1.ipynb": lambda: with_cells(new_code_cell("#" * 3_000_000))},
        NO_FILE | WAITS, "Cell 1 is left out: it has more than 2,000,000 characters.",
    ),
    "many_cells": (
        {"toy1.ipynb": lambda: with_cells(
            *(new_markdown_cell("x") for _ in range(1500)), last=True)},
        NO_FILE | WAITS, "All cells after the first 1,000 are left out.",
    ),
    "outputs": ({"toy1.ipynb": lambda: with_outputs(30)}, NO_FILE, ""),
    "format_3": ({"toy1.ipynb": of_format_3}, NO_FILE | WAITS, ""),
    "utf_16": ({"toy1.ipynb": lambda: text().encode("utf-16")}, NO_FILE, ""),
    "half_utf_8": (
        {"toy1.ipynb": lambda: with_cells(new_code_cell("# caf\xe9")).replace(
            "\\u00e9", "\xe9").encode("latin-1")},
        NO_FILE | WAITS, "",
    ),
}  # fmt: skip
TIMESTAMPS = {
    "odd_date": lambda path: path.write_text("yesterday, at noon"),
    "endless_date": lambda path: path.write_text("9" * 10**6),
    "pipe": os.mkfifo,
    "zeros": lambda path: path.symlink_to("/dev/zero"),
    "folder_for_a_date": lambda path: (path.mkdir(), (path / "timestamp.txt").write_text("x")),
}
LINKS = {
    "linked_student": lambda folder: folder.parent.symlink_to("as_released"),
    "linked_folder": lambda folder: (
        folder.parent.mkdir(), folder.symlink_to("../as_released/toy1")
    ),
    "linked_notebook": lambda folder: (
        folder.mkdir(parents=True),
        (folder / "toy1.ipynb").symlink_to("../../as_released/toy1/toy1.ipynb"),
    ),
    "pipe_for_a_notebook": lambda folder: (
        folder.mkdir(parents=True), os.mkfifo(folder / "toy1.ipynb")
    ),
}  # fmt: skip


def linked_files(folder):
    (folder / "measurements.csv").symlink_to("../../as_released/toy1/measurements.csv")
    (folder / "more").symlink_to("../../as_released/toy1")


REFUSED = dict.fromkeys(("double", "running_total", "measurements"), State.FAILED) | WAITS
MISSING = dict.fromkeys(REFUSED, State.MISSING)
MEMBERS = {name: Member(*described) for name, described in CLASS.items()}
MEMBERS |= {
    name: Member(
        complete(text), says="timestamp.txt", further=lambda f, do=do: do(f / "timestamp.txt")
    )
    for name, do in TIMESTAMPS.items()
}
MEMBERS |= {name: Member({}, REFUSED, "is a link", further=link) for name, link in LINKS.items()}
MEMBERS |= {
    "late": Member(complete(text) | {"timestamp.txt": "2026-01-02 03:04:05 UTC"}),
    "linked_files": Member(
        {"toy1.ipynb": text},
        NO_FILE,
        "Not copied for grading: measurements.csv, more.",
        further=linked_files,
    ),
    "not_json": Member(complete("no JSON"), REFUSED, "not valid JSON"),
    "without": Member({"homework.txt": "my homework"}, MISSING),
    "absent": Member({}, MISSING),
}
