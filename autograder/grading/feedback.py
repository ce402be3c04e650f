"""A page of feedback: what a student reads of a graded notebook.

The page is one file that loads nothing and runs nothing, and says so to the browser
(Content-Security-Policy). At its top is what each exercise earned and why; a verdict stands in the
place of its test cell. `templates/feedback_page` is its form.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter
from traitlets import List, Unicode

from autograder.core import display
from autograder.core.verdict import VerdictError, shorten
from autograder.grading import results, showing, staging, titles
from autograder.grading.cells import grade_id, released_cells, stored
from autograder.grading.exporting import Forgetful
from autograder.grading.inside.notebook import PICTURES
from autograder.grading.machine import Grading
from autograder.grading.paths import Paths
from autograder.grading.results import Result
from autograder.grading.states import State

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_DARK = "@media (prefers-color-scheme: dark)"
_MAX_REASON, _MAX_REASONS = 200, 3

_OF_EXCHANGE = ("timestamp.txt", "submission_secret.txt")
_AUTOMATIC = "No response."  # nbgrader's own comment on an answer that is as it was released
_STALE = "This page is about an earlier state ({about})."
_PENALTY = "{penalty:g} points are taken off for handing in late."
_WAITING = "{points:g} more points wait for a person."
_FAILED = "{points:g} more points are of exercises that could not be graded. That is not a zero."
_NOTHING_GRADED = "That is not a zero. The reason is below."
_RAN = "Made while grading, where training is cut down to one short epoch"
_KEPT = "From the notebook that you handed in"


class FeedbackExporter(Forgetful, HTMLExporter):
    """Writes a page of feedback; the configuration names its template."""


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases feedback of what is in the gradebook now, also where pages are older than scores.

    Pages of students who did not hand in through nbgrader's exchange stay where they are: it has no
    place for them, and nbgrader 0.9.6 fails over the first one.
    """

    def start(self) -> None:
        """Writes the pages anew, then releases them."""
        GenerateFeedback(coursedir=self.coursedir, parent=self).start()
        super().start()

    def copy_files(self) -> None:
        """Copies the pages into the exchange."""
        folders = self.coursedir
        name, others = folders.assignment_id, []
        for folder in Path(folders.root, folders.feedback_directory).glob(f"*/{name}"):
            if not all((folder / file).is_file() for file in _OF_EXCHANGE):
                others.append(folder.parent.name)
        if others:
            self.log.warning(
                "Not released, since they did not hand in through the exchange: %s. Their pages "
                "are in %s.", ", ".join(sorted(others)), folders.feedback_directory,
            )  # fmt: skip
        excluded = folders.student_id_exclude
        folders.student_id_exclude = ",".join(filter(None, (excluded, *others)))
        try:
            super().copy_files()
        finally:
            folders.student_id_exclude = excluded


class ShowResults(NbGraderPreprocessor):
    """Puts on a page of feedback what each exercise earned, why, and what is still open."""

    # The exporter of HTML sets it, and nbgrader 0.9.6 takes it away from its preprocessors.
    display_data_priority = List(Unicode()).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Adds results to the cells of a graded notebook, and a summary to the resources."""
        info, folders = resources["nbgrader"], CourseDirectory(config=self.config)
        found = results.current(
            folders, Grading(parent=self), info["assignment"], {info["student"]}
        )
        refused = staging.refusal(nb)
        by_name = {r.exercise: _unread(r) if refused else r for r in found}
        rows, asked, commented, cells = [], [], set(), []
        named = titles.of(nb.cells) | titles.of(released_cells(self, resources))
        own, paths = showing.handed_in(nb), Paths(Path(folders.root))
        here = [by_name[grade_id(cell)] for cell in nb.cells if grade_id(cell) in by_name]
        repeated = _repeated(here)
        for index, cell in enumerate(nb.cells):
            _show_outputs(cell, own.get(index, []))
            paths.hide_in(cell.get("outputs", []))
            result = by_name.get(grade_id(cell) or "")
            comment = cell.metadata.get("nbgrader", {}).get("comment") or ""
            comment = "" if comment == _AUTOMATIC else comment
            if utils.is_solution(cell) or result:
                _show_result(cell, result, comment, paths, repeated)
            name = (grade_id(cell) or "").removesuffix("_solution")
            commented |= {name} if comment else set()
            # Answers of a notebook that was not read are what was released.
            is_shown = bool(comment) or not (refused and utils.is_solution(cell))
            cells += [cell] if is_shown else []
            if result:
                asked.append(result)
                row = _row(result, paths, name in commented, name in repeated)
                rows.append(row | {"title": named.get(name, ""), "is_shown": is_shown})
        nb.cells = cells
        resources["feedback"] = {
            "policy": POLICY,
            "colors": _colors(),
            "rows": rows,
            **_summary(asked, info),
        }
        return nb, resources


def _summary(asked: list[Result], info: dict[str, Any]) -> dict[str, Any]:
    """Returns the score of a notebook, and what else is to be said of it as a whole."""
    penalty = info.get("late_penalty") or 0
    failed = round(sum(r.points for r in asked if r.error), 2)
    earned = max(0, round(sum(r.score or 0 for r in asked if not r.error), 2) - penalty)
    open_ = round(sum(r.points for r in asked if r.state is State.WAITING), 2)
    points = round(sum(result.points for result in asked) - open_ - failed, 2)
    stale = [result.about for result in asked if result.state is State.STALE]
    notes = [_STALE.format(about=about) for about in stale[:1]]
    if failed:
        notes.append(_FAILED.format(points=failed) if points else _NOTHING_GRADED)
    if open_:
        notes.append(_WAITING.format(points=open_))
    if failed and not points:
        return {"score": "Could not be graded", "notes": notes}
    if penalty:
        notes.append(_PENALTY.format(penalty=penalty))
    so_far = " so far" if open_ or failed else ""
    return {"score": f"{earned:g} of {points:g} points{so_far}", "notes": notes}


def _unread(result: Result) -> Result:
    """Returns a result of a notebook that could not be read: nobody can grade an answer in it."""
    return replace(result, state=State.FAILED) if result.state is State.WAITING else result


def _repeated(found: list[Result]) -> dict[str, str]:
    """Returns exercises that could not be graded for the reason of an earlier one, with that."""
    first: dict[str, str] = {}
    failed = [result for result in found if result.state is State.FAILED and result.reasons]
    earlier = {r.exercise: first.setdefault(_because(r), r.exercise) for r in failed}
    return {name: other for name, other in earlier.items() if name != other}


def _because(result: Result) -> str:
    """Returns why an exercise could not be graded, without saying once more that it could not."""
    return result.reasons[0].removeprefix(f"`{result.exercise}` {State.FAILED}. ")


def _row(result: Result, paths: Paths, commented: bool, repeated: bool) -> dict[str, Any]:
    """Returns what the table at the top says of an exercise."""
    full = result.score is not None and result.score >= result.points
    if result.state in (State.WAITING, State.AGAIN) or result.error:
        failed = result.state is State.FAILED
        kind, mark, means = "open", "…", str(State.FAILED) if failed else "not graded yet"
    elif full:
        kind, mark, means = "full", "✓", "full points"
    elif result.score:
        kind, mark, means = "part", "~", "some of the points"
    else:
        kind, mark, means = "none", "✗", "no points"
    by_hand = result.state in (State.BY_HAND, State.AGAIN)
    reasons = () if full or by_hand or repeated else result.reasons[:_MAX_REASONS]
    if reasons and result.state is State.FAILED:
        reasons = (_because(result),)
    return {
        "name": result.exercise,
        "kind": kind,
        "mark": mark,
        "means": means,
        "says": _says(result),
        "reasons": [display.inline(_short(paths.hide(says))) for says in reasons],
        "comment": commented,
    }


def _says(result: Result, unit: str = "") -> str:
    """Returns the points of an exercise, or what they wait for."""
    points = f"{result.score or 0:g} of {result.points:g}{unit}"
    says = {
        State.WAITING: f"waits for a person (of {result.points:g}{unit})",
        State.AGAIN: f"{points}; a person will look at it again",
        State.BY_HAND: f"{points}, given by a person",
        State.FAILED: str(State.FAILED),
        State.SUBMITTED: "not graded yet",
    }
    return says.get(result.state, points)


def _show_result(
    cell: NotebookNode,
    result: Result | None,
    comment: str,
    paths: Paths,
    repeated: dict[str, str],
) -> None:
    """Tells the template what a cell earned."""
    name = grade_id(cell) or ""
    about = {
        "name": name,
        "of": name.removesuffix("_solution"),
        "label": "Your answer",
        "says": "",
        "comment": comment,
        "verdict": "",
        "same": "",
    }
    if result:
        about["says"] = _says(result, " points")
    if not utils.is_solution(cell):
        about["label"] = "Check of"
        try:
            verdict = stored(cell)
        except VerdictError:
            verdict = None
        if name in repeated:
            about["same"] = repeated[name]
        elif verdict:
            about["verdict"] = paths.hide(display.as_html(verdict, unfolded=True))
    cell.metadata["feedback"] = about


def _show_outputs(cell: NotebookNode, own: list[tuple[str, str]]) -> None:
    """Says of a cell's pictures where they come from, and adds the student's own."""
    if cell.cell_type != "code" or not cell.outputs:
        return
    drawn = any(kind in output.get("data", ()) for output in cell.outputs for kind in PICTURES)
    if drawn:
        cell.metadata["shown_from"] = _KEPT if cell.execution_count is None else _RAN
    if drawn and cell.execution_count is not None:
        cell.metadata["own"] = own


def _short(says: str) -> str:
    return shorten(" ".join(says.split()), _MAX_REASON)


def _colors() -> str:
    """Returns the style sheet of code, on a light and on a dark ground."""
    light, dark = (
        HtmlFormatter(style=style, nobackground=True).get_style_defs(".highlight")
        for style in ("default", "github-dark")
    )
    return f"{light}\n{_DARK} {{ {dark} }}\n"
