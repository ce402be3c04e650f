"""The command `rps-grader`."""

import argparse
import importlib.util
import os
import sys
from importlib import metadata
from pathlib import Path

from autograder.commands import (
    audit,
    collect,
    demo,
    export,
    rejudge,
    roster,
    run,
    selftest,
    show,
    similar,
)

_COMMANDS = (  # as `--help` lists them
    demo, selftest, roster, collect, run, rejudge, show, export, similar, audit,
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """Returns what reads the arguments of `rps-grader`."""
    made = argparse.ArgumentParser(
        prog="rps-grader", description="Grades the assignments of a course, and tests the grader."
    )
    made.add_argument(
        "--version", action="version", version=f"rps-grader {metadata.version('rps-course')}"
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return made


def main(argv: list[str] | None = None) -> int:
    """Runs `rps-grader`; returns its exit status."""
    arguments = parser().parse_args(argv)
    if importlib.util.find_spec("nbgrader") is None:
        print(
            "rps-grader: error: grading needs nbgrader, which is not installed. "
            "Install it from a clone of the course: pip install '.[grader]'",
            file=sys.stderr,
        )
        return 1
    if arguments.command == "audit" and importlib.util.find_spec("autograder.audit") is None:
        print(
            "rps-grader: error: the audit is not part of the installed package. Run it from a "
            "clone of the course: pip install --editable '.[grader]', then rps-grader audit",
            file=sys.stderr,
        )
        return 1
    # nbgrader 0.9.6 calls a program of its environment (alembic) by name, which is found only where
    # that environment is activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    try:
        return int(arguments.call(arguments))
    except KeyboardInterrupt:
        print("rps-grader: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
