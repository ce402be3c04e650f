"""The four assignments: their form and their release."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from notebooks import ASSIGNMENTS, EXERCISES, ROOT, WRITTEN, cell_of, graded, points_of, read

from autograder.grading import titles
from rps_course import check
from rps_course.course import COURSE

CALLS = {"trained_model": 'check.trained_model("rps_model.weights.h5")'}
# What answers may use by these names in any notebook.
IMPORTS = {"np", "tf", "plt", "check"}
all_assignments = pytest.mark.parametrize("name", ASSIGNMENTS)
all_exercises = pytest.mark.parametrize(
    ("name", "exercise", "signature"),
    [(name, *row) for name, rows in EXERCISES.items() for row in rows],
)


def solution_lines(source):
    """The lines between the markers, without their indentation."""
    inside = re.search(r"### BEGIN SOLUTION\n(.*?)\n\s*### END SOLUTION", source, re.DOTALL)
    return [line.strip() for line in inside[1].split("\n")]


# Form


@all_assignments
@pytest.mark.parametrize("folder", ["solutions", "assignments"])
def test_a_notebook_is_valid_and_carries_nothing_of_a_run(folder, name):
    notebook = read(ROOT / folder, name)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        assert re.fullmatch(rf"{name}-[a-z0-9-]+", cell.id)
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@all_assignments
def test_an_assignment_has_exactly_the_promised_graded_cells(name):
    found = [
        graded(cell)["grade_id"] for cell in read(ROOT / "solutions", name).cells if graded(cell)
    ]
    expected = []
    for exercise, signature in EXERCISES[name]:
        expected += [f"{exercise}_solution", exercise] if signature else [exercise]
    expected += WRITTEN[name]
    assert found == expected


@all_exercises
def test_an_exercise_ends_with_a_locked_cell_that_only_calls_its_check(name, exercise, signature):
    notebook = read(ROOT / "solutions", name)
    index, cell = cell_of(notebook, exercise)
    assert cell.cell_type == "code"
    assert cell.source == CALLS.get(exercise, f"check.{exercise}({exercise})")
    assert graded(cell) == {
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "grade_id": exercise,
        "points": points_of(exercise),
        "schema_version": 3,
    }
    if signature:
        before = notebook.cells[index - 1]
        assert graded(before)["grade_id"] == f"{exercise}_solution"
        assert notebook.cells[index - 2].cell_type == "markdown"


@pytest.mark.parametrize(
    ("name", "exercise", "signature"),
    [(name, *row) for name, rows in EXERCISES.items() for row in rows if row[1]],
)
def test_a_solution_cell_holds_one_documented_function_with_the_promised_signature(
    name, exercise, signature
):
    _, cell = cell_of(read(ROOT / "solutions", name), f"{exercise}_solution")
    assert graded(cell) == {
        "grade": False,
        "solution": True,
        "locked": False,
        "task": False,
        "grade_id": f"{exercise}_solution",
        "schema_version": 3,
    }
    (function,) = ast.parse(cell.source).body
    assert isinstance(function, ast.FunctionDef)
    found = f"{function.name}({ast.unparse(function.args)}) -> {ast.unparse(function.returns)}"
    assert found == exercise + signature
    takes = [argument.arg for argument in function.args.args]
    described = ast.get_docstring(function)
    assert all(f"{argument}: " in described for argument in takes)
    # Nothing but signature and docstring is left when the solution is taken out.
    assert cell.source.endswith("### END SOLUTION")
    assert solution_lines(cell.source)
    outside = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "pass", cell.source, flags=re.DOTALL)
    (rest,) = ast.parse(outside).body
    assert [type(statement) for statement in rest.body] == [ast.Expr, ast.Pass]


@all_exercises
def test_every_exercise_has_a_check(name, exercise, signature):
    assert callable(getattr(check, exercise))
    assert COURSE.exercises[exercise].assignment == name


def test_every_check_has_an_exercise():
    promised = {exercise for rows in EXERCISES.values() for exercise, _ in rows}
    assert set(COURSE.exercises) == promised


@all_assignments
def test_a_written_answer_is_read_by_a_person_and_comes_with_a_model_answer(name):
    for grade_id in WRITTEN[name]:
        _, cell = cell_of(read(ROOT / "solutions", name), grade_id)
        assert cell.cell_type == "markdown"
        assert graded(cell)["grade"]
        assert graded(cell)["solution"]
        assert len(cell.source.split()) > 40


@all_assignments
def test_the_first_code_cell_imports_what_answers_use_and_gives_the_constants(name):
    notebook = read(ROOT / "solutions", name)
    install, setup, *others = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert install.metadata.tags == ["install"]
    tree = ast.parse(setup.source)
    imported = {a.asname or a.name for n in ast.walk(tree) if hasattr(n, "names") for a in n.names}
    assert imported == IMPORTS | {"profiles"}
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) if n.id.isupper()}
    assert len(setup.source.splitlines()) <= 15
    text = "\n".join(cell.source for cell in notebook.cells if cell is not setup)
    assert {constant for constant in names if not re.search(rf"\b{constant}\b", text)} == set()
    made = {
        n.id for n in ast.walk(ast.parse("\n".join(c.source for c in others))) if hasattr(n, "id")
    }
    assert {n for n in made if n.isupper() and len(n) > 1} <= names | {"VIEWS"}


INSTALLING = """
import importlib.util, os, sys
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.register_magic_function(lambda line: print("pip", line), magic_name="pip")
if {missing}:
    importlib.util.find_spec = lambda name: None
is_dir = Path.is_dir
Path.is_dir = lambda path: str(path) == "/content" or is_dir(path)
shell.run_cell({source!r}).raise_error()
"""
WHEEL = "rps_course-0.1.0-py3-none-any.whl"
ADDRESS = f"https://example.org/{WHEEL}"


@pytest.mark.parametrize(
    ("missing", "package", "there", "says"),
    [
        (False, WHEEL, False, ""),
        (True, WHEEL, True, f"pip install --quiet {WHEEL}\n"),
        (True, ADDRESS, False, f"pip install --quiet {ADDRESS}\n"),
        (True, WHEEL, False, f"Put {WHEEL} beside this notebook, then run this cell again."),
    ],
)
@pytest.mark.parametrize("name", ["ps1", "ps4"])
def test_the_first_cell_installs_the_package_where_it_is_missing(
    name, missing, package, there, says, tmp_path
):
    cells = read(ROOT / "assignments", name).cells
    source = next(cell.source for cell in cells if "install" in cell.metadata.get("tags", ()))
    source = source.replace(WHEEL, package)
    if there:
        (tmp_path / WHEEL).touch()
    done = subprocess.run(
        [sys.executable, "-c", INSTALLING.format(missing=missing, source=source)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if says.startswith("Put"):
        assert says in done.stderr
    elif missing and name == "ps4":  # where training takes its time
        assert done.stdout.startswith(says)
        assert "Runtime > Change runtime type > T4 GPU" in done.stdout
    else:
        assert (done.stdout, done.returncode) == (says, 0), done.stderr


def test_no_notebook_names_a_package_that_does_not_exist():
    for name in ASSIGNMENTS:
        text = "\n".join(cell.source for cell in read(ROOT / "assignments", name).cells)
        assert not re.search(r"pip install (?!--quiet \{PACKAGE\})", text)


@all_assignments
def test_a_notebook_opens_with_what_it_is_for_and_ends_with_what_was_learned(name):
    texts = [c.source for c in read(ROOT / "solutions", name).cells if c.cell_type == "markdown"]
    for needed in ("When you have finished, you can", "Before you start", "Time:", "Points:"):
        assert f"**{needed}" in texts[0]
    points = sum(points_of(exercise) for exercise, _ in EXERCISES[name])
    said = int(re.search(r"\*\*Points:\*\* (\d+)", texts[0])[1])
    assert said == points + sum(graded(c).get("points", 0) for c in written(name))
    headings = [text.partition("\n")[0] for text in texts if text.startswith("## ")]
    assert headings[-2:] == ["## Summary", "## Hand in"]
    summary = "\n".join(texts).rpartition("## Summary\n")[2]
    questions = summary.partition("### Check yourself")[2].partition("### To go on")
    folds = re.findall(
        r"\*\*\d\. [^\n]*\?\*\*\n\n<details>\n<summary>Answer</summary>\n\n.+?\n\n</details>\n",
        questions[0],
        re.DOTALL,
    )
    assert len(folds) == questions[0].count("<details>") == 2
    assert 3 <= len(re.findall(r"^- .*\]\(https://", questions[2], re.MULTILINE)) <= 5


def written(name):
    """The cells that a person grades."""
    return [
        cell
        for cell in read(ROOT / "solutions", name).cells
        if graded(cell).get("grade") and graded(cell)["solution"]
    ]


# Release


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """What the stock command makes of the solutions."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    for name in ASSIGNMENTS:
        (course / "solutions" / name).mkdir(parents=True)
        shutil.copy(ROOT / "solutions" / name / f"{name}.ipynb", course / "solutions" / name)
    # nbgrader calls programs of its environment (alembic) by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    for name in ASSIGNMENTS:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", "generate_assignment", name],
            cwd=course,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return course / "assignments"


@all_assignments
def test_the_released_notebook_is_what_the_solution_generates(released, name):
    expected, found = read(released, name), read(ROOT / "assignments", name)
    advice = "assignments/ is out of date: run `make assignments`"
    assert [cell.source for cell in found.cells] == [cell.source for cell in expected.cells], advice
    assert [dict(cell) for cell in found.cells] == [dict(cell) for cell in expected.cells], advice
    assert found.metadata == expected.metadata, advice


@all_assignments
def test_the_release_holds_the_notebook_and_nothing_else(name):
    names = [path.name for path in (ROOT / "assignments" / name).iterdir()]
    names = [n for n in names if n != ".ipynb_checkpoints"]
    assert names == [f"{name}.ipynb"]


def leaks(solved, notebook):
    """The lines of the solutions that a notebook shows although no other cell gives them away."""
    taken, given = set(), set()
    for cell in solved.cells:
        source = cell.source
        if "### BEGIN SOLUTION" in source:
            taken |= set(solution_lines(source))
            source = re.sub(r"### BEGIN.*?### END SOLUTION", "", source, flags=re.DOTALL)
        elif graded(cell).get("grade") and graded(cell)["solution"]:
            taken |= {line.strip() for line in re.split(r"[.;:?]\s|\n", source)}
            continue
        given |= {line.strip() for line in source.split("\n")}
    telling = {line for line in taken - given if len(line) > 12}
    assert telling
    text = "\n".join(cell.source for cell in notebook.cells)
    return sorted(line for line in telling if line in text)


@all_assignments
def test_no_solution_leaks_into_the_release(name):
    solved, notebook = read(ROOT / "solutions", name), read(ROOT / "assignments", name)
    assert leaks(solved, notebook) == []
    for exercise, signature in EXERCISES[name]:
        if signature:
            _, cell = cell_of(notebook, f"{exercise}_solution")
            assert cell.source.endswith("# YOUR CODE HERE\n    raise NotImplementedError()")


def test_a_leak_would_be_noticed():
    for name in ASSIGNMENTS:
        solved = read(ROOT / "solutions", name)
        assert leaks(solved, solved)


TITLES = {
    "preprocess_image": "Exercise 1: prepare one picture",
    "to_numpy": "Exercise 2: from a dataset to arrays",
    "load_custom_sample": "Exercise 3: a picture of your own",
    "top_k": "Exercise 1: the likeliest classes",
    "build_backbone": "Exercise 2: the backbone",
    "build_classifier": "Exercise 3: the head",
    "compile_head": "Exercise 4: how the head will learn",
    "experiment_scale": "Experiment: does the scale matter?",
    "make_generators": "Exercise 1: generators",
    "train_head": "Exercise 2: train the head",
    "split_validation": "Exercise 3: split off a validation set",
    "experiment_pretraining": "Experiment 1: is it the pretraining?",
    "experiment_augmentation": "Experiment 2: how much augmentation?",
    "written_answer": "Written answer",
    "unfreeze": "Exercise 1: unfreeze the end",
    "compile_fine_tune": "Exercise 2: compile again",
    "fine_tune": "Exercise 3: go on training",
    "trained_model": "Exercise 4: your trained model",
    "confusion_matrix": "Exercise 5: what does it get wrong?",
    "own_hand": "A dozen of your own hands",
    "experiment_learning_rate": "Experiment 1: the learning rate of phase 2",
    "experiment_cut": "Experiment 2: where to cut",
}


@pytest.mark.parametrize("folder", ["solutions", "assignments"])
def test_feedback_calls_each_exercise_by_its_own_heading(folder):
    found = {}
    for name in ASSIGNMENTS:
        found |= titles.of(read(ROOT / folder, name).cells)
    assert found == TITLES
