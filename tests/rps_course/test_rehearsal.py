"""`rps-course check`: a notebook and its checks, run before it is handed in."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from rps_course import rehearsal
from rps_course.course import COURSE
from tools.points import by_rubric

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "rps_course", "check"]
TOP, BACKBONE = (by_rubric()["ps2"][name] for name in ("top_k", "build_backbone"))
SET_UP = "from rps_course import check\nimport numpy as np"
TOP_K = (
    "def top_k(probs, labels, k=5):\n"
    "    probs = np.ravel(probs)\n"
    "    best = np.argsort(probs)[::-1][:k]\n"
    "    return [(labels[i], float(probs[i])) for i in best]"
)


def run(*arguments, cwd=None):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def handed_in(tmp_path, monkeypatch):
    monkeypatch.setenv("RPS_PROFILE", "offline")

    def write(*sources):
        cells = [new_markdown_cell("# ps2"), new_code_cell(SET_UP), *map(new_code_cell, sources)]
        path = tmp_path / "ps2.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


def test_a_right_notebook_passes_and_no_file_changes(handed_in, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    path = handed_in(
        "text = open('notes.txt').read()\nopen('notes.txt', 'w').write('changed')",
        TOP_K,
        "check.top_k(top_k)",
    )
    before = path.read_bytes()
    done = run(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{TOP} of {TOP} points: 1 of 1 checks gave full points." in done.stdout
    assert path.read_bytes() == before
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "ps2.ipynb"]


def test_the_points_of_all_checks_are_summed_up_for_scripts_too(handed_in):
    blank = "def build_backbone():\n    raise NotImplementedError"
    path = handed_in(TOP_K, "check.top_k(top_k)", blank, "check.build_backbone(build_backbone)")
    notebook = nbformat.read(path, as_version=4)
    about = {"nbgrader": {"grade": True, "solution": True, "points": 4, "grade_id": "why"}}
    notebook.cells.append(new_markdown_cell("Because.", metadata=about))
    nbformat.write(notebook, path)
    done = run(path, "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["score"], told["points"], told["by_person"]) == (TOP, TOP + BACKBONE, 4)
    found = {check["exercise"]: (check["passed"], check["score"]) for check in told["checks"]}
    assert found == {"top_k": (True, TOP), "build_backbone": (False, 0)}
    assert told["failed"] == [6]
    right, wrong = (check["reasons"] for check in told["checks"])
    assert right == []
    assert "has no answer yet" in wrong[0]
    assert not any("points from the checks in this notebook" in text for text in told["told"])


@pytest.mark.parametrize("deleted", [("top_k",), ("trained_model", "unfreeze")])
def test_deleted_checks_are_told_and_earn_nothing(deleted, tmp_path):
    rubric = by_rubric()
    assignment = next(name for name, known in rubric.items() if set(deleted) <= known.keys())
    released = ROOT / f"assignments/{assignment}/{assignment}.ipynb"
    notebook = nbformat.read(released, as_version=4)
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    for cell in graded:
        if cell.metadata["nbgrader"]["grade_id"] in deleted:
            cell.source = f"# {cell.source}"
        elif cell.cell_type == "code" and cell.metadata["nbgrader"]["solution"]:
            cell.source = "pass"
    path = tmp_path / "mine.ipynb"
    notebook.cells = [new_code_cell(SET_UP), *graded]
    nbformat.write(notebook, path)
    done = run(path, "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    reasons = {check["exercise"]: check["reasons"] for check in told["checks"]}
    for name in deleted:
        (said,) = reasons[name]
        assert f"No cell checks `{name}`" in said
        assert said in told["told"]
    by_check = {name for name in rubric[assignment] if name in COURSE.exercises}
    assert reasons.keys() == by_check
    assert told["points"] == sum(rubric[assignment][name] for name in by_check)


def test_what_lies_in_folders_beside_the_notebook_counts(handed_in, tmp_path):
    rubric = (ROOT / "rps_course/exercises/top_k/rubric.toml").read_text(encoding="utf-8")
    (tmp_path / "rubric").mkdir()
    (tmp_path / "rubric/top_k.toml").write_text(
        re.sub(r"points = (\d+)", lambda found: f"points = {2 * int(found[1])}", rubric)
    )
    (tmp_path / "own/deep").mkdir(parents=True)
    (tmp_path / "own/deep/words.txt").write_text("mine")
    for name in ("environment/pyvenv.cfg", "environment/lib/library.py", ".hidden/file"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(201_000_000)
    path = handed_in(
        "import os",
        TOP_K,
        "print([name for name in os.listdir() if os.path.isdir(name)], os.listdir('environment'))\n"
        "print(open('own/deep/words.txt').read())\n"
        "check.top_k(top_k)",
    )
    done = run(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ".hidden" not in done.stdout
    assert "['pyvenv.cfg']\nmine\n" in done.stdout
    assert f"top_k: {2 * TOP} of {2 * TOP} points" in done.stdout
    assert "The notebook ran without film.mp4: too large or too many files." in done.stdout


def test_what_fails_and_what_is_cut_short_is_told(handed_in):
    path = handed_in(
        "import time\ntime.sleep(100)",
        "undefined",
        "def no_colon()\n    pass",
        "def top_k(probs, labels, k=5):\n    raise NotImplementedError()",
        "check.top_k(top_k)",
    )
    done = run(path, "--timeout", 20)
    assert done.returncode == 1
    assert "Cell 3 was cut short" in done.stdout
    assert "Cell 4 failed: NameError" in done.stdout
    assert "Cell 5 failed: SyntaxError: expected ':' (line 1 of the cell)" in done.stdout
    assert "has no answer yet" in done.stdout
    assert f"0 of {TOP} points: 0 of 1 checks gave full points." in done.stdout


def test_a_cell_that_ends_the_kernel_is_told(handed_in):
    path = handed_in(TOP_K, "check.top_k(top_k)", "import os\nos._exit(1)", "check.top_k(top_k)")
    done = run(path)
    assert done.returncode == 1
    assert f"top_k: {TOP} of {TOP} points" in done.stdout
    assert "Cell 5 ended the kernel" in done.stdout
    assert done.stdout.endswith("1 of 2 checks gave full points.\n")
    assert "Traceback" not in done.stderr


def test_interrupted_while_the_kernel_starts_it_ends_at_once(tmp_path, monkeypatch):
    async def start(*_, **options):
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(60)

    nbformat.write(new_notebook(cells=[new_code_cell("check.top_k(0)")]), tmp_path / "ps2.ipynb")
    monkeypatch.setattr(NotebookClient, "async_start_new_kernel", start)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            rehearsal.rehearse(tmp_path / "ps2.ipynb", 60)
    finally:
        signal.signal(signal.SIGINT, before)


def test_interrupted_it_ends_at_once_and_leaves_nothing(handed_in, tmp_path):
    path = handed_in("open(PATH, 'w').close()\nimport time\ntime.sleep(100)", "check.top_k(top_k)")
    begun = tmp_path / "begun"
    path.write_text(path.read_text().replace("PATH", repr(str(begun))))
    process = subprocess.Popen(
        [*COMMAND, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.1)
    kernels = psutil.Process(process.pid).children(recursive=True)
    assert kernels
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == ("", "\nrps-course: interrupted\n")
    assert psutil.wait_procs(kernels, timeout=10)[1] == []


def test_bad_input_is_told(tmp_path, handed_in):
    (tmp_path / "text.ipynb").write_text("no notebook")
    (tmp_path / "picture.ipynb").write_bytes(b"\x89PNG\xff")
    (tmp_path / "list.ipynb").write_text("[1]")
    for path, says in [
        (tmp_path / "nowhere.ipynb", "There is no file"),
        (tmp_path / "text.ipynb", "text.ipynb is no notebook: it is not JSON."),
        (tmp_path / "picture.ipynb", "picture.ipynb is no notebook: it is not text."),
        (tmp_path / "list.ipynb", "list.ipynb is no notebook: it has no cells."),
        (handed_in("1 + 1"), "has no check"),
    ]:
        done = run(path)
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["check"], ["pack", "--no-check"]])
def test_a_notebook_that_may_not_be_read_is_told(command, tmp_path):
    path = tmp_path / "ps2.ipynb"
    nbformat.write(new_notebook(), path)
    path.chmod(0)
    call = [sys.executable, "-m", "rps_course", *command, "ps2.ipynb"]
    if os.geteuid() == 0:  # to whom modes mean nothing
        less = "-dac_override,-dac_read_search"
        call = ["setpriv", f"--bounding-set={less}", f"--inh-caps={less}", "--", *call]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "rps-course: error: ps2.ipynb: Permission denied\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32-le"])
def test_a_notebook_is_read_in_the_encodings_that_the_grader_reads(tmp_path, encoding):
    path = tmp_path / "ps2.ipynb"
    path.write_text(nbformat.writes(new_notebook(cells=[new_code_cell("x = 'ä'")])), encoding)
    assert rehearsal.read(path).cells[0].source == "x = 'ä'"


def test_a_problem_set_is_found_by_its_name_as_pack_finds_it(handed_in, tmp_path):
    path = handed_in("1 + 1")
    for folder in (tmp_path, tmp_path / "ps2"):
        folder.mkdir(exist_ok=True)
        path = path.rename(folder / path.name)
        done = run("ps2", cwd=tmp_path)
        assert f"{path.relative_to(tmp_path)} has no check" in done.stderr
    path.unlink()
    assert "There is no file ps2.ipynb." in run("ps2", cwd=tmp_path).stderr
    assert "There is no file ps9." in run("ps9", cwd=tmp_path).stderr


def test_a_package_that_the_grader_lacks_is_told_once(handed_in, tmp_path):
    (tmp_path / "helper.py").write_text("ten = 10")
    path = handed_in(
        "import os, helper\nimport PIL.Image, pandas\nfrom sklearn import metrics\n%time 1",
        "try:\n    import pytest_timeout\nexcept ImportError:\n    pass",
        "import ruff, xdist.plugin",
        TOP_K,
        "check.top_k(top_k)",
        "check.top_k(top_k)",
    )
    done = run(path)
    assert done.returncode == 0, done.stdout
    notes = [line for line in done.stdout.splitlines() if line.startswith("Note: ")]
    assert [line.split("`")[1] for line in notes] == ["ruff", "xdist"]


def test_an_answer_of_the_library_that_cells_take_is_told(handed_in):
    path = handed_in(
        "import numpy as np\nfrom rps_course.imagenet import top_k as ours",
        "best = ours(np.eye(1, 9), list('abcdefghi'), 3)",
        TOP_K,
        "check.top_k(top_k)",
    )
    done = run(path)
    assert done.returncode == 0, done.stdout
    said = "Note: The grader does not have `rps_course.imagenet.top_k` for this assignment."
    assert said in done.stdout.splitlines()


@pytest.mark.parametrize("plain", ["", "1"])
def test_what_holds_is_green_on_a_terminal_and_what_does_not_is_red(plain, monkeypatch, capsys):
    for name, value in {"FORCE_COLOR": "1", "NO_COLOR": plain, "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    told = ("top_k: 1 of 3 points\n  [ok] the order\n  [-2] Received [1].\n       Hint: look.",)
    rehearsal.Rehearsal(told, (rehearsal.Check("top_k", False, 1, 3),), 0, ()).tell()
    _, holds, lost, hint, total = capsys.readouterr().out.splitlines()
    assert ("\x1b[32m  [ok] the order" in holds) == (not plain)
    assert ("\x1b[31m  [-2] Received [1]." in lost) == (not plain)
    assert hint == "       Hint: look."
    assert "1 of 3 points: 0 of 1 checks gave full points." in total
