"""The command `rps-grader`."""

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from rps_course import __version__


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rps-grader", description="Grades the assignments of rps-course."
    )
    parser.add_argument("--version", action="version", version=f"rps-grader {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo",
        help="grade a sample class with the stock nbgrader autograde",
        description="Makes a class of nine sample submissions from the solutions, grades it with "
        "the stock `nbgrader autograde` on the offline profile, prints a table, and fails if a "
        "score differs from what is expected.",
    )
    demo.add_argument(
        "--course",
        type=Path,
        default=Path("demo-class"),
        metavar="DIR",
        help="where to make the demo course; replaced if it is there (default: demo-class)",
    )
    show = commands.add_parser(
        "show",
        help="show an assignment's scores and the reasons for lost points",
        description="Reads the gradebook and the autograded notebooks of the course in this "
        "folder.",
    )
    show.add_argument("assignment", help="name of the assignment, such as ps2")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs `rps-grader`; returns its exit status."""
    arguments = _parser().parse_args(argv)
    if importlib.util.find_spec("nbgrader") is None:
        print(
            "rps-grader: error: grading needs nbgrader, which is not installed. "
            "Install it with: pip install 'rps-course[grader]'",
            file=sys.stderr,
        )
        return 1
    # nbgrader 0.9.6 calls a program of its environment (alembic) by name, which is found only where
    # that environment is activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    try:
        return _demo(arguments) if arguments.command == "demo" else _show(arguments)
    except KeyboardInterrupt:
        print("rps-grader: interrupted", file=sys.stderr)
        return 130


def _demo(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder import demo

    try:
        expected = demo.run(Path.cwd(), arguments.course.absolute(), Console())
    except demo.DemoError as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 1
    return 0 if expected else 1


def _show(arguments: argparse.Namespace) -> int:
    from nbgrader.apps import NbGrader
    from rich.console import Console

    from autograder import results, tables

    # nbgrader's own application reads nbgrader_config.py: the same folders and gradebook.
    application = NbGrader()
    application.initialize([])
    folders = application.coursedir
    try:
        found = results.collect(
            folders.db_url, Path(folders.root) / folders.autograded_directory, arguments.assignment
        )
    except results.ResultsError as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 2
    console = Console()
    if not found:
        console.print(f"No submission of {arguments.assignment} has been graded yet.")
        return 0
    console.print(tables.scores(arguments.assignment, found))
    tables.print_reasons(found, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
