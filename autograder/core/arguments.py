"""What the commands of the grader and those of a course have in common, so that they feel alike.

Exit status of all of them: 0 done, 1 failed, 2 wrong call or input, 130 interrupted.
"""

import argparse
import errno
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_NAMED = 10  # of many, how many are named
_FULL = (errno.ENOSPC, errno.EDQUOT)
STATUSES = "Exit status: 0 done, 1 failed, 2 wrong call or input, 130 interrupted."


def whole_number(lowest: int = 1, most: int = 9_999_999) -> Callable[[str], int]:
    """Returns what reads a whole number that somebody typed, and refuses others."""

    def number(text: str) -> int:
        value = int(text) if text.isdecimal() and len(text) <= len(str(most)) else -1
        if not lowest <= value <= most:
            raise argparse.ArgumentTypeError(
                f"{text[:20]!r}: expected a whole number, {lowest} to {most:,}"
            )
        return value

    return number


def folder(text: str) -> Path:
    """Reads the path of a folder that is there or will be made, and refuses what is something else.

    A file of that name would end the work where its result is written.
    """
    path = Path(text)
    if not path.is_dir() and (path.exists() or path.is_symlink()):
        raise argparse.ArgumentTypeError(f"{text!r} is there and is no folder")
    return path


def some(texts: Sequence[str]) -> str:
    """Lists texts: the first ones, and how many more there are."""
    more = len(texts) - _NAMED
    return "; ".join(texts[:_NAMED]) + (f"; and {more} more" if more > 0 else "")


def counted(count: int, noun: str) -> str:
    """Returns a number of things, such as `"1 file"` or `"2 files"`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def takes_timeout(command: argparse.ArgumentParser, seconds: int) -> None:
    """Adds the option that limits the time of each cell of a notebook, with its default."""
    command.add_argument(
        "--timeout",
        type=whole_number(),
        default=seconds,
        metavar="SECONDS",
        help=f"how long a cell may take (default: {seconds})",
    )


def fails(program: str, problem: object, status: int) -> int:
    """Prints why a command fails; returns its exit status.

    Args:
        program: the name of the program.
        problem: why; a sentence, or an exception with one.
        status: the exit status.
    """
    said = _of_file(problem) if isinstance(problem, OSError) else problem
    print(f"{program}: error: {said}", file=sys.stderr)
    return status


class _Help(argparse.HelpFormatter):
    """Wraps paragraphs, and leaves the lines of examples as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        wrap = super()._fill_text
        lines = text.split("\n")
        return "\n".join(
            line if line.startswith("  ") else wrap(line, width, indent) for line in lines
        )


class Parser(argparse.ArgumentParser):
    """A parser whose `--help` ends with examples and what the exit status means."""

    def __init__(self, *, examples: tuple[str, ...] = (), **options: Any) -> None:
        """Takes the options of `argparse.ArgumentParser`, and examples.

        Args:
            examples: command lines; an `epilog` is told after them.
            options: as in `argparse.ArgumentParser`.
        """
        if examples:
            shown = "\n".join(["Examples:", *(f"  {line}" for line in examples)])
            options["epilog"] = f"{shown}\n\n{options.get('epilog') or STATUSES}"
        super().__init__(formatter_class=_Help, **options)
        self.examples = examples

    def add_commands(self, commands: Iterable[ModuleType], version: str) -> None:
        """Adds commands, each a module that `add`s its own parser, and the option `--version`."""
        self.add_argument("--version", action="version", version=f"{self.prog} {version}")
        parsers = self.add_subparsers(dest="command", required=True, metavar="COMMAND")
        for command in commands:
            command.add(parsers)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Reads arguments; what a command does not know is refused with the command's usage."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            command = self.commands().get(getattr(found, "command", ""), self)
            command.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found

    def commands(self) -> Mapping[str, "Parser"]:
        """Returns the parsers of its commands."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                return action.choices
        return {}

    def arguments(self) -> Iterator[argparse.Action]:
        """Yields its arguments, and those of its commands."""
        yield from self._actions
        for command in self.commands().values():
            yield from command.arguments()

    def complete_paths(self, how: Mapping[str, str]) -> None:
        """Lets shells complete the names of files, in the way that shtab knows."""
        for action in self.arguments():
            if action.type is Path:
                action.complete = how  # type: ignore[attr-defined]


def run_command(program: str, call: Callable[[], int]) -> int:
    """Runs a command whose output may be read by another program, or by nobody to its end.

    Args:
        program: the command's name.
        call: does the work; returns the exit status.

    Returns:
        The exit status; 1 if the output could not be written.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names may hold what its encoding has not
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            return call()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:  # of a reader that has read enough
        _leave_output()
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _leave_output()
        return fails(program, error, 1)
    return 1


def _of_file(error: OSError) -> str:
    """Returns what to tell of a file that cannot be read or written."""
    if isinstance(error, shutil.Error):  # of many files, each with what is said of it
        of_one = error.args[0][0]
        return f"{of_one[0]}: {of_one[-1]}" if isinstance(of_one, tuple) else str(error)
    said = error.strerror or str(error)
    return f"{error.filename}: {said}" if error.filename else said


def _leave_output() -> None:
    """Lets what is still to be printed go nowhere: Python would fail over it at its end."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
