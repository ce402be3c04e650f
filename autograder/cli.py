"""The command `rps-grader`."""

import argparse
import contextlib
import importlib.util
import json
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.apps import NbGrader
    from rich.console import Console

    from autograder.audit.answers.corpus import Answer
    from autograder.audit.answers.verdicts import Judged
    from autograder.audit.subject import Subject


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rps-grader", description="Grades the assignments of a course, and tests the grader."
    )
    parser.add_argument(
        "--version", action="version", version=f"rps-grader {metadata.version('rps-course')}"
    )
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
    run.add_argument("assignment", help="name of the assignment, such as ps2")
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
    run.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="NAME",
        help="grade this student only; may be given several times",
    )
    run.add_argument("--force", action="store_true", help="grade also what is graded already")
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
    rejudge.add_argument("assignment", help="name of the assignment, such as ps2")
    rejudge.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="NAME",
        help="judge this student's result only; may be given several times",
    )
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
    show.add_argument("assignment", help="name of the assignment, such as ps2")
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
    similar.add_argument("assignment", help="name of the assignment, such as ps2")
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
        "outcomes and processes left. All of them can be named together. Fails if there is "
        "anything to report. Run it from the root of a clone.",
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
        help="run the self-check, besides the verdict, of one wrong answer of the corpus in three",
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
    return parser


def _positive(text: str) -> int:
    """Returns a whole number above 0 that somebody typed."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number, 1 or more")
    return int(text)


def main(argv: list[str] | None = None) -> int:
    """Runs `rps-grader`; returns its exit status."""
    arguments = _parser().parse_args(argv)
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
                happened = trial.isolated(subject, attacks, defects)
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
    for name in ("exercise", "quick"):
        if getattr(arguments, name) and not arguments.corpus:
            return f"--{name} goes with --corpus DIR."
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
    return command.grade(
        application,
        arguments.student,
        jobs=arguments.jobs,
        scheduler=arguments.scheduler,
        force=arguments.force,
        console=Console(),
    )


def _rejudge(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.classroom import rejudge_command

    application = _nbgrader()
    application.coursedir.assignment_id = arguments.assignment
    return rejudge_command.rejudge(
        application, arguments.student, dry_run=arguments.dry_run, console=Console()
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
    console = Console()
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

    application, console = _nbgrader(), Console()
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
