"""The command `rps-grader`."""

import importlib.util
import logging
import os
import sys
from importlib import metadata
from pathlib import Path

import shtab

from autograder.commands import (
    audit,
    collect,
    demo,
    export,
    rejudge,
    release,
    release_solutions,
    report,
    roster,
    run,
    selftest,
    show,
    similar,
)
from autograder.commands.shared import fails
from autograder.core.arguments import Parser, run_command

_COMMANDS = (  # as `--help` lists them
    demo, selftest, release, release_solutions, roster, collect, run, rejudge, show, report, export,
    similar, audit,
)  # fmt: skip


def parser() -> Parser:
    """Returns what reads the arguments of `rps-grader`."""
    made = Parser(
        prog="rps-grader",
        description="Grades the assignments of a course, and tests the grader.",
        examples=("rps-grader run ps2", "rps-grader show ps2", "rps-grader run --help"),
    )
    made.add_commands(_COMMANDS, metadata.version("rps-course"))
    shtab.add_argument_to(made, "--print-completion")
    made.complete_paths(shtab.FILE)
    return made


def main(argv: list[str] | None = None) -> int:
    """Runs `rps-grader`; returns its exit status."""
    return run_command("rps-grader", lambda: _main(argv))


def _main(argv: list[str] | None) -> int:
    arguments = parser().parse_args(argv)
    if importlib.util.find_spec("nbgrader") is None:
        return fails(
            "grading needs nbgrader, which is not installed. Install it from a clone of the "
            "course: pip install '.[grader]'",
            1,
        )
    if arguments.command == "audit" and importlib.util.find_spec("autograder.audit") is None:
        return fails(
            "the audit is not part of the installed package. Run it from a clone of the course: "
            "pip install --editable '.[grader]', then rps-grader audit",
            1,
        )
    # nbgrader 0.9.6 calls a program of its environment (alembic) by name, which is found only where
    # that environment is activated.
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    )
    logging.raiseExceptions = False  # a log that cannot be written says nothing about it
    from traitlets import TraitError

    try:
        return int(arguments.call(arguments))
    except TraitError as error:  # a setting is read where it is needed
        return fails(f"nbgrader_config.py: {error}", 2)
