"""Feedback as a student reads it: what was earned and why, and nothing that is not about that."""

import re
import sys
from pathlib import Path

import pytest
import sandbox
import toy_class
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from toy_class import hand_in, release_with_question, solved, with_question

SECOND = (
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAD0lEQVR42mNk+M9QDwADhgGAhMPc4QAAAABJRU5ErkJg"
    "gg=="
)
DRAWS = (
    "from base64 import b64decode\nfrom IPython.display import Image\n"
    f"Image(b64decode({toy_class._DOT!r}))"
)
FAILS = "def inner():\n    raise ValueError('out of reach')\n\ninner()"
PRINTS = """\
import os, sys, warnings
warnings.warn_explicit('old', UserWarning, f'{sys.prefix}/lib/keras.py', 1)
print(dict(os.environ), sys.path, sys.base_prefix)
print('\\x00 \\x1b]0;title\\x07 \\x1b[31mred\\x1b[0m \\u202eevil')
"""
WARNS = "import sys\ndef double(x):\n    raise ValueError(sys.prefix)"
LONG = "raise ValueError('boo' if numbers else '" + "x" * 200 + "')"
FOLDED = "<details open><summary>Answer</summary>\n\nIt is **4**.\n\n</details>"
WRONG = "def double(x):\n    return x"


def submission():
    """A notebook with a wrong answer, a plot, an error, a folded answer and a written one."""
    notebook = with_question(solved(double=WRONG), "Because.")
    drawn = [new_output("display_data", data={"image/png": SECOND})]
    notebook.cells[1:1] = [
        new_code_cell(DRAWS, outputs=drawn),
        new_code_cell(FAILS),
        new_code_cell("1"),
        new_markdown_cell(FOLDED),
    ]
    notebook.cells.append(new_code_cell(PRINTS))
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    sandbox.require()
    root = toy_class.make(tmp_path_factory.mktemp("feedback"))
    release_with_question(root)
    hand_in(root, "ada", submission())
    hand_in(root, "ben", solved(double=WARNS))
    no_colon = "\n\ndef double(x)\n    return 2 * x"
    hand_in(
        root,
        "dora",
        solved(double=no_colon, running_total=f"def running_total(numbers):\n    {LONG}"),
    )
    hand_in(root, "cleo", submission())
    (root / "submitted/cleo/toy1/toy1.ipynb").write_text("no JSON")
    (root / "submitted/ada/toy1/timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    nbgrader(root, "autograde", "toy1")
    nbgrader(root, "generate_feedback", "toy1")
    return root


def file(course):
    return course / "feedback/ada/toy1/toy1.html"


@pytest.fixture
def page(course):
    if not file(course).exists():
        nbgrader(course, "generate_feedback", "toy1")
    return BeautifulSoup(file(course).read_text(), "html.parser")


def test_the_table_names_exercises_with_points_and_reasons(page):
    rows = {row.code.text: row for row in page.select("header tbody tr")}
    assert list(rows) == ["double", "running_total", "measurements", "why"]
    assert rows["why"].select_one(".points").text == "waits for a person (of 2)"
    assert rows["running_total"].select_one(".points").text == "3 of 3"
    assert rows["double"].select_one(".reason")
    assert rows["running_total"].select_one(".reason") is None
    assert "2 more points wait for a person." in page.header.text
    assert "Test cell" not in page.text
    for row in rows.values():
        assert page.find(id=row.a["href"].removeprefix("#"))


def test_a_notebook_that_could_not_be_read_is_no_zero(course):
    page = of(course, "cleo")
    assert page.select_one(".score").text == "Could not be graded"
    assert [note.text for note in page.select(".note")] == [
        "That is not a zero. The reason is below."
    ]
    rows = {row.code.text: row for row in page.select("header tbody tr")}
    assert list(rows) == ["double", "running_total", "measurements", "why"]
    for row in rows.values():
        assert row.select_one(".points").text == "could not be graded"
    (reason,) = page.select(".reason")
    assert reason.text == "The notebook cannot be read: its content is not valid JSON."
    assert page.text.count("its content is not valid JSON") == 2  # in the table and in the verdict
    assert "For the same reason as double." in page.find(id="running_total").parent.text
    assert not re.search(r"\b0 of \d", page.text)
    assert toy_class.UNANSWERED not in page.text
    assert all(page.find(id=link["href"].removeprefix("#")) for link in page.select("header a"))


def of(course, student):
    nbgrader(course, "generate_feedback", "toy1")
    return BeautifulSoup((course / f"feedback/{student}/toy1/toy1.html").read_text(), "html.parser")


def test_a_syntax_error_is_told_with_the_line_of_its_cell_and_no_file(course):
    page = of(course, "dora")
    for told in (page.select_one(".output_error"), page.find(id="double").parent):
        assert "expected ':' (line 3 of the cell)" in told.text
    assert not re.search(r"\d\.py", page.text)


def test_a_reason_that_is_cut_within_code_shows_no_backtick(course):
    (row,) = (
        r for r in of(course, "dora").select("header tbody tr") if r.code.text == "running_total"
    )
    assert "raise ValueError('boo' if numbers" in row.text
    assert row.text.rstrip().count("…") == 1
    assert "`" not in row.text


def test_a_verdict_stands_in_the_place_of_its_test_cell_with_its_hints_open(page):
    check = page.find(id="double").parent
    assert check.select("[role=img]")
    assert all(hint.has_attr("open") for hint in check.select("details"))
    assert "check.double" not in check.text


def test_there_is_no_noise_of_jupyter_or_of_the_machine(page, course):
    text = str(page)
    assert "Out[" not in text
    assert "In [" not in text
    assert str(course) not in text
    (error,) = page.select(".output_error")
    assert error.text.strip() == "ValueError: out of reach"
    assert "Traceback" not in page.main.text


def test_no_page_tells_a_path_of_the_machine_that_graded(course):
    ada, ben = (
        (course / f"feedback/{student}/toy1/toy1.html").read_text() for student in ("ada", "ben")
    )
    for page in (ada, ben):
        for path in (course, sys.prefix, sys.base_prefix, Path.home(), Path(sys.executable)):
            assert str(path) not in page
    assert "python/lib/keras.py:1: UserWarning: old" in ada
    assert ben.count("raised ValueError: python") == 2  # in the table and in the verdict


def test_no_character_controls_how_the_page_is_read(page):
    assert "red \ufffdevil" in page.text
    assert not re.search("[\0\a\x1b\u202a-\u202e]", page.main.text)


def test_the_page_holds_all_that_it_needs(page):
    assert not page.select("script, link, iframe")
    assert not re.search(r"(?:src|href)=\"?(?:https?:)?//", str(page))


def test_a_folded_answer_stays_folded(page):
    folded = next(found for found in page.select("details") if "It is" in found.text)
    assert folded.attrs == {}
    assert folded.summary.text == "Answer"
    assert folded.strong.text == "4"


def test_a_students_own_plot_is_beside_the_one_made_while_grading(page):
    graded, own = page.select(".outputs")[0].select(".output")
    assert "one short epoch" in graded.select_one(".from").text
    assert toy_class._DOT[:60] in graded.img["src"]
    assert "handed in" in own.select_one(".from").text
    assert own.img["src"].endswith(SECOND)


def by_hand(course, score, comment):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.find_grade("why", "toy1", "toy1", "ada").manual_score = score
        gradebook.find_grade("why", "toy1", "toy1", "ada").needs_manual_grade = False
        gradebook.find_comment("why", "toy1", "toy1", "ada").manual_comment = comment
        gradebook.db.commit()


def test_releasing_makes_pages_anew(course, tmp_path):
    secret = course / "submitted/ada/toy1/submission_secret.txt"
    secret.write_text("secret")
    nbgrader(course, "autograde", "toy1", "--force")
    nbgrader(course, "generate_feedback", "toy1")
    by_hand(course, 1, "Half of it.")
    options = [f"--Exchange.root={tmp_path}", "--course=toy"]
    nbgrader(course, "release_feedback", "toy1", *options)
    (released,) = tmp_path.glob("toy/feedback/*.html")
    for found in (released, file(course)):
        assert "Half of it." in found.read_text()
        assert "1 of 2 points, given by a person" in found.read_text()


def test_a_page_about_an_earlier_grade_does_not_outlive_it(course):
    nbgrader(course, "generate_feedback", "toy1")
    assert file(course).exists()
    nbgrader(course, "autograde", "toy1")  # nothing has changed
    assert file(course).exists()
    nbgrader(course, "autograde", "toy1", "--force")
    assert not file(course).exists()
