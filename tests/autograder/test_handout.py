"""What students are given: the archive of an assignment, and solutions after the due date."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from toy_class import (
    MODEL_ANSWER,
    find,
    hand_in,
    make,
    release_with_question,
    rps_grader,
    solved,
    with_question,
)

WHEEL = "toy-1.0-py3-none-any.whl"


@pytest.fixture
def toy(tmp_path):
    root = make(tmp_path)
    with zipfile.ZipFile(root / WHEEL, "w") as wheel:
        wheel.writestr("toy-1.0.dist-info/METADATA", "Name: toy\nRequires-Python: >=3.11\n")
    return root


def release(root, *arguments):
    return rps_grader(root, "release", "toy1", "--wheel", WHEEL, *arguments)


def refused(done, says, status=2):
    assert done.returncode == status, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("rps-grader: error: ")]
    assert len(lines) == 1, done.stderr
    assert says in lines[0]
    assert "Traceback" not in done.stderr


def test_the_archive_holds_what_was_released_and_nothing_that_lies_beside_it(toy):
    for folder in ("solutions/toy1", "assignments/toy1"):
        (toy / folder / "marks.txt").write_text("ada: 4")
        (toy / folder / ".hidden").write_text("")
    done = release(toy)
    assert done.returncode == 0, done.stderr
    assert "Left out, since nobody released it: .hidden, marks.txt" in done.stdout
    with zipfile.ZipFile(toy / "dist/toy1.zip") as archive:
        names = [f"toy1/{name}" for name in ("toy1.ipynb", WHEEL)]
        assert archive.namelist() == [*names, "toy1/README.md"]
        released = (toy / "assignments/toy1/toy1.ipynb").read_bytes()
        assert archive.read("toy1/toy1.ipynb") == released
        readme = archive.read("toy1/README.md").decode()
    assert f"pip install {WHEEL} jupyterlab" in readme
    assert "Python >=3.11" in readme
    assert "`toy1.ipynb`, `measurements.csv`" in readme
    assert "TOY_PROFILE=plain" in readme


def test_nbgrader_releases_only_files_that_the_configuration_names(toy):
    source = toy / "solutions/toy1"
    (source / "data").mkdir()
    (source / "data/pairs.csv").write_text("1,2\n")
    (source / "model_answer.md").write_text("42")
    with (toy / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Release.files = ["data/*.csv"]\n')
    nbgrader(toy, "generate_assignment", "toy1", "--force")
    released = toy / "assignments/toy1"
    assert {str(p.relative_to(released)) for p in released.rglob("*.*")} == {
        "toy1.ipynb", "data/pairs.csv"
    }  # fmt: skip
    assert release(toy, "--to", "out").returncode == 0
    assert "toy1/data/pairs.csv" in zipfile.ZipFile(toy / "out/toy1.zip").namelist()
    assert (source / "model_answer.md").read_text() == "42"


@pytest.mark.parametrize("graded", [False, True])
def test_other_notebooks_beside_a_solution_are_released_where_they_are_named(toy, graded):
    source, released = toy / "solutions/toy1", toy / "assignments/toy1"
    if graded:
        hand_in(toy, "ada", solved())
        assert rps_grader(toy, "run", "toy1").returncode == 0
    for name in ("scratch", "toy1-old", "part2"):
        (source / f"{name}.ipynb").write_text((source / "toy1.ipynb").read_text())
    nbgrader(toy, "generate_assignment", "toy1", "--force")
    assert [path.name for path in released.glob("*.ipynb")] == ["toy1.ipynb"]
    with Gradebook(f"sqlite:///{toy}/gradebook.db") as gradebook:
        assert [n.name for n in gradebook.find_assignment("toy1").notebooks] == ["toy1"]
    (released / "scratch.ipynb").write_text("of an earlier release")
    assert "Left out, since nobody released it: scratch.ipynb" in release(toy).stdout
    assert "toy1/scratch.ipynb" not in zipfile.ZipFile(toy / "dist/toy1.zip").namelist()
    if graded:
        return
    with (toy / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Release.files = ["part2.ipynb"]\n')
    notebook = nbformat.read(source / "toy1.ipynb", as_version=4)
    measure = "open('measurements.csv', 'w').write('1\\n2\\n3\\n')"
    notebook.cells.insert(1, new_code_cell(measure, id="toy-measure"))
    for name in ("part2", "toy1"):
        nbformat.write(notebook, source / f"{name}.ipynb")
    nbgrader(toy, "generate_assignment", "toy1", "--force")
    assert {path.name for path in released.glob("*.ipynb")} == {"part2.ipynb", "toy1.ipynb"}
    assert "BEGIN SOLUTION" not in (released / "part2.ipynb").read_text()
    done = solutions(toy, "--before-due-date")
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in (toy / "out").glob("*.ipynb")} == {
        "part2-solution", "toy1-solution"
    }  # fmt: skip


def test_an_assignment_without_a_notebook_of_its_name_is_told_and_nothing_is_removed(toy):
    (toy / "solutions/toy1/toy1.ipynb").rename(toy / "solutions/toy1/other.ipynb")
    done = nbgrader(toy, "generate_assignment", "toy1", "--force", check=False)
    assert done.returncode
    assert "Expected: toy1.ipynb, or others that c.Release.files names" in done.stderr
    assert (toy / "assignments/toy1/toy1.ipynb").is_file()
    refused(release(toy), "Expected: toy1.ipynb")


def test_the_classs_own_rubric_goes_along_as_it_is_now(toy):
    own = toy / "rubric/measurements.toml"
    own.parent.mkdir()
    own.write_text((toy / "toy/exercises/measurements/rubric.toml").read_text())
    with (toy / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Grading.rubric = "rubric"\n')
    refused(release(toy), "measurements.toml is not what the configuration gives now")
    nbgrader(toy, "generate_assignment", "toy1", "--force")
    assert release(toy).returncode == 0
    with zipfile.ZipFile(toy / "dist/toy1.zip") as archive:
        assert archive.read("toy1/rubric/measurements.toml") == own.read_bytes()
        assert "Keep the folder `rubric`" in archive.read("toy1/README.md").decode()
    own.write_text(f"# stricter\n{own.read_text()}")
    refused(release(toy), "nbgrader generate_assignment toy1 --force")


def test_the_cell_that_installs_the_package_names_the_one_of_the_configuration(toy):
    path = toy / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    install = 'PACKAGE = "toy.whl"  # a file or an address\n%pip install $PACKAGE'
    notebook.cells.insert(
        1, new_code_cell(install, id="toy-install", metadata={"tags": ["install"]})
    )
    notebook.cells.append(new_code_cell(install, id="toy-other"))
    nbformat.write(notebook, path)
    address = "https://example.org/toy-1.0-py3-none-any.whl"
    option = f"--Release.package={address}"
    nbgrader(toy, "generate_assignment", "toy1", "--force", option)
    cells = nbformat.read(toy / "assignments/toy1/toy1.ipynb", as_version=4).cells
    assert cells[1].source == install.replace("toy.whl", address)
    assert cells[-1].source == install


def test_a_notebook_that_was_changed_since_its_release_is_not_handed_out(toy):
    path = toy / "solutions/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_markdown_cell("Hand in by Friday.", id="toy-late"))
    nbformat.write(notebook, path)
    refused(release(toy), "nbgrader generate_assignment toy1 --force")
    assert not (toy / "dist").exists()
    nbgrader(toy, "generate_assignment", "toy1", "--force")
    assert release(toy).returncode == 0


@pytest.mark.parametrize("what", ["outputs", "a cell's metadata", "the notebook's metadata"])
def test_a_released_notebook_that_somebody_ran_or_marked_is_not_handed_out(what, toy):
    path = toy / "assignments/toy1/toy1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if what == "outputs":
        cell.outputs = [new_output("stream", text="of the staff alone")]
    else:
        target = cell.metadata if what.startswith("a cell") else notebook.metadata
        target["note"] = "of the staff alone"
    nbformat.write(notebook, path)
    refused(release(toy), "nbgrader generate_assignment toy1 --force")
    assert not (toy / "dist").exists()


def test_files_older_than_archives_know_are_handed_out(toy):
    os.utime(toy / "assignments/toy1/toy1.ipynb", (0, 0))
    assert release(toy).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing1"], "There is no assignment 'nothing1'"),
        (["toy1"], "no pyproject.toml to build the course's package from"),
        (["toy1", "--wheel", "absent-1-py3-none-any.whl"], "There is no file absent-1"),
        (["toy1", "--wheel", "words.txt"], "words.txt is not a wheel"),
        (["toy1", "--wheel", "empty-1-py3-none-any.whl"], "it has no METADATA"),
    ],
)
def test_what_cannot_be_handed_out_is_told_in_one_line(arguments, says, toy):
    zipfile.ZipFile(toy / "empty-1-py3-none-any.whl", "w").close()
    refused(rps_grader(toy, "release", *arguments, "--to", "out"), says)
    assert not (toy / "out").exists()


def test_a_package_that_cannot_be_built_is_told(toy):
    project = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    (toy / "pyproject.toml").write_text(f'{project}[project]\nname = "toy"\n')
    refused(rps_grader(toy, "release", "toy1"), "The course's package cannot be built: ")
    (toy / "pyproject.toml").write_text(project.replace('"hatchling"]', '"no-such-backend"]'))
    refused(rps_grader(toy, "release", "toy1"), "needs no-such-backend")
    assert not (toy / "dist").exists()


def test_a_folder_that_cannot_be_written_keeps_nothing(toy):
    (toy / "file").write_text("in the way")
    (toy / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        done = release(toy, "--to", name)
        assert done.returncode == 2
        assert f"argument --to: '{name}' is there and is no folder" in done.stderr


def test_an_archive_whose_name_a_folder_has_leaves_nothing_behind(toy):
    (toy / "out/toy1.zip").mkdir(parents=True)
    refused(release(toy, "--to", "out"), "toy1.zip", status=1)
    assert [path.name for path in (toy / "out").iterdir()] == ["toy1.zip"]


@pytest.mark.parametrize("folder", ["assignments", "solutions"])
def test_a_file_that_is_no_notebook_is_told_in_one_line(folder, toy):
    (toy / folder / "toy1/toy1.ipynb").write_text('{"cells": ')
    refused(release(toy), f"{folder}/toy1/toy1.ipynb is no notebook: ")
    if folder == "solutions":
        refused(solutions(toy, "--before-due-date"), "toy1.ipynb is no notebook: ", 1)
        assert list((toy / "out").iterdir()) == []


@pytest.mark.parametrize("pattern", ["/etc/host*", "../*.py", "data/../../*.py", "", "**.csv"])
def test_files_that_lie_elsewhere_are_not_released(pattern, toy):
    with (toy / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.Release.files = [{pattern!r}]\n")
    refused(release(toy), f"c.Release.files has {pattern!r}")
    assert not (toy / "dist").exists()


def test_a_solution_whose_name_a_folder_has_does_not_run(toy):
    (toy / "out/toy1-solution.html").mkdir(parents=True)
    refused(solutions(toy, "--before-due-date"), "toy1-solution.html is a folder", 1)
    assert [path.name for path in (toy / "out").iterdir()] == ["toy1-solution.html"]


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
    assert "data:image/png;base64" in (out / "toy1-solution.html").read_text()


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


def test_a_release_with_a_question_can_be_handed_out(toy):
    release_with_question(toy)
    assert release(toy).returncode == 0
