"""Running a notebook in full, for the files that it writes: `rps-grader run --retrain`.

While grading, a notebook's training is at its shortest, and the files that were handed in count.
Here its cells run once more as a student runs them: under the whole profile, within a limit of
their own, in a sandbox that has none of the files that were handed in for an exercise. What they
write is measured like those. It decides no points; it is kept, and compared.
"""

import base64
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.core.exercise import FileExercise, OtherProfileError
from autograder.core.facts import Most, decode
from autograder.core.verdict import plain
from autograder.grading import files, inside
from autograder.grading.cells import checked_by
from autograder.grading.machine import Grading
from autograder.grading.run import RUN, Retraining, Run
from autograder.grading.staging import MAX_NEEDED_BYTES
from autograder.sandbox.isolation import Stopped

_MAX_CODE = 200_000  # bytes of a file with code: a larger one is data
_MB = 1 << 20


class NoFilesError(RuntimeError):
    """A notebook gave no files; the message says why."""


@dataclass(frozen=True)
class _Answer:
    """What the program in the sandbox prints.

    Attributes:
        files: contents in base64, by name.
        failed: the first exception of a cell, if there was one.
    """

    files: dict[str, Annotated[str, Most(2 * MAX_NEEDED_BYTES)]]
    failed: Annotated[str, Most(500)] = ""


class Retrain(NbGraderPreprocessor):
    """Runs a notebook in full where that is asked for and an exercise asks for files."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Leaves what came of it with the notebook's `Run`; the notebook itself stays as it is."""
        run: Run = resources[RUN]
        asked = (run.course.exercises[name] for name in run.challenges)
        exercises = [exercise for exercise in asked if isinstance(exercise, FileExercise)]
        if Grading(parent=self).retrain and exercises and not run.refused:
            self._retrain(nb, exercises, run, resources)
        return nb, resources

    def _retrain(
        self,
        nb: NotebookNode,
        exercises: list[FileExercise[Any]],
        run: Run,
        resources: ResourcesDict,
    ) -> None:
        names = [name for exercise in exercises for name in exercise.files]
        folders = CourseDirectory(config=self.config)
        assignment = resources["nbgrader"]["assignment"]
        release = Path(folders.format_path(folders.release_directory, ".", assignment))
        self.log.info("Running the notebook in full for %s", " and ".join(names))
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="autograder-retrain-") as made:
            _copy(Path(resources["metadata"]["path"]), release, Path(made), names)
            try:
                written = _written(nb, names, Path(made), Path(folders.root).absolute(), run)
                problem = ""
            except NoFilesError as error:
                written, problem = {}, str(error)
        seconds = round(time.monotonic() - began)
        for exercise in exercises:
            run.retrained[exercise.name] = _measured(exercise, written, problem, seconds, run)


def _copy(folder: Path, release: Path, target: Path, names: list[str]) -> None:
    """Copies what a notebook finds beside it: what was released, and code that was handed in.

    Other files may hold what the notebook is to make, under whatever name.
    """
    code = [path for path in folder.rglob("*.py") if path.stat().st_size <= _MAX_CODE]
    given = [path for path in release.rglob("*") if path.suffix != ".ipynb"]
    for source, paths in ((folder, code), (release, given)):
        for path in paths:
            if path.is_file() and path.name not in names:
                copy = target / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)


def _written(
    nb: NotebookNode, names: list[str], folder: Path, root: Path, run: Run
) -> dict[str, bytes]:
    """Runs a notebook's cells, but for its checks; returns the files that it writes.

    Raises:
        NoFilesError: it did not run to its end, or wrote none of them.
    """
    cells = [c.source for c in nb.cells if c.cell_type == "code" and not checked_by(c, run.course)]
    with tempfile.TemporaryFile() as sources:
        sources.write(json.dumps(cells).encode())
        sources.seek(0)
        try:
            said = run.isolation.run(
                [sys.executable, "-P", inside.RETRAIN, *names],
                folder=folder,
                hidden=[root],
                course=run.course,
                profile=run.whole_profile,
                copies=run.copies,
                timeout=run.isolation.retrain_timeout,
                answer_mb=2 * MAX_NEEDED_BYTES // _MB,
                stdin=sources.fileno(),
            )
        except Stopped as error:
            raise NoFilesError(f"it {error}") from error
    return _read(said, names)


def _read(said: bytes, names: list[str]) -> dict[str, bytes]:
    """Returns the files that a notebook wrote; what the program says of them may be anything.

    Raises:
        NoFilesError: there are none.
    """
    try:
        answer: _Answer = decode(_Answer, json.loads(said))
        written = {name: base64.b64decode(text) for name, text in answer.files.items()}
    except (ValueError, RecursionError) as error:
        raise NoFilesError("it gave no answer") from error
    if not written.keys() & set(names):
        failed = " ".join(plain(answer.failed).split())
        because = f"; the first exception was {failed}" if failed else ""
        raise NoFilesError(f"it wrote no such file{because}")
    return written


def _measured(
    exercise: FileExercise[Any], written: dict[str, bytes], problem: str, seconds: int, run: Run
) -> Retraining:
    """Measures what a notebook wrote for an exercise, as what was handed in is measured."""
    if problem:
        return Retraining(seconds, problem)
    contents = {name: written.get(name) for name in exercise.files}
    try:
        measured = files.measure(exercise, contents, run)
        files.read(measured, exercise)
    except (files.UnreadableError, OtherProfileError) as error:
        return Retraining(seconds, str(error))
    return Retraining(seconds, "", measured)
