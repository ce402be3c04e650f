"""Programs that run in the sandbox, as files or forked; the other modules are parts of them."""

from pathlib import Path

_FOLDER = Path(__file__).parent
ARRAYS = _FOLDER / "arrays.py"  # takes samples of the arrays in a file
KERNEL = _FOLDER / "kernel.py"  # a submission's kernel
MEASURE = _FOLDER / "measure.py"  # measures handed-in files
NOTEBOOK = _FOLDER / "notebook.py"  # reads a notebook file
RETRAIN = _FOLDER / "retrain.py"  # runs a notebook in full, for the files that it writes
READY = _FOLDER / "ready.py"  # says what is missing for grading

WARM = (KERNEL, MEASURE)  # those that need what a course preloads
