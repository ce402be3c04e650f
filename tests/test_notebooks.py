"""The four assignments: their form, their release, and their runs as student and as instructor."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from rps_course import check
from rps_course.course import COURSE

ROOT = Path(__file__).parents[1]
ASSIGNMENTS = ("ps1", "ps2", "ps3", "ps4")

# Grade id and signature of every exercise, as students and instructors were promised them.
EXERCISES = {
    "ps1": [
        ("preprocess_image", "(sample: dict) -> dict"),
        ("to_numpy", "(ds) -> tuple[np.ndarray, np.ndarray]"),
        ("load_custom_sample", "(path) -> np.ndarray"),
    ],
    "ps2": [
        ("top_k", "(probs, labels, k=5) -> list[tuple[str, float]]"),
        ("build_backbone", "() -> tf.keras.Model"),
        ("build_classifier", "(backbone) -> tf.keras.Model"),
        ("compile_head", "(model) -> None"),
    ],
    "ps3": [
        ("make_generators", "(X_train, y_train, X_test, y_test) -> tuple"),
        ("train_head", "(model, train_gen, val_gen, epochs) -> tf.keras.callbacks.History"),
    ],
    "ps4": [
        ("unfreeze", "(backbone, fine_tune_at) -> None"),
        ("compile_fine_tune", "(model) -> None"),
        (
            "fine_tune",
            "(model, train_gen, val_gen, initial_epoch, epochs) -> tf.keras.callbacks.History",
        ),
        ("trained_model", None),
    ],
}
CALLS = {"trained_model": 'check.trained_model("rps_model.weights.h5")'}
CONSTANTS = {
    "INPUT_IMG_SIZE",
    "INPUT_IMG_SHAPE",
    "ALPHA",
    "WEIGHTS",
    "CLASSES",
    "BATCH_SIZE",
    "N_EPOCHS_HEAD",
    "N_EPOCHS_FINE",
    "FINE_TUNE_AT",
}
FEWER_EPOCHS = """\
from dataclasses import replace
from rps_course import profile
whole = profile.get
profile.get = lambda name: replace(whole(name), epochs_head=6, epochs_fine=2)
"""
# Pictures and plots that a solved notebook shows.
FIGURES = {"ps1": 3, "ps2": 2, "ps3": 2, "ps4": 2}

all_assignments = pytest.mark.parametrize("name", ASSIGNMENTS)
all_exercises = pytest.mark.parametrize(
    ("name", "exercise", "signature"),
    [(name, *row) for name, rows in EXERCISES.items() for row in rows],
)


def read(folder, name):
    return nbformat.read(Path(folder) / name / f"{name}.ipynb", as_version=4)


def points_of(exercise):
    return COURSE.rules()[exercise]["points"]


def graded(cell):
    return cell.metadata.get("nbgrader", {})


def cell_of(notebook, grade_id):
    (found,) = (i for i, c in enumerate(notebook.cells) if graded(c).get("grade_id") == grade_id)
    return found, notebook.cells[found]


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
    if name == "ps3":
        expected.append("written_answer")
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


def test_the_written_answer_is_read_by_a_person():
    _, cell = cell_of(read(ROOT / "solutions", "ps3"), "written_answer")
    assert cell.cell_type == "markdown"
    assert graded(cell)["grade"]
    assert graded(cell)["solution"]
    assert len(cell.source.split()) > 40


@all_assignments
def test_the_first_code_cell_gives_the_constants_and_imports(name):
    notebook = read(ROOT / "solutions", name)
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    tree = ast.parse(setup.source)
    names = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    imported = {a.asname or a.name for n in ast.walk(tree) if hasattr(n, "names") for a in n.names}
    assert names >= CONSTANTS
    assert {"np", "tf", "tfds", "plt", "check"} <= imported
    others = [read(ROOT / "solutions", other) for other in ASSIGNMENTS]
    assert len({next(c for c in o.cells if c.cell_type == "code").source for o in others}) == 1


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


# Runs. Each version of a notebook is run once, from top to bottom, as Jupyter would.


def run(notebook, folder, profile):
    environment = {
        name: value
        for name, value in os.environ.items()
        # The notebooks choose Jupyter's inline figures by themselves, and nobody is grading.
        if name != "MPLBACKEND" and not name.startswith(("NBGRADER", "RPS_"))
    }
    environment |= {"RPS_PROFILE": profile, "TF_CPP_MIN_LOG_LEVEL": "2"}
    client = NotebookClient(
        notebook,
        timeout=900,
        startup_timeout=180,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute(env=environment)


@pytest.fixture(scope="module")
def solved(request, tmp_path_factory):
    """A solved notebook after its run."""
    name = request.param
    notebook = read(ROOT / "solutions", name)
    # Weights that earn full marks need more training than the shortest, but not all of it.
    if name == "ps4":
        notebook.cells.insert(0, nbformat.v4.new_code_cell(FEWER_EPOCHS))
    profile = "offline" if name == "ps4" else "grading-offline"
    return name, run(notebook, tmp_path_factory.mktemp(name), profile)


@pytest.fixture(scope="module")
def unsolved(request, tmp_path_factory):
    """A student's untouched notebook after its run."""
    name = request.param
    folder = tmp_path_factory.mktemp(f"{name}-unsolved")
    return name, run(read(ROOT / "assignments", name), folder, "grading-offline")


solved_assignments = pytest.mark.parametrize("solved", ASSIGNMENTS, indirect=True)
unsolved_assignments = pytest.mark.parametrize("unsolved", ASSIGNMENTS, indirect=True)


def errors(cell):
    return [o for o in cell.get("outputs", []) if o.output_type == "error"]


def printed(cell):
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")


def explain(notebook):
    return "\n".join(
        f"{cell.id}: {error.ename}: {error.evalue}"
        for cell in notebook.cells
        for error in errors(cell)
    )


@solved_assignments
def test_the_solved_notebook_runs_from_top_to_bottom_with_full_marks(solved):
    name, notebook = solved
    assert explain(notebook) == ""
    for exercise, _ in EXERCISES[name]:
        _, cell = cell_of(notebook, exercise)
        points = points_of(exercise)
        assert f"{exercise}: {points} of {points} points" in printed(cell)
    assert not [c.id for c in notebook.cells if c.cell_type == "code" and "Answer " in printed(c)]


@solved_assignments
def test_the_solved_notebook_shows_its_pictures(solved):
    name, notebook = solved
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    figures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(figures) == FIGURES[name]
    # A figure that is a cell's last value would be shown a second time, as text or picture.
    assert not [o for o in outputs if "<Figure" in str(o.get("data", {}).get("text/html", ""))]


def test_a_laptop_trains_with_one_changed_argument(tmp_path):
    notebook = read(ROOT / "solutions", "ps4")
    changed = [c for c in notebook.cells if c.source.startswith('VIEWS = "plain"')]
    assert len(changed) == 1
    changed[0].source = changed[0].source.replace('VIEWS = "plain"', "VIEWS = 4")
    run(notebook, tmp_path, "offline")
    assert explain(notebook) == ""
    points = points_of("trained_model")
    said = printed(cell_of(notebook, "trained_model")[1])
    assert f"trained_model: {points} of {points} points" in said
    record = json.loads((tmp_path / "rps_model.json").read_text())
    assert [phase["views"] for phase in record["phases"]] == [4, 4]


@pytest.mark.parametrize("solved", ["ps2"], indirect=True)
def test_the_pretrained_network_has_a_label_for_every_probability(solved):
    _, notebook = solved
    text = "".join(printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    probabilities, labels = re.search(
        r"probabilities: \(1, (\d+)\) for (\d+) labels", text
    ).groups()
    assert probabilities == labels


@unsolved_assignments
def test_the_unsolved_notebook_fails_only_at_its_own_checks(unsolved):
    name, notebook = unsolved
    failed = [graded(cell).get("grade_id", cell.id) for cell in notebook.cells if errors(cell)]
    assert failed == [exercise for exercise, _ in EXERCISES[name]], explain(notebook)
    for exercise, signature in EXERCISES[name]:
        _, cell = cell_of(notebook, exercise)
        (error,) = errors(cell)
        assert error.ename == "CheckFailed"
        assert ("has no answer yet" if signature else "rps_model.weights.h5") in error.evalue


@unsolved_assignments
def test_the_unsolved_notebook_says_what_is_missing_where_a_picture_would_be(unsolved):
    name, notebook = unsolved
    asked = " ".join(printed(c) for c in notebook.cells if c.cell_type == "code" and not errors(c))
    for exercise, signature in EXERCISES[name]:
        if signature:
            assert re.search(rf"Answer [^.]*\b{exercise}\b", asked)
