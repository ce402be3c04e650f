"""What code uses that a person should look at, found by reading it: it is never run.

Python's parser is enough, and a student's code can get around it: names can be put together while
it runs. What is found is a reason to look, and what is not found proves nothing.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from IPython.core.inputtransformer2 import TransformerManager

_MAX_SOURCE = 20_000  # characters of a source that is read
_MAX_MAGICS = 25  # lines that IPython transforms: for each of them it reads the whole cell again
_MAGIC = re.compile(r"^\s*[%!?,;/]|=\s*[%!]|\?\s*$", re.MULTILINE)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, RuntimeError)
_MAGICS = frozenset({"run_line_magic", "run_cell_magic", "system", "getoutput"})
_OF_CODE = frozenset({"time", "timeit", "capture", "prun"})  # magics that take Python
_ASKED = frozenset({"str", "repr", "type", "bool"})  # what sees only where a notebook runs
_IMPORTING = frozenset({"builtins.__import__", "importlib.import_module"})
# No secrets are in these, which people print to see what machine they have.
_PROC = re.compile(r"/proc\b(?!/(cpuinfo|meminfo|version))")
# What makes a person look, with the names of what is used for it.
_RULES: Mapping[str, frozenset[str]] = {
    "looks into frames or functions": frozenset({
        "sys._getframe", "sys._current_frames", "sys.settrace", "sys.setprofile",
        "threading.settrace", "threading.setprofile", "inspect.currentframe", "inspect.stack",
        "inspect.trace", "inspect.getouterframes", "inspect.getinnerframes", "traceback.walk_stack",
        ".f_back", ".f_globals", ".f_locals", ".f_builtins", ".tb_frame", ".gi_frame", ".cr_frame",
        ".__code__", ".__globals__", ".__closure__", ".__subclasses__",
    }),
    "searches memory": frozenset({
        "gc.get_objects", "gc.get_referrers", "gc.get_referents", "gc.callbacks",
    }),
    "calls C code": frozenset({"ctypes", "_ctypes"}),
    "reaches for IPython itself": frozenset({
        "builtins.get_ipython", "IPython.get_ipython", "IPython.core.getipython", "ipykernel",
        "IPython.core.interactiveshell.InteractiveShell.instance", ".ast_transformers",
        ".input_transformers_cleanup", ".input_transformers_post",
    }),
    "runs code from text": frozenset({
        "builtins.exec", "builtins.eval", "builtins.compile", "types.CodeType",
        "types.FunctionType", "marshal",
    }),
    "changes or searches the modules of Python": frozenset({
        "sys.modules", "sys.meta_path", "sys.path_hooks", "builtins.__builtins__",
    }),
}  # fmt: skip


@dataclass(frozen=True)
class Code:
    """A source, and what it uses.

    Attributes:
        where: what people call it: `Cell 3`, or the name of a file.
        source: the source.
        uses: full names of what it uses: `numpy.cumsum`, `builtins.exec`; a name that it took from
            nowhere known begins with `?`.
        makes: names that it defines or assigns.
        texts: its strings.
    """

    where: str
    source: str
    uses: frozenset[str] = frozenset()
    makes: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()

    def found(self, names: Iterable[str]) -> list[str]:
        """Returns which of these names it uses; one that begins with a point is an attribute."""
        return [name for name in names if any(_is_use(used, name) for used in self.uses)]

    def suspicious(self) -> Iterator[str]:
        """Yields sentences about what a person should look at."""
        for does, names in _RULES.items():
            found = self.found(sorted(names))
            if found:
                shown = ", ".join(f"`{name.removeprefix('builtins.')}`" for name in found[:5])
                yield f"{self.where} {does}: {shown}."
        if any(map(_PROC.search, self.texts)):
            yield f"{self.where} names `/proc`."


def _is_use(used: str, name: str) -> bool:
    if name.startswith("."):
        return f"{used}.".find(f"{name}.") >= 0
    everything = used == f"{name.rpartition('.')[0]}.*"
    return everything or f"{used}.".startswith(f"{name}.")


def is_readable(source: str) -> bool:
    """Whether a source can be read in no time."""
    return len(source) <= _MAX_SOURCE and len(_MAGIC.findall(source)) <= _MAX_MAGICS


def read(sources: Mapping[str, str]) -> list[Code]:
    """Reads sources that run together; one that is no Python uses nothing.

    Args:
        sources: by what people call them; cells as students write them, with magics.
    """
    parsed = {where: list(_trees(source)) for where, source in sources.items()}
    imported: dict[str, str] = {}
    for trees in parsed.values():
        for tree in trees:
            imported |= dict(_imported(tree))
    return [_code(where, sources[where], trees, imported) for where, trees in parsed.items()]


def _trees(source: str) -> Iterator[ast.Module]:
    """Yields what a cell says, and what its magics are told to run."""
    waiting = [source]
    while waiting:
        text = waiting.pop()
        if not is_readable(text):
            continue
        try:
            tree = ast.parse(TransformerManager().transform_cell(text))
        except _UNREADABLE:
            continue
        yield tree
        for node in ast.walk(tree):
            given = node.args if isinstance(node, ast.Call) and _is_magic(node) else []
            texts = [arg.value for arg in given if isinstance(arg, ast.Constant)]
            if texts and texts[0] in _OF_CODE and texts[-1] != text:
                waiting.append(str(texts[-1]))


def _code(where: str, source: str, trees: list[ast.Module], imported: dict[str, str]) -> Code:
    nodes = [node for tree in trees for node in ast.walk(tree)]
    own = {name: full for tree in trees for name, full in _imported(tree)}
    makes = frozenset(name for node in nodes for name in _made(node))
    # A name of its own hides what another cell imported.
    known = {name: full for name, full in imported.items() if name not in makes or name in own}
    known |= dict.fromkeys(makes - own.keys(), "?")
    magics = [node for node in nodes if _is_magic(node)]
    passed = {id(part) for node in magics for part in (node, *ast.walk(node.func))}
    passed |= {id(part) for node in nodes if _asks(node) for part in ast.walk(node)}
    uses = {_full(node, known) for node in nodes if id(node) not in passed and _is_reference(node)}
    uses |= {full for node in nodes for full in _modules(node)}
    texts = tuple(n.value for n in nodes if isinstance(n, ast.Constant) and type(n.value) is str)
    return Code(where, source, frozenset(uses), makes | own.keys(), texts)


def _is_reference(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.Call)


def _full(node: ast.AST, known: Mapping[str, str]) -> str:
    """Returns the full name of what an expression takes something from; calls are passed over."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            function, given = _name(node.func, known), [_text(arg) for arg in node.args]
            if function == "builtins.getattr" and len(given) > 1:
                parts.append(given[1] or "?")
                node = node.args[0]
            elif function in _IMPORTING and given and given[0]:
                parts.append(given[0])
                break
            else:
                node = node.func
        else:
            parts.append(_name(node, known))
            break
    return ".".join(reversed(parts))


def _name(node: ast.AST, known: Mapping[str, str]) -> str:
    """Returns the full name of a name, or of an attribute of one."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{_name(node.value, known)}.{node.attr}"
    if not isinstance(node, ast.Name):
        return "?"
    return known.get(node.id, f"builtins.{node.id}" if node.id in _builtin_names() else "?")


@cache
def _builtin_names() -> frozenset[str]:
    return frozenset(dir(builtins)) | {"__builtins__", "get_ipython"}


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yields names that a source imports, and their full names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module or ''}.{alias.name}"


def _modules(node: ast.AST) -> Iterator[str]:
    """Yields full names of what a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        # The import alone is how people write magics outside of cells.
        names = (alias.name for alias in node.names if alias.name != "get_ipython")
        yield from (f"{node.module or ''}.{name}" for name in names)


def _made(node: ast.AST) -> Iterator[str]:
    """Yields names that a node defines or assigns, and does not import."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg


def _is_shell(node: ast.AST) -> bool:
    """Whether an expression is `get_ipython()`."""
    function = node.func if isinstance(node, ast.Call) else None
    name = getattr(function, "id", getattr(function, "attr", ""))
    return name == "get_ipython"


def _is_magic(node: ast.AST) -> bool:
    """Whether a call is a magic, or a command of the system, as IPython writes them."""
    function = node.func if isinstance(node, ast.Call) else None
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _MAGICS
        and _is_shell(function.value)
    )


def _asks(node: ast.AST) -> bool:
    """Whether a call only asks where the notebook runs, such as `str(get_ipython())`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _ASKED
        and len(node.args) == 1
        and _is_shell(node.args[0])
    )
