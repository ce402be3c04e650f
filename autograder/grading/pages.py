"""What the pages show that people read: feedback and formgrader.

A text cell is written by a student and may hold HTML; nbgrader's templates show it as it is. This
module replaces their filter `markdown2html` (`c.HTMLExporter.filters`) and keeps only text. A page
of feedback also says where its scores are not the last word.
"""

from pathlib import Path
from typing import Any

import bleach
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import results
from autograder.grading.cells import grade_id
from autograder.grading.machine import Grading
from autograder.grading.states import Bases, State

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "span", "strong",
    "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_PICTURES = ("data:image/png;", "data:image/jpeg;")


def _may_stay(tag: str, name: str, value: str) -> bool:
    if name in ("class", "title", "align"):
        return True
    if tag == "a" and name == "href":
        return not value.strip().lower().startswith("data:")
    if tag == "img" and name == "src":
        # A picture from elsewhere would tell its owner who looks at it.
        return value.startswith(_PICTURES) or "//" not in value
    return tag == "img" and name in ("alt", "width", "height")


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Returns a text cell as HTML in which nothing runs and nothing is loaded from elsewhere.

    Args:
        context: the template's; the cell's attachments are taken from it.
        source: Markdown, with formulas.
    """
    cell: Any = context.get("cell", {})
    renderer = IPythonRenderer(escape=False, attachments=cell.get("attachments", {}))
    return bleach.clean(
        MarkdownWithMath(renderer=renderer).render(source),
        tags=_TAGS,
        attributes=_may_stay,
        protocols={"http", "https", "mailto", "data"},
    )


# What a page says below a cell, by the state of its exercise.
_SAYS = {
    State.WAITING: "`{exercise}` waits for a person. It has no points yet.",
    State.AGAIN: "A person graded `{exercise}` before it changed, and will look at it again.",
    State.BY_HAND: "A person graded `{exercise}`: {score:g} of {points:g} points.",
}
_STALE = "This page is about an earlier state ({about})."


class ShowStates(NbGraderPreprocessor):
    """Says on a page of feedback where its scores are not the grader's, or not the last word."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Adds text cells to a graded notebook."""
        info, folders = resources["nbgrader"], CourseDirectory(config=self.config)
        found = results.collect(
            info["db_url"],
            Path(folders.root) / folders.autograded_directory,
            info["assignment"],
            Bases(folders, Grading(parent=self), info["assignment"]),
            {info["student"]},
        )
        by_name = {result.exercise: result for result in found}
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            result = by_name.get(grade_id(cell) or "")
            if result and result.state in _SAYS:
                cells.append(_said(_SAYS[result.state].format(**vars(result))))
        stale = [result.about for result in found if result.state is State.STALE]
        nb.cells = [*(_said(_STALE.format(about=about)) for about in stale[:1]), *cells]
        return nb, resources


def _said(text: str) -> NotebookNode:
    return new_markdown_cell(f"**{text}**")
