"""Exercise `make_generators` of ps3."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt, type_name
from autograder.core.rubric import Finding, fails, holds
from rps_course.profile import Profile

N_TRAIN, N_TEST = 40, 14


_PIXELS = 12


# What is measured of one picture: mass and centroid (x, y) of each channel, its darkest and
# brightest value, the mean of its four edges, then some pixels.
_MEASURES = 9 + 2 + 4


_BACKGROUND = 0.25


# How far the codes of two pictures lie apart; interpolation changes a code by less than 0.01.
_APART = 0.04


class Targets:
    """Pictures whose geometry can be read back after augmentation.

    Every channel holds one soft dot. The three centroids before and after give the affine map; the
    dots' relative brightness tells which picture it is, whatever the map; the background is darker
    at the left and at the top, so that filling from the wrong side shows.

    Attributes:
        x: float32 `[n, H, W, 3]` in [0, 1].
        y: int64 `[n]`.
    """

    def __init__(self, challenge: Challenge, purpose: str, n: int, size: int) -> None:
        rng = challenge.rng(f"{purpose} targets")
        self.pixels = rng.integers(0, size * size * 3, _PIXELS)
        self.y = rng.integers(0, 3, n)
        pictures: list[np.ndarray] = []
        codes = np.full((n, 2), np.inf)
        while len(pictures) < n:
            picture = self._draw(rng, size)
            mass = self.measure(picture[np.newaxis])[0, :3]
            code = mass[1:] / mass[0]
            if np.abs(codes - code).max(axis=1).min() > _APART:
                codes[len(pictures)] = code
                pictures.append(picture)
        self.x = np.stack(pictures)

    @staticmethod
    def _draw(rng: np.random.Generator, size: int) -> np.ndarray:
        """Draws one picture, float32 `[size, size, 3]`."""
        amplitudes = 0.72 * np.array([1, *rng.uniform(0.6, 1, 2)])
        angles = rng.uniform(0, 2 * np.pi) + np.array([0, 2, 4]) * np.pi / 3
        centers = (size - 1) / 2 + 0.2 * size * np.stack([np.cos(angles), np.sin(angles)])
        grid = np.arange(size)[:, np.newaxis]
        across, down = np.exp(-((grid - centers[:, np.newaxis]) ** 2) / (2 * (0.05 * size) ** 2))
        ramp = 0.05 + 0.08 * (grid + grid.T) / size
        dots = amplitudes * down[:, np.newaxis] * across
        return (dots + ramp[..., np.newaxis]).astype(np.float32).clip(0, 1)

    def measure(self, x: np.ndarray) -> np.ndarray:
        """Measures pictures `[m, H, W, 3]`: float64 `[m, 15 + 12]`."""
        x = np.asarray(x, np.float64)
        weight = np.clip(x - _BACKGROUND, 0, None)
        mass = weight.sum(axis=(1, 2))
        safe = np.where(mass > 0, mass, 1)
        columns = (weight.sum(axis=1) * np.arange(x.shape[2])[:, None]).sum(axis=1) / safe
        rows = (weight.sum(axis=2) * np.arange(x.shape[1])[:, None]).sum(axis=1) / safe
        edges = [x[:, :, 0], x[:, :, -1], x[:, 0], x[:, -1]]
        return np.concatenate(
            [
                mass,
                columns,
                rows,
                x.min(axis=(1, 2, 3))[:, None],
                x.max(axis=(1, 2, 3))[:, None],
                np.stack([edge.mean(axis=(1, 2)) for edge in edges], axis=1),
                x.reshape(len(x), -1)[:, self.pixels],
            ],
            axis=1,
        )

    def identify(self, measured: np.ndarray) -> np.ndarray:
        """Returns which picture each row of measurements is of; -1 where that cannot be said."""
        own = self.measure(self.x)
        ratios = own[:, 1:3] / own[:, :1]
        mass = np.where(measured[:, :1] > 0, measured[:, :1], np.inf)
        distance = np.abs(measured[:, None, 1:3] / mass[:, None] - ratios).max(axis=-1)
        best = distance.argmin(axis=1)
        return np.where(distance.min(axis=1) < _APART / 2, best, -1)

    def maps(self, measured: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the affine maps, `A` `[m, 2, 2]` and `t` `[m, 2]` in shares of the side.

        A dot at `p` from the picture's center stands at `A p + t` afterwards.
        """
        side = self.x.shape[1]
        center = (side - 1) / 2
        own = self.measure(self.x)[numbers]
        before = np.stack([own[:, 3:6], own[:, 6:9], np.full((len(own), 3), center + 1)], -1)
        after = np.stack([measured[:, 3:6], measured[:, 6:9]], -1)
        solved = np.linalg.solve(before - [center, center, center], after - center)
        return np.swapaxes(solved[:, :2], 1, 2), solved[:, 2] / side


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


_ROWS = evidence.array(max_size=4 * N_TRAIN * (_MEASURES + _PIXELS))


_EPOCH = evidence.record(
    optional=("shape", "rows", "labels", "dtype", "problem"),
    sizes=evidence.listing(evidence.integer(), 4 * N_TRAIN),
    shape=evidence.shape(),
    dtype=evidence.text(50),
    rows=_ROWS,
    labels=evidence.array(max_size=4 * N_TRAIN),
    problem=evidence.text(300),
)


class MakeGenerators(Exercise):
    """`make_generators(X_train, y_train, X_test, y_test)`: augmented batches, and plain ones."""

    name = "make_generators"
    assignment = "ps3"
    order = 1
    facts = evidence.record(
        optional=("first", "second", "validation"),
        type=evidence.text(100),
        first=_EPOCH,
        second=_EPOCH,
        validation=_EPOCH,
    )

    def _targets(self, challenge: Challenge, profile: Profile) -> tuple[Targets, Targets]:
        size = profile.image_size
        return (
            Targets(challenge, f"{self.name} training", N_TRAIN, size),
            Targets(challenge, f"{self.name} validation", N_TEST, size),
        )

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Draws two epochs of training batches and one of validation batches and measures them."""
        training, validation = self._targets(challenge, profile)
        result = attempt(function, training.x, training.y, validation.x, validation.y)
        if not isinstance(result, tuple | list) or len(result) != 2:
            length = f" of {len(result)}" if isinstance(result, tuple | list) else ""
            return {"type": type_name(result) + length}
        return {
            "type": "pair",
            "first": attempt(self._epoch, result[0], training, N_TRAIN),
            "second": attempt(self._epoch, result[0], training, N_TRAIN),
            "validation": attempt(self._epoch, result[1], validation, N_TEST),
        }

    def _epoch(self, generator: Any, targets: Targets, n: int) -> dict:
        pictures, labels, sizes = [], [], []
        for x, y in _batches(generator, n, 2 * N_TRAIN):
            x, y = np.asarray(x), np.asarray(y)
            sizes.append(len(x))
            if x.shape[1:] != targets.x.shape[1:] or y.shape != (len(x),):
                return {
                    "sizes": sizes,
                    "shape": [int(d) for d in x.shape],
                    "problem": f"X {list(x.shape)}, y {list(y.shape)}",
                }
            pictures.append(targets.measure(x))
            labels.append(y)
            if sum(sizes) > 3 * N_TRAIN:
                break
        if not pictures:
            return {"sizes": [], "problem": "no batch"}
        return {
            "sizes": sizes,
            "dtype": str(x.dtype)[:50],
            "shape": [int(d) for d in x.shape],
            "rows": evidence.encode(np.concatenate(pictures)),
            "labels": evidence.encode(np.concatenate(labels)),
        }

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on batches, labels, each kind of augmentation, and validation data."""
        if facts["type"] != "pair" or not {"first", "second", "validation"} <= facts.keys():
            yield fails(None, "not_a_pair", received=facts["type"])
            return
        training, validation = self._targets(challenge, profile)
        for key in ("first", "second", "validation"):
            if "problem" in facts[key]:
                yield fails(None, "not_batches", received=facts[key]["problem"])
                return
        first, second = (self._read(facts[key], training) for key in ("first", "second"))
        if first is None or second is None:
            yield fails(None, "not_batches", received="measurements of another shape")
            return
        plain = validation.measure(validation.x)
        unlike = np.abs(first[0][:, None, :_MEASURES] - plain[:, :_MEASURES]).max(axis=-1)
        if unlike.min(axis=1).max() < 0.02:
            yield fails(None, "swapped")
            return
        yield from self._training(first, second, training, profile)
        yield self._validation(facts["validation"], validation)

    @staticmethod
    def _read(epoch: dict, targets: Targets) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Returns measurements, labels and picture numbers of an epoch."""
        rows, labels = epoch["rows"], epoch["labels"]
        if rows.values.ndim != 2 or rows.values.shape[1] != _MEASURES + _PIXELS:
            return None
        if labels.values.shape != rows.values.shape[:1] or sum(epoch["sizes"]) != len(rows.values):
            return None
        measured = rows.values.astype(np.float64)
        return measured, labels.values, targets.identify(measured)

    def _training(
        self, first: tuple, second: tuple, targets: Targets, profile: Profile
    ) -> Iterator[Finding]:
        measured, labels, numbers = (
            np.concatenate(pair) for pair in zip(first, second, strict=True)
        )
        if (numbers < 0).mean() > 0.1:
            brightest = float(measured[:, 10].max())
            message = "scaled" if brightest < 0.3 or brightest > 1.2 else "unrecognizable"
            yield fails("batches", message, received=f"{brightest:.3g}")
            return
        every_picture = list(range(N_TRAIN))
        if all(sorted(epoch[2]) == every_picture for epoch in (first, second)):
            yield holds("batches")
        else:
            yield fails("batches", "part_epoch", received=len(first[2]), wanted=N_TRAIN)
        if (targets.y[numbers] == labels)[numbers >= 0].all():
            yield holds("labels")
        else:
            yield fails("labels", "labels")
        known = numbers >= 0
        A, t = targets.maps(measured[known], numbers[known])
        if np.abs(A - np.eye(2)).max() < 0.01 and np.abs(t).max() < 0.01:
            for criterion in ("rotation", "shift", "zoom", "fresh"):
                yield fails(criterion, "not_augmented")
            return
        yield from self._geometry(A, t, measured[known], targets)
        # Where the dots of the same picture stand in one epoch and in the next.
        here = [dict(zip(epoch[2], epoch[0][:, 3:9], strict=True)) for epoch in (first, second)]
        shared = [n for n in here[0] if n >= 0 and n in here[1]]
        changes = [np.abs(here[0][n] - here[1][n]).max() for n in shared]
        if changes and np.median(changes) > 0.5:
            yield holds("fresh")
        else:
            yield fails("fresh", "not_fresh")

    @staticmethod
    def _geometry(
        A: np.ndarray, t: np.ndarray, measured: np.ndarray, targets: Targets
    ) -> Iterator[Finding]:
        """Compares rotation, shift and zoom with the recipe's ranges.

        With 80 draws the largest one lies above 60% of its range but for one class in a billion;
        the upper bounds leave room for the other transforms, which act on top.
        """
        if (np.linalg.det(A) <= 0).any():
            yield fails("rotation", "flipped")
            return
        left, sizes, right = np.linalg.svd(A)
        rotation = left @ right
        angle = np.degrees(np.abs(np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0]))).max()
        stretch = np.swapaxes(right, 1, 2) @ (sizes[..., None] * right)
        slant = np.degrees(np.abs(stretch[:, 0, 1])).max()
        sheared = slant > 6  # so far that it passes for a rotation and a zoom as well
        if sheared:
            yield fails("rotation", "sheared", share=0.5, received=f"{slant:.1f}")
        elif angle > 10:
            yield fails("rotation", "rotation_large", received=f"{angle:.1f}")
        elif angle < 4.8:
            yield fails("rotation", "rotation_small", received=f"{angle:.1f}")
        elif slant > 4:
            yield fails("rotation", "sheared", share=0.5, received=f"{slant:.1f}")
        else:
            yield holds("rotation")
        shift = np.abs(t).max(axis=0)
        # Filled with anything but the nearest pixel, an edge that is dark turns black or bright.
        own = targets.measure(targets.x)
        darkest, edges = measured[:, 9].min(), measured[:, 11:15]
        halfway = (own[:, [11, 13]].max() + own[:, [12, 14]].min()) / 2
        wraps = (edges[:, [0, 2]] > halfway).any()
        if shift.max() > 0.115:
            yield fails("shift", "shift_large", received=f"{shift.max():.2f}")
        elif shift.min() < 0.045:
            yield fails("shift", "shift_small", received=f"{shift.min():.2f}")
        elif angle <= 10 and (darkest < 0.045 or wraps):
            yield fails("shift", "fill", share=0.5)
        else:
            yield holds("shift")
        zoom = np.abs(np.log(sizes)).max()
        if sheared:  # shear stretches, too, but takes little of the area: the mean of both axes
            zoom = np.abs(np.log(sizes).mean(axis=1)).max()
        if zoom > 0.12:
            yield fails("zoom", "zoom_large", received=f"{np.expm1(zoom):.2f}")
        elif zoom < 0.045:
            yield fails("zoom", "zoom_small", received=f"{np.expm1(zoom):.2f}")
        else:
            yield holds("zoom")

    def _validation(self, epoch: dict, targets: Targets) -> Finding:
        read = self._read(epoch, targets)
        if read is None:
            return fails("validation", "validation_changed")
        measured, labels, numbers = read
        if (numbers < 0).any():
            return fails("validation", "validation_changed")
        if sorted(numbers) != list(range(N_TEST)):
            return fails("validation", "validation_part", received=len(set(numbers)), wanted=N_TEST)
        if np.abs(measured - targets.measure(targets.x)[numbers]).max() > 0.02:
            return fails("validation", "validation_changed")
        if not np.array_equal(targets.y[numbers], labels):
            return fails("validation", "validation_labels")
        return holds("validation")
