"""Looks at a page of feedback: what a browser would run or load, and what nobody sees."""

import re
from collections import Counter
from functools import lru_cache
from html.parser import HTMLParser

# What browsers load or go to without being asked; a link is followed only when it is clicked.
_ADDRESSES = {
    "src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href", "srcdoc",
    "ping", "manifest", "content", "style",
}  # fmt: skip
_ACTIVE = {
    "script", "style", "iframe", "object", "embed", "link", "base", "form", "meta", "svg", "math",
    "frame", "applet", "portal", "dialog", "button", "input", "video", "audio", "source",
}  # fmt: skip
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*")
_LINK = re.compile(r"#.*|(?i:https?://|mailto:)[^\s\\]+")
_HARMLESS_STYLE = re.compile(r"(?:[a-z-]+: ?(?:[a-z0-9#%. -]+|rgb\([0-9, ]+\))(?:;\s*|$))*")
# Control characters but tabs and line breaks; marks that change the direction of a text.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def active(page: str, honest: str) -> list[str]:
    """Returns what a browser would run or load for a page, and not for an honest one.

    Args:
        page: of a submission.
        honest: of an honest submission of the same assignment.
    """
    return [what[:200] for what in _read(page).acts - _read(honest).acts]


def unseen(page: str) -> list[str]:
    """Returns the characters of a page that nobody sees, such as `"U+202E"`."""
    return [f"U+{ord(found):04X}" for found in sorted(set(_UNSEEN.findall(_read(page).text)))]


@lru_cache(4)  # an honest page is compared with many
def _read(page: str) -> "_Reader":
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


class _Reader(HTMLParser):
    """Collects what a page would run or load, and its text.

    Attributes:
        acts: elements, attributes and scripts, each with how often it is there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.acts, self._texts, self._code = Counter[str](), list[str](), ""

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._code = tag if tag in self.CDATA_CONTENT_ELEMENTS else ""
        if tag in _ACTIVE:
            self.acts[f"<{tag}> {sorted((n, v or '') for n, v in attributes)}"] += 1
        for name, value in attributes:
            value = value or ""
            self._texts.append(value)
            if name.startswith("on") or _acts(name, value):
                self.acts[f"<{tag} {name}={value!r}>"] += 1

    def handle_endtag(self, tag: str) -> None:
        self._code = ""

    def handle_data(self, data: str) -> None:
        self._texts.append(data)
        if self._code:
            self.acts[f"<{self._code}> {data}"] += 1


def _acts(name: str, value: str) -> bool:
    """Whether an attribute makes a browser run or load something, or lead somewhere odd."""
    if name == "href":
        return not _LINK.fullmatch(value)
    if name == "style":
        return not _HARMLESS_STYLE.fullmatch(value)
    return name in _ADDRESSES and not _PICTURE.fullmatch(value)
