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
    audit = commands.add_parser(
        "audit",
        help="test the grader: with right and wrong answers, attacks and broken submissions",
        description="With --corpus: judges right and wrong answers and mutants of the solutions, "
        "and reports, for each exercise, right answers rejected, wrong ones accepted, points and "
        "messages that differ from the expected ones, and self-checks that disagree. With "
        "--attacks and --defects: grades hostile and broken submissions with the stock nbgrader, "
        "in a course with canaries, and reports succeeded attacks, canaries read or changed, wrong "
        "outcomes and processes left. Fails if there is anything to report. Run it from the root "
        "of a clone.",
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
        "prints a table and does not fail",
    )
    audit.add_argument("--json", action="store_true", help="print everything as JSON")
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
        commands = {"demo": _demo, "show": _show, "audit": _audit}
        return commands[arguments.command](arguments)
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


def _audit(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from autograder.audit import baseline, corpus, report, trial
    from autograder.audit.course import CourseError

    if arguments.corpus:
        return _audit_answers(arguments)
    if arguments.exercise:
        print("rps-grader: error: --exercise goes with --corpus DIR.", file=sys.stderr)
        return 2
    if not (arguments.attacks or arguments.defects):
        print(
            "rps-grader: error: name --corpus DIR, or --attacks DIR, --defects DIR or both.",
            file=sys.stderr,
        )
        return 2
    console = Console(stderr=arguments.json)
    try:
        attacks = corpus.attacks(arguments.attacks) if arguments.attacks else []
        defects = corpus.defects(arguments.defects) if arguments.defects else []
        if arguments.baseline:
            rows = baseline.run(Path.cwd(), attacks, defects, console)
            print(baseline.as_json(rows) if arguments.json else baseline.table(rows))
            return 0
        with console.status(f"Grading {len(attacks)} attacks and {len(defects)} defects"):
            tried = trial.isolated(Path.cwd(), attacks, defects)
    except (corpus.CorpusError, CourseError) as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 2
    found = report.findings(tried, attacks, defects)
    if arguments.json:
        print(report.as_json(found, tried))
    else:
        report.show(found, console)
    return 0 if found.is_clean else 1


def _audit_answers(arguments: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import track

    from autograder.audit import answers, mutants, scorecard, verdicts
    from autograder.audit.corpus import CorpusError
    from autograder.audit.course import CourseError

    if arguments.attacks or arguments.defects or arguments.baseline:
        print(
            "rps-grader: error: --corpus is an audit of its own: leave out --attacks, --defects "
            "and --baseline.",
            file=sys.stderr,
        )
        return 2
    console = Console(stderr=arguments.json)
    judged = []
    try:
        found = answers.read(arguments.corpus, arguments.exercise)
        equivalent = mutants.equivalent(arguments.corpus)
        found += mutants.of_solutions(Path.cwd(), arguments.exercise)
        found.sort(key=lambda answer: answer.exercise)
        verdict = verdicts.judge(Path.cwd(), found)
        for one in track(verdict, "Judging", len(found), console=console, transient=True):
            judged.append(one)
    except (CorpusError, CourseError) as error:
        print(f"rps-grader: error: {error}", file=sys.stderr)
        return 2
    rows = scorecard.score(judged, equivalent)
    if arguments.json:
        print(scorecard.as_json(rows, judged))
    else:
        scorecard.show(rows, console)
    return 0 if all(row.is_clean for row in rows) else 1


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
