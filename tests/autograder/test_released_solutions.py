"""Solutions as students are given them: executed, after the due date, without the staff's part."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from toy_class import (
    MODEL_ANSWER,
    find,
    make,
    refused,
    rps_grader,
    with_question,
)


@pytest.fixture
def toy(tmp_path):
    return make(tmp_path)


def solutions(root, *arguments, **options):
    command = ["release-solutions", "toy1", "--to", "out", *arguments]
    return rps_grader(root, *command, **options)


def set_due(root, due):
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        book.update_or_create_assignment("toy1", duedate=due)


@pytest.fixture
def staffed(toy):
    """A course whose solutions hold what only staff may see."""
    path = toy / "solutions/toy1/toy1.ipynb"
    notebook = with_question(nbformat.read(path, as_version=4), MODEL_ANSWER)
    hidden = "\n### BEGIN HIDDEN TESTS\nsecret_test = 1\n### END HIDDEN TESTS"
    find(notebook, "double").source += hidden
    picture = (
        "from pathlib import Path\nimport matplotlib.pyplot as plt\n"
        "print('In', Path.cwd(), Path.home())\n"
        "Path('measurements.csv').write_text('1\\n2\\n3\\n')\n"
        "plt.plot([1, 2]);"
    )
    notebook.cells.insert(1, new_code_cell(picture, id="toy-picture"))
    fold = "<details><summary>Answer</summary>\n\nIt is **4**.\n\n</details>"
    notebook.cells.append(new_markdown_cell(fold, id="toy-fold"))
    nbformat.write(notebook, path)
    (toy / "solutions/toy1/marks.txt").write_text("ada: 4")
    return toy


def test_a_solution_is_given_with_outputs_and_pictures_and_nothing_of_the_staffs(staffed):
    nbgrader(staffed, "generate_assignment", "toy1", "--force")
    set_due(staffed, "2020-01-31 23:59 UTC")
    os.mkfifo(staffed / "solutions/toy1/pipe")
    (staffed / "solutions/toy1/link").symlink_to("nowhere")
    done = solutions(staffed)
    assert done.returncode == 0, done.stderr
    out = staffed / "out"
    assert {p.name for p in out.iterdir()} == {"toy1-solution.ipynb", "toy1-solution.html"}
    made = nbformat.read(out / "toy1-solution.ipynb", as_version=4)
    nbformat.validate(made)
    text = (out / "toy1-solution.ipynb").read_text() + (out / "toy1-solution.html").read_text()
    for secret in ("MARK SCHEME", "the cause", "HIDDEN", "secret_test", "BEGIN SOLUTION", "ada: 4"):
        assert secret not in text
    assert str(staffed) not in text
    assert os.path.expanduser("~") + "/" not in text  # noqa: PTH111
    assert "Because it" in text
    double = find(made, "double")
    assert double.metadata.nbgrader.points == 4
    assert double.outputs[0].data["text/plain"].startswith("double: 4 of 4 points")
    assert find(made, "double_solution").source.endswith("return 2 * x")
    kinds = [kind for o in made.cells[1].outputs for kind in o.get("data", {})]
    assert "image/png" in kinds
    page = BeautifulSoup((out / "toy1-solution.html").read_text(), "html.parser")
    assert page.select_one("img[src^='data:image/png;base64']")
    assert page.details.strong.text == "4"


def test_a_terminal_shows_how_far_the_solutions_are(toy):
    path = toy / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    measure = "open('measurements.csv', 'w').write('1\\n2\\n3\\n')"
    notebook.cells.insert(1, new_code_cell(measure, id="toy-measure"))
    nbformat.write(notebook, path)
    assert solutions(toy, "--before-due-date").stderr == ""
    command = [sys.executable, "-m", "autograder", "release-solutions", "toy1", "--to", "out"]
    terminal, end = pty.openpty()
    running = subprocess.Popen(
        [*command, "--before-due-date"],
        cwd=toy,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.DEVNULL,
        stderr=end,
    )
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # Linux says so where the other end is closed
        while part := os.read(terminal, 65536):
            shown += part
    os.close(terminal)
    assert running.wait() == 0
    assert "Running toy1" in shown.decode()
    assert f"/{len(notebook.cells)}" in shown.decode()


def test_solutions_wait_for_the_due_date_and_for_extensions(toy):
    refused(solutions(toy), "has no due date in the gradebook", 1)
    now = datetime.now(UTC)
    set_due(toy, f"{now + timedelta(hours=2):%Y-%m-%d %H:%M} UTC")
    due = f"due on {now + timedelta(hours=2):%Y-%m-%d %H:%M} UTC"
    refused(solutions(toy), due, 1)
    set_due(toy, f"{now - timedelta(days=1):%Y-%m-%d %H:%M} UTC")
    with Gradebook(f"sqlite:///{toy}/gradebook.db") as book:
        book.add_student("ada")
        book.add_submission("toy1", "ada")
        book.grant_extension("toy1", "ada", days=2)
    refused(solutions(toy), "for ada, by an extension", 1)
    assert not (toy / "out").exists()


def test_a_solution_that_fails_is_not_given(toy):
    path = toy / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell("1 / 0", id="toy-fails"))
    nbformat.write(notebook, path)
    failed = solutions(toy, "--before-due-date")
    # The check of files finds none, since nothing in the toy solution writes them.
    refused(failed, "of the solution toy1 fails: CheckFailed: measurements", 1)
    assert list((toy / "out").iterdir()) == []


def test_an_interrupted_release_of_solutions_writes_nothing(toy):
    path = toy / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    waits = f"from pathlib import Path; import time; Path({str(toy / 'runs')!r}).touch()"
    notebook.cells.insert(1, new_code_cell(f"{waits}; time.sleep(600)", id="toy-waits"))
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "autograder", "release-solutions", "toy1"]
    running = subprocess.Popen(
        [*command, "--to", "out", "--before-due-date"], cwd=toy, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not (toy / "runs").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors.splitlines()[-1] == "rps-grader: interrupted; nothing was written"
    assert "Traceback" not in errors
    assert list((toy / "out").iterdir()) == []


def test_a_solution_that_is_no_notebook_is_told_in_one_line(toy):
    (toy / "solutions/toy1/toy1.ipynb").write_text('{"cells": ')
    refused(solutions(toy, "--before-due-date"), "toy1.ipynb is no notebook: ", 1)
    assert list((toy / "out").iterdir()) == []


def test_a_solution_whose_name_a_folder_has_does_not_run(toy):
    (toy / "out/toy1-solution.html").mkdir(parents=True)
    refused(solutions(toy, "--before-due-date"), "toy1-solution.html is a folder", 1)
    assert [path.name for path in (toy / "out").iterdir()] == ["toy1-solution.html"]
