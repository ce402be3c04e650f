"""The shell that runs a submission's cells: IPython's, but a failing line costs only itself.

In Jupyter, a statement that fails ends its cell: a first line that works on one machine alone, such
as `%load_ext line_profiler`, takes the imports below it along. While grading, the statements after
it run all the same, and the first one that failed is noted.
"""

import ast
import re
import time
from types import CodeType
from typing import Any

from ipykernel import zmqshell
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from autograder.grading.inside import colab

_TIMED = re.compile(r"\s*%%time[ \t]*(\n|$)")
_LONGEST_CHAIN = 100  # exceptions that were raised while others were handled


class PatientShell(InteractiveShell):
    """Goes on after a statement that failed."""

    async def run_code(
        self, code_obj: CodeType, result: ExecutionResult | None = None, *, async_: bool = False
    ) -> bool:
        """Runs one statement; returns whether its cell ends with it."""
        result = result or ExecutionResult(None)
        first, result.error_in_exec = result.error_in_exec, None
        await super().run_code(code_obj, result, async_=async_)
        error = result.error_in_exec
        result.error_in_exec = first or error
        return error is not None and _ends_a_cell(error)

    def transform_cell(self, raw_cell: str) -> str:
        """Transforms a cell as IPython does, but for `%%time`: one statement would be all of it."""
        return super().transform_cell(_untimed(raw_cell))

    async def run_cell_async(self, raw_cell: str, *args: Any, **options: Any) -> ExecutionResult:
        """Runs a cell, and says how long that took where `%%time` asks for it."""
        started = time.perf_counter()
        result = await super().run_cell_async(raw_cell, *args, **options)
        if _TIMED.match(raw_cell):
            print(f"Wall time: {time.perf_counter() - started:.3g} s")
        return result

    def transform_ast(self, node: ast.AST) -> ast.AST:
        """Transforms a cell's statements as IPython does, and provides what they need of Colab."""
        node = super().transform_ast(node)
        if colab.is_taken_for_granted(node):
            colab.provide()
        return node

    @property
    def failed_line(self) -> int | None:
        """Number of the first line that failed in the last cell, counted in what was handed in."""
        result = self.last_execution_result
        if not isinstance(result, ExecutionResult):
            return None
        if result.error_before_exec is not None:
            line = getattr(result.error_before_exec, "lineno", None)
        else:
            trace = getattr(result.error_in_exec, "__traceback__", None)
            # IPython's own frame comes first, then the cell's.
            line = trace.tb_next.tb_lineno if trace and trace.tb_next else None
        if not isinstance(line, int):
            return None
        source = _untimed(result.info.raw_cell)
        blank = source[: len(source) - len(source.lstrip())].count("\n")  # IPython drops these
        return line + blank


class ZMQInteractiveShell(PatientShell, zmqshell.ZMQInteractiveShell):
    """That of kernels. Programs ask for the name of IPython's own class."""

    def ask_exit(self) -> None:
        """Goes on after `quit()`: the kernel would end a moment later, in some cell below."""


def _untimed(cell: str) -> str:
    """Returns a cell without `%%time`, with as many lines."""
    found = _TIMED.match(cell)
    return "\n" * found[0].count("\n") + cell[found.end() :] if found else cell


def _ends_a_cell(error: BaseException) -> bool:
    """Whether an error is meant for the whole cell: an interrupt, an exit, or what came of one."""
    for _ in range(_LONGEST_CHAIN):
        if not isinstance(error, Exception):
            return True
        earlier = error.__cause__ or error.__context__
        if earlier is None:
            return False
        error = earlier
    return True
