"""The arguments of `rps-grader`."""

import argparse
from importlib import metadata
from pathlib import Path

_DIGITS = 7  # of a number: seconds of some months


def parser() -> argparse.ArgumentParser:
    """Returns what reads the arguments of `rps-grader`."""
    made = argparse.ArgumentParser(
        prog="rps-grader", description="Grades the assignments of a course, and tests the grader."
    )
    made.add_argument(
        "--version", action="version", version=f"rps-grader {metadata.version('rps-course')}"
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
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
    commands.add_parser(
        "selftest",
        help="grade the solutions under the profile of the class; all points must come out",
        description="Grades the course's own solutions on this machine, as a class is graded: with "
        "the stock `nbgrader autograde`, nbgrader_config.py and its profile, in the sandbox. Fails "
        "if one loses a point. Takes some minutes; run it in the course root, once on a machine.",
    )
    run = commands.add_parser(
        "run",
        help="grade an assignment: several submissions at a time, here or on a cluster",
        description="Grades what is new or has changed since it was graded, with the same results "
        "as `nbgrader autograde`: several submissions at a time on this machine, or by the workers "
        "of a Dask scheduler (docs/cluster.md). It may be stopped at any time; the same command "
        "goes on.",
        epilog="Exit status: 0 if all is graded, 1 if something could not be graded, 2 for a wrong "
        "call, 130 after an interrupt.",
    )
    _takes_assignment(run)
    where = run.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="how many submissions this machine grades at a time (default: one for each core, as "
        "far as there is memory)",
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="address of a Dask scheduler whose workers grade, such as tcp://10.0.0.1:8786",
    )
    _takes_students(run, "grade this student only")
    run.add_argument("--force", action="store_true", help="grade also what is graded already")
    run.add_argument(
        "--retrain",
        action="store_true",
        help="also run each notebook in full, which trains its model from scratch, on a GPU worker "
        "if there is one, and compare with the files that were handed in; it changes no points",
    )
    run.add_argument(
        "--timeout",
        type=_positive,
        metavar="SECONDS",
        help="how long all cells of a notebook may take together (default: "
        "c.Isolation.notebook_timeout, 3600 if it is not set)",
    )
    rejudge = commands.add_parser(
        "rejudge",
        help="judge results again after the rubric has changed, without running anything",
        description="Computes every verdict anew from what is kept of the executions: after a "
        "threshold, a share, a message, points or a judge was changed. What a person decided "
        "stays. A result whose evidence is missing, changed or of an older version, or whose "
        "submission has changed, is named and left to `rps-grader run`.",
        epilog="Exit status: 0 if all were judged again, 1 if some were not, 2 for a wrong call, "
        "130 after an interrupt.",
    )
    _takes_assignment(rejudge)
    _takes_students(rejudge, "judge this student's result only")
    rejudge.add_argument(
        "--dry-run",
        action="store_true",
        help="print who would gain or lose how much, and why, and change nothing",
    )
    show = commands.add_parser(
        "show",
        help="show an assignment's scores and the reasons for lost points",
        description="Reads the gradebook and the autograded notebooks of the course in this "
        "folder.",
    )
    _takes_assignment(show)
    show.add_argument(
        "--check",
        action="store_true",
        help="exit with status 1 where something is left to do: not graded, changed since it was "
        "graded, could not be graded, or waiting for a person",
    )
    similar = commands.add_parser(
        "similar",
        help="show pairs of students whose answers or files are nearly equal",
        description="Compares the graded submissions of an assignment: answers without their "
        "names, comments and layout, and files by their content. What was released does not count, "
        "nor, in short answers, what many students have. Prints the pairs, the most alike first, "
        "and both texts of the first ones. It is for a person to look at, and no verdict.",
    )
    _takes_assignment(similar)
    similar.add_argument(
        "--texts",
        type=int,
        default=3,
        metavar="N",
        help="of how many pairs both texts are shown side by side (default: 3)",
    )
    audit = commands.add_parser(
        "audit",
        help="test the grader: with right and wrong answers, attacks and broken submissions",
        description="With --corpus: judges right and wrong answers and mutants of the solutions, "
        "and reports, for each exercise, right answers rejected, wrong ones accepted, points and "
        "messages that differ from the expected ones, and self-checks that disagree. With "
        "--attacks and --defects: grades hostile and broken submissions with the stock nbgrader, "
        "in a course with canaries, and reports succeeded attacks, canaries read or changed, wrong "
        "outcomes, processes left, and too much time or memory. All of them can be named together. "
        "Fails if there is anything to report. Run it from the root of a clone.",
    )
    audit.add_argument(
        "--corpus",
        type=Path,
        metavar="DIR",
        help="folder of answers: <assignment>/<grade id>/{accept,reject}/<name>.py; they run with "
        "your rights",
    )
    audit.add_argument(
        "--exercise", metavar="NAME", help="only the answers to this exercise of the corpus"
    )
    audit.add_argument(
        "--quick",
        action="store_true",
        help="run the self-check, besides the verdict, of one answer of the corpus in three; "
        "try attacks only as a cell, and only on the exercises that they are about",
    )
    audit.add_argument("--attacks", type=Path, metavar="DIR", help="folder of attacks: <name>.py")
    audit.add_argument(
        "--defects",
        type=Path,
        metavar="DIR",
        help="folder of broken submissions: <name>.ipynb and expected.toml",
    )
    audit.add_argument(
        "--baseline",
        action="store_true",
        help="try unmodified nbgrader instead, one submission at a time, in a sandbox of its own; "
        "prints a table and does not fail; not with --corpus",
    )
    audit.add_argument("--json", action="store_true", help="print everything as JSON")
    return made


def _takes_assignment(command: argparse.ArgumentParser) -> None:
    command.add_argument("assignment", help="name of the assignment, such as ps2")


def _takes_students(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="NAME",
        help=f"{what}; may be given several times",
    )


def _positive(text: str) -> int:
    """Returns a whole number above 0 that somebody typed."""
    if not text.isdecimal() or len(text) > _DIGITS or int(text) < 1:
        most = 10**_DIGITS - 1
        raise argparse.ArgumentTypeError(f"{text[:20]!r}: expected a whole number, 1 to {most:,}")
    return int(text)
