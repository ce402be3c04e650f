"""Tables of results for the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.core.verdict import WITHOUT_ISOLATION
from autograder.grading.results import Result


def points(value: float | None) -> str:
    """Returns a score as people write it; a question mark while it waits for a person."""
    return "?" if value is None else f"{value:g}"


def scores(assignment: str, found: list[Result]) -> Table:
    """Returns a table of students and exercises with their points."""
    exercises = {result.exercise: result.points for result in found}
    table = Table(title=assignment, title_justify="left", title_style="bold")
    table.add_column("student")
    for exercise, maximum in exercises.items():
        table.add_column(f"{exercise}\nof {maximum:g}", justify="right")
    table.add_column("sum", justify="right", style="bold")
    by_student: dict[str, dict[str, Result]] = {}
    for result in found:
        by_student.setdefault(result.student, {})[result.exercise] = result
    for student, row in by_student.items():
        cells = []
        for exercise in exercises:
            result = row.get(exercise)
            if result is None:
                cells.append("-")
                continue
            if result.error:
                cells.append("[bold red]error[/]")
                continue
            lost = result.score is not None and result.score < result.points
            cells.append(f"[red]{points(result.score)}[/]" if lost else points(result.score))
        total = sum(result.score or 0 for result in row.values())
        table.add_row(student, *cells, points(total))
    return table


def print_reasons(found: list[Result], console: Console) -> None:
    """Prints the main reason of every loss, and all notes."""
    for result in found:
        if result.score is None:
            console.print(f"  {result.student} {result.exercise}: waits for a person")
        elif result.error or result.score < result.points:
            reason = result.reasons[0].split("\n")[0] if result.reasons else "no answer"
            lost = result.points - result.score
            about = f"{result.student} {result.exercise}{f' -{lost:g}' if lost else ''}"
            console.print(Text(f"  {about}: {reason}"))
    for student, note in dict.fromkeys((r.student, note) for r in found for note in r.notes):
        console.print(Text(f"  {student}: {note}"))
    unsafe = dict.fromkeys(result.student for result in found if result.unsafe)
    if unsafe:
        console.print(f"  [bold red]{WITHOUT_ISOLATION}:[/] {', '.join(unsafe)}")
