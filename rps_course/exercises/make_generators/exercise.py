"""Exercise `make_generators` of ps3."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, in_short, type_name
from autograder.core.facts import Array, Most, Shape, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.make_generators.targets import MEASURES, PIXELS, Targets
from rps_course.profile import Profile

N_TRAIN, N_TEST = 40, 14
_LIMIT = 4 * N_TRAIN  # pictures of an epoch


@dataclass(frozen=True)
class Epoch:
    """What one epoch of a generator yielded.

    Attributes:
        sizes: of its batches.
        problem: what about them cannot be used, empty if they can.
        dtype: of the pictures.
        shape: of the last batch.
        rows: what was measured of each picture (`Targets.measure`), `[n, 15 + 12]`.
        labels: of the pictures, `[n]`.
    """

    sizes: Annotated[tuple[int, ...], Most(_LIMIT)]
    problem: Annotated[str, Most(300)] = ""
    dtype: Short = ""
    shape: Shape = ()
    rows: Annotated[Array, Most(_LIMIT * (MEASURES + PIXELS))] | None = None
    labels: Annotated[Array, Most(_LIMIT)] | None = None


@dataclass(frozen=True)
class Facts:
    """Two epochs of training batches and one of validation batches; None if there was no pair."""

    type: Short
    first: Epoch | None = None
    second: Epoch | None = None
    validation: Epoch | None = None


@dataclass(frozen=True)
class Expected:
    """What batches are made of.

    Attributes:
        training: the training pictures.
        validation: the validation pictures.
        batch_sizes: of the profile that a notebook runs under: the short one while grading, whose
            constant a notebook reads, and the whole one.
    """

    training: Targets
    validation: Targets
    batch_sizes: tuple[int, ...]


@dataclass(frozen=True)
class Seen:
    """An epoch, or two of them, as the judge reads it.

    Attributes:
        measured: float64 `[n, 15 + 12]`.
        labels: `[n]`.
        numbers: which picture each row is of, -1 where that cannot be said, `[n]`.
    """

    measured: np.ndarray
    labels: np.ndarray
    numbers: np.ndarray

    def __add__(self, other: "Seen") -> "Seen":
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Seen(*map(np.concatenate, pairs))


class MakeGenerators(Exercise[Facts, Expected]):
    """`make_generators(X_train, y_train, X_test, y_test)`: augmented batches, and plain ones."""

    name = "make_generators"
    assignment = "ps3"
    order = 1
    facts = Facts

    def _draw(self, challenge: Challenge, profile: Profile) -> tuple[Targets, Targets]:
        """Draws the pictures for training and for validation."""
        size, classes = profile.image_size, len(profile.classes)
        return (
            Targets(challenge, f"{self.name} training", N_TRAIN, size, classes),
            Targets(challenge, f"{self.name} validation", N_TEST, size, classes),
        )

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Draws the pictures again."""
        sizes = (profile.batch_size, profile.whole.batch_size)
        return Expected(*self._draw(challenge, profile), sizes)

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Draws two epochs of training batches and one of validation batches and measures them."""
        training, validation = self._draw(challenge, profile)
        result = attempt(function, training.x, training.y, validation.x, validation.y)
        if not isinstance(result, tuple | list):
            return Facts(type_name(result))
        if len(result) != 2:
            return Facts(f"{type_name(result)} of {len(result)}")
        first, second = (_observe(result[0], training, N_TRAIN) for _ in range(2))
        return Facts("pair", first, second, _observe(result[1], validation, N_TEST))

    def judge(self, facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
        """Yields findings on batches, labels, each kind of augmentation, and validation data."""
        epochs = (facts.first, facts.second, facts.validation)
        if facts.type != "pair" or None in epochs:
            yield fails(None, "not_a_pair", received=facts.type)
            return
        training, validation = expected.training, expected.validation
        plain = _read(facts.first, validation)
        if plain is not None and _are_plain(plain, validation, rules["same"]):
            yield fails(None, "swapped")
            return
        yield from _judge_training(facts, expected, rules)
        yield _judge_validation(facts.validation, validation, training, rules)


def _are_plain(seen: Seen, targets: Targets, same: float) -> bool:
    """Whether all pictures of an epoch are among these, unchanged."""
    plain = targets.measure(targets.x)[:, :MEASURES]
    unlike = np.abs(seen.measured[:, None, :MEASURES] - plain).max(axis=-1)
    return bool(unlike.min(axis=1).max() < same)


def _observe(generator: Any, targets: Targets, n: int) -> Epoch:
    """Measures the batches of one epoch, or tells why that cannot be done."""
    try:
        return attempt(_epoch, generator, targets, n)
    except Raised as error:
        return Epoch((), f"{type_name(generator)} raised {in_short(error.failure)}"[:300])


def _batches(generator: Any, n: int, limit: int) -> Iterator[tuple[Any, Any]]:
    """Goes through one epoch of whatever a student made: indexable, or an iterator."""
    if hasattr(generator, "__getitem__") and hasattr(generator, "__len__"):
        for index in range(min(len(generator), limit)):
            yield generator[index][:2]
        if hasattr(generator, "on_epoch_end"):
            generator.on_epoch_end()
        return
    seen = 0
    for number, batch in enumerate(generator):
        yield batch[:2]
        seen += len(batch[0])
        if seen >= n or number + 1 >= limit:
            return


def _epoch(generator: Any, targets: Targets, n: int) -> Epoch:
    """Measures the batches of one epoch."""
    pictures, labels, sizes = [], [], []
    for x, y in _batches(generator, n, 2 * N_TRAIN):
        x, y = np.asarray(x), np.asarray(y)
        sizes.append(len(x))
        if x.shape[1:] != targets.x.shape[1:] or y.shape != (len(x),):
            return Epoch(tuple(sizes), f"X {list(x.shape)}, y {list(y.shape)}")
        pictures.append(targets.measure(x))
        labels.append(y)
        if sum(sizes) > 3 * N_TRAIN:
            break
    if not pictures:
        return Epoch(())
    rows, all_labels = Array.of(np.concatenate(pictures)), Array.of(np.concatenate(labels))
    return Epoch(tuple(sizes), "", str(x.dtype), x.shape, rows, all_labels)


def _read(epoch: Epoch, targets: Targets) -> Seen | None:
    """Returns what an epoch showed; None if nothing, or if its measurements do not fit."""
    if epoch.problem or epoch.rows is None or epoch.labels is None:
        return None
    rows, labels = epoch.rows.values, epoch.labels.values
    if rows.ndim != 2 or rows.shape[1] != MEASURES + PIXELS:
        return None
    if labels.shape != rows.shape[:1] or sum(epoch.sizes) != len(rows):
        return None
    measured = rows.astype(np.float64)
    return Seen(measured, labels, targets.identify(measured))


def _judge_training(facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
    targets = expected.training
    first, second = _read(facts.first, targets), _read(facts.second, targets)
    if first is None:
        yield _no_batches("batches", facts.first, N_TRAIN)
        return
    if second is None:
        yield fails("batches", "first_epoch_only")
        return
    both = first + second
    known = both.numbers >= 0
    if (~known).mean() > rules["unrecognizable"]:
        yield _unrecognizable(both, expected.validation, rules)
        return
    yield _judge_batches(first, second, facts.first.sizes, expected.batch_sizes)
    if (targets.y[both.numbers] == both.labels)[known].all():
        yield holds("labels")
    else:
        yield fails("labels", "labels")
    A, t = targets.maps(both.measured[known], both.numbers[known])
    if max(np.abs(A - np.eye(2)).max(), np.abs(t).max()) < rules["still"]:
        for criterion in ("rotation", "shift", "zoom", "fresh"):
            yield fails(criterion, "not_augmented")
        return
    yield from _judge_geometry(A, t, both.measured[known], targets, rules)
    yield _judge_freshness(first, second, rules["fresh"])


def _no_batches(criterion: str, epoch: Epoch, n: int) -> Finding:
    """Says why there are no batches to look at."""
    if epoch.problem:
        return fails(criterion, f"{criterion}_form", received=epoch.problem)
    return fails(criterion, f"{criterion}_none", expected=n)


def _unrecognizable(both: Seen, validation: Targets, rules: dict) -> Finding:
    """Says what is wrong with pictures that are not those of the training."""
    others = (validation.identify(both.measured) < 0).mean()
    if others <= rules["unrecognizable"]:
        return fails("batches", "test_pictures")
    brightest = float(both.measured[:, 10].max())
    scaled = not rules["brightest"][0] <= brightest <= rules["brightest"][1]
    message = "scaled" if scaled else "unrecognizable"
    return fails("batches", message, received=f"{brightest:.3g}")


def _judge_batches(
    first: Seen, second: Seen, sizes: tuple[int, ...], allowed: tuple[int, ...]
) -> Finding:
    every_picture = list(range(N_TRAIN))
    if not all(sorted(epoch.numbers) == every_picture for epoch in (first, second)):
        return fails("batches", "part_epoch", received=len(first.numbers), expected=N_TRAIN)
    if max(sizes) not in [min(size, N_TRAIN) for size in allowed] or len(set(sizes[:-1])) > 1:
        return fails("batches", "batch_size", received=max(sizes), expected=allowed[0])
    if all(list(epoch.numbers) == every_picture for epoch in (first, second)):
        return fails("batches", "not_shuffled")
    return holds("batches")


def _judge_freshness(first: Seen, second: Seen, pixels: float) -> Finding:
    """Compares where the dots of the same picture stand in one epoch and in the next."""
    here, there = (
        dict(zip(epoch.numbers, epoch.measured[:, 3:9], strict=True)) for epoch in (first, second)
    )
    changes = [np.abs(here[n] - there[n]).max() for n in here if n >= 0 and n in there]
    if changes and np.median(changes) > pixels:
        return holds("fresh")
    return fails("fresh", "not_fresh")


def _judge_geometry(
    A: np.ndarray, t: np.ndarray, measured: np.ndarray, targets: Targets, rules: dict
) -> Iterator[Finding]:
    """Compares rotation, shift and zoom with the recipe's ranges.

    With 80 draws the largest one lies above 60% of its range but for one class in a billion; the
    upper limits leave room for the other transforms, which act on top.
    """
    if (np.linalg.det(A) <= 0).any():
        yield fails("rotation", "flipped")
        return
    left, sizes, right = np.linalg.svd(A)
    rotation = left @ right
    angle = np.degrees(np.abs(np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0]))).max()
    stretch = np.swapaxes(right, 1, 2) @ (sizes[..., None] * right)
    slant = np.degrees(np.abs(stretch[:, 0, 1])).max()
    sheared = slant > rules["sheared"]
    yield _judge_rotation(angle, slant, sheared, rules)
    filled = angle > rules["rotation"][1] or _are_filled(measured, targets, rules)
    yield _judge_shift(np.abs(t).max(axis=0), filled, rules)
    zoom = np.abs(np.log(sizes)).max()
    if sheared:  # shear stretches, too, but takes little of the area: the mean of both axes
        zoom = np.abs(np.log(sizes).mean(axis=1)).max()
    low, high = rules["zoom"]
    if zoom > high:
        yield fails("zoom", "zoom_large", received=f"{np.expm1(zoom):.2f}")
    elif zoom < low:
        yield fails("zoom", "zoom_small", received=f"{np.expm1(zoom):.2f}")
    else:
        yield holds("zoom")


def _judge_rotation(angle: float, slant: float, sheared: bool, rules: dict) -> Finding:
    low, high = rules["rotation"]
    if sheared:  # so far that it passes for a rotation and a zoom as well
        return fails("rotation", "sheared", received=f"{slant:.1f}")
    if angle > high:
        return fails("rotation", "rotation_large", received=f"{angle:.1f}")
    if angle < low:
        return fails("rotation", "rotation_small", received=f"{angle:.1f}")
    if slant > rules["slant"]:
        return fails("rotation", "sheared", received=f"{slant:.1f}")
    return holds("rotation")


def _are_filled(measured: np.ndarray, targets: Targets, rules: dict) -> bool:
    """Whether gaps hold the nearest pixel: otherwise an edge that is dark turns black or bright."""
    own = targets.measure(targets.x)
    edges = measured[:, 11:15]
    halfway = (own[:, [11, 13]].max() + own[:, [12, 14]].min()) / 2
    wraps = bool((edges[:, [0, 2]] > halfway).any())
    return not wraps and measured[:, 9].min() >= rules["darkest"]


def _judge_shift(shift: np.ndarray, filled: bool, rules: dict) -> Finding:
    low, high = rules["shift"]
    if shift.max() > high:
        return fails("shift", "shift_large", received=f"{shift.max():.2f}")
    if shift.min() < low:
        return fails("shift", "shift_small", received=f"{shift.min():.2f}")
    return holds("shift") if filled else fails("shift", "fill")


def _judge_validation(epoch: Epoch, targets: Targets, training: Targets, rules: dict) -> Finding:
    seen = _read(epoch, targets)
    if seen is None:
        return _no_batches("validation", epoch, N_TEST)
    if (seen.numbers < 0).any():
        others = (training.identify(seen.measured) < 0).mean()
        shows_training = others <= rules["unrecognizable"]
        message = "validation_training" if shows_training else "validation_changed"
        return fails("validation", message)
    if sorted(seen.numbers) != list(range(N_TEST)):
        received = len(set(seen.numbers))
        return fails("validation", "validation_part", received=received, expected=N_TEST)
    if np.abs(seen.measured - targets.measure(targets.x)[seen.numbers]).max() > rules["same"]:
        return fails("validation", "validation_changed")
    if not np.array_equal(targets.y[seen.numbers], seen.labels):
        return fails("validation", "validation_labels")
    return holds("validation")
