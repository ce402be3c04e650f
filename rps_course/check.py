"""Self-checks: what the test cells of the notebooks call.

A check probes the student's function with fresh random inputs, prints what holds, and raises
`CheckFailed` with what does not hold and where to look next. A grader probes the same way but asks
for the facts alone (`report`), with a challenge of its own, and judges them itself.
"""

import contextlib
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rps_course import evidence, exercises, profile, rubric
from rps_course.challenge import Challenge


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


class CheckFailed(AssertionError):
    """A check found something that does not hold; the message says what, and gives a hint."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback through the library's inner workings.
        return str(self).split("\n")


def explain(verdict: rubric.Verdict, again: bool = False) -> str:
    """Returns a verdict as text: what holds, then what does not, with hints.

    Args:
        verdict: the verdict.
        again: whether the check failed before, so that the first hint was not enough.
    """
    lines = [f"{verdict.exercise}: {verdict.score:g} of {verdict.points:g} points"]
    lines += [f"  [ok] {title}" for title in verdict.holding]
    for reason in verdict.reasons:
        lines.append(f"  [-{reason.lost:g}] {reason.says}")
        if reason.hint:
            lines.append(f"       Hint: {reason.hint}")
        if reason.second_hint and again:
            lines.append(f"       More: {reason.second_hint}")
    lines += [f"  [note] {note}" for note in verdict.notes]
    return "\n".join(lines)


def judge(
    exercise: str,
    facts: dict,
    challenge: Challenge,
    course: profile.Profile,
    rules: rubric.Rubric | None = None,
) -> rubric.Verdict:
    """Judges the facts of one exercise; the self-check and the grader share this.

    Args:
        exercise: its grade id.
        facts: what gathering returned, as validated JSON.
        challenge: the challenge that the facts were gathered with.
        course: the profile that they were gathered under.
        rules: the rubric; None for the course's own.

    Raises:
        EvidenceError: an array among the facts cannot be decoded.
    """
    rules = rules or rubric.load()
    if "raised" in facts:
        return rules.verdict(exercise, [raised_finding(facts["raised"], exercise)])
    findings = exercises.registry()[exercise].judge(
        exercises.decode(facts), challenge, course, rules[exercise]
    )
    return rules.verdict(exercise, findings)


def raised_finding(raised: dict, exercise: str) -> rubric.Finding:
    """Returns the finding on a function that raised an exception."""
    if raised["type"] == "NotImplementedError":
        return rubric.fails(None, "blank", exercise=exercise)
    where = f" at `{raised['line']}`" if raised["line"] else ""
    received = f"{raised['type']}: {raised['message']}".rstrip(": ")
    return rubric.fails(None, "raised", exercise=exercise, received=received, where=where)


@contextlib.contextmanager
def _standard_error_to_output() -> Iterator[None]:
    """Prints warnings as ordinary output: nbgrader takes anything on stderr for a failed test."""
    captured = io.StringIO()
    try:
        with contextlib.redirect_stderr(captured):
            yield
    finally:
        if captured.getvalue():
            print(captured.getvalue(), end="")


def _facts(
    name: str, function: Callable, challenge: Challenge, course: profile.Profile
) -> dict[str, Any]:
    try:
        return exercises.registry()[name].gather(function, challenge, course)
    except exercises.Raised as error:
        return {"raised": error.fact}
    except Exception as error:
        # What the function returned was too odd to be probed at all.
        return {"raised": exercises.exception_fact(error)}


def report(
    name: str, function: Callable, challenge: Challenge, course: profile.Profile
) -> dict[str, Any]:
    """Returns evidence of what a student's function does, for a grader to judge.

    Args:
        name: the exercise's grade id.
        function: the student's function.
        challenge: the challenge that the grader set.
        course: the profile that the notebook runs under.
    """
    with _standard_error_to_output():
        facts = _facts(name, function, challenge, course)
    return evidence.envelope(name, challenge.id, course.name, facts)


def _run(name: str, function: Callable) -> None:
    challenge, course = Challenge.fresh(), profile.current()
    with _standard_error_to_output():
        _conclude(judge(name, _facts(name, function, challenge, course), challenge, course))


# How often each check has failed in this kernel since it last passed.
_failures: Counter[str] = Counter()


def _conclude(verdict: rubric.Verdict) -> None:
    if not verdict.is_full:
        _failures[verdict.exercise] += 1
        raise CheckFailed(explain(verdict, again=_failures[verdict.exercise] > 1))
    _failures.pop(verdict.exercise, None)
    print(explain(verdict))


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
    from rps_course import submission
    from rps_course.exercises import trained

    full = profile.get(profile.current().base)
    record = Path(path).with_name(submission.RPS_RECORD)
    with _standard_error_to_output():
        try:
            measured = trained.measure(Path(path), record, full)
        except submission.WeightsError as error:
            findings = [rubric.fails(None, "weights", received=str(error))]
        else:
            findings = list(trained.judge(measured, full, rubric.load()["trained_model"]))
        _conclude(rubric.load().verdict("trained_model", findings))
