"""The statements of a cell, found without running or compiling it: its text is a student's.

Python's tokenizer is enough to find where a check is called, and it does not recurse, so that no
source can exhaust the grader's stack.
"""

import io
import tokenize
from collections.abc import Iterator, Mapping
from typing import NamedTuple

MAX_SOURCE = 100_000  # characters of a cell that is looked at; longer ones run as they are
_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


class Statement(NamedTuple):
    """A statement, or the first line of a compound one.

    Attributes:
        tokens: its tokens without layout and comments.
        first: number of its first line, from 0.
        last: number of the line after its last.
        nested: whether it stands in a block.
    """

    tokens: tuple[str, ...]
    first: int
    last: int
    nested: bool


def statements(source: str) -> list[Statement]:
    """Returns the statements of a cell, none where it is no Python or too long to be looked at."""
    try:
        return list(_statements(source)) if len(source) <= MAX_SOURCE else []
    except (tokenize.TokenError, SyntaxError):
        return []


def _statements(source: str) -> Iterator[Statement]:
    depth = 0
    tokens: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.ERRORTOKEN and token.string[0] in "'\"":
            raise tokenize.TokenError("an open string")  # as from Python 3.12 on
        depth += (token.type == tokenize.INDENT) - (token.type == tokenize.DEDENT)
        if token.type == tokenize.NEWLINE:
            text = tuple(t.string for t in tokens)
            text = text[:-1] if text[-1:] == (";",) else text
            yield Statement(text, tokens[0].start[0] - 1, tokens[-1].end[0], depth > 0)
            tokens = []
        elif token.type not in _LAYOUT:
            tokens.append(token)


def only(source: str) -> tuple[str, ...]:
    """Returns the tokens of the only statement of a cell, none where there are more."""
    found = statements(source)
    return found[0].tokens if len(found) == 1 else ()


def is_prose(source: str) -> bool:
    """Whether a code cell holds no code: comments and strings alone, or what is no Python."""
    return bool(source.strip()) and all(
        token.lstrip("rRbBuUfF")[:1] in ("'", '"')
        for statement in statements(source)
        for token in statement.tokens
    )


def cut(source: str, calls: Mapping[tuple[str, ...], str]) -> list[tuple[str | None, str]]:
    """Cuts a cell where it calls a check.

    Args:
        source: the cell's source.
        calls: names of checks by the tokens of their calls.

    Returns:
        Pieces of the source in order, none of them empty, each with the name of the check that it
        calls, or None. A check in a block, a cell magic, or code that is no Python is not found.
    """
    lines = source.split("\n")
    pieces: list[tuple[str | None, str]] = []
    start = 0
    for statement in [] if source.lstrip().startswith("%%") else statements(source):
        name = None if statement.nested else calls.get(statement.tokens)
        if name is not None:
            pieces.append((None, "\n".join(lines[start : statement.first])))
            pieces.append((name, "\n".join(lines[statement.first : statement.last])))
            start = statement.last
    pieces.append((None, "\n".join(lines[start:])))
    return [(name, text.strip("\n")) for name, text in pieces if text.strip()]
