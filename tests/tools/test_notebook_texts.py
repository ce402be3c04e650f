"""Solutions are kept as text; their notebooks follow from it."""

import base64
import re
import shutil
import subprocess
import sys

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment
from notebooks import ASSIGNMENTS, ROOT, graded, read

from autograder.classroom import solutions
from autograder.grading import pages
from tools import notebooks

all_assignments = pytest.mark.parametrize("name", ASSIGNMENTS)
TEXT = """\
# A title

Some words.

```{code-cell}
:tags: [show]

x = 1
```

```{code-cell}
:tags: [show]

x = 1
```
"""


def text(name):
    return (ROOT / f"lessons/{name}/{name}.md").read_text(encoding="utf-8")


def test_every_assignment_has_a_text():
    assert tuple(notebooks.names()) == ASSIGNMENTS


@all_assignments
def test_a_notebook_is_what_its_text_gives(name):
    found = (ROOT / f"solutions/{name}/{name}.ipynb").read_text(encoding="utf-8")
    assert found == notebooks.written(name), (
        f"solutions/{name} is not what lessons/{name} gives: run `make assignments`"
    )


@all_assignments
def test_saving_a_notebook_in_jupyterlab_gives_its_text(name):
    config = jupytext.config.load_jupytext_config(str(ROOT / "solutions"))
    formats = {"extension": ".md", "format_name": "myst"}
    saved = jupytext.writes(read(ROOT / "solutions", name), formats, config=config)
    assert saved == text(name)


@all_assignments
def test_a_change_of_a_text_leaves_the_ids_of_all_other_cells(name):
    before = notebooks.notebook(text(name), name)
    changed = text(name).replace("## Hand in", "A new cell.\n\n+++\n\n## Hand in")
    after = notebooks.notebook(changed, name)
    ids, new = ([cell.id for cell in made.cells] for made in (before, after))
    assert len(new) == len(ids) + 1
    assert set(ids) < set(new)


def test_cells_of_one_content_have_ids_of_their_own():
    made = notebooks.notebook(TEXT, "ps9")
    assert [cell.cell_type for cell in made.cells] == ["markdown", "code", "code"]
    assert made.cells[2].id == f"{made.cells[1].id}-2"
    assert [cell.metadata.tags for cell in made.cells[1:]] == [["show"], ["show"]]


def test_graded_cells_are_called_by_their_grade_id():
    for name in ASSIGNMENTS:
        for cell in notebooks.notebook(text(name), name).cells:
            if graded(cell):
                assert cell.id == f"{name}-{graded(cell)['grade_id'].replace('_', '-')}"


def test_only_notebooks_that_changed_are_written(tmp_path, monkeypatch, capsys):
    for folder in ("TEXTS", "SOLUTIONS"):
        monkeypatch.setattr(notebooks, folder, tmp_path / folder)
    monkeypatch.setattr(notebooks, "ROOT", tmp_path)
    source, target = tmp_path / "TEXTS/ps9/ps9.md", tmp_path / "SOLUTIONS/ps9/ps9.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(TEXT)
    notebooks.main([])
    assert capsys.readouterr().out == "Wrote SOLUTIONS/ps9/ps9.ipynb\n"
    assert nbformat.read(target, as_version=4).cells[0].source == "# A title\n\nSome words."
    notebooks.main(["ps9"])
    assert capsys.readouterr().out == ""


def text_cells(folder, name):
    return [cell for cell in read(ROOT / folder, name).cells if cell.cell_type == "markdown"]


def on_a_page(cell):
    """A text cell as feedback and formgrader show it."""
    context = Environment().from_string("").new_context({"cell": cell, "resources": {}})
    return BeautifulSoup(pages.markdown2html(context, cell.source), "html.parser")


@pytest.mark.parametrize("folder", ["solutions", "assignments"])
def test_the_diagrams_are_attached_and_shown_on_pages_of_feedback(folder):
    seen = set()
    for name in ASSIGNMENTS:
        for cell in text_cells(folder, name):
            shown, attached = on_a_page(cell).find_all("img"), cell.get("attachments", {})
            for picture, (file, content) in zip(shown, attached.items(), strict=True):
                assert len(picture["alt"]) > 40
                _, _, data = picture["src"].partition("base64,")
                assert data == content["image/png"]
                path = ROOT / "lessons/pictures" / file
                assert base64.b64decode(data) == path.read_bytes()
                seen.add(file)
    assert seen == {path.name for path in (ROOT / "lessons/pictures").iterdir()}


@all_assignments
def test_answers_behind_a_fold_are_in_it_on_pages_of_feedback_and_of_solutions(name):
    found = re.compile(r"</summary>\n\n(.+)\n\n</details>")
    cells = [cell for cell in text_cells("assignments", name) if found.search(cell.source)]
    assert len(cells) >= 2
    solution = solutions.page(read(ROOT / "solutions", name), name)
    on_solution = BeautifulSoup(solution, "html.parser").select("details")
    for cell in cells:
        for answer in found.findall(cell.source):
            for folds in (on_a_page(cell).select("details"), on_solution):
                assert any(re.sub(r"[`*]", "", answer)[:60] in fold.text for fold in folds)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of what an instructor edits, and of the tools that read it."""
    root = tmp_path_factory.mktemp("edited")
    for name in ("autograder", "lessons", "rps_course", "solutions", "tools"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "README.md", root)
    return root


TEXT_OF_PS2, RUBRIC = "lessons/ps2/ps2.md", "rps_course/exercises/top_k/rubric.toml"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (RUBRIC, "points = 6\n", "points = 7\n", "the criteria add up to 6 points"),
        (RUBRIC, "points = 6\n", "points = 6,\n", "is not valid TOML"),
        (TEXT_OF_PS2, "  grade_id: top_k\n", "  grade_id: [top_k\n", "could not be read"),
        (TEXT_OF_PS2, "(attachment:", "(attachment:no-", "there is no file"),
    ],
)
def test_a_mistake_of_an_instructor_is_told_in_a_line_and_nothing_is_written(
    course, file, old, new, said
):
    before = (course / file).read_text(encoding="utf-8")
    assert old in before
    (course / file).write_text(before.replace(old, new, 1), encoding="utf-8")
    tool = "points" if file == RUBRIC else "notebooks"
    command = [sys.executable, "-m", f"tools.{tool}"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    (course / file).write_text(before, encoding="utf-8")
    assert done.returncode == 1
    assert str(course / file) in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_text_that_is_not_there_is_told(course):
    command = [sys.executable, "-m", "tools.notebooks", "ps1", "ps9"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no text 'ps9'. There are: ps1, ps2, ps3, ps4" in done.stderr
