"""Runs a notebook in full, and prints the files that it writes, as JSON.

Run in the sandbox as `python -P retrain.py FILE...`, with a list of the sources of the notebook's
code cells as JSON on its standard input. Nothing here is out of reach of the notebook: whatever
is printed is the notebook's word, and is read as such.
"""

import base64
import json
import os
import sys
from pathlib import Path

from traitlets.config import Config

from autograder.core import cell_errors
from autograder.grading.inside.shell import PatientShell


def main(names: list[str]) -> None:
    """Runs the cells one after the other, those after one that fails too."""
    # What the notebook prints must not come between the grader and the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    folder, cells = Path.cwd(), json.load(sys.stdin)
    sys.path.append("")  # what is handed in beside the notebook, and hides nothing
    shell = PatientShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    failed = ""
    for source in cells:
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is not None and not failed:
            failed = f"{type(error).__name__}: {cell_errors.message(error)}"
    found = {name: _read(folder / name) for name in names if (folder / name).is_file()}
    with answer:
        json.dump({"files": found, "failed": failed[:500]}, answer)


def _read(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


if __name__ == "__main__":
    main(sys.argv[1:])
