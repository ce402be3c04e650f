"""Makes the notebooks of `solutions/` from the texts in `lessons/`.

A text is MyST Markdown, as jupytext reads it: prose stands as it is, code in `{code-cell}` blocks
with their metadata. The notebook is made of nothing else, so the same text always gives the same
file: the id of a cell follows from its grade id or its content, and a picture that a text cell
shows as `attachment:NAME` is taken from `lessons/pictures/`.
"""

import argparse
import base64
import hashlib
import re
import sys
from pathlib import Path

import jupytext
import nbformat
from jupytext.myst import MystMetadataParsingError
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
TEXTS, SOLUTIONS = ROOT / "lessons", ROOT / "solutions"
PICTURES = ROOT / "lessons/pictures"
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


class TextError(ValueError):
    """A text is no notebook; the message says which one and why."""


def notebook(text: str, name: str) -> NotebookNode:
    """Returns the notebook of a text.

    Args:
        text: MyST Markdown.
        name: of the assignment: ids of cells begin with it.
    """
    made = jupytext.reads(text, fmt="md:myst")
    made.metadata = nbformat.from_dict(METADATA)
    made.nbformat, made.nbformat_minor = 4, 5
    taken: set[str] = set()
    for cell in made.cells:
        cell.id = _new_id(cell, name, taken)
        taken.add(cell.id)
        shown = re.findall(r"\(attachment:([\w.-]+\.png)\)", cell.source)
        if cell.cell_type == "markdown" and shown:
            cell.attachments = {picture: {"image/png": _content(picture)} for picture in shown}
    nbformat.validate(made)
    return made


def _new_id(cell: NotebookNode, name: str, taken: set[str]) -> str:
    content = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
    own = cell.metadata.get("nbgrader", {}).get("grade_id", content).replace("_", "-")
    found, copies = f"{name}-{own}", 1
    while found in taken:
        copies += 1
        found = f"{name}-{own}-{copies}"
    return found


def _content(name: str) -> str:
    path = PICTURES / name
    if not path.is_file():
        raise TextError(f"it shows the picture {name}, and there is no file {path}")
    return base64.b64encode(path.read_bytes()).decode("ascii")


def names() -> list[str]:
    """Returns the assignments that have a text."""
    return sorted(path.stem for path in TEXTS.glob("*/*.md"))


def written(name: str) -> str:
    """Returns what the notebook file of an assignment holds, made from its text.

    Raises:
        TextError: the text is none that a notebook can be made of.
    """
    path = TEXTS / name / f"{name}.md"
    try:
        return nbformat.writes(notebook(path.read_text(encoding="utf-8"), name)) + "\n"
    except (TextError, MystMetadataParsingError, nbformat.ValidationError) as error:
        raise TextError(f"{path}: {error}") from error


def main(argv: list[str] | None = None) -> None:
    """Writes the notebooks, and says which ones have changed."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument("name", nargs="*", help="assignments; all of them if none is named")
    chosen = parser.parse_args(argv).name or names()
    for name in chosen:
        if name not in names():
            parser.error(f"there is no text {name!r}. There are: {', '.join(names())}")
    for name in chosen:
        path, made = SOLUTIONS / name / f"{name}.ipynb", written(name)
        if path.is_file() and path.read_text(encoding="utf-8") == made:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8")
        print(f"Wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    try:
        main()
    except TextError as wrong:
        sys.exit(str(wrong))
