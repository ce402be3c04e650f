"""Exercise `split_validation` of ps3."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt, type_name
from autograder.core.facts import Most, Shape, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course.profile import Profile

_MOST = 5000  # pictures that are looked at in a returned set
_HEIGHT, _WIDTH = 8, 10
_NO_LABEL = 10**6  # stands for what is no whole number

Numbers = Annotated[tuple[int, ...], Most(_MOST)]


@dataclass(frozen=True)
class Part:
    """One of the two sets that the function returned.

    Attributes:
        X_shape: the shape of its pictures.
        y_shape: the shape of its labels.
        pictures: which of the given pictures each of them is, counted from 1; 0 for none of them.
        labels: its labels.
    """

    X_shape: Shape
    y_shape: Shape
    pictures: Numbers = ()
    labels: Numbers = ()


@dataclass(frozen=True)
class Split:
    """What the function returned once; without parts where it was not two pairs."""

    type: Short
    train: Part | None = None
    validation: Part | None = None


@dataclass(frozen=True)
class Facts:
    """Four calls: one, the same again, with another seed, and with other pictures in order.

    Attributes:
        once: one call.
        again: the same call again.
        other_seed: the same pictures with another seed.
        sorted: other pictures, sorted by class, with another share.
        given_changed: whether the function changed an array that it was given.
    """

    once: Split
    again: Split
    other_seed: Split
    sorted: Split
    given_changed: bool


@dataclass(frozen=True)
class Given:
    """What the function was given once.

    Attributes:
        X: float32 pictures `[N, 8, 10, 3]`, 0 to 1.
        y: their classes `[N]`.
        share: the part that is for validation.
        seed: of the draw.
    """

    X: np.ndarray
    y: np.ndarray
    share: float
    seed: int


class SplitValidation(Exercise[Facts, dict[str, Given]]):
    """`split_validation(X, y, share, seed)`: a stratified split into training and validation."""

    name = "split_validation"
    assignment = "ps3"
    order = 3
    heavy = False
    facts = Facts
    # Number of a data set and of a seed, and the share.
    _CALLS: ClassVar = {
        "once": (0, 0, 0.2), "again": (0, 0, 0.2), "other_seed": (0, 1, 0.2), "sorted": (1, 2, 0.3),
    }  # fmt: skip

    def _given(self, challenge: Challenge, profile: Profile) -> dict[str, Given]:
        rng = challenge.rng(self.name)
        seeds = rng.choice(1000, 3, replace=False)
        sets = []
        for number in range(2):
            # Classes of unlike size, so that a split that does not look at them shows.
            spread = np.linspace(0, 60, len(profile.classes)).astype(int)
            counts = rng.integers(30, 50, len(profile.classes)) + spread
            y = np.repeat(np.arange(len(counts)), rng.permutation(counts))
            if number == 0:
                rng.shuffle(y)
            X = challenge.pictures(f"{self.name} {number}", len(y), _HEIGHT, _WIDTH)
            sets.append((X.astype(np.float32) / 255, y))
        return {
            call: Given(*sets[number], share, int(seeds[seed]))
            for call, (number, seed, share) in self._CALLS.items()
        }

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Probes the function four times."""
        splits, changed = {}, False
        for call, given in self._given(challenge, profile).items():
            X, y = given.X.copy(), given.y.copy()
            result = attempt(function, X, y, given.share, given.seed)
            splits[call] = self._split(result, given.X)
            changed |= not (np.array_equal(X, given.X) and np.array_equal(y, given.y))
        return Facts(**splits, given_changed=changed)

    def _split(self, result: Any, X: np.ndarray) -> Split:
        pairs = []
        if not isinstance(result, tuple | list) or len(result) != 2:
            return Split(_described(result))
        for pair in result:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                return Split(f"{type_name(result)} with {_described(pair)}")
            try:
                pairs.append([np.asarray(values) for values in pair])
            except ValueError:  # pictures of unlike size
                return Split(f"{type_name(result)} with pictures of unlike size")
        return Split("pairs", *(self._part(*pair, X) for pair in pairs))

    @staticmethod
    def _part(pictures: np.ndarray, labels: np.ndarray, X: np.ndarray) -> Part:
        shapes = tuple(map(int, pictures.shape)), tuple(map(int, labels.shape))
        fits = pictures.shape[1:] == X.shape[1:] and labels.shape == pictures.shape[:1]
        if not fits or pictures.dtype.kind not in "biuf" or labels.dtype.kind not in "biuf":
            return Part(*shapes)
        known = {picture.tobytes(): number for number, picture in enumerate(X, 1)}
        found = (known.get(p.tobytes(), 0) for p in pictures[:_MOST].astype(np.float32))
        whole = (
            int(value) if value == int(value) and 0 <= value < _NO_LABEL else _NO_LABEL
            for value in np.nan_to_num(labels[:_MOST].astype(np.float64), nan=-1, posinf=-1)
        )
        return Part(*shapes, tuple(found), tuple(whole))

    def expect(self, challenge: Challenge, profile: Profile) -> dict[str, Given]:
        """Draws the pictures again."""
        return self._given(challenge, profile)

    def judge(self, facts: Facts, expected: dict[str, Given], rules: dict) -> Iterator[Finding]:
        """Yields findings on sizes, labels, classes, leaks and seeds."""
        splits = {call: getattr(facts, call) for call in self._CALLS}
        for call, split in splits.items():
            if split.train is None or split.validation is None:
                yield fails(None, "not_pairs", received=split.type)
                return
            for title, part in (("training", split.train), ("validation", split.validation)):
                if not _has_form(part, expected[call]):
                    received = f"{list(part.X_shape)} and {list(part.y_shape)}"
                    yield fails(None, "shapes", part=title, received=received)
                    return
        pairs = [(split, expected[call]) for call, split in splits.items()]
        yield _worst("sizes", (_sizes(split, given, rules["rounding"]) for split, given in pairs))
        if not all(_are_known(split, given) for split, given in pairs):
            yield fails("labels", "changed")
            return
        yield _worst("labels", (_labels(split, given) for split, given in pairs))
        yield _worst("classes", (_classes(s, given, rules["rounding"]) for s, given in pairs))
        yield _worst("once", (*(_once(s, given) for s, given in pairs), _untouched(facts)))
        yield _repeated(facts)


def _described(value: Any) -> str:
    """Returns the type of a value, with its length where it is a tuple or a list."""
    length = f" of {len(value)}" if isinstance(value, tuple | list) else ""
    return type_name(value) + length


def _has_form(part: Part, given: Given) -> bool:
    n = len(part.pictures)
    shapes = (n, *given.X.shape[1:]), (n,)
    return (part.X_shape, part.y_shape) == shapes and len(part.labels) == n


def _worst(criterion: str, findings: Iterator[Finding] | tuple[Finding, ...]) -> Finding:
    """Returns the first finding that does not hold, or that the criterion holds."""
    failed = (finding for finding in findings if finding.message is not None)
    return next(failed, holds(criterion))


def _sizes(split: Split, given: Given, rounding: float) -> Finding:
    n, right = len(split.validation.pictures), given.share * len(given.y)
    slack = rounding * (given.y.max() + 1)  # each class may be rounded
    if abs(n - right) < slack:
        return holds("sizes")
    swapped = abs(len(split.train.pictures) - right) < slack
    message = "swapped" if swapped else "sizes"
    return fails("sizes", message, received=n, expected=round(right), total=len(given.y))


def _classes(split: Split, given: Given, rounding: float) -> Finding:
    """Looks at which pictures are in the validation set; labels have a criterion of their own."""
    counts = np.bincount(given.y)
    numbers = np.array(split.validation.pictures, int)
    found = np.bincount(given.y[numbers - 1], minlength=len(counts))
    # Of which share it is, is the business of the sizes.
    share = len(split.validation.pictures) / len(given.y)
    off = np.abs(found - share * counts)
    if (off <= rounding).all() and found.all():
        return holds("classes")
    worst = int(off.argmax())
    return fails(
        "classes",
        "classes",
        received=int(found[worst]),
        total=int(counts[worst]),
        percent=round(100 * share),
    )


def _are_known(split: Split, given: Given) -> bool:
    numbers = np.array(split.train.pictures + split.validation.pictures)
    return bool(((numbers > 0) & (numbers <= len(given.y))).all())


def _labels(split: Split, given: Given) -> Finding:
    for part in (split.train, split.validation):
        if (given.y[np.array(part.pictures, int) - 1] != part.labels).any():
            return fails("labels", "labels")
    return holds("labels")


def _once(split: Split, given: Given) -> Finding:
    train, validation = split.train.pictures, split.validation.pictures
    both = len(set(train) & set(validation))
    if both:
        return fails("once", "leak", received=both)
    twice = len(train) + len(validation) - len(set(train)) - len(set(validation))
    if twice:
        return fails("once", "twice", received=twice)
    lost = len(given.y) - len(train) - len(validation)
    return fails("once", "lost", received=lost) if lost else holds("once")


def _untouched(facts: Facts) -> Finding:
    return fails("once", "given_changed") if facts.given_changed else holds("once")


def _repeated(facts: Facts) -> Finding:
    if facts.once != facts.again:
        return fails("seed", "not_repeatable")
    chosen = (set(split.validation.pictures) for split in (facts.once, facts.other_seed))
    return holds("seed") if next(chosen) != next(chosen) else fails("seed", "same_for_all_seeds")
