"""The command `rps-grader rejudge`: what it prints, and how it ends."""

import logging
import shlex
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

from nbgrader.apps import NbGrader
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from autograder.classroom.rejudge import Again, Change, Rejudge
from autograder.core.arguments import counted, fails
from autograder.grading import gradebooks, results
from autograder.grading.budget import interrupted_to_end
from autograder.grading.handed_in import NOT_READY, require_writable


def rejudge(application: NbGrader, asked: list[str], *, dry_run: bool, console: Console) -> int:
    """Judges the results of an assignment again; returns the command's exit status.

    Args:
        application: nbgrader's, with the configuration and the assignment's name.
        asked: ids of the students whose results are judged; empty for all.
        dry_run: whether to print only what would change.
        console: where to print.
    """
    folders = application.coursedir
    application.log.setLevel(logging.ERROR)
    try:
        with results.opened(folders.db_url, folders.assignment_id):
            work = Rejudge(application)
        students = work.students(asked)
        if not dry_run:
            require_writable(folders)
        with (
            interrupted_to_end(),
            gradebooks.used(folders.db_url),
            closing(work.judge(students)) as found,  # whatever ends it, processes end here
        ):
            judged = found if dry_run else work.place(found)
            shown = track(judged, "Judging", len(students), console=console, transient=True)
            done = sorted(shown, key=lambda again: again.student)
    except (*NOT_READY, *results.UNREADABLE) as error:
        problem = str(error)
    except OSError as error:
        problem = f"A file cannot be read or written: {error}."
    except BrokenProcessPool:
        problem = "A process that judges has ended. What is judged is kept; try again."
    except KeyboardInterrupt:
        console.print("Interrupted. Each result is as it was, or judged again in whole.")
        return 130
    else:
        return _show(done, folders.assignment_id, dry_run, console)
    return fails("rps-grader", problem, 1)


def _show(done: list[Again], assignment: str, dry_run: bool, console: Console) -> int:
    """Prints what changed; returns the exit status."""
    changed = [again for again in done if again.changes]
    if changed:
        console.print(_table(assignment, changed, dry_run))
    left = [again for again in done if again.left or again.failed]
    for again in left:
        why = again.left or "judging failed: report this as a bug"
        console.print(f"{again.student}: {why}", markup=False, highlight=False, soft_wrap=True)
    gains = [sum(c.after.score - c.before.score for c in again.changes) for again in changed]
    more, less = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    judged = len(done) - len(left)
    would = "would be" if dry_run else "was" if judged == 1 else "were"
    said = f"{counted(judged, 'result')} {would} judged again"
    if changed:
        gain, lose = ("gains" if more == 1 else "gain"), ("loses" if less == 1 else "lose")
        said += (
            f", with other points for {len(changed)}: {more} {gain} points, {less} {lose} points."
        )
    else:
        said += ", and no points change."
    console.print(said, highlight=False)
    if left:
        # `--force`: what is kept of a result may be damaged, and what it is based on the same.
        names = [] if len(left) == len(done) else [again.student for again in left]
        command = ["rps-grader", "run", assignment, "--force"]
        command += [f"--student={name}" for name in names]
        console.print(
            f"{counted(len(left), 'result')} cannot be judged again without running: "
            f"{shlex.join(command)}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return 1 if left else 0


def _table(assignment: str, changed: list[Again], dry_run: bool) -> Table:
    title = f"{assignment}: what {'would change' if dry_run else 'has changed'}"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("student", "exercise"):
        table.add_column(name)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("why")
    for again in changed:
        for change in again.changes:
            before, after = change.before.score, change.after.score
            table.add_row(
                escape(again.student),
                change.exercise,
                f"{before:g} → {after:g}",
                escape(_why(change)),
            )
    return table


def _why(change: Change) -> str:
    """Returns why an exercise earns more or less: reasons that are new, or that are gone."""
    reasons = [
        {reason.says for reason in verdict.reasons} for verdict in (change.before, change.after)
    ]
    new, gone = sorted(reasons[1] - reasons[0]), sorted(reasons[0] - reasons[1])
    if new:
        return " ".join(new)
    if gone:
        return f"No longer: {' '.join(gone)}"
    return "Its points have changed."
