"""What students wrote, as the pages show it that people read: feedback and formgrader.

A student writes text cells, and templates show them as HTML. The filters here replace nbconvert's
(`c.HTMLExporter.filters`): of HTML, only what an allow-list names is kept.
"""

import html
import re
from collections.abc import Callable
from itertools import accumulate
from urllib.parse import unquote

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from mistune import HTMLRenderer
from nbconvert.filters.ansi import strip_ansi as strip_colors
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

# Characters of a cell and of a page that are formatted, pictures aside: 10,000 brackets take the
# Markdown parser (mistune 3.4) 0.7 s, and the time grows with the square of their number.
MAX_CELL, MAX_PAGE = 10_000, 100_000
MAX_DEPTH = 40  # elements inside one another; a list in the sixth level of a list has 15

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr",
    "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "img": {"src", "alt", "title"}}
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]*=*")
_EXTERNAL_LINK = re.compile(r"(?i:https?://[^\s/\\?#]|mailto:)[^\s\\\x00-\x1f\x7f]*")
_ALLOWED_URLS = {("a", "href"): _EXTERNAL_LINK, ("img", "src"): _PICTURE}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ELEMENT = re.compile(r"<(/?)(?!br|hr|img)")
_LINK_IN_FORMULA = re.compile(r"\\(?=href|mmlToken)")

_TOO_MUCH = "This cell is too long or too deeply nested to be formatted."
# Nothing in it can cover what is around it: a formula can move, and letters can pile up.
_BOX = '<div style="contain: content; overflow: auto">{}</div>'


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Returns a text cell as HTML in which nothing runs and which loads nothing.

    Args:
        context: the template's; the cell's attachments are taken from it.
        source: Markdown, with formulas.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=attachments)
    return _shown(source, context, MarkdownWithMath(renderer=renderer).render)


@pass_context
def clean_html(context: Context, source: object) -> str:
    """Returns HTML of a raw cell or of an output, by the rule for text cells."""
    return _shown(str(source), context, str)


@pass_context
def highlight_code(context: Context, source: str, metadata: object = None) -> str:
    """Returns a code cell as HTML, in colors unless it is too long.

    Args:
        context: the template's.
        source: Python, with magics.
        metadata: not read: it would choose another language.
    """
    if not _may_be_formatted(len(source), context):
        return _as_written(source)
    return Highlight2HTML(pygments_lexer="ipython3")(source)


def strip_files_prefix(text: str) -> str:
    """Returns a clean text: it has no relative address, and nbconvert's search takes too long."""
    return text


def strip_ansi(text: str) -> str:
    """Returns a text without colors; other characters that control something are shown as �."""
    return _CONTROL.sub("\ufffd", strip_colors(text))


class _Renderer(IPythonRenderer):
    """Markdown as HTML without colors in code: they would need classes."""

    block_code = HTMLRenderer.block_code

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Shows an attachment; the alternative text if there is no such attachment."""
        scheme, _, name = url.partition(":")
        if scheme == "attachment":
            url = f"attachment:{unquote(name)}" if unquote(name) in self.attachments else ""
        return super().image(text, url, title)


def _shown(source: str, context: Context, render: Callable[[str], str]) -> str:
    """Returns a text as clean HTML, or as it was written where formatting it may take long."""
    if _may_be_formatted(len(_PICTURE.sub("", source)), context):
        cleaned = _clean(render(source))
        if _depth(cleaned) <= MAX_DEPTH:
            return _BOX.format(cleaned)
    return _as_written(source)


def _may_be_formatted(size: int, context: Context) -> bool:
    """Whether a cell of this size may be formatted; if so, its page has less left for others."""
    page = context["resources"]
    left = page.setdefault("left_to_format", MAX_PAGE)
    if size > min(MAX_CELL, left):
        return False
    page["left_to_format"] = left - size
    return True


def _as_written(source: str) -> str:
    return _BOX.format(f"<p><em>{_TOO_MUCH}</em></p><pre>{html.escape(source)}</pre>")


def _clean(text: str) -> str:
    cleaned = nh3.clean(
        text,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )
    # MathJax, which formgrader loads, would make a link of it, to anywhere; with a word joiner it
    # is no command.
    return _LINK_IN_FORMULA.sub("\\\\\u2060", cleaned)


def _allowed(tag: str, name: str, value: str) -> str | None:
    pattern = _ALLOWED_URLS.get((tag, name))
    return value if pattern is None or pattern.fullmatch(value) else None


def _depth(cleaned: str) -> int:
    """Returns how many elements of clean HTML are inside one another, at most."""
    steps = (-1 if closes else 1 for closes in _ELEMENT.findall(cleaned))
    return max(accumulate(steps), default=0)
