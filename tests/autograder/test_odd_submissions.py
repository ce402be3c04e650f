"""Submissions as they arrive: renamed, in folders, with odd cells, links and pipes in them.

All of them are one class of the toy course, graded once by the stock command, in a course folder
and with a student whose names look like patterns.
"""

import base64
import csv
import json
import os

import nbformat
import pytest
import sandbox
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader_course import nbgrader
from toy_class import POINTS, autograded, make, results_of, rps_grader, solved

from autograder.grading import challenges, staging

NUMBERS = "1\n2\n3\n"
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
RELEASED = object()  # stands for the released notebook
OPENS = "word = open('word.txt').read()\ndef double(x):\n    return 2 * x if word == 'toy' else x"

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
        {"measurements": 0}, "measurements.csv is missing. Other files: notes.csv.",
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
        {"measurements": 0}, "Cell 1 is left out: its type is 'sql', expected code or text.",
    ),
    "no_cell": (
        {"toy1.ipynb": lambda: with_cells(7)},
        {"measurements": 0}, "Cell 1 is left out: it has no type and no source.",
    ),
    "null": (
        {"toy1.ipynb": lambda: with_cells({"cell_type": "code", "source": None, "metadata": {}})},
        {"measurements": 0}, "Cell 1 has a source that is not text, which is left out.",
    ),
    "picture": ({"toy1.ipynb": with_a_picture}, {"measurements": 0}, ""),
    "long_text": (
        {"toy1.ipynb": lambda: with_cells(new_markdown_cell("x" * 1_500_000))},
        {"measurements": 0}, "Cell 1 is cut after 50,000 characters.",
    ),
    "long_code": (
        {"toy1.ipynb": lambda: with_cells(new_code_cell("#" * 3_000_000))},
        {"measurements": 0}, "Cell 1 is left out: it has more than 2,000,000 characters.",
    ),
    "many_cells": (
        {"toy1.ipynb": lambda: with_cells(
            *(new_markdown_cell("x") for _ in range(1500)), last=True)},
        {"measurements": 0}, "All cells after the first 1,000 are left out.",
    ),
    "outputs": ({"toy1.ipynb": lambda: with_outputs(30)}, {"measurements": 0}, ""),
    "format_3": ({"toy1.ipynb": of_format_3}, {"measurements": 0}, ""),
    "utf_16": ({"toy1.ipynb": lambda: text().encode("utf-16")}, {"measurements": 0}, ""),
    "half_utf_8": (
        {"toy1.ipynb": lambda: with_cells(new_code_cell("# caf\xe9")).replace(
            "\\u00e9", "\xe9").encode("latin-1")},
        {"measurements": 0}, "",
    ),
}  # fmt: skip
TIMESTAMPS = {
    "odd_date": lambda path: path.write_text("yesterday, at noon"),
    "endless_date": lambda path: path.write_text("9" * 10**6),
    "pipe": os.mkfifo,
    "zeros": lambda path: path.symlink_to("/dev/zero"),
    "folder": lambda path: (path.mkdir(), (path / "timestamp.txt").write_text("x")),
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


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    content = content() if callable(content) else content
    if isinstance(content, int):
        with path.open("wb") as file:
            file.truncate(content)  # sparse: it takes no room
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder, with the class graded: (folder, finished process)."""
    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("odd") / "courses [2026] + more")
        nbgrader(root, "generate_assignment", "toy1", "--force")
        released = (root / "assignments/toy1/toy1.ipynb").read_text()
        submitted = root / "submitted"
        for student, (files, _, _) in CLASS.items():
            for name, content in files.items():
                content = released if content is RELEASED else content
                write(submitted / student / "toy1" / name, content)
        for student, make_timestamp in TIMESTAMPS.items():
            write(submitted / student / "toy1/toy1.ipynb", text)
            write(submitted / student / "toy1/measurements.csv", NUMBERS)
            make_timestamp(submitted / student / "toy1/timestamp.txt")
        for student, make_link in LINKS.items():
            make_link(submitted / student / "toy1")
        write(submitted / "late/toy1/toy1.ipynb", text)
        write(submitted / "late/toy1/timestamp.txt", "2026-01-02 03:04:05 UTC")
        write(submitted / "linked_files/toy1/toy1.ipynb", text)
        (submitted / "linked_files/toy1/measurements.csv").symlink_to(
            "../../as_released/toy1/measurements.csv"
        )
        (submitted / "linked_files/toy1/more").symlink_to("../../as_released/toy1")
        write(submitted / "without/toy1/homework.txt", "my homework")
        yield root, nbgrader(root, "autograde", "toy1")


def of(course, student):
    return {e: r for (s, e), r in results_of(course[0]).items() if s == student}


def said(found):
    return " ".join(
        text
        for result in found.values()
        for text in (*result.reasons, *(result.verdict.notes if result.verdict else ()))
    )


@pytest.mark.parametrize("student", CLASS)
def test_what_was_answered_is_graded_and_what_was_taken_is_said(course, student):
    _, lost, says = CLASS[student]
    found = of(course, student)
    assert {e: r.score for e, r in found.items()} == POINTS | lost, said(found)
    assert says in said(found)


@pytest.mark.parametrize("student", TIMESTAMPS)
def test_an_odd_timestamp_is_ignored(course, student):
    found = of(course, student)
    assert {e: r.score for e, r in found.items()} == POINTS
    assert "timestamp.txt" in said(found)


def test_a_timestamp_counts(course):
    nbgrader(course[0], "export")
    with (course[0] / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["late"]["timestamp"] == "2026-01-02 03:04:05"
    assert "toy1 (1).ipynb was graded as toy1.ipynb." in rows["numbered"]["reason"]
    assert rows["numbered"]["status"] == "graded"


@pytest.mark.parametrize("student", LINKS)
def test_a_link_earns_nothing(course, student):
    found = of(course, student)
    assert sum(result.score for result in found.values()) == 0
    assert all(result.error for result in found.values())
    assert "is a link" in said(found)


def test_linked_files_are_no_files(course):
    found = of(course, "linked_files")
    assert {e: r.score for e, r in found.items()} == POINTS | {"measurements": 0}
    assert "Not copied for grading: measurements.csv, more." in said(found)


def test_a_folder_without_a_notebook_is_not_graded(course):
    assert of(course, "without") == {}
    assert not autograded(course[0], "without").exists()


def test_the_table_shows_what_was_taken(course):
    shown = " ".join(rps_grader(course[0], "show", "toy1").stdout.split())
    assert "numbered: toy1 (1).ipynb was graded as toy1.ipynb." in shown


def test_feedback_says_what_was_taken_and_keeps_pasted_pictures(course):
    root = course[0]
    for student in ("numbered", "a[b]*c", "picture"):
        nbgrader(root, "generate_feedback", "toy1", "--student", student)
    page = (root / "feedback/numbered/toy1/toy1.html").read_text()
    assert "toy1 (1).ipynb was graded as toy1.ipynb." in page
    assert (root / "feedback/a[b]*c/toy1/toy1.html").is_file()
    page = (root / "feedback/picture/toy1/toy1.html").read_text()
    assert PICTURE in page
    assert "The end." in page


@pytest.fixture
def formgrader(course, monkeypatch):
    """What formgrader's pages and buttons call."""
    from nbgrader.apps import NbGrader, NbGraderAPI

    monkeypatch.chdir(course[0])
    application = NbGrader()
    application.initialize([])
    return NbGraderAPI(config=application.config)


def test_formgrader_lists_and_grades_the_class(course, formgrader):
    listed = {row["student"]: row for row in formgrader.get_submissions("toy1")}
    assert {"a[b]*c", "pipe", "zeros", "without", *CLASS} <= listed.keys()
    answer = formgrader.autograde("toy1", "a[b]*c")
    assert answer["success"], answer["log"]
    assert "Converting notebook" in answer["log"]
    assert {e: r.score for e, r in of(course, "a[b]*c").items()} == POINTS


def test_what_cannot_be_read_keeps_its_result_and_fails_the_command(
    course, formgrader, monkeypatch
):
    look = staging.look

    def only_some(folder, *others):
        if folder.parent.name == "as_released":
            raise PermissionError(13, "Permission denied", str(folder / "toy1.ipynb"))
        return look(folder, *others)

    monkeypatch.setattr(staging, "look", only_some)
    for student in ("as_released", "[an]*"):
        answer = formgrader.autograde("toy1", student)
        assert not answer["success"]
        assert "the submission of 'as_released' cannot be read" in answer["log"]
    assert "the submissions of as_released. Make them readable" in answer["log"]
    assert {e: r.score for e, r in of(course, "as_released").items()} == POINTS
    assert {e: r.score for e, r in of(course, "numbered").items()} == POINTS


def test_a_key_that_cannot_be_read_stops_before_the_first_submission(course):
    key = course[0] / challenges.KEY_FILE
    content = key.read_text()
    key.unlink()
    key.mkdir()
    done = nbgrader(course[0], "autograde", "toy1", "--force", check=False)
    key.rmdir()
    key.write_text(content)
    assert done.returncode == 1
    assert "Cannot use the challenge key" in done.stderr
    assert "Traceback" not in done.stderr
    assert of(course, "as_released")


def test_an_assignment_that_was_not_released_is_named(course):
    done = nbgrader(course[0], "autograde", "toy9", check=False)
    assert done.returncode == 1
    assert "No assignment with ID 'toy9' exists in the database" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_odd_stops_the_class(course):
    assert "Traceback" not in course[1].stderr
