"""`rps-grader audit`."""

import argparse
import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.shared import Commands, fails
from autograder.core.arguments import counted

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.audit.answers.corpus import Answer
    from autograder.audit.answers.verdicts import Judged
    from autograder.audit.subject import Subject


def add(commands: Commands) -> None:
    """Declares the command and its arguments."""
    made = commands.add_parser(
        "audit",
        examples=(
            "rps-grader audit --corpus corpus",
            "rps-grader audit --corpus corpus --exercise top_k --json",
        ),
        help="test the grader: with right and wrong answers, attacks and broken submissions",
        description="With --corpus: judges right and wrong answers and mutants of the solutions, "
        "and reports, for each exercise, right answers rejected, wrong ones accepted, points and "
        "messages that differ from the expected ones, and self-checks that disagree. With "
        "--attacks and --defects: grades hostile and broken submissions with the stock nbgrader, "
        "in a course with canaries, and reports succeeded attacks, canaries read or changed, wrong "
        "outcomes, processes left, and too much time or memory. All of them can be named together. "
        "Fails if there is anything to report. Run it from the root of a clone.",
    )
    made.add_argument(
        "--corpus",
        type=Path,
        metavar="DIR",
        help="folder of answers: <assignment>/<grade id>/{accept,reject}/<name>.py; they run with "
        "your rights",
    )
    made.add_argument(
        "--exercise", metavar="NAME", help="only the answers to this exercise of the corpus"
    )
    made.add_argument(
        "--quick",
        action="store_true",
        help="run the self-check, besides the verdict, of one answer of the corpus in three; "
        "try attacks only as a cell, and only on the exercises that they are about",
    )
    made.add_argument("--attacks", type=Path, metavar="DIR", help="folder of attacks: <name>.py")
    made.add_argument(
        "--defects",
        type=Path,
        metavar="DIR",
        help="folder of broken submissions: <name>.ipynb and expected.toml",
    )
    made.add_argument(
        "--baseline",
        action="store_true",
        help="try unmodified nbgrader instead, one submission at a time, in a sandbox of its own; "
        "prints a table and does not fail; not with --corpus",
    )
    made.add_argument("--json", action="store_true", help="print everything as JSON")
    made.set_defaults(call=call)


def call(arguments: argparse.Namespace) -> int:
    """Runs the command; returns its exit status."""
    from rich.console import Console

    from autograder.audit import subject as subjects
    from autograder.audit.answers import corpus as answers
    from autograder.audit.answers import mutants, scorecard
    from autograder.audit.attacks import baseline, corpus, report, trial
    from autograder.audit.corpus import CorpusError
    from autograder.core.course import CourseError

    wrong = _wrong_call(arguments)
    if wrong:
        return fails(wrong, 2)
    console = Console(stderr=arguments.json)
    clean, content = True, {}
    try:
        subject = subjects.read(Path.cwd())
        # What is wrong with any part is told before one of them takes its time.
        attacks = corpus.attacks(arguments.attacks, subject) if arguments.attacks else []
        defects = corpus.defects(arguments.defects, subject) if arguments.defects else []
        tried = []
        if arguments.corpus:
            tried = answers.read(arguments.corpus, subject, arguments.exercise)
            equivalent = mutants.equivalent(arguments.corpus)
            tried += mutants.of_solutions(subject, arguments.exercise)
        if arguments.baseline:
            table = baseline.run(subject, attacks, defects, console)
            print(baseline.as_json(table) if arguments.json else baseline.table(table))
            return 0
        if attacks or defects:
            both = counted(len(attacks), "attack"), counted(len(defects), "defect")
            with console.status(f"Grading {' and '.join(both)}"):
                happened = trial.isolated(subject, attacks, defects, arguments.quick)
            found = report.findings(happened, attacks, defects)
            clean = found.is_clean
            content |= report.as_dict(found, happened)
            if not arguments.json:
                report.show(found, console)
        if tried:
            judged = _judge(subject, tried, arguments.quick, console)
            rows = scorecard.score(judged, equivalent)
            clean = clean and all(row.is_clean for row in rows)
            content |= scorecard.as_dict(rows, judged)
            if not arguments.json:
                scorecard.show(rows, console)
    except (CorpusError, CourseError) as error:
        return fails(error, 2)
    if arguments.json:
        print(json.dumps({"clean": clean} | content, indent=1))
    return 0 if clean else 1


def _wrong_call(arguments: argparse.Namespace) -> str:
    """Returns what is wrong with the arguments of an audit; empty when nothing is."""
    if arguments.exercise and not arguments.corpus:
        return "--exercise goes with --corpus DIR."
    if arguments.quick and not (arguments.corpus or arguments.attacks):
        return "--quick goes with --corpus DIR or --attacks DIR."
    if not (arguments.corpus or arguments.attacks or arguments.defects):
        return "name --corpus DIR, --attacks DIR, --defects DIR, or several of them."
    if arguments.baseline and arguments.corpus:
        return (
            "--baseline tries attacks and broken submissions under unmodified nbgrader, which "
            "cannot judge the answers of a corpus: leave out --corpus."
        )
    return ""


def _judge(
    subject: "Subject", tried: "list[Answer]", quick: bool, console: "Console"
) -> "list[Judged]":
    """Judges answers, exercise by exercise, and shows how far it is."""
    from rich.progress import track

    from autograder.audit.answers import verdicts

    tried = sorted(tried, key=lambda answer: answer.exercise)
    with contextlib.closing(verdicts.judge(subject, tried, quick)) as judged:
        return list(track(judged, "Judging", len(tried), console=console, transient=True))
