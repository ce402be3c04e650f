"""Tables of results for the terminal."""

import textwrap
from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from autograder.core.verdict import WITHOUT_ISOLATION, plain, shorten
from autograder.grading.recognition import shown
from autograder.grading.results import Result
from autograder.grading.similar import Pair
from autograder.grading.similarity import percent
from autograder.grading.states import State

_MAX_LINES = 100  # of a text that is shown beside another
_MAX_REASON = 200  # characters of a reason; an exception may quote whole arrays
_LEAST_WIDTH = 8  # of ids of students
_UNBOUNDED = 10_000  # columns of a terminal into which everything fits
_WAITING = "wait for a person"  # said of several
_WITHOUT_POINTS = (State.MISSING, State.SUBMITTED)
# What concerns all exercises of a student alike, and is told once.
_OF_ALL = (*_WITHOUT_POINTS, State.STALE)


def points(value: float | None) -> str:
    """Returns a score as people write it; a question mark while it waits for a person."""
    return "?" if value is None else f"{value:g}"


def print_scores(
    assignment: str, found: list[Result], console: Console, names: Mapping[str, str] | None = None
) -> None:
    """Prints a table of students and exercises with their points.

    Where the terminal is too narrow, names of students go first, which is said; then the names of
    exercises are parted at their underscores, and at last numbered, without lines between columns.

    Args:
        assignment: the assignment's name.
        found: the results.
        console: where to print.
        names: of students, by their ids, as far as they are known.
    """
    anywhere = console.options.update(max_width=_UNBOUNDED)
    exercises = {result.exercise: result.points for result in found}
    of = {name: f"of {maximum:g}" for name, maximum in exercises.items()}
    whole = {name: f"{name}\n{of[name]}" for name in exercises}
    parted = {name: "_\n".join(name.split("_")) + f"\n{of[name]}" for name in exercises}
    numbered = {name: str(number) for number, name in enumerate(exercises, 1)}
    for of_students, headings in ((names, whole), *((None, h) for h in (whole, parted, numbered))):
        table = _scores(assignment, found, of_students or {}, headings)
        if headings is numbered:
            table.box, table.padding, table.pad_edge = box.SIMPLE_HEAD, 0, False
        if Measurement.get(console, anywhere, table).minimum <= console.width:
            break
    else:  # for the longest ids of students
        table.columns[0].no_wrap = False
        table.columns[0].min_width = _LEAST_WIDTH
    console.print(table)
    if headings is numbered:
        legend = ", ".join(f"{number} {name} {of[name]}" for name, number in numbered.items())
        _print_line(f"Exercises: {legend}.", console)
    if names and not of_students:
        _print_line("The terminal is too narrow for the students' names.", console)


def _scores(
    assignment: str, found: list[Result], names: Mapping[str, str], headings: Mapping[str, str]
) -> Table:
    table = Table(title=assignment, title_justify="left", title_style="bold")
    table.add_column("student", no_wrap=True, overflow="fold")
    if names:
        table.add_column("name")
    for heading in headings.values():
        width = max(map(len, heading.split("\n")))
        table.add_column(heading, justify="right", no_wrap=True, min_width=width)
    table.add_column("sum", justify="right", style="bold", no_wrap=True)
    flagged = any(result.flags for result in found)
    if flagged:
        table.add_column("flags", justify="right", no_wrap=True)
    by_student: dict[str, dict[str, Result]] = {}
    for result in found:
        by_student.setdefault(result.student, {})[result.exercise] = result
    for student, row in by_student.items():
        cells = [_cell(row[name]) if name in row else "-" for name in headings]
        there = any(result.state not in _WITHOUT_POINTS for result in row.values())
        total = points(sum(result.score or 0 for result in row.values())) if there else "-"
        flags = sum(len(result.flags) for result in row.values())
        name = [escape(plain(names.get(student, "")))] if names else []
        table.add_row(escape(student), *name, *cells, total, *([str(flags)] if flagged else []))
    return table


def _cell(result: Result) -> str:
    if result.state in _WITHOUT_POINTS:
        return "-"
    if result.state is State.FAILED:
        return "[bold red]error[/]"
    shown = points(result.score)
    if result.state is State.AGAIN:
        return f"{shown} ?"
    if result.state is State.STALE:
        return f"[dim]{shown}[/]"
    lost = result.score is not None and result.score < result.points
    return f"[red]{shown}[/]" if lost else shown


def similar(assignment: str, pairs: list[Pair]) -> Table:
    """Returns a table of pairs of students, and how alike their work is."""
    table = Table(
        title=assignment,
        title_justify="left",
        title_style="bold",
        caption="Similarity: how much of one is in the other. Only what is equal is 100 %.",
        caption_justify="left",
    )
    for column in ("exercise", "student", "student"):
        table.add_column(column)
    table.add_column("similarity", justify="right")
    for pair in pairs:
        names = map(Text, map(shown, (pair.what, *pair.students)))
        table.add_row(*names, f"{percent(pair.similarity)} %")
    return table


def side_by_side(pair: Pair) -> Table:
    """Returns what two students wrote, side by side."""
    assert pair.texts is not None
    table = Table(title=Text(pair.what), title_justify="left", title_style="bold", expand=True)
    for student in pair.students:
        table.add_column(Text(shown(student)), ratio=1, overflow="fold")
    table.add_row(*(Text("\n".join(plain(t).split("\n")[:_MAX_LINES])) for t in pair.texts))
    return table


def print_reasons(found: list[Result], console: Console) -> None:
    """Prints what there is to do, the main reason of every loss, all notes and all flags."""
    told = [(r.student, r.state, r.about) for r in found if r.state in _OF_ALL]
    for student, state, about in dict.fromkeys(told):
        _print_line(f"{student}: {state}{f': {about}' if about else ''}", console)
    waiting: dict[str, list[str]] = {}
    for result in found:
        if result.state is State.WAITING:
            waiting.setdefault(result.student, []).append(result.exercise)
    for result in found:
        if result.state in _OF_ALL:
            continue
        if result.state is State.WAITING:
            names = waiting.pop(result.student, [])  # all at once, where the first of them is
            if names:
                says = State.WAITING if len(names) == 1 else _WAITING
                _print_line(f"{result.student} {', '.join(names)}: {says}", console)
        elif result.needs_attention or result.score < result.points:
            reason = shorten(next(iter(result.reasons), "").split("\n")[0], _MAX_REASON)
            more = f" ({len(result.reasons) - 1} more)" if len(result.reasons) > 1 else ""
            # Nobody took the points of what could not be graded.
            lost = 0 if result.state is State.FAILED else result.points - result.score
            about = f"{result.student} {result.exercise}{f' -{lost:g}' if lost else ''}"
            _print_line(f"{about}: {reason}{more}", console)
    for student, note in dict.fromkeys((r.student, note) for r in found for note in r.notes):
        _print_line(f"{student}: {note}", console)
    for result in found:
        for flag in result.flags:
            _print_line(f"{result.student} to look at: {flag}", console)
    unsafe = dict.fromkeys(result.student for result in found if result.unsafe)
    if unsafe:
        console.print(f"  [bold red]{WITHOUT_ISOLATION}:[/] {escape(', '.join(unsafe))}")


def _print_line(line: str, console: Console) -> None:
    """Prints a line, indented; what does not fit into it is indented further."""
    filled = textwrap.fill(
        line,
        console.width,
        initial_indent=" " * 2,
        subsequent_indent=" " * 6,
        break_on_hyphens=False,
    )
    console.print(Text(filled))
