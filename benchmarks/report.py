"""How long the report of a large class takes to compute and write, and how large it is.

    python -m benchmarks.report
    python -m benchmarks.report --students 3000

The results are made up, as grading leaves them: criteria, mistakes, flags, measured models, written
answers of which one in three waits, and students who are missing or could not be graded. Reading
results from the gradebook and comparing students is not part of it.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from autograder.classroom.report import files, numbers
from autograder.classroom.report.model import About, Report
from autograder.core.verdict import Criterion, Figure, Reason, Verdict
from autograder.grading.results import Result
from autograder.grading.similar import Pair
from autograder.grading.states import State

_EXERCISES = {"load_data": 3, "preprocess_image": 3, "build_classifier": 6, "unfreeze": 6}
_CRITERIA = ("the output has one probability for each class", "nothing else is trained", "it runs")
_NONE_AT, _FULL_AT = 0.7, 0.85


def made_up(students: int) -> Report:
    """Returns the report of a class whose results are made up; the same for the same number."""
    chance = random.Random(0)
    names = [f"student{number:04}" for number in range(students)]
    found = [
        result for number, name in enumerate(names) for result in _results(name, number, chance)
    ]
    about = {
        name: About(f"Surname{n}, Name{n}" if n % 17 else "", 5400.0 if n % 11 == 2 else 0.0)
        for n, name in enumerate(names)
    }
    pairs = [
        Pair(what, (a, b), chance.uniform(0.8, 1))
        for what in _EXERCISES
        for a, b in zip(names[::3], names[1::3], strict=False)
        if chance.random() < 0.2
    ]
    return numbers.report("ps3", found, about, pairs)


def _results(student: str, number: int, chance: random.Random) -> Iterator[Result]:
    points = _EXERCISES | {"trained_model": 8, "reflection": 4}
    if number % 23 == 5:
        yield from (Result(student, e, None, p, state=State.MISSING) for e, p in points.items())
        return
    skill, seconds = chance.random(), chance.uniform(5, 60)
    for exercise, most in _EXERCISES.items():
        failed = exercise == "unfreeze" and number % 31 == 7
        verdict = _verdict(exercise, most, skill, chance)
        flags = ("Its cell runs code from text.",) if number % 40 == 3 else ()
        state = State.FAILED if failed else State.GRADED
        yield Result(
            student, exercise, 0.0 if failed else verdict.score, most, verdict, state=state,
            flags=flags, seconds=seconds if exercise == "load_data" else None,
        )  # fmt: skip
    model = _model(skill, chance)
    yield Result(student, "trained_model", model.score, 8, model)
    waits = number % 3 == 0
    state = State.WAITING if waits else State.BY_HAND
    yield Result(student, "reflection", None if waits else round(4 * skill), 4, state=state)


def _verdict(exercise: str, points: float, skill: float, chance: random.Random) -> Verdict:
    held = [chance.random() < 0.3 + 0.7 * skill for _ in _CRITERIA]
    part = points / len(_CRITERIA)
    criteria = tuple(
        Criterion(title[:20], title, part, float(holds), holds)
        for title, holds in zip(_CRITERIA, held, strict=True)
    )
    reasons = tuple(
        Reason((c.name,), c.lost, f"Expected that {c.title}. Received: {chance.random():.2f}", "",
               "", c.name)
        for c in criteria
        if not c.held
    )  # fmt: skip
    return Verdict(exercise, criteria, reasons)


def _model(skill: float, chance: random.Random) -> Verdict:
    accuracy = min(1.0, chance.gauss(0.8 + 0.15 * skill, 0.06))
    share = min(1.0, max(0.0, (accuracy - _NONE_AT) / (_FULL_AT - _NONE_AT)))
    share = 0.0 if chance.random() < 0.05 else share  # refused
    seconds = chance.uniform(60, 2000)
    figures = (
        Figure("accuracy", f"{accuracy:.3f}", accuracy, _FULL_AT),
        Figure("device", f"{chance.choice(('CPU', 'GPU'))} (claimed)"),
        Figure("training time", f"{seconds:.0f} s (claimed)", seconds),
    )
    criterion = Criterion("accuracy", "the model is accurate", 8, share, share == 1)
    return Verdict("trained_model", (criterion,), figures=figures)


def main(argv: list[str] | None = None) -> None:
    """Makes a report, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=300, help="of the class (default: 300)")
    students = parser.parse_args(argv).students
    began = time.process_time()
    report = made_up(students)
    computed = time.process_time()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        written = files.write([report], Path(folder), "ps3", datetime.now(UTC))
        done = time.process_time()
        sizes = {path.suffix: path.stat().st_size / 1e3 for path in written}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{students} students: {computed - began:.1f} CPU s to compute the report", end=", ")
    print(f"{done - computed:.1f} to write it")
    print(", ".join(f"{suffix} {size:.0f} kB" for suffix, size in sizes.items()))
    print(f"{peak:.0f} MB of memory at most, all libraries included")


if __name__ == "__main__":
    main()
