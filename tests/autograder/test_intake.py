"""Submissions as folders of unknown content, by the stock `nbgrader autograde`."""

import csv
import os

import nbformat
import pytest
import sandbox
from nbgrader_course import ROOT, nbgrader, write_configuration

from autograder.audit import subject
from autograder.audit.attacks.course import AttackedCourse
from autograder.grading import results

ASSIGNMENT = "top_k"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with one light exercise and no submission yet."""
    course = AttackedCourse(tmp_path_factory.mktemp("intake") / "course", subject.read(ROOT))
    write_configuration(course.root)
    course.add_assignment((ASSIGNMENT,))
    nbgrader(course.root, "generate_assignment", ASSIGNMENT)
    yield course
    course.close()


def hand_in(course, student):
    content = nbformat.writes(course.solved(ASSIGNMENT)).encode()
    return course.hand_in(student, ASSIGNMENT, content).parent


def result_of(course, student):
    url = f"sqlite:///{course.root}/gradebook.db"
    found = results.collect(url, course.root / "autograded", ASSIGNMENT)
    return next(result for result in found if result.student == student)


def autograde(course, student, *options, check=True, **environment):
    return nbgrader(
        course.root, "autograde", ASSIGNMENT, "--student", student, *options, check=check
    )


def test_links_and_odd_files_are_not_copied(course):
    sandbox.require()
    (course.root / "secret.txt").write_text("s3cret")
    folder = hand_in(course, "linker")
    (folder / "data.csv").write_text("1,2")
    (folder / "secret.txt").symlink_to(course.root / "secret.txt")
    (folder / "up").symlink_to("../../..")
    (folder / "odd[1]").mkdir()
    (folder / "odd[1]/secret.txt").symlink_to(course.root / "secret.txt")
    (folder / "odd[1]/fine.txt").write_text("fine")
    os.mkfifo(folder / "pipe")
    (folder / "line\nbreak.txt").write_text("x")
    autograde(course, "linker")
    graded = course.root / "autograded/linker" / ASSIGNMENT
    names = {str(path.relative_to(graded)) for path in graded.rglob("*") if path.is_file()}
    assert names == {"top_k.ipynb", "data.csv", "odd[1]/fine.txt"}
    assert result_of(course, "linker").score == 6


def test_a_folder_that_is_a_link_is_refused(course):
    sandbox.require()
    hand_in(course, "original")
    (course.root / "submitted/copier").mkdir()
    (course.root / "submitted/copier" / ASSIGNMENT).symlink_to(f"../original/{ASSIGNMENT}")
    autograde(course, "copier")
    result = result_of(course, "copier")
    assert (result.score, result.error) == (0, True)
    assert "is a link" in result.reasons[0]


def test_too_many_files_are_left_out(course):
    sandbox.require()
    folder = hand_in(course, "hoarder")
    for number in range(600):
        (folder / f"{number:03}.txt").touch()
    autograde(course, "hoarder")
    assert len(list((course.root / "autograded/hoarder" / ASSIGNMENT).iterdir())) <= 501
    assert result_of(course, "hoarder").score == 6


def test_a_huge_notebook_is_refused_unread(course):
    sandbox.require()
    path = hand_in(course, "huge") / f"{ASSIGNMENT}.ipynb"
    with path.open("r+b") as file:
        file.truncate(30_000_000_000)  # sparse: it takes no room
    autograde(course, "huge")
    assert "larger than 500 MB" in result_of(course, "huge").reasons[0]


def test_formgrader_s_button_runs_in_the_sandbox_too(course, monkeypatch):
    """The button calls nbgrader's API with the server's configuration."""
    sandbox.require()
    from nbgrader.apps import NbGrader, NbGraderAPI

    notebook = course.solved(ASSIGNMENT)
    spy = "import os\nprint('I am', open('/proc/sys/kernel/hostname').read(), os.listdir('/'))"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(spy))
    course.hand_in("clicked", ASSIGNMENT, nbformat.writes(notebook).encode())
    monkeypatch.chdir(course.root)
    application = NbGrader()
    application.initialize([])
    answer = NbGraderAPI(config=application.config).autograde(ASSIGNMENT, "clicked")
    assert answer["success"], answer["log"]
    assert result_of(course, "clicked").score == 6
    graded = (course.root / "autograded/clicked" / ASSIGNMENT / "top_k.ipynb").read_text()
    assert "I am sandbox" in graded


def test_without_a_sandbox_grading_stops_with_an_explanation(course, monkeypatch, tmp_path):
    hand_in(course, "waiting")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = autograde(course, "waiting", check=False)
    assert done.returncode == 1
    assert "bubblewrap is not installed" in done.stderr
    assert "--Isolation.unsafe=True" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (course.root / "autograded/waiting").exists()


def test_unsafe_grading_says_so_in_every_result(course, monkeypatch, tmp_path):
    hand_in(course, "daring")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = autograde(course, "daring", "--Isolation.unsafe=True")
    assert "isolation is switched off" in done.stderr
    result = result_of(course, "daring")
    assert (result.score, result.unsafe) == (6, True)
    nbgrader(course.root, "generate_feedback", ASSIGNMENT, "--student", "daring")
    page = (course.root / "feedback/daring" / ASSIGNMENT / "top_k.html").read_text()
    assert "graded without isolation" in page
    nbgrader(course.root, "export", "--to", "table.csv")
    with (course.root / "table.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert (rows["daring"]["status"], rows["daring"]["reason"]) == (
        "graded",
        "graded without isolation",
    )


def test_the_table_tells_error_missing_and_zero_apart(course):
    sandbox.require()
    blank = (course.root / "assignments" / ASSIGNMENT / "top_k.ipynb").read_bytes()
    course.hand_in("lazy", ASSIGNMENT, blank)
    course.hand_in("broken", ASSIGNMENT, b"no JSON")
    course.hand_in("absent", ASSIGNMENT, b"my homework", "homework.txt")
    course.hand_in("formula", ASSIGNMENT, b"", "=cmd.txt")
    formula = course.solved(ASSIGNMENT)
    for cell in formula.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = 'def top_k(*_, **__):\n    raise ValueError("x;=HYPERLINK(1); +2")'
    course.hand_in("excel", ASSIGNMENT, nbformat.writes(formula).encode())
    for student in ("lazy", "broken", "excel"):
        autograde(course, student)
    nbgrader(course.root, "export", "--to", "table.csv")
    with (course.root / "table.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    found = {name: (rows[name]["score"], rows[name]["status"]) for name in ("lazy", "broken")}
    assert found == {"lazy": ("0.0", "zero"), "broken": ("", "error")}
    assert "not valid JSON" in rows["broken"]["reason"]
    assert "x;'=HYPERLINK(1); '+2" in rows["excel"]["reason"]  # whatever separates columns
    assert (rows["absent"]["status"], rows["absent"]["score"]) == ("missing", "")
    assert rows["absent"]["reason"] == "a folder without a notebook"


def test_rps_grader_show_tells_error_and_zero_apart(course):
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "autograder", "show", ASSIGNMENT],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = {line.split("│")[1].strip(): line for line in done.stdout.split("\n") if "│" in line}
    assert "error" in lines["broken"]
    assert "error" not in lines["lazy"]
