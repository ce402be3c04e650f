"""Reading the corpus: `attacks/<name>.py`, `defects/<name>.ipynb` and `defects/expected.toml`."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.audit.corpus import CorpusError, files
from autograder.audit.subject import Subject

_EXERCISES = re.compile(r"^# exercises: (.+)$", re.MULTILINE)
_SAYS = re.compile(r"^# says: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """Hostile code: a cell of a notebook, or what its answers do.

    Attributes:
        name: the file's name.
        source: the cell's source.
        exercises: those that it is about.
        says: why it must fail: of each exercise, the reasons have one of these phrases.
    """

    name: str
    source: str
    exercises: tuple[str, ...]
    says: tuple[str, ...]


@dataclass(frozen=True)
class Defect:
    """A broken submission and how its grading must end.

    Of bombs, the load of the machine decides how far they get: several ends are allowed then.

    Attributes:
        name: the file's name.
        content: the file's content.
        exercises: what is in the notebook.
        scores: allowed points by exercise; empty where nothing was handed in.
        status: of `"graded"`, `"zero"`, `"error"` and `"missing"`, as in the exported table, those
            that are allowed.
        says: what the reason for a loss, or for an error, has to say: one of these.
        named: names of the files that the content is handed in as.
        link: whether the notebook is handed in as a symbolic link to another student's.
        seconds: that a cell may take; None for as long as the course allows.
    """

    name: str
    content: bytes
    exercises: tuple[str, ...]
    scores: dict[str, tuple[float, ...]]
    status: tuple[str, ...]
    says: tuple[str, ...] = ("",)
    named: tuple[str, ...] = ()
    link: bool = False
    seconds: int | None = None


def attacks(folder: Path, subject: Subject) -> list[Attack]:
    """Reads the attacks in a folder.

    Each says why it must fail: `# says: ...`, a phrase of its reasons, in several lines if there
    are several. One that is about certain exercises names them: `# exercises: unfreeze,
    compile_head`.

    Raises:
        CorpusError: the folder has none, or one names an exercise that there is not, or does not
            say why it must fail.
    """
    found = []
    for path in files(folder, "*.py"):
        source = path.read_text(encoding="utf-8")
        named = _EXERCISES.search(source)
        about = tuple(re.split(r",\s*", named[1].strip())) if named else subject.light[:1]
        said = tuple(phrase.strip() for phrase in _SAYS.findall(source))
        if not said:
            raise CorpusError(
                f"{path} does not say why it must fail: it needs a line `# says: ...` with a "
                "phrase of the reasons for its lost points."
            )
        found.append(Attack(path.stem, source, _known(about, path, subject), said))
    return found


def defects(folder: Path, subject: Subject) -> list[Defect]:
    """Reads the defects in a folder and what is expected of them.

    Raises:
        CorpusError: the folder has none, or `expected.toml` is not TOML or does not fit the files.
    """
    path = folder / "expected.toml"
    notebooks = {file.stem: file for file in files(folder, "*.ipynb")}
    try:
        with path.open("rb") as stream:
            expected = tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"Cannot read {path}: {error}") from error
    if expected.keys() != notebooks.keys():
        odd = ", ".join(sorted(expected.keys() ^ notebooks.keys()))
        raise CorpusError(f"{path} and the notebooks beside it do not fit: {odd}.")
    found = []
    for name, entry in expected.items():
        try:
            entry = {key: _expected(key, value) for key, value in entry.items()}
            found.append(Defect(name, notebooks[name].read_bytes(), subject.light, **entry))
        except (TypeError, AttributeError) as error:
            raise CorpusError(f"{path}: {name}: {error}") from error
    return found


def _expected(key: str, value: Any) -> Any:
    """Returns a value of `expected.toml` as `Defect` has it."""
    if key == "scores":
        return {exercise: _several(points) for exercise, points in value.items()}
    return _several(value) if key in ("status", "says", "named") else value


def _several(value: Any) -> tuple:
    return tuple(value) if isinstance(value, list) else (value,)


def _known(names: tuple[str, ...], path: Path, subject: Subject) -> tuple[str, ...]:
    known = subject.course.exercises
    odd = [name for name in names if name not in known]
    if odd:
        raise CorpusError(f"{path} names the exercise {odd[0]!r}. Allowed: {', '.join(known)}.")
    return names
