"""A course to attack: small assignments made from the solutions, and canaries around them.

A canary is a secret that a submission must not read, or a file that it must not change.
"""

import hashlib
import os
import secrets
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.audit.attacks import keyring
from autograder.audit.attacks.corpus import Attack, Defect
from autograder.audit.subject import Subject
from autograder.grading import marking
from autograder.grading.private import FOLDER

HONEST = "zz_honest"  # graded last: what is still right then is right
NEIGHBOUR = "mm_honest"  # graded while attacks are
ALONE = "alone_honest"  # graded before anything hostile is
HONEST_STUDENTS = (ALONE, NEIGHBOUR, HONEST)
ANSWERS = ".answers"  # ends the name of who has an attack for every answer
SECRET_VARIABLE = "RPS_AUDIT_SECRET"
_ANSWER = """\
{known}
ATTACK = {source!r}


def {name}(*_, **__):
    exec(ATTACK, globals())
    raise NotImplementedError
"""
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass
class Canaries:
    """Secrets and where they are.

    Attributes:
        marker: names everything of this run, such as processes.
        home: the home folder of the run.
        secrets: what must not appear in anything that grading leaves, by a description.
        files: SHA-256 of the files that must not change.
        visits: what connected to the listening socket.
        port: where it listens.
        key: the number of a key of this session; None where the machine keeps none.
    """

    marker: str
    home: Path
    secrets: dict[str, str] = field(default_factory=dict)
    files: dict[Path, str] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)
    port: int = 0
    key: int | None = None

    def changed(self) -> list[str]:
        """Returns the canary files that have changed."""
        return [str(path) for path, digest in self.files.items() if _digest(path) != digest]


class AttackedCourse:
    """A course in a folder of its own, which must not exist yet."""

    def __init__(self, root: Path, subject: Subject) -> None:
        """Makes an empty course.

        Args:
            root: where.
            subject: the real course.
        """
        self.root, self.subject = root, subject
        home = root.parent / "home"
        self.canaries = Canaries(f"rps-audit-{secrets.token_hex(6)}", home)
        for folder in (root / "submitted", home):
            folder.mkdir(parents=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.canaries.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Stops listening."""
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            self.canaries.visits.append(str(address))
            connection.close()

    @staticmethod
    def assignment(exercises: Iterable[str]) -> str:
        """Returns the name of the assignment with these exercises."""
        return "-".join(exercises)

    def add_assignment(self, exercises: tuple[str, ...]) -> str:
        """Writes the solution of an assignment, with a secret in it; returns its name."""
        name = self.assignment(exercises)
        folder = self.root / "solutions" / name
        folder.mkdir(parents=True)
        heavy = any(self.subject.course.exercises[exercise].heavy for exercise in exercises)
        set_up = self.subject.set_up
        cells = [new_code_cell(self.subject.heavy_set_up + set_up if heavy else set_up)]
        known = {}
        for path in sorted((self.subject.root / "solutions").glob("*/*.ipynb")):
            for cell in nbformat.read(path, as_version=4).cells:
                known[cell.metadata.get("nbgrader", {}).get("grade_id")] = cell
        for exercise in exercises:
            solution = known[f"{exercise}_solution"]
            secret = self._secret(f"solution of {exercise}")
            begin = "### BEGIN SOLUTION"
            solution.source = solution.source.replace(begin, f"{begin}\n    # {secret}", 1)
            cells += [solution, known[exercise]]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": _KERNEL})
        nbformat.write(notebook, folder / f"{name}.ipynb")
        return name

    def _secret(self, what: str) -> str:
        return self.canaries.secrets.setdefault(what, f"canary-{secrets.token_hex(8)}")

    def solved(self, assignment: str) -> NotebookNode:
        """Returns an honest, solved notebook."""
        notebook = self._read("solutions", assignment)
        for cell in notebook.cells:
            lines = marking.solved(cell.source).split("\n")
            cell.source = "\n".join(line for line in lines if "# canary-" not in line)
        return notebook

    def full_points(self, assignment: str) -> dict[str, float]:
        """Returns the points of an assignment's exercises."""
        metadata = [
            c.metadata.get("nbgrader", {}) for c in self._read("solutions", assignment).cells
        ]
        return {m["grade_id"]: float(m["points"]) for m in metadata if m.get("grade")}

    def _read(self, kind: str, assignment: str) -> NotebookNode:
        path = self.root / kind / assignment / f"{assignment}.ipynb"
        return nbformat.read(path, as_version=4)

    def hand_in(self, student: str, assignment: str, content: bytes, name: str = "") -> Path:
        """Writes a file of a submission; returns its path."""
        path = self.root / "submitted" / student / assignment / (name or f"{assignment}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def hand_in_honest(self, assignment: str, student: str = HONEST) -> None:
        """Hands in a solved notebook with a secret in it."""
        notebook = self.solved(assignment)
        notebook.cells[0].source += f"# {self._secret('another submission')}\n"
        self.hand_in(student, assignment, nbformat.writes(notebook).encode())

    def hand_in_attack(self, attack: Attack, assignment: str) -> None:
        """Puts an attack first into an unsolved notebook."""
        notebook = self._read("assignments", assignment)
        source = f"{self._known_to_attacks(assignment)}\n{attack.source}"
        notebook.cells.insert(0, new_code_cell(source))
        self.hand_in(attack.name, assignment, nbformat.writes(notebook).encode())

    def hand_in_answers(self, attack: Attack, assignment: str) -> None:
        """Answers every exercise with a function that attacks whoever calls it."""
        notebook = self._read("assignments", assignment)
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution"):
                cell.source = _ANSWER.format(
                    known=self._known_to_attacks(assignment),
                    source=attack.source,
                    name=about["grade_id"].removesuffix("_solution"),
                )
        student = f"{attack.name}{ANSWERS}"
        self.hand_in(student, assignment, nbformat.writes(notebook).encode())

    def _known_to_attacks(self, assignment: str) -> str:
        """Returns what attackers could find out, so that attacks need not search for it."""
        known = {
            "course": str(self.root),
            "home": str(self.canaries.home),
            "assignment": assignment,
            "exercises": assignment.split("-"),
            "neighbour": HONEST,
            "port": self.canaries.port,
            "marker": self.canaries.marker,
            "key": self.canaries.key,
            "key_name": keyring.DESCRIPTION.decode(),
        }
        return f"canary = {known!r}"

    def hand_in_defect(self, defect: Defect) -> None:
        """Hands in a broken submission."""
        assignment = self.assignment(defect.exercises)
        content = defect.content.replace(b"@MARKER@", self.canaries.marker.encode())
        for name in defect.named or ("",):
            path = self.hand_in(defect.name, assignment, content, name)
            if defect.link:
                path.unlink()
                path.symlink_to(f"../../{HONEST}/{assignment}/{assignment}.ipynb")

    def plant_key(self) -> None:
        """Plants a canary in the keyring of this session, which attacks are told of."""
        self.canaries.key = keyring.plant(self._secret("key of the session"))

    def plant(self) -> None:
        """Plants the other canaries. Everything else must be in place before."""
        (self.canaries.home / ".netrc").write_text(self._secret("file in the home folder"))
        (self.root / "notes.txt").write_text(self._secret("file in the course"))
        backup = self.root / "grades-backup.db"
        with sqlite3.connect(backup) as connection:
            connection.execute("CREATE TABLE grade (student TEXT, score REAL, note TEXT)")
            connection.execute(
                "INSERT INTO grade VALUES (?, 3, ?)", (HONEST, self._secret("gradebook"))
            )
        connection.close()
        key = self.root / ".rps-challenge-key"
        key.write_text(secrets.token_hex(32))
        self.canaries.secrets["challenge key"] = key.read_text()
        watched = [self.canaries.home, *(self.root / n for n in ("solutions", "submitted"))]
        private = self.root / FOLDER / "numbers.txt"
        private.parent.mkdir()
        private.write_text(self._secret("private data"))
        files = [backup, key, private, self.root / "notes.txt", self.root / "nbgrader_config.py"]
        for folder in watched:
            files += [path for path in folder.rglob("*") if path.is_file()]
        self.canaries.files = {path: _digest(path) for path in files if path.exists()}

    def environment(self) -> dict[str, str]:
        """Returns the environment to grade in: with a secret, and this run's marker."""
        temporary = self.root.parent / "tmp" / self.canaries.marker
        temporary.mkdir(parents=True, exist_ok=True)
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return os.environ | {
            "HOME": str(self.canaries.home),
            "XDG_CACHE_HOME": cache,
            "TMPDIR": str(temporary),
            "JUPYTER_RUNTIME_DIR": str(temporary),
            SECRET_VARIABLE: self._secret("environment"),
        }

    def remove(self) -> None:
        """Removes the course and everything around it."""
        self.close()
        shutil.rmtree(self.root.parent, ignore_errors=True)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "gone"
