"""What students are given: the archive of an assignment."""

import os
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from toy_class import (
    hand_in,
    make,
    refused,
    release_with_question,
    rps_grader,
    solved,
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


def test_the_archive_holds_what_was_released_and_nothing_that_lies_beside_it(toy):
    for folder in ("solutions/toy1", "assignments/toy1"):
        (toy / folder / "marks.txt").write_text("ada: 4")
        (toy / folder / ".hidden").write_text("")
    done = release(toy)
    assert done.returncode == 0, done.stderr
    left_out = ("assignments/toy1/.hidden", "assignments/toy1/marks.txt")
    left_out += ("solutions/toy1/.hidden", "solutions/toy1/marks.txt")
    assert f"Left out, since nobody released it: {', '.join(left_out)}\n" in done.stdout
    with zipfile.ZipFile(toy / "dist/toy1.zip") as archive:
        names = [f"toy1/{name}" for name in ("toy1.ipynb", WHEEL)]
        assert archive.namelist() == [*names, "toy1/README.md"]
        released = (toy / "assignments/toy1/toy1.ipynb").read_bytes()
        assert archive.read("toy1/toy1.ipynb") == released
        readme = archive.read("toy1/README.md").decode()
    assert f"pip install {WHEEL} jupyterlab" in readme
    assert "Python >=3.11" in readme
    assert "`toy1.ipynb`, `measurements.csv`" in readme
    assert "Run this in the same terminal" not in readme  # there is no command to hand in


def test_the_profile_is_set_before_jupyter_starts_in_each_place_that_students_work_in(toy):
    course = toy / "toy/course.py"
    commands = 'name="toy",\n    hand_in="`toy pack {assignment}` makes an archive.",'
    course.write_text(course.read_text().replace('name="toy",', commands))
    assert release(toy).returncode == 0
    with zipfile.ZipFile(toy / "dist/toy1.zip") as archive:
        readme = archive.read("toy1/README.md").decode()
    start, hand_in = readme.split("## Hand in")
    _, bash, _, powershell, colab = start.split("```")
    last = "jupyter lab toy1.ipynb\n"
    assert bash.endswith(f"jupyterlab\nexport TOY_PROFILE=plain\n{last}")
    assert powershell.endswith(f'jupyterlab\n$env:TOY_PROFILE = "plain"\n{last}')
    assert "`%env TOY_PROFILE=plain` into a new cell at the top" in colab
    assert "under the profile `plain`" in colab
    assert hand_in.index("`toy pack toy1`") < hand_in.index("Run this in the same terminal")
    for line in ("source .venv/bin/activate", ".venv\\Scripts\\Activate.ps1"):
        assert f"`{line}`, `" in hand_in
    assert '`$env:TOY_PROFILE = "plain"`' in hand_in


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


@pytest.mark.parametrize("pattern", ["/etc/host*", "../*.py", "data/../../*.py", "", "**.csv"])
def test_files_that_lie_elsewhere_are_not_released(pattern, toy):
    with (toy / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.Release.files = [{pattern!r}]\n")
    refused(release(toy), f"c.Release.files has {pattern!r}")
    assert not (toy / "dist").exists()


def test_a_release_with_a_question_can_be_handed_out(toy):
    release_with_question(toy)
    assert release(toy).returncode == 0


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
    left_out = [line for line in release(toy).stdout.splitlines() if "Left out" in line]
    assert "released it: assignments/toy1/scratch.ipynb, solutions/toy1/part2.ipynb" in left_out[0]
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
    done = rps_grader(toy, "release-solutions", "toy1", "--to", "out", "--before-due-date")
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in (toy / "out").glob("*.ipynb")} == {
        "part2-solution", "toy1-solution"
    }  # fmt: skip


@pytest.mark.parametrize("folder", ["assignments", "solutions"])
def test_a_file_that_is_no_notebook_is_told_in_one_line(folder, toy):
    (toy / folder / "toy1/toy1.ipynb").write_text('{"cells": ')
    refused(release(toy), f"{folder}/toy1/toy1.ipynb is no notebook: ")
