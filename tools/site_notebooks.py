"""Makes the site's notebook pages: students' texts with the outputs of a solved run.

The notebook of `solutions/` runs once, in full, under the offline profile. Its outputs are put
into the notebook of `assignments/`, cell by cell: a visitor sees every picture and curve, and of
each answer what a student sees of it. Nothing of a solution, a model answer or a mark scheme is
taken. The run is kept under a digest of what decides it, and made again only where the text or the
course has changed.
"""

import base64
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.grading import versions
from tools.notebooks import ROOT, SOLUTIONS, names

ASSIGNMENTS = ROOT / "assignments"
KEPT = ROOT / "docs/_build/solved"  # not in the site
PAGES = ROOT / "docs/notebooks"
NOTE = """\
:::{note}
This is the notebook as students get it, with the outputs of a solved run under the `offline`
profile, on a CPU. The answers are left out.
:::"""


def _digest(name: str) -> str:
    """Returns what the outputs of a notebook depend on, but for the versions of libraries."""
    code = versions.code((ROOT / "rps_course", ROOT / "autograder/core"), (".py", ".toml", ".h5"))
    text = (SOLUTIONS / name / f"{name}.ipynb").read_bytes()
    return hashlib.sha256(code.encode() + text).hexdigest()[:16]


def _read(folder: Path, name: str) -> NotebookNode:
    return nbformat.read(folder / name / f"{name}.ipynb", as_version=4)


def _run(notebook: NotebookNode) -> NotebookNode:
    environment = {
        key: value
        for key, value in os.environ.items()
        if key != "MPLBACKEND" and not key.startswith("RPS_")
    }
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as sockets:
        client = NotebookClient(
            notebook,
            timeout=3600,
            startup_timeout=180,
            resources={"metadata": {"path": folder}},
            # Over TCP, ipykernel warns. The kernel has another working folder.
            config=Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"}),
        )
        return client.execute(env=environment | {"RPS_PROFILE": "offline"})


def _shown(cell: NotebookNode) -> list[NotebookNode]:
    """Returns the outputs that a page can show: no widgets, and progress bars as they end."""
    cell, _ = CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, 0)
    shown = [output for output in cell.outputs if output.get("name") != "stderr"]
    return [o for o in shown if not any("widget" in kind for kind in o.get("data", {}))]


def private_lines(released: NotebookNode, solved: NotebookNode) -> set[str]:
    """Returns what a solution, model answer or mark scheme says and the released text does not.

    Args:
        released: the notebook of `assignments/`.
        solved: the notebook of `solutions/`.

    Returns:
        Lines and sentences, with one space between words, without those too short to be anyone's.
    """
    public = words("\n".join(cell.source for cell in released.cells))
    found = {
        words(line)
        for cell in solved.cells
        if _is_answer(cell)
        for line in re.split(r"\n|(?<=[.;:?]) ", cell.source)
    }
    return {line for line in found if len(line) > 20 and line not in public and line[:3] != "###"}


def words(text: str) -> str:
    """Returns a text with one space between words."""
    return " ".join(text.split())


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _texts(outputs: list[NotebookNode]) -> Iterator[str]:
    for output in outputs:
        yield output.get("text", "")
        yield from (v for kind, v in output.get("data", {}).items() if kind.startswith("text/"))


def published(released: NotebookNode, solved: NotebookNode) -> NotebookNode:
    """Puts the outputs of a solved run into the notebook that students get.

    Args:
        released: the notebook of `assignments/`; it is changed.
        solved: the notebook of `solutions/`, executed.

    Returns:
        The released notebook. Cells in which students answer have no outputs.

    Raises:
        ValueError: The two notebooks do not have the same cells, or an output has a line of a
            solution.
    """
    if [cell.id for cell in released.cells] != [cell.id for cell in solved.cells]:
        raise ValueError("assignments/ is older than solutions/. Run: make assignments")
    private = private_lines(released, solved)
    for cell, run in zip(released.cells, solved.cells, strict=True):
        if cell.cell_type == "code" and not _is_answer(cell):
            cell.outputs = _shown(run)
            cell.execution_count = run.execution_count
            shown = words("\n".join(_texts(cell.outputs)))
            if leaked := sorted(line for line in private if line in shown):
                raise ValueError(f"Cell {cell.id} shows a line of a solution: {leaked[0]}")
    return released


def executed(name: str) -> NotebookNode:
    """Returns the page of a problem set; the solution runs where there is no run of it yet."""
    kept = KEPT / f"{name}-{_digest(name)}.ipynb"
    if not kept.is_file():
        print(f"Executing {name}, which may take some minutes.", flush=True)
        run = _run(_read(SOLUTIONS, name))
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob(f"{name}-*.ipynb"):
            old.unlink()
        nbformat.write(run, kept)
    return published(_read(ASSIGNMENTS, name), nbformat.read(kept, as_version=4))


def write(folder: Path, page_of: Callable[[str], NotebookNode] = executed) -> None:
    """Writes the page of each problem set.

    Args:
        folder: for the pages and the pictures in their text.
        page_of: returns a problem set with outputs, by its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        page = page_of(name)
        title = next(
            c for c in page.cells if c.cell_type == "markdown" and c.source.startswith("# ")
        )
        heading, _, rest = title.source.partition("\n")
        title.source = f"{heading}\n\n{NOTE}\n{rest}"
        for cell in page.cells:  # MyST does not read attachments
            for picture, content in cell.pop("attachments", {}).items():
                (folder / picture).write_bytes(base64.b64decode(content["image/png"]))
                cell.source = cell.source.replace(f"(attachment:{picture})", f"({picture})")
        nbformat.write(page, folder / f"{name}.ipynb")


if __name__ == "__main__":
    write(PAGES)
