"""`rps-grader report`: its numbers, its files, and the page in a real browser."""

import csv
import json
import statistics

import browser
import pytest
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from toy_class import (
    hand_in,
    make,
    release_with_question,
    results_of,
    rps_grader,
    solved,
    with_question,
)

WRONG = "def double(x):\n    return 3 * x"
HALF = "def running_total(numbers):\n    return numbers"
EVIL = "<img src=x onerror=document.title='ran'><b>=1+1"
ANSWERS = {
    "ada": {},
    "ben": {"double": WRONG},
    "cleo": {"double": WRONG, "running_total": HALF},
    "dan": {"running_total": HALF},
    "evil": {"double": f"def double(x):\n    raise ValueError({EVIL!r})"},
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class: right, wrong and hostile answers, one written answer graded by hand, one missing."""
    import sandbox

    sandbox.require()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", "")
        root = make(tmp_path_factory.mktemp("report"))
        release_with_question(root)
        for student, answers in ANSWERS.items():
            hand_in(root, student, with_question(solved(**answers), f"{student} says so."))
        nbgrader(root, "db", "student", "add", "zoe", "--first-name=Zoë", f"--last-name={EVIL}")
        done = rps_grader(root, "run", "toy1")
        assert done.returncode == 0, done.stdout + done.stderr
        with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
            grade = gradebook.find_grade("why", "toy1", "toy1", "ada")
            grade.manual_score, grade.needs_manual_grade = 1.5, False
            gradebook.db.commit()
        yield root


@pytest.fixture(scope="module")
def written(course):
    """What the command writes: the page's path, the rows of the table, the JSON."""
    done = rps_grader(course, "report", "toy1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split() == [f"reports/toy1.{e}" for e in ("html", "csv", "json")]
    with (course / "reports/toy1.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    (about,) = json.loads((course / "reports/toy1.json").read_text())["assignments"]
    return course / "reports/toy1.html", rows, about


def test_every_score_is_that_of_the_gradebook(course, written):
    _, rows, about = written
    for (student, exercise), result in results_of(course).items():
        expected = "" if result.score is None else f"{result.score:g}"
        found = rows[student][exercise]
        assert (found and f"{float(found):g}") == expected
        (row,) = (s for s in about["students"] if s["id"] == student)
        assert row["scores"][exercise] == result.score
    assert float(rows["ada"]["why"]) == 1.5  # given by hand


def test_error_waiting_missing_and_zero_are_counted_apart(written):
    _, rows, about = written
    assert about["statuses"]["graded"] == 1  # ada, of whom nothing waits
    assert about["statuses"]["waiting"] == 4
    assert about["statuses"]["missing"] == 1
    assert rows["zoe"]["score"] == ""
    assert rows["zoe"]["status"] == "missing"
    assert rows["ben"]["waiting"] == "why"


def test_discrimination_is_the_correlation_with_the_rest_of_what_is_graded(course, written):
    _, _, about = written
    scored = {key: r for key, r in results_of(course).items() if r.score is not None}
    found = {i["exercise"]: i for i in about["items"] if not i["criterion"]}
    for name in ("double", "running_total"):
        mine, rests = [], []
        for student in ANSWERS:
            rest = [r for (s, e), r in scored.items() if s == student and e != name]
            rests.append(sum(r.score for r in rest) / sum(r.points for r in rest))
            mine.append(scored[student, name].score)
        expected = statistics.correlation(mine, rests)
        assert found[name]["discrimination"] == pytest.approx(expected)
    assert found["measurements"]["discrimination"] is None  # all the same
    assert found["why"]["discrimination"] is None  # one student
    (double,) = (i for i in about["items"] if i["exercise"] == "double" and not i["criterion"])
    assert double["students"] == 5
    assert double["success"] == pytest.approx(2 / 5)


def test_what_was_measured_is_told_by_student_and_of_the_class(written):
    _, rows, about = written
    (measured,) = about["measured"]
    assert measured["exercise"] == "measurements"
    assert measured["values"] == [3.0] * len(ANSWERS)
    assert (measured["without_points"], measured["full_at"]) == ([], 3.0)
    assert {rows[student]["numbers"] for student in ANSWERS} == {"3"}


def test_mistakes_are_counted_by_student_with_an_example(written):
    _, _, about = written
    most = about["mistakes"][0]
    assert most["students"] == 2
    assert most["example"]
    assert any("ValueError" in mistake["example"] for mistake in about["mistakes"])


def test_no_cell_of_the_table_runs_in_a_spreadsheet(written):
    _, rows, _ = written
    assert all(
        not value.startswith(("=", "+", "-", "@")) for r in rows.values() for value in r.values()
    )
    assert rows["zoe"]["name"] == f"{EVIL}, Zoë"


@pytest.fixture(scope="module")
def window():
    with browser.window(1100, 900) as page:
        yield page


@pytest.fixture(scope="module")
def opened(window, written):
    """The page, and what the browser said and asked for."""
    said, asked = [], []
    window.on("console", lambda message: said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))
    window.on("request", lambda request: asked.append(request.url))
    window.goto(written[0].as_uri())
    return window, said, asked


def students(window):
    return window.eval_on_selector_all(
        "table.students tbody tr",
        "rows => rows.filter(r => !r.hidden).map(r => r.cells[0].innerText)",
    )


def test_the_page_asks_for_nothing_and_has_no_errors(opened, written):
    _, said, asked = opened
    assert said == []
    assert asked == [written[0].as_uri()]


def test_nothing_of_a_student_runs_or_formats_anything(opened):
    window, *_ = opened
    assert window.title() == "Class report: toy1"
    assert window.locator("img").count() == 0
    assert EVIL in window.locator("table.students").inner_text()
    assert "ValueError: <img" in window.inner_text("body")


def test_the_table_sorts_and_filters(opened):
    window, *_ = opened
    everybody = students(window)
    assert everybody == sorted([*ANSWERS, "zoe"])
    window.get_by_role("button", name="double of 4").click()
    assert set(students(window)[:3]) == {"ben", "cleo", "evil"}
    assert students(window)[-1] == "zoe"  # who has no score
    window.get_by_role("button", name="double of 4").click()
    assert set(students(window)[:2]) == {"ada", "dan"}
    assert students(window)[-1] == "zoe"
    window.get_by_role("button", name="student").click()
    assert students(window) == everybody
    window.get_by_role("searchbox").fill("missing")
    assert students(window) == ["zoe"]
    window.get_by_role("searchbox").fill("")
    assert students(window) == everybody


def test_the_table_is_filtered_by_mistakes_that_it_does_not_show(opened, written):
    window, *_ = opened
    _, _, about = written
    assert len(about["mistakes"]) >= 3
    for mistake in about["mistakes"]:
        assert mistake["example"] not in window.inner_text("table.students")
        window.get_by_role("searchbox").fill(mistake["example"])
        said_to = [s["id"] for s in about["students"] if mistake["example"] in s["says"]]
        assert said_to
        assert students(window) == said_to
    window.get_by_role("searchbox").fill("")


@pytest.mark.parametrize("width", [360, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_both_color_schemes(opened, width, scheme):
    window, *_ = opened
    window.set_viewport_size({"width": width, "height": 800})
    window.emulate_media(color_scheme=scheme)
    wide = window.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    text, paper = window.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert text != paper
    bar = window.evaluate("getComputedStyle(document.querySelector('svg text')).fill")
    assert bar == text


def test_all_assignments_are_on_one_page(course):
    done = rps_grader(course, "report", "--all", "--to", "elsewhere")
    assert done.returncode == 0, done.stderr
    assert "<h2" in (course / "elsewhere/all.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 2, "required"),
        (["toy1", "--all"], 2, "not allowed with argument"),
        (["toy9"], 2, "The gradebook has no assignment 'toy9'; it has: toy1."),
        (["toy1", "--to", "gradebook.db"], 2, "'gradebook.db' is there and is no folder"),
        (["toy1", "--to", "gradebook.db/x"], 1, "cannot be written: Not a directory"),
    ],
)
def test_a_call_that_cannot_be_meant_is_told(course, arguments, status, says):
    done = rps_grader(course, "report", *arguments)
    assert done.returncode == status
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_without_a_gradebook_nothing_is_written(tmp_path):
    root = make(tmp_path)
    (root / "gradebook.db").unlink()
    for what in ("toy1", "--all"):
        done = rps_grader(root, "report", what)
        assert done.returncode == 2
        assert "There is no gradebook" in done.stderr
    assert not (root / "reports").exists()


def test_a_class_that_has_handed_in_nothing_has_a_report(tmp_path):
    root = make(tmp_path)
    nbgrader(root, "db", "student", "add", "ada")
    done = rps_grader(root, "report", "toy1")
    assert done.returncode == 0, done.stderr
    assert "missing" in (root / "reports/toy1.html").read_text()
