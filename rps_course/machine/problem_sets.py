"""The problem sets that come with the package: `rps-course start`."""

import shutil
from pathlib import Path

from autograder.core import writing

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "problem_sets", _PACKAGE.parent / "assignments")  # in a wheel; in a clone


class ProblemSetsError(RuntimeError):
    """There are no problem sets; the message says what to do."""


def files() -> dict[str, Path]:
    """Returns the files of the problem sets, by the names that they get in a student's folder.

    All lie in one folder, since later problem sets take up files of earlier ones.

    Raises:
        ProblemSetsError: the package comes without them.
    """
    for place in _PLACES:
        notebooks = [p for p in sorted(place.glob("*/*.ipynb")) if p.stem == p.parent.name]
        if notebooks:
            found = {path.name: path for path in notebooks}
            rubrics = sorted(place.glob("*/rubric/*.toml"))
            return found | {f"rubric/{path.name}": path for path in rubrics}
    raise ProblemSetsError(
        "This installation comes without the problem sets. Ask your instructor for the notebooks."
    )


def copy(folder: Path) -> tuple[list[str], list[str]]:
    """Copies the problem sets into a folder, and overwrites nothing.

    Returns:
        The names of what was copied, and of what was there.
    """
    copied, kept = [], []
    for name, source in files().items():
        target = folder / name
        if target.exists():
            kept.append(name)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with writing.whole(target) as part:
            shutil.copyfile(source, part)
        copied.append(name)
    return copied, kept
