"""Self-checks: what the test cells of the course's notebooks call."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.core import check
from autograder.core.check import CheckFailed, conclude, standard_error_to_output
from autograder.core.rubric import load
from rps_course import profile

__all__ = ["CheckFailed"]


@contextlib.contextmanager
def once_solved(*names: str) -> Iterator[None]:
    """Runs the code below it if these functions have an answer; says so if one has not.

    Args:
        names: the functions that the code needs.
    """
    try:
        yield
    except NotImplementedError:
        print(f"Answer {' and '.join(names)} above, then run this cell again.")


def _run(name: str, function: Callable) -> None:
    from rps_course.course import COURSE

    check.run(COURSE.exercises[name], function, profile.current(), load(COURSE.rubric))


def preprocess_image(function: Callable) -> None:
    """Checks ps1's `preprocess_image(sample)`."""
    _run("preprocess_image", function)


def to_numpy(function: Callable) -> None:
    """Checks ps1's `to_numpy(ds)`."""
    _run("to_numpy", function)


def load_custom_sample(function: Callable) -> None:
    """Checks ps1's `load_custom_sample(path)`."""
    _run("load_custom_sample", function)


def top_k(function: Callable) -> None:
    """Checks ps2's `top_k(probs, labels, k=5)`."""
    _run("top_k", function)


def build_backbone(function: Callable) -> None:
    """Checks ps2's `build_backbone()`."""
    _run("build_backbone", function)


def build_classifier(function: Callable) -> None:
    """Checks ps2's `build_classifier(backbone)`."""
    _run("build_classifier", function)


def compile_head(function: Callable) -> None:
    """Checks ps2's `compile_head(model)`."""
    _run("compile_head", function)


def make_generators(function: Callable) -> None:
    """Checks ps3's `make_generators(X_train, y_train, X_test, y_test)`."""
    _run("make_generators", function)


def train_head(function: Callable) -> None:
    """Checks ps3's `train_head(model, train_gen, val_gen, epochs)`."""
    _run("train_head", function)


def unfreeze(function: Callable) -> None:
    """Checks ps4's `unfreeze(backbone, fine_tune_at)`."""
    _run("unfreeze", function)


def compile_fine_tune(function: Callable) -> None:
    """Checks ps4's `compile_fine_tune(model)`."""
    _run("compile_fine_tune", function)


def fine_tune(function: Callable) -> None:
    """Checks ps4's `fine_tune(model, train_gen, val_gen, initial_epoch, epochs)`."""
    _run("fine_tune", function)


def trained_model(path: str | Path = "rps_model.weights.h5") -> None:
    """Checks the trained weights of ps4: their accuracy and the record beside them.

    Args:
        path: the weights file that `rps_course.submission.save` wrote.
    """
    from rps_course.course import COURSE
    from rps_course.exercises import trained

    full = profile.get(profile.current().base)
    rules = load(COURSE.rubric)
    with standard_error_to_output():
        found = trained.findings(Path(path), full, rules["trained_model"])
        verdict = rules.verdict("trained_model", found)
    conclude(verdict)
