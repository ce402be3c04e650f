"""The profile of the class, and machines that cannot grade under it: never a student's zero."""

import csv
import json
import os
import subprocess
import sys

import nbformat
import pytest
import sandbox
from nbformat.v4 import new_code_cell
from nbgrader_course import ROOT, nbgrader, write_configuration

from autograder.audit import subject
from autograder.audit.attacks.course import AttackedCourse
from autograder.grading import results
from rps_course import profile, submission
from rps_course.machine import caches, fetch

ASSIGNMENT = "top_k"
FULL = 6


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with one light exercise."""
    course = AttackedCourse(tmp_path_factory.mktemp("machine") / "course", subject.read(ROOT))
    write_configuration(course.root)
    course.add_assignment((ASSIGNMENT,))
    nbgrader(course.root, "generate_assignment", ASSIGNMENT)
    yield course
    course.close()


def hand_in(course, student, first=None, instead=None):
    notebook = course.solved(ASSIGNMENT)
    if instead:
        notebook.cells[0].source = notebook.cells[0].source.replace("profiles.current()", instead)
    if first:
        notebook.cells.insert(0, new_code_cell(first))
    course.hand_in(student, ASSIGNMENT, nbformat.writes(notebook).encode())


def results_of(root, assignment=ASSIGNMENT):
    found = results.collect(f"sqlite:///{root}/gradebook.db", root / "autograded", assignment)
    return {result.student: result for result in found}


def exported(root):
    nbgrader(root, "export")
    with (root / "grades.csv").open() as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


# Ways of a notebook to choose a profile; the class is graded under the offline one.
OTHERS = {
    "argument": {"instead": "profiles.get('standard')"},
    "alias": {"instead": "profiles.get('standard'); kurs = profile; del profile"},
}
SAME = {
    "unchanged": {},
    # The profile is fixed for the kernel, whatever the environment says.
    "environ": {"first": "import os; os.environ['RPS_PROFILE'] = 'standard'"},
    "magic": {"first": "%env RPS_PROFILE=standard"},
    "later": {"instead": "profiles.current(); import os; os.environ['RPS_PROFILE'] = 'standard'"},
    "environ_same": {"first": "import os; os.environ['RPS_PROFILE'] = 'offline'"},
    "argument_same": {"instead": "profiles.get('offline')"},
    "renamed": {"instead": "__import__('dataclasses').replace(profiles.current(), name='mine')"},
    "odd_name": {"instead": "__import__('dataclasses').replace(profiles.current(), name=[1])"},
    "looks_at_another": {"instead": "profiles.current(); other = profiles.get('standard')"},
    "unset": {"first": "import os; del os.environ['RPS_PROFILE']"},
}


@pytest.fixture(scope="module")
def graded(course):
    sandbox.require()
    for student, changes in (OTHERS | SAME).items():
        hand_in(course, student, **changes)
    # Whatever the TA's own environment says has no part in it.
    return nbgrader(course.root, "autograde", ASSIGNMENT, profile="standard", check=False)


@pytest.mark.parametrize("student", OTHERS)
def test_a_notebook_of_another_profile_is_not_graded(course, graded, student):
    result = results_of(course.root)[student]
    assert result.error
    assert (
        "under the profile 'grading-standard', but the class is graded under 'offline'"
        in " ".join(result.reasons)
    )
    assert exported(course.root)[student]["status"] == "error"


def test_the_command_fails_and_names_those_who_were_not_graded(graded):
    assert graded.returncode != 0
    for student in OTHERS:
        assert f"the submission of '{student}'" in graded.stderr
    assert f"{len(OTHERS)} submissions are of another profile" in graded.stderr
    assert "RPS_PROFILE=standard has no effect on grading" in graded.stderr


@pytest.mark.parametrize("student", SAME)
def test_a_notebook_that_names_the_profile_of_the_class_is_graded(course, graded, student):
    result = results_of(course.root)[student]
    assert (result.score, result.error) == (FULL, False), result.reasons


@pytest.mark.parametrize("mode", [0o000, 0o411, 0o111])
def test_a_keras_folder_that_may_not_be_entered_is_told(mode):
    sandbox.require()
    code = (
        "import os\n"
        f"os.makedirs('/tmp/keras/models'); os.chmod('/tmp/keras', {mode})\n"
        "from rps_course import profile\n"
        "from rps_course.machine import fetch\n"
        "print(fetch.problems(profile.get('standard'))['backbone weights'])\n"
    )
    done = subprocess.run(
        sandbox.as_ordinary_user(
            "env", "KERAS_HOME=/tmp/keras", "TFDS_DATA_DIR=/tmp/none", sys.executable, "-c", code
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "/tmp/keras" in done.stdout


def test_without_isolation_a_submission_does_not_write_through_the_home_folder(course):
    """Its files are copied beside its home folder, and never into it."""
    folder = course.hand_in("homely", ASSIGNMENT, b"x", "notes.txt").parent
    (folder / "home/.keras").mkdir(parents=True)
    (folder / "home/.keras/planted").write_text("planted")
    look = "import pathlib\nprint((pathlib.Path.home() / '.keras/planted').exists())"
    hand_in(course, "homely", first=look)
    nbgrader(course.root, "autograde", ASSIGNMENT, "--student=homely", "--Isolation.unsafe=True")
    assert results_of(course.root)["homely"].score == FULL
    path = course.root / f"autograded/homely/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
    assert nbformat.read(path, as_version=4).cells[0].outputs[0].text == "False\n"


def test_a_class_needs_a_profile_that_there_is(course):
    sandbox.require()
    hand_in(course, "typo")
    done = nbgrader(
        course.root, "autograde", ASSIGNMENT, "--student=typo", "--Grading.profile=grading-offline",
        check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "profile 'grading-offline'. Allowed: standard, offline." in done.stderr
    assert "typo" not in results_of(course.root)


@pytest.fixture
def machine_with(real_data, tmp_path, monkeypatch):
    """Makes a machine that has the real data and weights, but lacks a file of them."""

    def make(lacking):
        keras = tmp_path / "keras"
        for source in fetch.keras_files():
            path = keras / source.path.relative_to(real_data["KERAS_HOME"])
            path.parent.mkdir(parents=True, exist_ok=True)
            if lacking not in source.path.name:
                path.symlink_to(source.path)
        monkeypatch.setenv("KERAS_HOME", str(keras))
        if lacking == "dataset":
            monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
        return keras

    return make


@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        ("no_top.h5", "backbone weights: mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0"),
        ("ImageNetLabels.txt", "ImageNet labels: ImageNetLabels.txt is not in"),
        ("dataset", "dataset: The dataset is not in"),
    ],
)
def test_a_machine_that_lacks_a_file_grades_nothing(course, machine_with, lacking, says):
    sandbox.require()
    machine_with(lacking)
    hand_in(course, "waiting")
    done = nbgrader(
        course.root, "autograde", ASSIGNMENT, "--student=waiting", "--Grading.profile=standard",
        check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "Not graded: the grader's machine lacks" in done.stderr
    assert says in done.stderr
    assert "rps-course fetch" in done.stderr
    assert "waiting" not in results_of(course.root)
    assert not (course.root / "autograded/waiting").exists()


def test_a_damaged_file_is_like_one_that_is_missing(course, machine_with):
    sandbox.require()
    keras = machine_with("no_top.h5")
    (keras / "models" / fetch.keras_files()[0].path.name).write_bytes(b"half a file")
    hand_in(course, "waiting")
    done = nbgrader(
        course.root, "autograde", ASSIGNMENT, "--student=waiting", "--Grading.profile=standard",
        check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "no_top.h5 is damaged" in done.stderr


def test_what_one_submission_writes_to_a_cache_is_not_seen_by_the_next(course, real_data):
    sandbox.require()
    spoil = (
        "import os, pathlib, shutil\n"
        "keras = pathlib.Path(os.environ['KERAS_HOME'])\n"
        "for path in sorted(keras.rglob('*.*')):\n"
        "    path.write_bytes(b'spoiled') if path.is_file() else None\n"
        "(keras / 'models' / 'planted').touch()\n"
        "shutil.rmtree(keras / 'datasets')\n"
    )
    look = (
        "import os, pathlib\n"
        "keras = pathlib.Path(os.environ['KERAS_HOME'])\n"
        "print('sizes', sorted(p.stat().st_size for p in keras.rglob('*.*') if p.is_file()))\n"
        "print('planted' if (keras / 'models' / 'planted').exists() else 'clean')\n"
    )
    hand_in(course, "a_spoiler", first=spoil)
    hand_in(course, "b_next", first=look)
    before = {s.path: s.path.stat().st_mtime_ns for s in fetch.keras_files()}
    for student in ("a_spoiler", "b_next"):
        nbgrader(course.root, "autograde", ASSIGNMENT, f"--student={student}")
    path = course.root / f"autograded/b_next/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
    (printed,) = nbformat.read(path, as_version=4).cells[0].outputs
    sizes = sorted(source.path.stat().st_size for source in fetch.keras_files())
    assert printed.text == f"sizes {sizes}\nclean\n"
    assert before == {s.path: s.path.stat().st_mtime_ns for s in fetch.keras_files()}
    assert results_of(course.root)["a_spoiler"].score == FULL


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A course whose only exercise is trained_model."""
    root = tmp_path_factory.mktemp("models")
    write_configuration(root)
    notebook = nbformat.read(ROOT / "solutions/ps4/ps4.ipynb", as_version=4)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "trained_model"
    ]
    (root / "solutions/ps4").mkdir(parents=True)
    nbformat.write(notebook, root / "solutions/ps4/ps4.ipynb")
    nbgrader(root, "generate_assignment", "ps4")
    return root


def write_model(folder, course, named):
    """Writes untrained weights of a profile, and a record that names one."""
    import dataclasses
    import hashlib

    from rps_course import model

    folder.mkdir(parents=True)
    weights = folder / submission.RPS_WEIGHTS
    model.reference(dataclasses.replace(course, weights=None)).save_weights(weights)
    phase = {"name": "head", "epochs": [0], "learning_rate": 0.001, "history": {"loss": [1.0]}}
    record = {
        "format": submission.FORMAT,
        "created": "today",
        "profile": named,
        "device": {"kind": "CPU", "name": "x"},
        "versions": {"keras": "3"},
        "phases": [phase],
        "weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }
    (folder / submission.RPS_RECORD).write_text(json.dumps(record))


def test_weights_and_records_of_another_profile_are_not_graded(models):
    sandbox.require()
    handed_in = {
        "weights": (profile.get("standard"), "offline"),
        "record": (profile.get("offline"), "standard"),
    }
    for student, (course, named) in handed_in.items():
        folder = models / "submitted" / student / "ps4"
        write_model(folder, course, named)
        (folder / "ps4.ipynb").write_bytes((models / "assignments/ps4/ps4.ipynb").read_bytes())
    done = nbgrader(models, "autograde", "ps4", check=False)
    assert done.returncode != 0
    assert "2 submissions are of another profile" in done.stderr
    found = results_of(models, "ps4")
    assert "the weights of the standard profile" in found["weights"].reasons[0]
    assert (
        "a training under the profile 'standard', expected 'offline'" in found["record"].reasons[0]
    )
    assert [found[s].error for s in handed_in] == [True, True]
    rows = exported(models)
    assert [rows[s]["status"] for s in handed_in] == ["error", "error"]


def test_the_data_must_be_readable_in_the_sandbox(real_data, tmp_path, monkeypatch):
    """Root's files may be root's alone; students' code runs as another user."""
    sandbox.require()
    if os.geteuid() != 0:
        pytest.skip("an ordinary user's sandbox runs as the same user")
    import shutil

    from autograder.grading.machine import Grading, problem
    from autograder.sandbox.isolation import Isolation

    shutil.copytree(real_data["TFDS_DATA_DIR"], tmp_path / "tfds")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    grading = Grading(course="rps_course.course:COURSE", profile="standard")
    assert problem(grading, Isolation()) == ""
    shard = next((tmp_path / "tfds").rglob("*train*tfrecord*"))
    shard.chmod(0o600)
    found = problem(grading, Isolation())
    assert "cannot be read in the sandbox" in found
    assert f"chmod -R a+rX {caches.data_folder(profile.get('standard').dataset)}" in found
