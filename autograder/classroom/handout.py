"""What students are given of an assignment, in one archive: `rps-grader release`.

The archive holds what nbgrader has released and nothing else, whatever lies beside it: notebooks,
the class's own rubric and files that the configuration names; the course's package; a README.
"""

import email
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from build import BuildBackendException, BuildException, ProjectBuilder
from nbformat import NotebookNode
from nbgrader.apps import NbGrader
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from autograder.core import writing
from autograder.core.check import RUBRIC
from autograder.core.course import Course
from autograder.grading.machine import Grading
from autograder.grading.release import Release, graded, released

_README = """\
# {assignment}

{files}

## Start
{start}You need Python {python} (the grader runs {own}). In a terminal, in this folder, on Linux and
macOS; leave out the first line where you have an environment of this course:

```
python3 -m venv .venv
source .venv/bin/activate
pip install {wheel} jupyterlab
{bash}jupyter lab {notebook}
```
On Windows, in PowerShell:

```
py -m venv .venv
Set-ExecutionPolicy -Scope Process RemoteSigned
.venv\\Scripts\\Activate.ps1
pip install {wheel} jupyterlab
{powershell}jupyter lab {notebook}
```
In Colab, upload the notebook, then `{wheel}`
with the folder icon on the left, and {colab}.

{profile}## Hand in
{hand_in}
"""
_RUBRICS = " Keep the folder `rubric` beside the notebook: the checks read it."
_VERSION = re.compile(r"Programming Language :: Python :: (3\.\d+)")
# How a variable is set in Bash, in PowerShell and in a notebook.
_SET = ("export {}={}", '$env:{} = "{}"', "%env {}={}")
_PROFILE = """\
Your class works under the profile `{}`, which these lines set: work that was done under another one
is not graded.

"""
_IN_COLAB = "put `{}` into a new cell at the top.\nRun it, and then the one below it"
_TERMINAL = """

Run this in the same terminal, after Ctrl-C has ended Jupyter there. A new one needs these lines
first: {bash} on Linux and macOS; {powershell} in PowerShell."""
_ACTIVATE = (
    ("source .venv/bin/activate",),
    ("Set-ExecutionPolicy -Scope Process RemoteSigned", ".venv\\Scripts\\Activate.ps1"),
)


class HandoutError(ValueError):
    """An archive cannot be made; the message says why."""


@dataclass(frozen=True)
class Handout:
    """An archive that was made.

    Attributes:
        path: the archive.
        names: of the files in it.
        left_out: files beside what was released and beside its source, which are not in it.
    """

    path: Path
    names: tuple[str, ...]
    left_out: tuple[str, ...]


def make(application: NbGrader, target: Path | None, wheel: Path | None) -> Handout:
    """Makes the archive of an assignment.

    Args:
        application: nbgrader's, with the configuration and the assignment's name.
        target: folder for the archive; None for `dist` in the course root.
        wheel: the course's package; None to build it from the course root.

    Raises:
        HandoutError, NbGraderException: it cannot be made; nothing is written then.
    """
    folders, grading = application.coursedir, Grading(parent=application)
    course = grading.load()
    name, root = folders.assignment_id, Path(folders.root)
    folder = Path(folders.format_path(folders.release_directory, ".", name))
    source = Path(folders.format_path(folders.source_directory, ".", name))
    notebooks = [path.stem for path in Release(parent=application).notebooks(source, name)]
    given = _given(application, course, notebooks, source, folder)
    package = _checked(wheel) if wheel else None
    left_out = tuple(
        os.path.relpath(path, root)
        for lying in (folder, source)
        for path in sorted(lying.rglob("*"))
        if path.is_file() and path.relative_to(lying).as_posix() not in given
    )
    for own in course.own:
        files = (root / own).glob(f"{grading.profile}.*")
        given |= {f"{own}/{path.name}": path for path in sorted(files)}
    with tempfile.TemporaryDirectory() as built:
        package = package or _build(root, Path(built))
        given[package.name] = package
        rubrics = any(file.startswith(f"{RUBRIC}/") for file in given)
        readme = _readme(course, grading, name, notebooks, rubrics, package)
        path = (target or root / "dist") / f"{name}.zip"
        _write(path, name, given, readme)
    return Handout(path, (*given, "README.md"), left_out)


def _given(
    application: NbGrader, course: Course, notebooks: list[str], source: Path, folder: Path
) -> dict[str, Path]:
    """Returns what is released of an assignment: its notebooks and the files beside them.

    Raises:
        HandoutError: something is missing, or is not what its source gives now.
    """
    name = application.coursedir.assignment_id
    given = {f"{notebook}.ipynb": folder / f"{notebook}.ipynb" for notebook in notebooks}
    missing = [path for path in given.values() if not path.is_file()]
    if missing:
        raise HandoutError(
            f"{missing[0]} is not there. Release the assignment first: "
            f"`nbgrader generate_assignment {name} --force`"
        )
    exercises: set[str] = set()
    for path in given.values():
        exercises |= graded(_current(application, source / path.name, path), course).keys()
    beside = Release(parent=application).beside(source, sorted(exercises))
    for file, content in beside.items():
        given[file] = path = folder / file
        if not path.is_file() or path.read_bytes() != content:
            raise _outdated(path, "the configuration gives", name)
    return given


def _current(application: NbGrader, source: Path, path: Path) -> NotebookNode:
    """Returns a released notebook, which must be what its source gives now.

    Raises:
        HandoutError: it is not.
    """
    try:
        nbformat.read(reading := source, as_version=4)
        found = nbformat.read(reading := path, as_version=4)
    except Exception as error:  # of many kinds
        raise HandoutError(f"{reading} is no notebook: {str(error).strip()}") from error
    expected = released(application, source)
    if found != expected:  # outputs and metadata are the staff's, too
        raise _outdated(path, f"{source} gives", application.coursedir.assignment_id)
    return found


def _outdated(path: Path, what: str, assignment: str) -> HandoutError:
    return HandoutError(
        f"{path} is not what {what} now: one of them was changed since. Run "
        f"`nbgrader generate_assignment {assignment} --force` (or `make assignments`) first."
    )


def _checked(wheel: Path) -> Path:
    """Returns the path of a wheel.

    Raises:
        HandoutError: it is none.
    """
    try:
        parse_wheel_filename(wheel.name)
        with zipfile.ZipFile(wheel) as file:
            names = file.namelist()
    except FileNotFoundError:
        raise HandoutError(f"There is no file {wheel}.") from None
    except (InvalidWheelFilename, zipfile.BadZipFile, OSError) as error:
        raise HandoutError(f"{wheel} is not a wheel: {error}") from error
    if not any(name.endswith(".dist-info/METADATA") for name in names):
        raise HandoutError(f"{wheel} is not a wheel: it has no METADATA.")
    return wheel


def _build(root: Path, folder: Path) -> Path:
    """Builds the course's package from its sources; an earlier wheel may be older than they are.

    Raises:
        HandoutError: it cannot be built.
    """
    if not (root / "pyproject.toml").is_file():
        raise HandoutError(
            f"{root.absolute()} has no pyproject.toml to build the course's package from. Name the "
            "package: --wheel FILE"
        )
    said: list[str] = []

    def run(command: Sequence[str], cwd: str | None = None, extra_environ: Any = None) -> None:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | dict(extra_environ or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said.extend(done.stdout.strip().splitlines())
        done.check_returncode()

    try:
        builder = ProjectBuilder(root, runner=run)
        missing = builder.check_dependencies("wheel")  # not installed here: a network is not needed
        if missing:
            names = " ".join(sorted(chain[-1] for chain in missing))
            raise HandoutError(f"Building the course's package needs {names}: pip install {names}")
        return Path(builder.build("wheel", folder))
    except (BuildException, BuildBackendException) as error:
        last = said[-1] if said else str(error)
        raise HandoutError(f"The course's package cannot be built: {last}") from error


def _readme(
    course: Course,
    grading: Grading,
    assignment: str,
    notebooks: list[str],
    rubrics: bool,
    wheel: Path,
) -> str:
    profile = course.profile(grading.profile, False)
    chosen = [n for n, value in course.environment(profile).items() if value == profile.name][:1]
    bash, powershell, colab = ([line.format(n, profile.name) for n in chosen] for line in _SET)
    hand_in = course.hand_in.format(assignment=assignment)
    if hand_in:
        again = [(*_ACTIVATE[0], *bash), (*_ACTIVATE[1], *powershell)]
        told = [", ".join(f"`{line}`" for line in lines) for lines in again]
        hand_in += _TERMINAL.format(bash=told[0], powershell=told[1])
    named = [f"`{name}.ipynb`" for name in notebooks]
    files = ", ".join([*named, *(f"`{file}`" for file in course.files_of(assignment))])
    return _README.format(
        assignment=assignment,
        files=f"This folder holds {', '.join(named)} and the course's package, `{wheel.name}`."
        f"{_RUBRICS if rubrics else ''}",
        start=f"{course.start}\n\n" if course.start else "",
        python=_python(wheel),
        own=f"{sys.version_info.major}.{sys.version_info.minor}",
        wheel=wheel.name,
        notebook=f"{notebooks[0]}.ipynb",
        bash="".join(f"{line}\n" for line in bash),
        powershell="".join(f"{line}\n" for line in powershell),
        colab=_IN_COLAB.format(*colab) if colab else "run the first cell",
        profile=_PROFILE.format(profile.name) if chosen else "",
        hand_in=f"{files}.\n\n{hand_in}".rstrip(),
    )


def _python(wheel: Path) -> str:
    """Returns the versions of Python that a package is for, as its METADATA lists them."""
    with zipfile.ZipFile(wheel) as file:
        name = next(n for n in file.namelist() if n.endswith(".dist-info/METADATA"))
        said = email.message_from_bytes(file.read(name))
    versions = [v[1] for c in said.get_all("Classifier", []) if (v := _VERSION.fullmatch(c))]
    if not versions:
        return said["Requires-Python"] or "3"
    *others, last = versions
    return f"{', '.join(others)} or {last}" if others else last


def _write(path: Path, folder: str, given: dict[str, Path], readme: str) -> None:
    """Writes the archive; what is there already is replaced when the new one is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        writing.whole(path) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
    ):
        for name, file in given.items():
            archive.write(file, f"{folder}/{name}")
        archive.writestr(f"{folder}/README.md", readme)
