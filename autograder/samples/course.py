"""Sample courses: made from the solutions, in a folder of their own, for the stock nbgrader.

The demo class and the self-test grade one. Whatever nbgrader prints goes to the course's `logs`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import configuration
from autograder.grading import marking


class SampleError(RuntimeError):
    """A sample course cannot be made or graded here; the message says why."""


class SampleCourse:
    """A course with the solutions of another one, and submissions made from them.

    Attributes:
        environment: variables for what runs in it.
    """

    def __init__(self, root: Path, folder: Path, solutions: str = "solutions") -> None:
        """Copies configuration and solutions into an empty folder.

        Args:
            root: the course that they come from.
            folder: where the sample is made.
            solutions: name of the folder of solutions in `root`.

        Raises:
            SampleError: `root` has no solutions or no configuration.
        """
        for needed in (solutions, configuration.FILE):
            if not (root / needed).exists():
                raise SampleError(
                    f"{root} has no {needed}: run this from the root of a clone of the course."
                )
        self.folder, self.solutions = folder, folder / solutions
        shutil.copytree(
            root / solutions,
            self.solutions,
            ignore=shutil.ignore_patterns("rps_model.*", ".ipynb_checkpoints"),
        )
        shutil.copy(root / configuration.FILE, folder)
        for name in ("rubric", "private"):  # of the class, beside its configuration
            named = configuration.read(root).Grading[name]
            if isinstance(named, str):
                self.configure(f"Grading.{name}", str((root / named).absolute()))
        self.environment: dict[str, str] = {}
        (folder / "logs").mkdir()
        notebooks = self.solutions.glob("*/*.ipynb")
        self.assignments = sorted(p.stem for p in notebooks if p.stem == p.parent.name)
        if not self.assignments:
            raise SampleError(f"{root / solutions} has no <assignment>/<assignment>.ipynb.")
        # Whatever another configuration says, a sample stays in its folder.
        self.configure("CourseDirectory.db_url", self.db_url)
        self.configure("CourseDirectory.root", str(folder))

    def release(self) -> None:
        """Releases all assignments."""
        for assignment in self.assignments:
            self.nbgrader("generate_assignment", assignment)

    def configure(self, name: str, value: str) -> None:
        """Adds a setting to the sample's configuration."""
        with (self.folder / configuration.FILE).open("a") as file:
            file.write(f"\nc.{name} = {value!r}\n")

    def solved(self, assignment: str) -> NotebookNode:
        """Returns an assignment's solution as a student would hand it in."""
        path = self.solutions / assignment / f"{assignment}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = marking.solved(cell.source)
        return notebook

    def hand_in(self, student: str, assignment: str, notebook: NotebookNode) -> None:
        """Writes a notebook into the folder of submissions."""
        nbformat.write(notebook, self.submission(student, assignment) / f"{assignment}.ipynb")

    def submission(self, student: str, assignment: str) -> Path:
        """Returns the folder of a submission, making it if it is not there."""
        folder = self.folder / "submitted" / student / assignment
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def db_url(self) -> str:
        """The address of the sample's own gradebook."""
        return f"sqlite:///{self.folder}/gradebook.db"

    def nbgrader(self, *arguments: str) -> None:
        """Runs a stock nbgrader command in the course.

        Raises:
            SampleError: it failed.
        """
        process = self.start(["-m", "nbgrader", *arguments], "-".join(arguments[:2]))
        self.finish(process, f"`nbgrader {' '.join(arguments)}`")

    def start(self, arguments: list[str], name: str) -> subprocess.Popen:
        """Starts Python in the course; what it prints goes to `logs/<name>.txt`."""
        environment = os.environ | {
            # nbgrader calls programs of its environment (alembic) by name.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        }
        environment |= self.environment
        log = self.folder / "logs" / f"{name}.txt"
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.folder,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        process.log = log
        return process

    @staticmethod
    def finish(process: subprocess.Popen, what: str) -> None:
        """Waits for a process.

        Raises:
            SampleError: it failed.
        """
        try:
            failed = process.wait()
        except KeyboardInterrupt:
            process.terminate()  # the interrupt may have reached this process alone
            raise
        if failed:
            lines = process.log.read_text(errors="replace").strip().split("\n")
            raise SampleError(f"{what} failed; {process.log} ends with:\n" + "\n".join(lines[-15:]))
