"""The site: it builds without a warning, has every page and command, and tells no solution.

The notebooks are not executed here: outputs are planted, also where none may appear.
"""

import argparse
import importlib
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup
from notebooks import ASSIGNMENTS, ROOT, graded, read

from tools import site_notebooks

PAGES = sorted((ROOT / "docs").glob("*.md"))
PARSERS = re.findall(
    r"^:module: (\S+)\n:func: (\S+)", (ROOT / "docs/commands.md").read_text(), re.M
)
# What FAQ quotes of other programs.
OTHERS = ("externally-managed-environment", "No assignment with ID 'ps2' exists in the database")


def build(docs, site):
    """Builds the site as `make site` does; returns whether it could, and what was said."""
    pytest.importorskip("sphinx", reason="needs the extra docs: pip install '.[docs]'")
    command = ["sphinx", "--fail-on-warning", "--quiet", str(docs), str(site)]
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


def planted(name):
    """A problem set's page whose solved notebook printed something in each of its cells."""
    solved = read(ROOT / "solutions", name)
    for cell in solved.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text=f"output of {cell.id}")]
    return site_notebooks.published(read(ROOT / "assignments", name), solved)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(
        ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("notebooks", "_build")
    )
    shutil.copytree(ROOT / "rps_course/profiles", folder / "rps_course/profiles")
    site_notebooks.write(folder / "docs/notebooks", planted)
    built, said = build(folder / "docs", folder / "site")
    assert built, said
    assert said == ""
    return folder / "site"


def page(site, name):
    return BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def published_text(path):
    """What a visitor can read in a file, whatever a page puts around each word."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".html":
        text = BeautifulSoup(text, "html.parser").get_text()
    elif path.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
    return site_notebooks.words(text)


# What is in it


@pytest.mark.parametrize("name", [path.stem for path in PAGES])
def test_a_page_has_its_title(site, name):
    title = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8").split("\n")[0]
    assert page(site, name).h1.get_text().removesuffix("#") == title.removeprefix("# ")


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_notebook_is_there_with_its_outputs_and_pictures(site, name):
    shown = page(site, f"notebooks/{name}")
    article = shown.find("article")
    title = re.search(r"^# (.*)", (ROOT / f"lessons/{name}/{name}.md").read_text(), re.MULTILINE)
    assert shown.h1.get_text().removesuffix("#") == title[1]
    for cell in read(ROOT / "solutions", name).cells:
        if cell.cell_type == "code":
            answer = graded(cell).get("solution", False)
            assert (f"output of {cell.id}\n" in article.get_text()) is not answer
    pictures = [image["src"] for image in article.find_all("img")]
    assert len(pictures) == sum(
        len(cell.get("attachments", {})) for cell in read(ROOT / "assignments", name).cells
    )
    assert all((site / "notebooks" / picture).is_file() for picture in pictures)


@pytest.mark.parametrize(("module", "function"), PARSERS)
def test_the_reference_has_every_command_and_option(site, module, function):
    parser = getattr(importlib.import_module(module), function)()
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    assert commands.choices
    reference = page(site, "commands")
    for name, command in commands.choices.items():
        section = reference.find(id=f"{parser.prog}-{name}")
        listed = {entry.get_text().strip("# ") for entry in section.find_all(["kbd", "dt"])}
        options = {
            option
            for action in command._actions
            if action.help != argparse.SUPPRESS and "--help" not in action.option_strings
            for option in action.option_strings
        }
        assert options <= {word for entry in listed for word in re.split(r"[,\s]+", entry)}


def test_both_commands_are_in_the_reference():
    assert [module for module, _ in PARSERS] == ["rps_course.cli", "autograder.cli"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_relative_links_lead_to_files_on_a_code_host(path):
    text = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^()\s]+)\)", text)
    files = [link.split("#")[0] for link in links if ":" not in link and not link.startswith("#")]
    assert [file for file in files if not (path.parent / file).is_file()] == []


def test_what_the_faq_quotes_is_what_programs_say():
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("autograder", "rps_course")
        for path in (ROOT / package).rglob("*.*")
        if path.suffix in {".py", ".toml"}
    )
    said = re.sub(r'"\s*f?"', "", said)  # one text over several lines of code
    headings = re.findall(r"^### (.*)", (ROOT / "docs/faq.md").read_text(), re.MULTILINE)
    quoted = [quote for heading in headings for quote in re.findall(r'"([^"]+)"', heading)]
    assert quoted
    parts = [p.strip() for q in quoted if q not in OTHERS for p in q.split("...") if p.strip(" .")]
    assert [part for part in parts if part not in said] == []


# What is not


def test_no_line_of_a_solution_is_in_the_site(site):
    private, public = set(), "\n".join(path.read_text() for path in PAGES)
    for name in ASSIGNMENTS:
        released = read(ROOT / "assignments", name)
        private |= site_notebooks.private_lines(released, read(ROOT / "solutions", name))
        public += "\n".join(cell.source for cell in released.cells)
    # Guides and later problem sets may say what an earlier one asks for, such as how to freeze.
    public = site_notebooks.words(public)
    private -= {line for line in private if line in public}
    assert len(private) > 100
    for path in site.rglob("*"):
        if path.suffix in {".html", ".ipynb", ".js", ".json", ".txt", ".md"}:
            text = published_text(path)
            assert [line for line in private if line in text] == [], path


def test_the_picture_of_formgrader_with_its_model_answer_is_not_in_the_site(site):
    assert list(site.rglob("feedback.png"))
    assert not list(site.rglob("formgrader.png"))


def test_an_output_with_a_line_of_a_solution_is_refused():
    released, solved = read(ROOT / "assignments", "ps2"), read(ROOT / "solutions", "ps2")
    solution = next(c for c in solved.cells if graded(c).get("grade_id") == "top_k_solution")
    solved.cells[-1] = nbformat.v4.new_code_cell(id=solved.cells[-1].id)
    released.cells[-1] = nbformat.v4.new_code_cell(id=solved.cells[-1].id)
    solved.cells[-1].outputs = [nbformat.v4.new_output("stream", text=solution.source)]
    with pytest.raises(ValueError, match="a line of a solution"):
        site_notebooks.published(released, solved)


def test_pages_load_nothing_from_elsewhere(site):
    for path in site.rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        loaded = [tag["src"] for tag in page.find_all(src=True)]
        loaded += [tag["href"] for tag in page.find_all("link", href=True)]
        assert [address for address in loaded if "//" in address] == [], path


def test_a_notebook_runs_in_a_folder_of_its_own_and_under_the_offline_profile(capfd):
    source = "import os\nprint(os.environ['RPS_PROFILE'], os.listdir())"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    (output,) = site_notebooks._run(notebook).cells[0].outputs
    assert output.text == "offline []\n"
    assert capfd.readouterr().err == ""


def test_a_solution_runs_once_for_each_content(monkeypatch, tmp_path):
    runs = []
    monkeypatch.setattr(site_notebooks, "KEPT", tmp_path)
    monkeypatch.setattr(site_notebooks, "_run", lambda solved: runs.append(solved) or solved)
    for digest in ("one", "one", "another"):
        monkeypatch.setattr(site_notebooks, "_digest", lambda name, digest=digest: digest)
        site_notebooks.executed("ps1")
    assert len(runs) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["ps1-another.ipynb"]


def test_a_page_with_another_notebook_than_was_released_is_refused():
    released, solved = read(ROOT / "assignments", "ps1"), read(ROOT / "solutions", "ps1")
    del solved.cells[3]
    with pytest.raises(ValueError, match="make assignments"):
        site_notebooks.published(released, solved)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a heading](#nowhere)", "nowhere"),
        ("[a page](missing.md)", "missing.md"),
        ("![a picture](missing.png)", "missing.png"),
    ],
)
def test_a_broken_link_stops_the_build(tmp_path, text, says):
    docs = tmp_path / "docs"
    shutil.copytree(ROOT / "docs/_static", docs / "_static")
    shutil.copy(ROOT / "docs/conf.py", docs)
    (docs / "_toc.yml").write_text("root: index\n")
    (docs / "index.md").write_text(f"# A page\n{text}\n")
    built, said = build(docs, tmp_path / "site")
    assert not built
    assert says in said
