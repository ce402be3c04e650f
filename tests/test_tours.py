"""What README and the guides tell TAs and instructors to run, as it stands there, in a clone."""

import os
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import grader_environment
import nbformat
import pytest
import sandbox

from tools.points import by_rubric

ROOT = Path(__file__).parents[1]
# What other tests run, or what needs a network.
ELSEWHERE = ("git clone", "make setup", "source", "rps-course fetch", "rps-grader selftest")


def commands(page, heading):
    """The commands of the first block of code below a heading."""
    text = (ROOT / page).read_text(encoding="utf-8")
    block = re.search(rf"^##+ {re.escape(heading)}\n.*?^```\n(.*?)^```", text, re.DOTALL | re.M)[1]
    lines = [re.sub(r"(^|\s+)#.*", "", line) for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(ELSEWHERE)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone as `make setup` leaves it."""
    folder = tmp_path_factory.mktemp("tour") / "rps-course"
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for name in names:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    grader_environment.make(folder / ".venv")
    (folder / ".venv/installed").touch()
    with (folder / "nbgrader_config.py").open("a") as file:
        file.write('\nc.Grading.profile = "offline"\n')
    return folder


def run(clone, command):
    path = os.pathsep.join([str(clone / ".venv/bin"), os.environ["PATH"]])
    environment = os.environ | {"PATH": path}
    return subprocess.run(
        shlex.split(command),
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_other_tests_leave_to_the_pages_is_on_them():
    assert commands("README.md", "Five minutes as a TA")[:2] == [
        "make assignments",
        "rps-grader run ps2",
    ]
    assert commands("docs/ta.md", "Set up a machine") == ["make assignments"]


def test_a_ta_grades_with_the_commands_of_the_pages(clone):
    sandbox.require()
    released = {p: p.read_bytes() for p in (clone / "assignments").rglob("*.ipynb")}
    submission = clone / "submitted/ada/ps2"
    submission.mkdir(parents=True)
    notebook = nbformat.read(clone / "solutions/ps2/ps2.ipynb", as_version=4)
    nbformat.write(notebook, submission / "ps2.ipynb")
    said = run(clone, "nbgrader autograde ps2")  # who skips a step is told which
    assert said.returncode != 0
    advice = run(clone, "rps-grader show ps2").stderr
    assert "make assignments" in advice

    for command in commands("README.md", "Five minutes as a TA"):
        done = run(clone, command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
        if command.startswith("rps-grader show"):
            assert re.search(rf"│ ada .* {sum(by_rubric()['ps2'].values())} │", done.stdout)
    assert (clone / "feedback/ada/ps2/ps2.html").is_file()
    assert released == {p: p.read_bytes() for p in released}, "a release changes what is committed"
    for command in commands("docs/ta.md", "Grade"):
        done = run(clone, command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
    assert (clone / "grades.csv").is_file()


def test_an_instructor_hands_out_with_the_commands_of_the_page(clone):
    solved = clone / "solutions/ps2"
    (solved / "marks.txt").write_text("ada: 27")
    assert run(clone, "make assignments").returncode == 0
    for command in commands("docs/instructor.md", "Hand out a problem set"):
        done = run(clone, command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
    with zipfile.ZipFile(clone / "handouts/ps2.zip") as archive:
        names = {Path(name).suffix: name for name in archive.namelist()}
        assert set(names) == {".ipynb", ".whl", ".md"}
        readme = archive.read("ps2/README.md").decode()
    assert "RPS_PROFILE=offline" in readme
    (command,) = commands("docs/instructor.md", "After the due date")
    text = (ROOT / "docs/instructor.md").read_text()
    set_due = re.search(r"^nbgrader db assignment add .*$", text, re.MULTILINE)[0]
    assert run(clone, set_due.replace("2027", "2097")).returncode == 0
    early = run(clone, command)
    assert early.returncode == 1
    assert "ps2 is due on 2097-01-31 23:59 UTC" in early.stderr
    assert run(clone, set_due.replace("2027", "2025")).returncode == 0
    done = run(clone, command)
    assert done.returncode == 0, done.stderr[-3000:]
    page = (clone / "handouts/ps2-solution.html").read_text()
    assert "build_backbone" in page
    assert "10 of 10 points" in page
    assert "data:image/png;base64" in page
    assert "MARK SCHEME" not in page


def test_a_ta_takes_in_what_students_packed_with_the_commands_of_the_pages(clone, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    if not (clone / "gradebook.db").exists():
        assert run(clone, "make assignments").returncode == 0
    packed = run(clone, "rps-course pack solutions/ps2/ps2.ipynb --no-check --out packed.zip")
    assert packed.returncode == 0, packed.stderr
    (clone / "grades-export.csv").write_text(
        'Student,ID,SIS Login ID,Section,ps2 (55)\n    Points Possible,,,,27\n"Hopper, Grace",102,'
        "grace,A,\n"
    )
    with zipfile.ZipFile(clone / "submissions.zip", "w") as archive:
        archive.write(clone / "packed.zip", "hoppergrace_LATE_102_5003_ps2-handin-1.zip")
    steps = commands("docs/ta.md", "Take the class in")
    assert len(steps) == 3
    for command in steps:
        done = run(clone, command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
    taken = clone / "submitted/grace/ps2/ps2.ipynb"
    assert taken.read_bytes() == (clone / "solutions/ps2/ps2.ipynb").read_bytes()
    assert "Hopper, Grace" in run(clone, "rps-grader show ps2").stdout
