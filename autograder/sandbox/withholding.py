"""A course's code as a sandbox holds it: without answers, and without what judges.

Whoever controls everything in a submission's process must still bring the answers. So sandboxes
get a copy of the course's code in which functions have lost their bodies: those that the course
names as answers to the assignment or a later one (`Course.answers`), and everything in the package
of exercises that no probe calls. A copy has no bytecode.
"""

import ast
import atexit
import importlib.abc
import importlib.machinery
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from autograder.core import course as courses
from autograder.core import withheld
from autograder.core.course import CourseError

# What the engine calls in a sandbox, and what it calls outside only.
_PROBES, _JUDGES = frozenset({"gather", "measure", "profile_of"}), frozenset({"expect", "judge"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def copies(address: str, assignment: str) -> dict[Path, Path]:
    """Returns copies of a course's folders that can be shown where an assignment is graded.

    They are kept as long as this process lives.

    Args:
        address: where the course is.
        assignment: the assignment; all are withheld for one that the course does not have.

    Returns:
        The copy of each folder, by the folder.

    Raises:
        CourseError: the course names an answer that is not there.
    """
    course = courses.load(address)
    room = Path(tempfile.mkdtemp(prefix="autograder-course-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    made, sources = {}, []
    for number, folder in enumerate(course.folders):
        copy = made[folder] = room / str(number) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
        sources += [_Source.read(path, copy.parent) for path in sorted(copy.rglob("*.py"))]
    answers = set(course.withheld(assignment))
    missing = answers - {f"{source.module}.{name}" for source in sources for name in source.named}
    if missing:
        raise CourseError(
            f"The course {course.name!r} names answers that are not in its folders: "
            f"{', '.join(sorted(missing))}."
        )
    theirs = [s for s in sources if _is_in(s.module, course.packages)]
    called = _called(theirs, course.packages)
    for source in sources:
        kept = called if source in theirs else None
        source.write(answers, kept)
    return made


@dataclass(eq=False)
class _Source:
    """The source of a module.

    Attributes:
        path: its file in the copy.
        module: the module's name.
        tree: what it says.
        named: its functions and methods, by their qualified names.
    """

    path: Path
    module: str
    tree: ast.Module
    named: dict[str, _Function] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, root: Path) -> "_Source":
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        source = cls(path, name, ast.parse(path.read_bytes()))
        source.named.update(_functions(source.tree))
        return source

    def write(self, answers: set[str], called: set[str] | None) -> None:
        """Empties answers, and functions that are not called if that is given."""
        emptied = False
        for name, function in self.named.items():
            address = f"{self.module}.{name}"
            if address in answers or (called is not None and function.name not in called):
                _empty(function, address)
                emptied = True
        if emptied:
            self.path.write_text(ast.unparse(self.tree) + "\n", encoding="utf-8")


def _functions(
    node: ast.Module | ast.ClassDef, prefix: str = ""
) -> Iterator[tuple[str, _Function]]:
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, _Function):
            yield f"{prefix}{child.name}", child


def _called(sources: Sequence[_Source], packages: set[str]) -> set[str]:
    """Returns the names that probes refer to, and what these refer to in turn.

    A name stands for all functions of that name: that keeps too much rather than too little.
    """
    functions = [function for source in sources for function in source.named.values()]
    bodies = {id(function) for function in functions}
    names = {name for source in sources for name in _references(source.tree, bodies)}
    names |= _PROBES | {f.name for f in functions if f.name.startswith("__")}
    names |= {name for source in sources for name in _hooks(source.tree, packages)}
    waiting = functions
    while True:
        names -= _JUDGES
        found = [function for function in waiting if function.name in names]
        if not found:
            return names
        waiting = [function for function in waiting if function not in found]
        for function in found:
            for statement in function.body:
                names.update(_references(statement, bodies))


def _hooks(tree: ast.Module, packages: set[str]) -> Iterator[str]:
    """Yields methods that a library may call: those of classes that derive from one of its own."""
    own = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if _is_in(node.module, packages)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            isinstance(base, ast.Attribute) and _root(base) not in own for base in node.bases
        ):
            yield from (name for name, _ in _functions(node))


def _is_in(module: str, packages: Iterable[str]) -> bool:
    return any(f"{module}.".startswith(f"{name}.") for name in packages)


def _root(node: ast.expr) -> str:
    """Returns the first part of a dotted name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _references(node: ast.AST, bodies: set[int]) -> Iterator[str]:
    """Yields the names that code refers to, but for what is in the bodies of these functions."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    children: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if id(node) in bodies:
        assert isinstance(node, _Function)
        children = [node.args, *node.decorator_list]
    for child in children:
        yield from _references(child, bodies)


def _empty(function: _Function, address: str) -> None:
    """Takes a function's body away, but for its docstring."""
    refusal = ast.parse(f"from {withheld.__name__} import refuse\nrefuse({address!r})").body
    documented = ast.get_docstring(function) is not None
    function.body = [*function.body[:documented], *refusal]


class Finder(importlib.abc.MetaPathFinder):
    """Imports a course's modules from a copy, as if they lay in their own folders."""

    def __init__(self, made: Mapping[Path, Path]) -> None:
        """Takes the copy of each folder, as `copies` returns them."""
        self._made = made

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Finds a module of the course."""
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next(filter(None, found), None)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        for folder, copy in self._made.items():
            own = Path(spec.loader.path)
            if own.is_relative_to(folder):
                spec.loader = _Loader(name, str(own), copy / own.relative_to(folder))
                return spec
        return None

    def withdraw(self) -> None:
        """Finds nothing any more; what it has found is imported anew, from the folders."""
        sys.meta_path.remove(self)
        for name, module in list(sys.modules.items()):
            if isinstance(getattr(module, "__loader__", None), _Loader):
                del sys.modules[name]


class _Loader(importlib.machinery.SourceFileLoader):
    """Reads a module's source from a copy, and no bytecode."""

    def __init__(self, name: str, path: str, copy: Path) -> None:
        super().__init__(name, path)
        self._copy = copy

    def get_data(self, path: str) -> bytes:
        if path != self.path:
            raise FileNotFoundError(path)
        return self._copy.read_bytes()

    def path_stats(self, path: str) -> Mapping[str, float]:
        raise FileNotFoundError(path)
