"""Reading answers: `<assignment>/<grade id>/{accept,reject}/<name>.py`, one solution cell each."""

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.audit.corpus import CorpusError, files
from autograder.audit.subject import Subject
from autograder.core.exercise import Exercise

ACCEPT, REJECT, MUTANT = "accept", "reject", "mutant"
_EXPECT = re.compile(r"# expect: (\S+)\n")
_SAYS = re.compile(r"# says: (.+)\n")


@dataclass(frozen=True)
class Answer:
    """The source of one solution cell, and what it should earn.

    Attributes:
        exercise: the grade id of the exercise.
        kind: `"accept"`, `"reject"` or `"mutant"`.
        name: the file's name, or the mutant's description.
        source: the cell's source.
        share: of the exercise's points that it should earn, 0 to 1; a mutant should earn less
            than 1.
        says: a phrase that the reasons for its lost points must contain.
    """

    exercise: str
    kind: str
    name: str
    source: str
    share: float = 0.0
    says: str = ""


def read(folder: Path, subject: Subject, only: str | None = None) -> list[Answer]:
    """Reads the answers of a corpus.

    Args:
        folder: the corpus.
        subject: the course.
        only: grade id of the one exercise to read answers for; None for all.

    Raises:
        CorpusError: the folder has none, or the first lines of a file are invalid.
    """
    known = functions(subject)
    if only is not None and only not in known:
        raise CorpusError(f"There is no exercise {only!r}. Allowed: {', '.join(known)}.")
    found = []
    for name, exercise in known.items():
        here = folder / exercise.assignment / name
        if only in (None, name) and here.is_dir():
            for kind in (ACCEPT, REJECT):
                found += [_answer(path, name, kind) for path in files(here / kind, "*.py")]
    if not found:
        raise CorpusError(
            f"{folder} has no answers{f' to {only}' if only else ''}: expected "
            "<assignment>/<grade id>/accept/<name>.py and .../reject/<name>.py."
        )
    return found


def functions(subject: Subject) -> dict[str, Exercise]:
    """Returns the exercises that ask for a function: the corpus has answers for these."""
    asked = subject.course.exercises.items()
    return {name: exercise for name, exercise in asked if isinstance(exercise, Exercise)}


def _answer(path: Path, exercise: str, kind: str) -> Answer:
    rest = path.read_text(encoding="utf-8")
    share, says = 1.0 if kind == ACCEPT else 0.0, ""
    if kind == REJECT:
        expected = _EXPECT.match(rest)
        if expected:
            rest = rest[expected.end() :]
            try:
                share = float(expected[1])
            except ValueError:
                share = 1.0
            if not 0 <= share < 1:
                raise CorpusError(
                    f"{path}: `# expect:` takes the share of the points that the answer earns, "
                    f"from 0 to below 1. Received: {expected[1]}"
                )
        said = _SAYS.match(rest)
        if said is None:
            raise CorpusError(
                f"{path}: a wrong answer begins with `# says: ...`, a phrase of the message that "
                "its student should read (and before it, for partial credit, `# expect: 0.5`)."
            )
        rest, says = rest[said.end() :], said[1].strip()
    return Answer(exercise, kind, path.stem, rest, share, says)
