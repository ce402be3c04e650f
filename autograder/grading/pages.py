"""Text cells on the pages that people read: feedback and formgrader.

A text cell is written by a student and may hold HTML; nbgrader's templates show it as it is. This
module replaces their filter `markdown2html` (`c.HTMLExporter.filters`) and keeps only text.
"""

from typing import Any

import bleach
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

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
