"""What a course's library has of the answers, and how it is put away where they are asked for.

A library often holds a function for each exercise, for the assignments that come later and for the
instructor. Where an assignment is graded, they are not in the sandbox (`sandbox/withholding.py`);
a self-check puts them away while it runs, so that what passes there passes at the grader's.
"""

import ast
import contextlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any, NoReturn


class WithheldError(RuntimeError):
    """A function that is an answer was called where that answer is asked for."""


def refuse(address: str) -> NoReturn:
    """Stands in for the body of a function that is put away.

    Args:
        address: of the function, such as `"package.module.function"`.

    Raises:
        WithheldError: always; the message names the function.
    """
    raise WithheldError(f"{address} is not there while this assignment is checked and graded")


@contextlib.contextmanager
def put_away(addresses: Iterable[str]) -> Iterator[None]:
    """Makes functions refuse to work, under whatever name they were imported.

    Args:
        addresses: of the functions.
    """
    before = [(function, function.__code__, address) for function, address in _found(addresses)]
    try:
        for function, _, address in before:
            function.__code__ = _refusing(address)
        yield
    finally:
        for function, code, _ in before:
            function.__code__ = code


def called(
    cells: Iterable[str], names: Mapping[str, Any], addresses: Iterable[str]
) -> Iterator[str]:
    """Yields those of the functions that cells call, each once.

    Args:
        cells: sources, as plain Python; those that are none are passed over.
        names: what names in the cells stand for.
        addresses: of the functions.
    """
    functions = {id(function): address for function, address in _found(addresses)}
    for source in cells:
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.walk(ast.parse(source)):
                value = _value(node.func, names) if isinstance(node, ast.Call) else None
                if id(value) in functions:
                    yield functions.pop(id(value))


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Returns what a name stands for, or a name in a module; None for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        module = _value(node.value, names)
        return vars(module).get(node.attr) if isinstance(module, ModuleType) else None
    return None


def _found(addresses: Iterable[str]) -> Iterator[tuple[FunctionType, str]]:
    for address in addresses:
        yield pkgutil.resolve_name(address), address


def _refusing(address: str) -> CodeType:
    """Returns the code of a function that refuses, whatever it is given."""
    here: dict[str, Any] = {}
    source = f"def put_away(*_, **__):\n from {__name__} import refuse\n refuse({address!r})"
    exec(source, here)
    code: CodeType = here["put_away"].__code__
    return code
