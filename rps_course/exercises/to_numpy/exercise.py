"""Exercise `to_numpy` of ps1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt, type_name
from autograder.core.facts import Short
from autograder.core.rubric import Finding, fails, holds
from autograder.core.sampling import Sampled, positions
from rps_course.profile import Profile


@dataclass(frozen=True)
class Pair:
    """What the function returned for one dataset; without X and y where it was no pair."""

    type: Short
    X: Sampled | None = None
    y: Sampled | None = None


@dataclass(frozen=True)
class Facts:
    """Two datasets of unlike size."""

    small: Pair
    large: Pair


@dataclass(frozen=True)
class Arrays:
    """The shapes of the expected arrays, and the numbers of them that facts hold."""

    X_shape: tuple[int, ...]
    y_shape: tuple[int, ...]
    X: np.ndarray
    y: np.ndarray


class ToNumpy(Exercise[Facts, dict[str, Arrays]]):
    """`to_numpy(ds)`: a preprocessed dataset as two arrays, in order."""

    name = "to_numpy"
    assignment = "ps1"
    order = 2
    facts = Facts

    def _dataset(
        self, challenge: Challenge, case: str, profile: Profile
    ) -> tuple[np.ndarray, np.ndarray]:
        low, high = {"small": (5, 9), "large": (10, 15)}[case]
        rng = challenge.rng(f"{self.name} {case}")
        n = int(rng.integers(low, high))
        pictures = challenge.pictures(f"{self.name} {case}", n, *profile.input_shape[:2])
        return pictures.astype(np.float32) / 255, rng.integers(0, len(profile.classes), n)

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Probes the function on both datasets."""
        return Facts(
            self._pair(function, challenge, "small", profile),
            self._pair(function, challenge, "large", profile),
        )

    def _pair(self, function: Callable, challenge: Challenge, case: str, profile: Profile) -> Pair:
        import tensorflow as tf

        pictures, labels = self._dataset(challenge, case, profile)
        dataset = tf.data.Dataset.from_tensor_slices({"image": pictures, "label": labels})
        result: Any = attempt(function, dataset)
        if not isinstance(result, tuple | list):
            return Pair(type_name(result))
        if len(result) != 2:
            return Pair(f"{type_name(result)} of {len(result)}")
        X, y = (
            Sampled.of(part, challenge, f"{self.name} {case} {key}")
            for part, key in zip(result, "Xy", strict=True)
        )
        return Pair("pair", X, y)

    def expect(self, challenge: Challenge, profile: Profile) -> dict[str, Arrays]:
        """Draws the datasets again."""
        return {case: self._arrays(challenge, case, profile) for case in ("small", "large")}

    def _arrays(self, challenge: Challenge, case: str, profile: Profile) -> Arrays:
        X, y = self._dataset(challenge, case, profile)
        X_at = positions(X.size, challenge, f"{self.name} {case} X")
        y_at = positions(y.size, challenge, f"{self.name} {case} y")
        return Arrays(X.shape, y.shape, X.reshape(-1)[X_at], y[y_at])

    def judge(self, facts: Facts, expected: dict[str, Arrays], rules: dict) -> Iterator[Finding]:
        """Yields findings on pictures, dtype and labels."""
        images, labels = holds("images"), holds("labels")
        for pair, arrays in ((facts.small, expected["small"]), (facts.large, expected["large"])):
            if pair.X is None or pair.y is None:
                yield fails(None, "not_a_pair", received=pair.type)
                return
            if images.message is None:
                images = self._images(pair.X, arrays, rules["tolerance"])
            if labels.message is None:
                labels = self._labels(pair.y, arrays)
        yield images
        if images.message is None:
            yield self._dtype(facts.large.X)
        yield labels

    @staticmethod
    def _images(X: Sampled, expected: Arrays, tolerance: float) -> Finding:
        if X.shape != expected.X_shape:
            shape, right = list(X.shape or ()), list(expected.X_shape)
            return fails("images", "X_shape", received=shape, expected=right)
        if X.numbers is None or np.abs(X.numbers.values.values - expected.X).max() > tolerance:
            return fails("images", "X_values")
        return holds("images")

    @staticmethod
    def _dtype(X: Sampled) -> Finding:
        if X.type != "ndarray":
            return fails("dtype", "X_type", received=X.type)
        if X.dtype != "float32":
            return fails("dtype", "X_dtype", received=X.dtype)
        return holds("dtype")

    @staticmethod
    def _labels(y: Sampled, expected: Arrays) -> Finding:
        right = y.numbers is not None and np.array_equal(y.numbers.values.values, expected.y)
        share = None if right else 0.0  # the rubric's share is for the right numbers
        if y.shape != expected.y_shape:
            shape = list(y.shape or ())
            return fails("labels", "y_shape", received=shape, expected=list(expected.y_shape))
        if not y.dtype.startswith(("int", "uint")):
            return fails("labels", "y_dtype", share, received=y.dtype)
        if not right:
            return fails("labels", "y_values")
        if y.type != "ndarray":
            return fails("labels", "y_type", received=y.type)
        return holds("labels")
