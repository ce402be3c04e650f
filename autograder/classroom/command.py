"""The command `rps-grader run`: what it prints, and how it ends."""

import contextlib
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from distributed import Client
from nbgrader.apps import NbGrader
from rich.console import Console

from autograder.classroom import cluster, run
from autograder.classroom.cluster import ClusterError
from autograder.classroom.progress import Watch
from autograder.classroom.run import Plan, Run
from autograder.classroom.settings import SettingsError
from autograder.core.arguments import counted, fails
from autograder.grading import export, gradebooks, results
from autograder.grading.budget import interrupted_to_end
from autograder.grading.handed_in import NOT_READY, require_writable
from autograder.grading.machine import Grading
from autograder.grading.results import Result
from autograder.grading.states import State

_LINES = 3  # of the log, for each student
# What a submission's status means for whoever asked for its grading.
_UNDONE = {"error", "stale", "not graded"}


def grade(
    application: NbGrader,
    students: list[str],
    *,
    jobs: int | None,
    scheduler: str | None,
    force: bool,
    console: Console,
) -> int:
    """Grades an assignment; returns the command's exit status.

    Args:
        application: nbgrader's, with the configuration and the assignment's name.
        students: ids of those who are asked for; empty for all.
        jobs: how many submissions this machine grades at the same time; None for as many as it can.
        scheduler: address of a Dask scheduler whose workers grade instead.
        force: whether to grade what is graded already.
        console: where to print.
    """
    folders, doing = application.coursedir, None
    try:
        require_writable(folders)
        with interrupted_to_end(), gradebooks.used(folders.db_url):
            planned = run.plan(application, students, force)
            log = _log_to_file(application)
            if planned.todo:
                where = _where(planned, jobs, scheduler)
                with Watch(console, len(planned.todo)) as watch:
                    doing = Run(application, planned, watch, fetch=scheduler is not None)
                    doing.grade(where)
        return _summary(application, planned, doing, log, console)
    except (*NOT_READY, *results.UNREADABLE, ClusterError, SettingsError) as error:
        problem = str(error)
    except OSError as error:
        problem = f"A file cannot be read or written: {error}."
    except KeyboardInterrupt:
        kept = doing.outcome.graded if doing else 0
        console.print(f"Interrupted. {kept} results are kept; the same command grades the others.")
        return 130
    return fails("rps-grader", problem, 1)


def _where(
    planned: Plan, jobs: int | None, scheduler: str | None
) -> Callable[[], AbstractContextManager[Client]]:
    """Returns what connects to where submissions are graded."""
    if scheduler is not None:
        return partial(cluster.remote, scheduler)
    count = cluster.jobs(jobs, planned.heavy, planned.retrain)
    return partial(cluster.local, min(count, len(planned.todo)))


def _log_to_file(application: NbGrader) -> Path:
    """Lets everything that nbgrader and Dask say go to a file; returns its path."""
    folders = application.coursedir
    path = (
        Path(folders.root) / "logs" / f"run-{folders.assignment_id}-{datetime.now():%F-%H%M%S}.txt"
    )
    path.parent.mkdir(exist_ok=True)
    if folders.groupshared:
        with contextlib.suppress(PermissionError):  # it is another's, who has done so
            path.parent.chmod(0o2775)
    logging.captureWarnings(True)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("distributed."):
            log = logging.getLogger(name)
            log.handlers, log.propagate = [], True
    for name in (application.log.name, "py.warnings", "distributed", "tornado", "asyncio"):
        handler = logging.FileHandler(path)  # one each: Dask silences those of its own
        handler.setLevel(logging.INFO)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log = logging.getLogger(name)
        log.handlers, log.propagate = [handler], False
    return path


def _summary(
    application: NbGrader, planned: Plan, doing: Run | None, log: Path, console: Console
) -> int:
    """Prints what became of a class; returns the exit status."""
    say = partial(console.print, soft_wrap=True, highlight=False, markup=False)
    found = _results(application, planned)
    problems = doing.outcome.problems if doing else {}
    for student, problem in planned.found.unreadable.items():
        problems[student] = problem
        say(f"{student}: not graded: {problem}")
    for student, of_student in found.items():
        reasons = [r.reasons[0] for r in of_student if r.state is State.FAILED and r.reasons]
        if reasons and student not in problems:
            problems[student] = reasons[0]
            more = f" (and {counted(len(reasons) - 1, 'more exercise')})" if reasons[1:] else ""
            say(f"{student}: {reasons[0]}{more}")
    for student, notes in (doing.outcome.notes if doing else {}).items():
        if student in problems:
            continue
        more = f" (and {len(notes) - _LINES} more)" if len(notes) > _LINES else ""
        say(f"{student}: {'; '.join(notes[:_LINES])}{more}")
    statuses = Counter(export.outcome(of_student)[0] for of_student in found.values())
    graded = doing.outcome.graded if doing else 0
    say(f"{graded} graded, {planned.unchanged} unchanged, {len(problems)} not graded in whole.")
    there = ", ".join(f"{statuses[name]} {name}" for name in export.STATUSES if statuses[name])
    say(f"{application.coursedir.assignment_id} is now: {there or 'nothing'}. Log: {log}")
    return 1 if problems or _UNDONE & statuses.keys() else 0


def _results(application: NbGrader, planned: Plan) -> dict[str, list[Result]]:
    """Returns the results of the submissions that were asked for, by student."""
    folders, grading = application.coursedir, Grading(parent=application)
    asked = planned.asked or None
    found = results.current(folders, grading, folders.assignment_id, asked)
    by_student = groupby(found, key=lambda result: result.student)
    return {student: list(group) for student, group in by_student}
