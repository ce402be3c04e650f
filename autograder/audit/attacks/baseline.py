"""The same corpus under unmodified nbgrader, for comparison.

Every submission is graded alone, next to an honest one. To protect the machine, each run has a
sandbox of its own, with a whole course, nbgrader and the canaries inside.
"""

import itertools
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console

from autograder import configuration
from autograder.audit import subject as subjects
from autograder.audit.attacks import corpus, trial
from autograder.audit.attacks.course import HONEST, AttackedCourse
from autograder.audit.subject import SPECIFICATION, Subject
from autograder.core.course import CourseError
from autograder.sandbox.isolation import Isolation, Stopped, problem

_CONFIGURATION = """\
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
"""
_SECONDS = 600


@dataclass
class Row:
    """What unmodified nbgrader made of one submission.

    Attributes:
        name: the attack or defect.
        kind: `"attack"` or `"defect"`.
        points: points it earned; None when it has no score.
        expected: points it may earn, the fewest first; empty where nothing was handed in.
        read: secrets that show in what is left of it.
        changed: canaries that were changed.
        visited: whether the listening port was reached.
        active: whether its feedback runs code in a browser.
        left: how many processes it left behind.
        honest: whether the honest submission beside it got its points.
        ended: why the whole run was ended from outside; empty when it was not.
    """

    name: str
    kind: str
    expected: list[float]
    points: float | None = None
    read: list[str] = field(default_factory=list)
    changed: int = 0
    visited: bool = False
    active: bool = False
    left: int = 0
    honest: bool = False
    ended: str = ""

    @property
    def verdict(self) -> str:
        """What went wrong, in words; empty when nothing did."""
        said = []
        if self.ended:
            said.append(f"took everything with it ({self.ended})")
        elif not self.honest:
            said.append("the honest submission lost its points")
        if self.points is None and self.expected and not self.ended:
            said.append("no score")
        elif self.points is not None and self.points not in self.expected:
            said.append(f"{self.points:g} points instead of {min(self.expected, default=0):g}")
        if self.read:
            said.append(f"read: {', '.join(self.read)}")
        if self.changed:
            said.append(f"changed {self.changed} files")
        if self.visited:
            said.append("reached a port of the machine")
        if self.active:
            said.append("runs code in the TA's browser")
        if self.left:
            said.append(f"left {self.left} processes")
        return "; ".join(said)


def run(
    subject: Subject,
    attacks: list[corpus.Attack],
    defects: list[corpus.Defect],
    console: Console,
) -> list[Row]:
    """Grades every submission with unmodified nbgrader.

    Args:
        subject: the course.
        attacks: hostile submissions.
        defects: broken ones.
        console: where progress is shown.

    Raises:
        CourseError: there is no sandbox to do it in.
    """
    found = problem()
    if found:
        raise CourseError(f"The baseline needs a sandbox around nbgrader: {found}")
    rows = []
    entries = [*attacks, *defects]
    with console.status("") as status:
        for number, entry in enumerate(entries, 1):
            status.update(f"{number} of {len(entries)}: {entry.name}")
            rows.append(_try(subject, entry))
    return rows


def _try(subject: Subject, entry: corpus.Attack | corpus.Defect) -> Row:
    is_attack = isinstance(entry, corpus.Attack)
    scores = {"": (0,)} if is_attack else entry.scores
    sums = {float(sum(points)) for points in itertools.product(*scores.values())}
    expected = sorted(sums) if scores else []
    row = Row(entry.name, "attack" if is_attack else "defect", expected)
    isolation = Isolation(memory_mb=3000, disk_mb=1000, file_mb=200, processes=64)
    with tempfile.TemporaryDirectory(prefix="autograder-baseline-") as folder:
        ignored = shutil.ignore_patterns("*.h5")
        shutil.copytree(subject.root / "solutions", Path(folder) / "solutions", ignore=ignored)
        for name in (configuration.FILE, SPECIFICATION):
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            shutil.copy(subject.root / name, Path(folder) / name)
        known = asdict(entry)
        if not is_attack:
            known["content"] = entry.content.decode("latin-1")
        (Path(folder) / "entry.json").write_text(json.dumps(known))
        program = [sys.executable, "-m", "autograder.audit.attacks.baseline", row.kind]
        package = Path(__file__).parents[2]
        try:
            answer = isolation.run(
                program,
                folder=Path(folder),
                timeout=_SECONDS,
                readable=[package],
                course=subject.course,
                profile=subject.course.profile(subject.course.quick, True),
            )
            for name, value in json.loads(answer.splitlines()[-1]).items():
                setattr(row, name, value)
        except Stopped as error:
            row.ended = str(error)
        except (ValueError, IndexError):
            row.ended = "it gave no answer"
    return row


def _inside(kind: str) -> dict:
    """Runs in the sandbox: makes a course around one submission, grades it, tells what happened."""
    known = json.loads(Path("entry.json").read_text())
    known |= {name: tuple(known[name]) for name in ("exercises", "says")}
    if kind == "attack":
        entry = corpus.Attack(**known)
        attacks, defects = [entry], []
    else:
        known |= {"content": known["content"].encode("latin-1"), "named": tuple(known["named"])}
        entry = corpus.Defect(**known)
        attacks, defects = [], [entry]
    subject = subjects.read(Path.cwd())
    course = AttackedCourse(Path(tempfile.mkdtemp()) / "course", subject)
    (course.root / configuration.FILE).write_text(_CONFIGURATION)
    (assignment,) = trial.prepare(course, attacks, defects)
    course.plant()
    seconds = getattr(entry, "seconds", None) or 60
    full = course.full_points(assignment)  # before anybody can change the solutions
    tried = trial.grade(
        course, [["autograde", assignment, f"--Execute.timeout={seconds}"]], table=False
    )
    course.close()
    mine = tried.outcomes[entry.name, assignment]
    honest = tried.outcomes[HONEST, assignment]
    scores = [score for score in mine.scores.values() if score is not None]
    return {
        "points": sum(scores) if scores else None,
        "read": mine.read,
        "changed": len(tried.changed),
        "visited": bool(tried.visits),
        "active": bool(mine.active),
        "left": len(tried.processes),
        "honest": honest.scores == full,
    }


def table(rows: list[Row]) -> str:
    """Returns rows as a table in Markdown, with a summary first."""
    bad = {kind: [r for r in rows if r.kind == kind and r.verdict] for kind in ("attack", "defect")}
    of = {kind: sum(row.kind == kind for row in rows) for kind in bad}
    lines = [f"{len(bad[kind])} of {of[kind]} {kind}s went wrong." for kind in bad if of[kind]]
    lines += ["", "| submission | under unmodified nbgrader |", "|---|---|"]
    lines += [f"| {row.kind} `{row.name}` | {row.verdict or 'handled correctly'} |" for row in rows]
    return "\n".join(lines)


def as_json(rows: list[Row]) -> str:
    """Returns rows as JSON."""
    return json.dumps([asdict(row) | {"verdict": row.verdict} for row in rows], indent=1)


if __name__ == "__main__":
    answer = _inside(sys.argv[1])
    print()
    print(json.dumps(answer))
