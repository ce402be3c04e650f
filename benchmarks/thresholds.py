"""How far honest models are from the limits of `trained_model`, and how far faked ones.

    python -m benchmarks.thresholds                        # the offline profile
    python -m benchmarks.thresholds --profile standard     # needs its data and weights

Trains the recipe with several seeds, and variations of it that honest students come to: callbacks,
another schedule, fewer epochs, other batches, half precision. Makes weights without training, too.
Each is saved with its record, measured and judged as the grader does. Prints, for every kind, the
least and the most of each statistic, and how many were rejected or flagged. Without a GPU the
frozen part is computed once (stored views). Results are in docs/expected-accuracy.md.
"""

import argparse
import dataclasses
import hashlib
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.workshop import FAKED, HONEST, Workshop
from rps_course import profile as profiles
from rps_course import submission

SECRET = b"benchmarks.thresholds"


def statistics(facts: Any) -> dict[str, float]:
    """Returns what the grader measures, by the names of the table."""
    weights = facts.weights
    found = {"public accuracy": weights.public.accuracy}
    if weights.private:
        found["private accuracy"] = weights.private.accuracy
        found["public - private"] = weights.public.accuracy - weights.private.accuracy
    if weights.first:
        claimed = facts.record.phases[0].history["val_accuracy"]
        found["phase 1, claimed - measured"] = min(
            (value - weights.first.accuracy for value in claimed), key=abs
        )
    losses = facts.record.phases[-1].history["val_loss"]
    found["claimed / measured loss"] = min(
        (value / (weights.validation or weights.public).loss for value in losses),
        key=lambda share: abs(share - 1),
    )
    parts = {"tail": weights.tail, "head": weights.head}
    for part, values in parts.items():
        for name, value in dataclasses.asdict(values).items():
            if value is not None:
                found[f"{part}: {name}"] = value
    return found


def look(exercise: Any, folder: Path, private: Path | None, profile: Any) -> tuple[Any, Any, Any]:
    """Returns the facts, the verdict and the flags that files get."""
    from rps_course.course import COURSE

    rubric = COURSE.load_rubric()
    facts = exercise.measure(folder, profile, private)
    digest = hashlib.sha256((folder / submission.RPS_WEIGHTS).read_bytes()).hexdigest()
    digests = {submission.RPS_WEIGHTS: digest}
    found = list(exercise.judge(facts, digests, profile, rubric.limits(exercise.name)))
    verdict = rubric.verdict(exercise.name, found)
    return facts, verdict, [finding.message for finding in found if finding.flag]


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", default="offline", help="a profile (default offline)")
    parser.add_argument("--seeds", type=int, default=5, help="of the recipe (default 5)")
    parser.add_argument("--others", type=int, default=2, help="of each other kind (default 2)")
    parser.add_argument("--kinds", nargs="*", help="names of these kinds only")
    args = parser.parse_args(argv)
    if min(args.seeds, args.others) < 1:
        parser.error(f"at least 1 is needed, received {args.seeds} and {args.others}")

    from rps_course.course import COURSE
    from rps_course.data import DataError
    from rps_course.exercises.trained_model import private as pictures

    profile, exercise = profiles.get(args.profile), COURSE.exercises["trained_model"]
    try:
        workshop = Workshop(profile, views=4)
    except DataError as error:
        print(f"benchmark: error: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as room:
        private = Path(room) / "private"
        private.mkdir()
        pictures.make(profile, SECRET, None, private)
        shown = private if any(private.iterdir()) else None
        for kinds, what in ((HONEST, "honest"), (FAKED, "faked")):
            for kind in kinds:
                if args.kinds and kind.__name__ not in args.kinds:
                    continue
                print(f"\n{what}: {kind.__doc__}", flush=True)
                found = []
                for seed in range(args.seeds if kind is HONEST[0] else args.others):
                    began = time.monotonic()
                    folder = Path(room) / f"{kind.__name__}-{seed}"
                    submission.save(*kind(workshop, seed), folder)
                    made = time.monotonic()
                    found.append(look(exercise, folder, shown, profile))
                    _, verdict, flags = found[-1]
                    mistakes = [reason.mistake for reason in verdict.reasons]
                    print(
                        f"  seed {seed}: {verdict.score:g} points",
                        *(*mistakes, "flags:", *flags, f"({made - began:.0f} s to make,"),
                        f"{time.monotonic() - made:.0f} s to measure)",
                        flush=True,
                    )
                table(found)
    return 0


def table(found: list[tuple[Any, Any, Any]]) -> None:
    """Prints the least and the most of each statistic of one kind, and what became of it."""
    rows = [statistics(facts) for facts, _, _ in found]
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if name in row]
        print(f"    {name:<30}{min(values):>10.4g} to {max(values):.4g}")
    lost = sum(not verdict.is_full for _, verdict, _ in found)
    flagged = sum(bool(flags) for _, _, flags in found)
    print(f"    lost points {lost}, flagged {flagged} of {len(found)}")


if __name__ == "__main__":
    sys.exit(main())
