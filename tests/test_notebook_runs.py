"""The four assignments run as student and as instructor would run them.

Each version of a notebook is run once, from top to bottom, as Jupyter would.
"""

import json
import os
import re

import nbformat
import pytest
from nbclient import NotebookClient
from notebooks import ASSIGNMENTS, EXERCISES, ROOT, cell_of, graded, points_of, read

FEWER_EPOCHS = """\
from dataclasses import replace
from rps_course import profile
whole = profile.get
profile.get = lambda name: replace(whole(name), epochs_head=6, epochs_fine=2)
"""
LAB = (
    "epochs_head=6, epochs_fine=4, subset=(300, 3)",
    "epochs_head=1, epochs_fine=1, subset=(60, 3)",
)  # of the experiments
# Pictures and plots that a solved notebook shows.
# A model without a mistake on the test set has none to show.
FIGURES = {"ps1": (3,), "ps2": (3,), "ps3": (5,), "ps4": (8, 9)}


def run(notebook, folder, profile):
    environment = {
        name: value
        for name, value in os.environ.items()
        # The notebooks choose Jupyter's inline figures by themselves, and nobody is grading. Where
        # pytest runs, a kernel does not show what libraries write to standard error.
        if not name.startswith(("MPLBACKEND", "NBGRADER", "PYTEST", "RPS_", "TF_CPP"))
    }
    environment["RPS_PROFILE"] = profile
    client = NotebookClient(
        notebook,
        timeout=1800,
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
        (lab,) = (cell for cell in notebook.cells if LAB[0] in cell.source)
        lab.source = lab.source.replace(*LAB)
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
    """What a cell says: what it printed, and the verdicts that it shows."""
    shown = [o for o in cell.outputs if o.output_type == "stream" and o.name == "stdout"]
    verdicts = [o.data for o in cell.outputs if "text/html" in o.get("data", {})]
    return "".join([*(o.text for o in shown), *(d.get("text/plain", "") for d in verdicts)])


def red(notebook):
    """What cells wrote to standard error: Jupyter shows it on a red ground."""
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    return "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stderr")


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
    assert red(notebook) == ""


@solved_assignments
def test_the_solved_notebook_shows_its_pictures(solved):
    name, notebook = solved
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    figures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(figures) in FIGURES[name]
    # A saved notebook has lost its widgets.
    assert not [kind for o in outputs for kind in o.get("data", {}) if "widget" in kind]
    # A figure that is a cell's last value would be shown a second time, as text or picture.
    assert not [o for o in outputs if "<Figure" in str(o.get("data", {}).get("text/html", ""))]


def test_a_laptop_trains_with_one_changed_argument(tmp_path):
    notebook = read(ROOT / "solutions", "ps4")
    changed = [c for c in notebook.cells if c.source.startswith('VIEWS = "plain"')]
    assert len(changed) == 1
    changed[0].source = changed[0].source.replace('VIEWS = "plain"', "VIEWS = 4")
    del notebook.cells[cell_of(notebook, "trained_model")[0] + 1 :]
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


@solved_assignments
def test_the_solved_notebook_writes_nothing_that_jupyter_shows_in_red(solved):
    _, notebook = solved
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []


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
