"""The page of `rps-grader report` for made-up classes, in a real browser where it matters."""

import html
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime

import browser
import pytest

from autograder.classroom.report import numbers, page, plots, text
from autograder.classroom.report.model import FEWEST, About, Item, Measurement
from autograder.core.verdict import Criterion, Reason, Verdict
from autograder.grading import times
from autograder.grading.results import Result
from autograder.grading.similar import Pair
from autograder.grading.states import State
from benchmarks.report import made_up

MADE = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def result(student, score, points=4.0, exercise="double", state=State.GRADED):
    earned = score or 0.0
    criteria = (Criterion("a", "it works", points, earned / points, earned == points),)
    lost = points - earned
    reasons = (Reason(("a",), lost, "It does not.", "", "", "wrong"),) if lost else ()
    verdict = Verdict(exercise, criteria, reasons)
    return Result(student, exercise, score, points, verdict, state=state)


def of_all(found, exercise):
    items = numbers.report("toy1", found, {}).items
    (item,) = (i for i in items if i.exercise == exercise and not i.criterion)
    return item


@pytest.mark.parametrize(
    "found",
    [
        [],
        [result("ada", 4.0)],
        [result(name, 2.0) for name in "abcdef"],
        [result(name, n % 2 * 4.0) for n, name in enumerate("abcdef")],  # alone: it has no rest
        [result("ada", 0.0, state=State.FAILED)],
        [Result("ada", "double", None, 0.0, state=State.MISSING)],
        [Result(name, e, 0.0, 0.0) for name in "abcdef" for e in ("one", "two")],
    ],
)
def test_small_and_uniform_classes_have_no_discrimination(found):
    report = numbers.report("toy1", found, {})
    assert all(item.discrimination is None for item in report.items)
    assert "toy1" in page.render([report], MADE)


def test_too_few_students_and_equal_points_are_told_apart():
    few = [result(s, n, exercise=e) for n, s in enumerate("abcd") for e in ("one", "two")]
    assert len("abcd") < FEWEST
    assert "too few" in page.render([numbers.report("toy1", few, {})], MADE)
    equal = [result(s, 2.0, exercise=e) for s in "abcdef" for e in ("one", "two")]
    assert "all equal" in page.render([numbers.report("toy1", equal, {})], MADE)


def test_an_answer_that_waits_does_not_make_a_student_weak():
    """The three who are read lose nothing by it, and those who wait do not seem weak."""
    found = []
    for number, student in enumerate("abcdef"):
        found.append(result(student, number % 2 * 4.0, exercise="one"))
        found.append(result(student, number % 2 * 4.0, exercise="two"))
        state = State.WAITING if number % 2 else State.BY_HAND
        found.append(Result(student, "why", None if number % 2 else 0.0, 40.0, state=state))
    # Of sums, strong students who wait would be as weak as the others; of shares, they are not.
    assert of_all(found, "one").discrimination == pytest.approx(1)
    assert of_all(found, "why").compared == 3


def test_similar_pairs_are_groups_the_small_ones_first():
    pairs = [
        Pair("double", ("a", "b"), 0.9),
        Pair("double", ("b", "c"), 0.8),
        Pair("double", ("x", "y"), 0.85),
        Pair("other", ("a", "x"), 0.99999),
    ]
    groups = [(g.what, g.students, g.least, g.most) for g in numbers.groups(pairs)]
    assert groups == [
        ("other", ("a", "x"), 0.99999, 0.99999),
        ("double", ("x", "y"), 0.85, 0.85),
        ("double", ("a", "b", "c"), 0.8, 0.9),
    ]
    shown = page.render([numbers.report("toy1", [result("a", 1.0)], {}, pairs)], MADE)
    assert "99%" in shown  # never 100% of what differs
    assert "80% to 90%" in shown


def test_all_that_is_said_of_a_student_is_searched_and_none_of_it_is_markup():
    wrong = result("ada", 1.0)
    notes = ('A note: "><img src=x>', "long " * 1000)
    verdict = replace(wrong.verdict, notes=notes)
    found = [replace(wrong, verdict=verdict, flags=("A flag.",)), result("ben", 4.0)]
    shown = page.render([numbers.report("toy1", found, {})], MADE)
    ada, ben = map(html.unescape, re.findall('data-search="([^"]*)"', shown))
    assert all(says in ada for says in ("It does not.", notes[0], "A flag."))
    assert len(ada) < 1000  # of each text, the beginning
    assert ben == ""
    assert "<img" not in shown


def test_what_is_not_compared_is_said_beside_what_is():
    pairs = [Pair("double", ("a", "b"), 0.9)]
    report = numbers.report("toy1", [result("a", 1.0)], {}, pairs, "other cells: `make it`")
    shown = page.render([report], MADE)
    assert "Not compared: other cells: <code>make it</code>" in shown
    assert "90%" in shown


def test_a_penalty_is_taken_off_and_never_more_than_there_is():
    found = [result("ada", 4.0), result("ben", 1.0)]
    report = numbers.report("toy1", found, {s: About("", 60, 2.5) for s in ("ada", "ben")})
    assert [student.score for student in report.students] == [1.5, 0.0]


def test_an_empty_class_and_one_of_which_nothing_is_graded_say_so():
    assert "has no students" in page.render([numbers.report("toy1", [], {})], MADE)
    found = [Result("ada", "double", None, 4.0, state=State.SUBMITTED)]
    shown = page.render([numbers.report("toy1", found, {})], MADE)
    assert "Nothing is graded yet" in shown
    assert "<svg" not in shown
    assert ">name<" not in shown  # nobody has one


@pytest.mark.parametrize(
    ("share", "says"),
    [(None, "–"), (0, "0%"), (1e-4, "1%"), (0.5, "50%"), (0.999, "99%"), (1, "100%")],
)
def test_only_all_is_a_hundred_percent(share, says):
    assert text.percent(share) == says


@pytest.mark.parametrize(
    ("seconds", "says"), [(0.21, "0.2 s"), (59.4, "59 s"), (90, "1.5 min"), (200_000, "2.3 d")]
)
def test_times_are_written_in_the_largest_unit(seconds, says):
    assert times.duration(seconds) == says


def test_a_plot_has_no_styles_and_its_text_keeps_its_size():
    """Whichever way matplotlib writes a font: in one declaration, as 3.9 does, or in several."""
    svg = plots.measured(Measurement("model", "a $mean$", (0.8, 0.9), (0.5,), 0.85))
    root = ET.fromstring(svg)
    assert not [element for element in root.iter() if element.get("style")]
    assert root.find(f".//{SVG}style") is None
    texts = list(root.iter(f"{SVG}text"))
    assert {element.get("font-size") for element in texts} <= {"11px"}
    shown = ["".join(element.itertext()) for element in texts]
    assert {"a $mean$", "full points: 0.85", "earned points", "earned nothing"} <= set(shown)
    assert "var(--accent)" in svg
    assert not re.search("#0[1-4]0[1-4]0[1-4]", svg)


def test_a_mean_of_fewer_students_says_of_how_many():
    many, few = Item("double", "", 4.0, 9, 1.0, 3.0), Item("why", "", 2.0, 3, 0.0, 0.0)
    for items, said in (([many, few], ["75%", "0% of 3"]), ([few], ["0%"])):
        texts = ET.fromstring(plots.success(items)).iter(f"{SVG}text")
        assert {"".join(t.itertext()) for t in texts} == {*(i.exercise for i in items), *said}


def test_no_bar_of_a_plot_lies_on_both_sides_of_the_limit():
    for values, limit in (((0.3, 0.99), 0.85), ((0.85, 1.0), 0.85), ((7.0, 9.0), 8.0)):
        root = ET.fromstring(plots.measured(Measurement("model", "accuracy", values, (), limit)))
        edges = [bar_edges(path) for path in root.iter(f"{SVG}path") if path.get("clip-path")]
        limits = {x for low, high in edges for x in (low, high) if low == high}
        assert limits  # the line of the limit
        assert not [e for e in edges for x in limits if e[0] < x - 0.1 and e[1] > x + 0.1]


def bar_edges(path):
    xs = [float(x) for x in re.findall(r"[ML] ([\d.]+)", path.get("d"))]
    return min(xs), max(xs)


@pytest.fixture(scope="module")
def window():
    browser.require()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield chromium.new_page(viewport={"width": 1200, "height": 900})
        chromium.close()


@pytest.fixture(scope="module")
def large(window, tmp_path_factory):
    """The page of 300 students, opened, and what the browser said."""
    path, said = tmp_path_factory.mktemp("page") / "ps3.html", []
    path.write_text(page.render([made_up(300)], MADE), encoding="utf-8")
    assert path.stat().st_size < 500_000  # mails carry it
    window.on("console", lambda message: said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))
    window.goto(path.as_uri())
    return window, said


def test_the_policy_allows_what_the_page_has_and_nothing_else(large):
    window, said = large
    assert said == []
    policy = window.get_attribute("meta[http-equiv]", "content")
    assert "unsafe" not in policy
    bar = "getComputedStyle(document.querySelector('svg path[fill=\"var(--accent)\"]')).fill"
    assert window.evaluate(bar) == "rgb(47, 111, 159)"
    window.evaluate("document.body.setAttribute('style', 'color: red')")
    window.evaluate("document.body.append(Object.assign(document.createElement('script'), "
                    "{textContent: 'document.title = 1'}))")  # fmt: skip
    assert window.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    assert window.title() == "Class report: ps3"
    assert len(said) == 2  # both were refused
    said.clear()


def test_models_that_earned_nothing_are_marked_by_more_than_a_color(large):
    window, _ = large
    figure = window.locator("figure", has_text="trained_model: accuracy")
    assert "earned nothing" in figure.inner_text()
    assert figure.locator("pattern").count() > 0
    assert figure.locator("path[fill^='url']").count() > 0


@pytest.fixture(scope="module")
def told(window, tmp_path_factory):
    """The page of a class with errors, flags and long reasons, in a window of its own."""
    says = "`preprocess_image` is not graded: its check ended the kernel, which had `$5` left."
    found = []
    for student in ("ada", "ben"):
        for exercise in ("preprocess_image", "load_custom_sample", "top_k", "reflection"):
            wrong = result(student, 1.0, exercise=exercise)
            (reason,) = wrong.verdict.reasons
            verdict = replace(wrong.verdict, reasons=(replace(reason, says=says),))
            flags = ("Its cell runs code from text, `exec(...)`.",)
            state = State.FAILED if exercise == "top_k" else State.GRADED
            found.append(replace(wrong, verdict=verdict, flags=flags, state=state))
    about = {"ada": About("Lovelace, Augusta Ada")}
    path = tmp_path_factory.mktemp("told") / "ps1.html"
    path.write_text(page.render([numbers.report("ps1", found, about)], MADE), encoding="utf-8")
    opened = window.context.browser.new_page()
    opened.goto(path.as_uri())
    return opened


@pytest.mark.parametrize("width", [390, 1100])
def test_what_was_said_fits_the_screen(told, width):
    told.set_viewport_size({"width": width, "height": 800})
    rights = told.eval_on_selector_all(
        "table:not(.students) td.text", "cells => cells.map(c => c.getBoundingClientRect().right)"
    )
    assert rights
    assert max(rights) <= width
    hidden = told.eval_on_selector(".box", "box => box.scrollWidth - box.clientWidth")
    assert hidden == 0 or width == 390
    gap = "cell => cell.querySelector('button').getBoundingClientRect().top"
    heading = told.eval_on_selector(".students thead th", gap)
    above = told.eval_on_selector(".filters", "filters => filters.getBoundingClientRect().bottom")
    assert heading - above < 30 or width == 1100


def test_names_are_set_as_code_as_in_feedback(told):
    shown = told.inner_text("body")
    assert "`" not in shown
    assert "$5" in shown
    for table in ("table.students", "table:not(.students)"):
        assert "preprocess_image" in told.locator(f"{table} td code").all_inner_texts()


def test_one_assignment_is_named_once(told):
    headings = told.locator("h1, h2, h3").all_inner_texts()
    assert headings[0] == "Class report: ps1"
    assert "ps1" not in headings
    reports = [numbers.report(name, [], {}) for name in ("ps1", "ps2")]
    assert re.findall("<h2[^>]*>(.*)</h2>", page.render(reports, MADE)) == ["ps1", "ps2"]


def column(window, name):
    number = window.eval_on_selector_all(
        "table.students thead th",
        f"cells => cells.findIndex(cell => cell.innerText.startsWith({name!r}))",
    )
    return window.eval_on_selector_all(
        "table.students tbody tr",
        f"rows => rows.filter(r => !r.hidden).map(r => r.cells[{number}].innerText.trim())",
    )


def test_a_large_table_sorts_numbers_as_numbers(large):
    window, _ = large
    for name in ("score", "accuracy", "training time", "late"):
        window.get_by_role("button", name=name).click()
        shown = [cell for cell in column(window, name) if cell not in ("", "–")]
        values = [float(re.match(r"[\d.]+", cell)[0]) for cell in shown]
        assert values == sorted(values)
        assert len(values) < 300  # who has none comes last
        assert set(column(window, name)[len(values) :]) <= {"", "–"}


def test_the_table_filters_by_words_and_status(large):
    window, _ = large
    window.get_by_role("combobox").select_option("missing")
    missing = column(window, "student")
    assert f"{len(missing)} of 300" in window.inner_text("output")
    assert set(column(window, "status")) == {"missing"}
    window.get_by_role("searchbox").fill(missing[1])
    assert column(window, "student") == [missing[1]]
    window.get_by_role("combobox").select_option("")
    window.get_by_role("searchbox").fill("")
    assert len(column(window, "student")) == 300


def test_headings_stay_in_sight_while_a_large_table_scrolls(large):
    window, _ = large
    window.eval_on_selector(".box", "box => box.scrollTop = 2000")
    top = window.eval_on_selector(".box", "box => box.getBoundingClientRect().top")
    heading = window.eval_on_selector(".box thead th", "cell => cell.getBoundingClientRect().top")
    assert heading == pytest.approx(top, abs=2)


def test_in_print_the_whole_table_is_there(large):
    window, _ = large
    window.emulate_media(media="print")
    hidden = window.eval_on_selector(".box", "box => box.scrollHeight - box.clientHeight")
    shown = window.is_visible(".filters")
    window.emulate_media(media="screen")
    assert (hidden, shown) == (0, False)
