"""How alike two handed-in files of weights are, from samples of their arrays.

A file is opened in a sandbox of its own (`inside/arrays.py`), so that none has a say in what is
read of another.
"""

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from autograder.core.facts import FactsError, Most, Shape, decode
from autograder.grading import inside
from autograder.grading.recognition import kind_of
from autograder.sandbox.isolation import Isolation, Stopped

NEAR = 0.05  # the largest relative difference of weights that are nearly equal
_SECONDS = 60


@dataclass(frozen=True)
class Sample:
    """Some numbers of an array.

    Attributes:
        name: the array's name in its file.
        shape: its shape.
        values: numbers at places that the shape decides.
    """

    name: str
    shape: Shape
    values: Annotated[tuple[float, ...], Most(64)]


def samples(file: Path, isolation: Isolation) -> tuple[Sample, ...]:
    """Returns samples of the arrays in a file; none if it is no HDF5 file that can be read."""
    with file.open("rb") as content:
        if kind_of(content, file.stat().st_size) != "hdf5":
            return ()
    with tempfile.TemporaryDirectory(prefix="autograder-weights-") as folder:
        shutil.copyfile(file, Path(folder) / "weights.h5")
        program = [sys.executable, "-P", inside.ARRAYS, "weights.h5"]
        try:
            said = isolation.run(program, folder=Path(folder), timeout=_SECONDS, answer_mb=8)
            found: tuple[Sample, ...] = decode(
                Annotated[tuple[Sample, ...], Most(2000)], json.loads(said)
            )
        except (Stopped, FactsError, ValueError, RecursionError):
            return ()
    return found


def difference(a: tuple[Sample, ...], b: tuple[Sample, ...]) -> float:
    """Returns the largest difference of two files' arrays, relative to an array's largest number.

    It is infinite where they do not hold the same arrays, or none.
    """
    if not a or [(s.name, s.shape) for s in a] != [(s.name, s.shape) for s in b]:
        return float("inf")
    return max(_relative(np.array(x.values), np.array(y.values)) for x, y in zip(a, b, strict=True))


def _relative(x: np.ndarray, y: np.ndarray) -> float:
    if x.shape != y.shape:
        return float("inf")
    largest = max(np.abs(x).max(initial=0), np.abs(y).max(initial=0))
    return float(np.abs(x - y).max(initial=0) / largest) if largest else 0.0
