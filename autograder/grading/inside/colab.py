"""Stand-ins for what only Google Colab has, so that a notebook from there runs while grading."""

import ast
import importlib
import sys
from types import ModuleType
from unittest.mock import MagicMock

_NAME = "google.colab"
_PARTS = (
    "auth", "data_table", "drive", "files", "html", "output", "patches", "runtime", "sheets",
    "snippets", "syntax", "userdata", "widgets",
)  # fmt: skip


def is_taken_for_granted(node: ast.AST) -> bool:
    """Whether code imports it whatever the place: not below an `if` or `try`, which know others."""
    if isinstance(node, ast.If | ast.Try):
        return False
    if isinstance(node, ast.Import):
        return any(f"{alias.name}.".startswith(f"{_NAME}.") for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        return any(f"{name}.".startswith(f"{_NAME}.") for name in names)
    return any(map(is_taken_for_granted, ast.iter_child_nodes(node)))


def provide() -> None:
    """Provides `google.colab`: whatever is asked of it does nothing."""
    if _NAME in sys.modules:
        return
    try:
        google = importlib.import_module("google")
    except ImportError:
        google = sys.modules["google"] = ModuleType("google")
    google.colab = sys.modules[_NAME] = _nothing(_NAME)
    for part in _PARTS:
        sys.modules[f"{_NAME}.{part}"] = getattr(google.colab, part)
    google.colab.files.upload.return_value = {}


def _nothing(name: str) -> MagicMock:
    """Returns something that takes every call."""
    return MagicMock(name=name, __path__=[])
