"""A verdict in a notebook: a table where HTML is shown, text elsewhere."""

import nbclient
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader_course import nbgrader
from toy_class import TOY, hand_in, make, solved

from autograder.core import display, rubric
from autograder.core.verdict import Criterion, Reason, Verdict

MIXED = Verdict(
    "double",
    (
        Criterion("shape", "the shape", 1, 1, True),
        Criterion("numbers", "the numbers", 2, 0.5, False),
        Criterion("type", "the type", 1, 0, False),
        Criterion("rest", "the rest", 1, 0, False),
    ),
    (
        Reason(("numbers",), 1, "Received `<b>$x$</b>`.", "Look.", "Look again.", "half"),
        Reason(("type",), 1, "It is a list.", "", "", "list"),
        Reason(
            ("rest",),
            1,
            "Not checked: the rest. This must hold first: the type.",
            "",
            "",
            rubric.UNCHECKED,
        ),
    ),
    ("A remark.",),
)


def marks(page):
    return [mark["aria-label"] for mark in page.select("[role=img]")]


def test_each_criterion_has_a_mark_that_needs_no_color():
    page = BeautifulSoup(display.as_html(MIXED), "html.parser")
    assert marks(page) == ["holds", "holds in part", "fails", "not checked", "note"]
    assert [mark.text for mark in page.select("[role=img]")] == ["✓", "~", "✗", "–", "i"]
    assert "2 of 5 points" in page.text
    assert "1 of 2" in page.text


def test_a_text_of_a_student_is_neither_an_element_nor_a_formula():
    page = BeautifulSoup(display.as_html(MIXED), "html.parser")
    assert "Received <b>$x$</b>." in page.text
    assert not page.find("b")
    assert set(page.find_all(string=lambda text: "$" in text)) == {"$"}


@pytest.mark.parametrize(
    ("options", "opened", "hints"),
    [
        ({}, False, ["Hint"]),
        ({"unfolded": True}, True, ["Hint"]),
        ({"repeated": {"half"}}, False, ["Hint", "Another hint"]),
    ],
)
def test_hints_are_folded_unless_a_page_shows_them(options, opened, hints):
    page = BeautifulSoup(display.as_html(MIXED, **options), "html.parser")
    assert [hint.text for hint in page.select("summary")] == hints
    assert all(hint.has_attr("open") == opened for hint in page.select("details"))


def test_a_mistake_in_the_whole_exercise_leaves_its_criteria_unchecked():
    blank = Verdict("a", MIXED.criteria[2:], (Reason((), 2, "No answer.", "", "", "blank"),))
    page = BeautifulSoup(display.as_html(blank), "html.parser")
    assert marks(page) == ["fails", "not checked", "not checked"]


def test_a_criterion_that_was_not_checked_is_named_once():
    page = BeautifulSoup(display.as_html(MIXED), "html.parser")
    assert page.text.count("the rest") == 1
    assert "Not checked. This must hold first: the type." in page.text


def test_styles_are_inline_and_nothing_runs():
    page = BeautifulSoup(display.as_html(MIXED, total=display.Total(1, 2)), "html.parser")
    assert {element.name for element in page.find_all(True)} <= {
        "div", "span", "code", "details", "summary"
    }  # fmt: skip
    assert not any("class" in element.attrs for element in page.find_all(True))


WRONG = "def double(x):\n    return x"
RIGHT = "def double(x):\n    return 2 * x"


@pytest.fixture
def run(monkeypatch):
    """Runs cells in a kernel and returns their outputs."""
    monkeypatch.setenv("PYTHONPATH", str(TOY))

    def run(*sources):
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
        return [cell.outputs for cell in notebook.cells]

    return run


def test_a_notebook_shows_the_verdict_as_html_with_a_running_total(run):
    set_up = "from toy import check"
    _, _, wrong, _, right = run(
        set_up, WRONG, "check.double(double)", RIGHT, "check.double(double)"
    )
    table, error = wrong
    assert "of 9 points from the checks in this notebook" in table.data["text/html"]
    assert "running_total, measurements" in table.data["text/plain"]
    assert error.ename == "CheckFailed"
    assert "Hint: " in error.evalue  # for whatever reads the notebook
    (line,) = error.traceback
    assert line.startswith("CheckFailed: double has ")
    (table,) = right
    assert "4 of 9 points from the checks in this notebook" in table.data["text/html"]


def test_text_takes_its_place_where_nothing_shows_html(run, monkeypatch):
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    _, _, wrong, _, right = run(
        "from toy import check", WRONG, "check.double(double)", RIGHT, "check.double(double)"
    )
    (error,) = wrong
    assert any("Hint: " in line for line in error.traceback)
    (printed,) = right
    assert "double: 4 of 4 points" in printed.text


def test_nbgrader_validate_still_says_what_is_wrong(tmp_path):
    root = make(tmp_path)
    hand_in(root, "ada", solved(root, double="def double(values):\n    return values"))
    done = nbgrader(root, "validate", root / "submitted/ada/toy1/toy1.ipynb", check=False)
    assert "Hint: " in done.stdout
