"""The command `rps-grader`."""

import argparse
import contextlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.arguments import parser

if TYPE_CHECKING:
    from nbgrader.apps import NbGrader
    from rich.console import Console

    from autograder.audit.answers.corpus import Answer
    from autograder.audit.answers.verdicts import Judged
    from autograder.audit.subject import Subject


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
        commands = {
            "demo": _demo,
            "selftest": _selftest,
            "run": _run,
            "rejudge": _rejudge,
            "show": _show,
            "similar": _similar,
            "audit": _audit,
        }
        return commands[arguments.command](arguments)
    except KeyboardInterrupt:
        print("rps-grader: interrupted", file=sys.stderr)
        return 130


def _demo(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.core.course import CourseError
    from autograder.samples import demo
    from autograder.samples.course import SampleError

    try:
        expected = demo.run(Path.cwd(), arguments.course.absolute(), Console())
    except (SampleError, CourseError) as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 1
    return 0 if expected else 1


def _selftest(_: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.core.course import CourseError
    from autograder.core.rubric import RubricError
    from autograder.grading.machine import MachineError
    from autograder.samples import selftest
    from autograder.samples.course import SampleError
    from autograder.sandbox.isolation import IsolationError

    try:
        perfect = selftest.run(Path.cwd(), Console())
    except (SampleError, CourseError, RubricError, MachineError, IsolationError) as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 1
    return 0 if perfect else 1


def _audit(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.audit import subject as subjects
    from autograder.audit.answers import corpus as answers
    from autograder.audit.answers import mutants, scorecard
    from autograder.audit.attacks import baseline, corpus, report, trial
    from autograder.audit.corpus import CorpusError
    from autograder.core.course import CourseError

    wrong = _wrong_call(arguments)
    if wrong:
        print(f"rps-grader: error: {wrong}", file=sys.stderr)
        return 2
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
            with console.status(f"Grading {len(attacks)} attacks and {len(defects)} defects"):
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
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 2
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


def _run(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.classroom import command

    application = _nbgrader()
    application.coursedir.assignment_id = arguments.assignment
    if arguments.timeout:
        application.config.Isolation.notebook_timeout = arguments.timeout
    if arguments.retrain:
        application.config.Grading.retrain = True
    return command.grade(
        application,
        arguments.student,
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
        force=arguments.force,
        console=Console(emoji=False),
    )


def _rejudge(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.classroom import rejudge_command

    application = _nbgrader()
    application.coursedir.assignment_id = arguments.assignment
    return rejudge_command.rejudge(
        application, arguments.student, dry_run=arguments.dry_run, console=Console(emoji=False)
    )


def _show(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.grading import results, tables
    from autograder.grading.machine import Grading
    from autograder.grading.states import Bases

    application = _nbgrader()
    folders = application.coursedir
    try:
        found = results.collect(
            folders.db_url,
            Path(folders.root) / folders.autograded_directory,
            arguments.assignment,
            Bases(folders, Grading(parent=application), arguments.assignment),
        )
    except results.UNREADABLE as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 2
    console = Console(emoji=False)
    if not found:
        console.print(f"Nobody has handed in {arguments.assignment}.")
        return 0
    console.print(tables.scores(arguments.assignment, found))
    tables.print_reasons(found, console)
    return 1 if arguments.check and any(result.needs_attention for result in found) else 0


def _similar(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.grading import results, similar, tables
    from autograder.grading.machine import Grading
    from autograder.sandbox.isolation import Isolation, IsolationError

    application, console = _nbgrader(), Console(emoji=False)
    name, isolation = arguments.assignment, Isolation(parent=application)
    try:
        course = Grading(parent=application).load()
        isolation.require()
        with Console(stderr=True).status("Comparing submissions"):
            found = similar.compare(application.coursedir, course, name, isolation)
    except (*results.UNREADABLE, IsolationError) as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 2
    if not found.students:
        print(f"No submission of {name} is graded yet: nbgrader autograde {name}")
    elif not found.pairs:
        print(f"No two of {found.students} graded submissions of {name} are nearly equal.")
    else:
        console.print(tables.similar(name, found.pairs))
        written = [pair for pair in found.pairs if pair.texts]
        for pair in written[: max(0, arguments.texts)]:
            console.print(tables.side_by_side(pair))
    return 0


def _nbgrader() -> "NbGrader":
    """Returns nbgrader's own application, which reads nbgrader_config.py."""
    from nbgrader.apps import NbGrader

    application = NbGrader()
    application.initialize([])
    return application


if __name__ == "__main__":
    sys.exit(main())
