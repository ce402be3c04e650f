"""The four assignments run as student and as instructor would run them.

Each version of a notebook is run once, from top to bottom, as Jupyter would.
"""

import json
import os
import re

import pytest
from nbclient import NotebookClient
from notebooks import ASSIGNMENTS, EXERCISES, ROOT, cell_of, graded, points_of, read

# What the text of ps4 changes on a machine without a GPU.
VIEWS = ('VIEWS = "plain"', "VIEWS = 4")
# The experiments with their shortest trainings, of two of the learning rates.
LAB = (
    ("epochs_head=6, epochs_fine=4, subset=(300, 3)",
     "epochs_head=1, epochs_fine=1, subset=(60, 3)"),
    ('("0.01", "0.001", "0.00001", "0")', '("0.01", "0.00001")'),
)  # fmt: skip
# Pictures and plots that a solved notebook shows.
# A model without a mistake on the test set has none to show.
FIGURES = {"ps1": (3,), "ps2": (3,), "ps3": (5,), "ps4": (8, 9)}


def run(notebook, folder, profile):
    environment = {
        name: value
        for name, value in os.environ.items()
        # The notebooks choose Jupyter's inline figures by themselves, and nobody is grading.
        if not name.startswith(("MPLBACKEND", "NBGRADER", "RPS_", "TF_CPP"))
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
    """A solved notebook after its run, and the folder that it ran in."""
    name = request.param
    notebook, folder = read(ROOT / "solutions", name), tmp_path_factory.mktemp(name)
    if name == "ps4":  # weights that earn full marks need all of the training
        for before, after in (*LAB, VIEWS):
            (changed,) = (cell for cell in notebook.cells if before in cell.source)
            changed.source = changed.source.replace(before, after)
    profile = "offline" if name == "ps4" else "grading-offline"
    return name, run(notebook, folder, profile), folder


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


def explain(notebook):
    return "\n".join(
        f"{cell.id}: {error.ename}: {error.evalue}"
        for cell in notebook.cells
        for error in errors(cell)
    )


@solved_assignments
def test_the_solved_notebook_runs_from_top_to_bottom_with_full_marks(solved):
    name, notebook, _ = solved
    assert explain(notebook) == ""
    for exercise, _ in EXERCISES[name]:
        _, cell = cell_of(notebook, exercise)
        points = points_of(exercise)
        assert f"{exercise}: {points} of {points} points" in printed(cell)
    assert not [c.id for c in notebook.cells if c.cell_type == "code" and "Answer " in printed(c)]


@solved_assignments
def test_the_solved_notebook_shows_its_pictures(solved):
    name, notebook, _ = solved
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    figures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(figures) in FIGURES[name]
    # A saved notebook has lost its widgets.
    assert not [kind for o in outputs for kind in o.get("data", {}) if "widget" in kind]
    # A figure that is a cell's last value would be shown a second time, as text or picture.
    assert not [o for o in outputs if "<Figure" in str(o.get("data", {}).get("text/html", ""))]


@pytest.mark.parametrize("solved", ["ps4"], indirect=True)
def test_a_laptop_trains_with_one_changed_argument(solved):
    *_, folder = solved
    record = json.loads((folder / "rps_model.json").read_text())
    assert [phase["views"] for phase in record["phases"]] == [4, 4]


@pytest.mark.parametrize("solved", ["ps2"], indirect=True)
def test_the_pretrained_network_has_a_label_for_every_probability(solved):
    _, notebook, _ = solved
    text = "".join(printed(cell) for cell in notebook.cells if cell.cell_type == "code")
    probabilities, labels = re.search(
        r"probabilities: \(1, (\d+)\) for (\d+) labels", text
    ).groups()
    assert probabilities == labels


@solved_assignments
def test_the_solved_notebook_writes_nothing_that_jupyter_shows_in_red(solved):
    _, notebook, _ = solved
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
