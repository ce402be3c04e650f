"""What a notebook uses that the grader's machine may not have: newer syntax, further packages."""

import ast
import importlib.metadata
import importlib.util
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

_OWN = ("rps_course", "autograder")
OLDEST = (3, 11)  # the oldest Python that a class may be graded with


def notes(cells: Iterable[str]) -> Iterator[str]:
    """Yields a sentence for each thing in a notebook's cells that a grader may not have.

    Args:
        cells: their sources, as plain Python; cells that are none are passed over.
    """
    modules: dict[str, None] = {}
    for source in cells:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        newer = _newer_line(source)
        if newer:
            older, own = (".".join(map(str, version)) for version in (OLDEST, sys.version_info[:2]))
            yield f"`{newer}` is Python {own}; a grader with Python {older} cannot read it."
        modules |= dict.fromkeys(_imported(tree))
    for name in modules:
        if not _is_provided(name):
            yield f"The grader does not have the package `{name}`: answers must work without it."


def _newer_line(source: str) -> str:
    """Returns the first line whose syntax the oldest Python does not have; empty if none."""
    try:
        ast.parse(source, feature_version=OLDEST)
    except SyntaxError as error:
        number = error.lineno or 1
    else:
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        number = newer_f_string((tokenize.tok_name[t.type], t.string, t.start[0]) for t in tokens)
    return source.split("\n")[number - 1].strip()[:80] if number else ""


def newer_f_string(tokens: Iterable[tuple[str, str, int]]) -> int:
    """Finds an f-string that Python 3.11 cannot read, which `feature_version` passes over.

    Up to 3.11 an f-string ends at the first quotes like those that it begins with, and what is in
    its braces has no backslash, no comment and, but for triple quotes, no line break (PEP 701).

    Args:
        tokens: of Python 3.12 or later: type, text and line of each.

    Returns:
        The line of the first such token; 0 if there is none.
    """
    opened: list[str] = []  # the quotes of the f-strings that a token is in
    for kind, text, line in tokens:
        own = kind in ("FSTRING_MIDDLE", "FSTRING_END")  # in its f-string, but not in braces
        around = opened[:-1] if own else opened
        if any(kind == "COMMENT" or _is_newer(text, quotes) for quotes in around):
            return line
        if kind == "FSTRING_START":
            opened.append(text.lstrip("fFrR"))
        elif kind == "FSTRING_END":
            opened.pop()
    return 0


def _is_newer(text: str, quotes: str) -> bool:
    """Whether Python 3.11 cannot read a token in the braces of an f-string with these quotes."""
    forbidden = (quotes, "\\") if len(quotes) == 3 else (quotes, "\\", "\n")
    return any(part in text for part in forbidden)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yields the top-level packages that code imports, but for what a `try` does without."""
    optional = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try)
        for part in node.body
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if id(node) in optional:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _is_provided(name: str) -> bool:
    """Whether a grader has a package: Python's own, the course's, or one handed in beside it."""
    if name in sys.stdlib_module_names or name in _OWN:
        return True
    found = _DISTRIBUTIONS.get(name)
    if found:
        return not _GRADERS.isdisjoint(map(_normal, found))
    try:
        where = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        where = None
    if where is None or where.origin is None:
        return True  # not here either: the import itself says so
    return Path(where.origin).resolve().is_relative_to(Path.cwd())


def _of_the_grader() -> frozenset[str]:
    """Returns the distributions that a grader installs, as far as they are installed here."""
    known: set[str] = set()
    waiting = ["rps-course", "ipykernel"]
    while waiting:
        name = _normal(waiting.pop())
        if name in known:
            continue
        known.add(name)
        try:
            requirements = importlib.metadata.requires(name) or ()
        except importlib.metadata.PackageNotFoundError:
            continue
        for text in requirements:
            _, _, marker = text.partition(";")
            if "extra" not in marker or (name == "rps-course" and "grader" in marker):
                waiting += re.findall(r"^[\w.-]+", text)
    return frozenset(known)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# A fifth of a second's work, and the same for all cells: this module is imported when a check runs.
_DISTRIBUTIONS = importlib.metadata.packages_distributions()
_GRADERS = _of_the_grader()
