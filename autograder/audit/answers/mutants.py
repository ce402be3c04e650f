"""Mutants: the reference solutions with one small mistake each, and the few that are right.

A mutant that keeps full points shows a gap in a check. Where the change makes no difference, or
none that a check can see, `equivalent.toml` in the corpus says why.
"""

import ast
import copy
import tomllib
from collections.abc import Container, Iterator
from pathlib import Path

from autograder.audit.answers.corpus import MUTANT, Answer, functions
from autograder.audit.answers.verdicts import cut_down, solved
from autograder.audit.corpus import CorpusError
from autograder.audit.subject import Subject

EQUIVALENT = "equivalent.toml"

_STRINGS = {
    "avg": "max", "softmax": "sigmoid", "nearest": "constant", "RGB": "L", "accuracy": "mae",
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "image": "label", "label": "image",
}  # fmt: skip
_NAMES = {"float32": ("float64", "float16"), "BICUBIC": ("BILINEAR",)}
_OPERATORS = {ast.Div: (ast.Mult, ast.FloorDiv), ast.Mult: (ast.Div,), ast.Add: (ast.Sub,)}
_BOUNDARIES = " ([{,"
_JOINS = ("stack", "concatenate")


def of_solutions(subject: Subject, only: str | None = None) -> list[Answer]:
    """Returns the mutants of the solutions.

    Args:
        subject: the course.
        only: grade id of the one exercise to mutate; None for all.

    Raises:
        CourseError: its solutions lack an exercise.
    """
    found = []
    for name, exercise in functions(subject).items():
        if only in (None, name):
            notebook = cut_down(solved(subject, exercise.assignment), name)
            for description, source in mutate(notebook.cells[-2].source).items():
                found.append(Answer(name, MUTANT, description, source))
    return found


def equivalent(folder: Path) -> dict[tuple[str, str], str]:
    """Reads which mutants are right answers: reasons by exercise and description.

    Raises:
        CorpusError: the file is missing or is not of this form.
    """
    path = folder / EQUIVALENT
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
        return {(name, key): str(why) for name, rows in tables.items() for key, why in rows.items()}
    except (OSError, tomllib.TOMLDecodeError, AttributeError) as error:
        raise CorpusError(f"Cannot read {path}: {error}") from error


def mutate(source: str) -> dict[str, str]:
    """Returns the sources of all mutants of a solution cell, by a description of the change."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    original = ast.unparse(tree)
    found: dict[str, str] = {}
    nodes = list(ast.walk(tree))
    skipped = _annotations(nodes)
    for index, node in enumerate(nodes):
        if index in skipped:
            continue
        for number in range(len(list(_changes(node)))):
            mutant = copy.deepcopy(tree)
            node_there = list(ast.walk(mutant))[index]
            changed = list(_changes(node_there))[number]
            _Replace(node_there, changed).visit(mutant)
            ast.fix_missing_locations(mutant)
            try:
                new = ast.unparse(mutant)
                compile(new, "mutant", "exec")
            except (SyntaxError, ValueError):
                continue
            if new != original and new not in found.values():
                found[_describe(original, new, found)] = new
    return found


def _annotations(nodes: list[ast.AST]) -> set[int]:
    """Returns the indices of nodes that belong to type annotations, which never run."""
    types = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        for outer in (node.returns, *(a.annotation for a in node.args.args))
        if outer is not None
        for inner in ast.walk(outer)
    }
    return {index for index, node in enumerate(nodes) if id(node) in types}


class _Replace(ast.NodeTransformer):
    """Puts a node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _describe(original: str, new: str, known: Container[str]) -> str:
    """Describes a change by what differs, or by whole lines where that is not unique."""
    before, after = original.split("\n"), new.split("\n")
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    old, changed = ("; ".join(line.strip() for line in lines) for lines in (before, after))
    start = _common(old, changed)
    while start and old[start - 1] not in _BOUNDARIES:
        start -= 1
    end = _common(old[start:][::-1], changed[start:][::-1])
    while end and old[len(old) - end] not in _BOUNDARIES:
        end -= 1
    short = f"{old[start : len(old) - end]} -> {changed[start : len(changed) - end]}"
    return f"{old} -> {changed}" if short in known else short


def _common(one: str, other: str) -> int:
    """Returns the length of what two strings begin with."""
    shorter = min(len(one), len(other))
    return next((i for i in range(shorter) if one[i] != other[i]), shorter)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yields the mutations of a node."""
    if isinstance(node, ast.Constant):
        yield from map(ast.Constant, _other_values(node.value))
    elif isinstance(node, ast.Attribute) and node.attr in _NAMES:
        for name in _NAMES[node.attr]:
            yield ast.Attribute(node.value, name, node.ctx)
    elif isinstance(node, ast.BinOp):
        for operator in _OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, operator(), node.right)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield from _other_subscripts(node)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
        for elements in _swapped(node.elts):
            yield type(node)(elements, node.ctx)
    elif isinstance(node, ast.Dict):
        for values in _swapped(node.values):
            yield ast.Dict(node.keys, values)
        for i in range(len(node.keys)):
            yield ast.Dict(_without(node.keys, i), _without(node.values, i))
    if isinstance(getattr(node, "body", None), list) and not isinstance(node, ast.Module):
        for body in _other_bodies(node.body):
            changed = copy.copy(node)
            changed.body = body
            yield changed


def _other_values(value: object) -> list:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        # Small numbers count or index; larger ones measure.
        return [value + 1, value - 1] if abs(value) <= 5 else [value * 2, value // 2]
    if isinstance(value, float):
        return [value * 2, value / 2]
    return [_STRINGS[value]] if isinstance(value, str) and value in _STRINGS else []


def _other_subscripts(node: ast.Subscript) -> Iterator[ast.AST]:
    part = node.slice
    if not isinstance(part, ast.Slice):
        if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
            yield node.value
        return
    if part.upper is not None and part.lower is None:
        one = ast.Constant(1)
        yield ast.Subscript(node.value, ast.Slice(part.upper, None, part.step), node.ctx)
        for operator in (ast.Add(), ast.Sub()):
            upper = ast.BinOp(part.upper, operator, one)
            yield ast.Subscript(node.value, ast.Slice(None, upper, part.step), node.ctx)
    yield node.value


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, _without(node.keywords, i))
    for arguments in _swapped(node.args):
        yield ast.Call(node.func, arguments, node.keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _JOINS:
        axis = ast.keyword("axis", ast.UnaryOp(ast.USub(), ast.Constant(1)))
        yield ast.Call(node.func, node.args, [*node.keywords, axis])
    if node.args:
        yield node.args[0]  # as if it had not been called
    if isinstance(node.func, ast.Attribute):
        yield node.func.value


def _other_bodies(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    for i in range(len(body)):
        yield _without(body, i) or [ast.Pass()]
    yield from _swapped(body)


def _without(items: list, index: int) -> list:
    return items[:index] + items[index + 1 :]


def _swapped(items: list) -> Iterator[list]:
    for i in range(len(items) - 1):
        yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]
