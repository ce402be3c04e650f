"""Exercise `preprocess_image` of ps1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, in_short, type_name
from autograder.core.facts import Failure, Most, Short
from autograder.core.rubric import Finding, fails, holds
from autograder.core.sampling import Sampled, positions
from rps_course.exercises.probes import distortions
from rps_course.profile import Profile

_RESIZE_METHODS = (
    ("bilinear", False),
    ("bilinear", True),
    ("bicubic", False),
    ("bicubic", True),
    ("lanczos3", True),
    ("area", False),
    ("nearest", False),
)


@dataclass(frozen=True)
class Result:
    """What the function returned for one sample, or that it raised an exception."""

    type: Short = ""
    keys: tuple[Annotated[str, Most(50)], ...] = ()
    image: Sampled | None = None
    label: Sampled | None = None
    raised: Failure | None = None


@dataclass(frozen=True)
class Facts:
    """Samples given directly, one of them not square, and one inside `Dataset.map`."""

    direct: Result
    oblong: Result
    mapped: Result


@dataclass(frozen=True)
class Sample:
    """What should come out of one sample.

    Attributes:
        label: the sample's label.
        mean: of the picture, 0 to 1.
        picture: as it comes, uint8 `[h, w, 3]`.
        at: the places of the pixels that facts hold, `[SAMPLES]`.
        pixels: these pixels of the picture, resized by each method: `[methods, SAMPLES]`.
    """

    label: int
    mean: float
    picture: np.ndarray
    at: np.ndarray
    pixels: np.ndarray


@dataclass(frozen=True)
class Expected:
    """The shape of every picture, and what should come out of each sample, by case."""

    shape: tuple[int, ...]
    samples: dict[str, Sample]


class PreprocessImage(Exercise[Facts, Expected]):
    """`preprocess_image(sample)`: float32, divided by 255, resized; the label kept."""

    name = "preprocess_image"
    assignment = "ps1"
    order = 1
    facts = Facts
    _SIZES: ClassVar = {"direct": (300, 300), "oblong": (200, 280), "mapped": (300, 300)}

    def _sample(self, challenge: Challenge, case: str, profile: Profile) -> dict[str, np.ndarray]:
        height, width = self._SIZES[case]
        picture = challenge.pictures(f"{self.name} {case}", 1, height, width)[0]
        if case == "oblong":
            picture = picture // 2 + 20  # not every picture holds black and white
        label = challenge.rng(f"{self.name} {case} label").integers(len(profile.classes))
        return {"image": picture, "label": np.int64(label)}

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Probes the function on three samples."""
        import tensorflow as tf

        results = {}
        for case in self._SIZES:
            sample = self._sample(challenge, case, profile)
            try:
                if case == "mapped":
                    dataset = tf.data.Dataset.from_tensors(sample)
                    result = attempt(lambda: next(iter(dataset.map(function))))  # noqa: B023 called at once
                else:
                    tensors = {key: tf.constant(value) for key, value in sample.items()}
                    result = attempt(function, tensors)
            except Raised as error:
                if case == "direct":
                    raise
                results[case] = Result(raised=error.failure)
                continue
            results[case] = self._result(result, challenge, case)
        return Facts(**results)

    def _result(self, result: Any, challenge: Challenge, case: str) -> Result:
        if not isinstance(result, dict):
            return Result(type_name(result))
        purpose = f"{self.name} {case}"
        image, label = (
            Sampled.of(result[key], challenge, purpose) if key in result else None
            for key in ("image", "label")
        )
        return Result("dict", tuple(map(str, result)), image, label)

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Resizes each sample's picture by each method that a student may choose."""
        samples = {case: self._expected(challenge, case, profile) for case in self._SIZES}
        return Expected(profile.input_shape, samples)

    def _expected(self, challenge: Challenge, case: str, profile: Profile) -> Sample:
        import tensorflow as tf

        size = profile.image_size
        sample = self._sample(challenge, case, profile)
        picture = tf.cast(sample["image"], tf.float32) / 255
        at = positions(size * size * 3, challenge, f"{self.name} {case}")
        pixels = [
            tf.image.resize(picture, (size, size), method=method, antialias=antialias)
            .numpy()
            .reshape(-1)[at]
            for method, antialias in _RESIZE_METHODS
        ]
        mean = float(sample["image"].mean()) / 255
        return Sample(int(sample["label"]), mean, sample["image"], at, np.clip(pixels, 0, 1))

    def judge(self, facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
        """Yields findings on size, scale, values and label."""
        direct = facts.direct
        if direct.type != "dict":
            yield fails(None, "not_a_dict", received=direct.type)
            return
        if direct.image is None or direct.image.numbers is None:
            yield fails(None, "no_image", received=", ".join(direct.keys) or "nothing")
            return
        size = self._size(facts, expected)
        yield size
        scale = self._scale(direct.image, expected, rules)
        yield scale
        # Another dtype in the right range is a picture in the right scale all the same.
        right_size, right_scale = size.message is None, scale.message in (None, "dtype")
        if right_size and right_scale:
            yield self._values(facts, expected, rules)
        # Handing the sample back untouched keeps the label too, but is no answer.
        if right_size or right_scale:
            yield self._label(facts, expected)

    @staticmethod
    def _size(facts: Facts, expected: Expected) -> Finding:
        shapes = [
            result.image.shape
            for result in (facts.direct, facts.oblong)
            if result.image is not None and result.image.shape is not None
        ]
        wrong = [shape for shape in shapes if shape != expected.shape]
        shape = list(expected.shape)
        if wrong:
            return fails("size", "size", received=list(wrong[0]), expected=shape)
        if len(shapes) != 2:
            return fails("size", "size_oblong", expected=shape)
        return holds("size")

    @staticmethod
    def _scale(image: Sampled, expected: Expected, rules: dict) -> Finding:
        numbers = image.numbers
        if numbers.nonfinite:
            return fails("scale", "not_finite", received=numbers.nonfinite)
        zeros = (numbers.values.values == 0).mean()
        if zeros > rules["zeros"]:
            return fails("scale", "zeros", received=f"{zeros:.0%}")
        # Part of the picture, which costs the points of the values, has another mean.
        right = expected.samples["direct"].mean
        brightness = numbers.mean / right
        if (
            numbers.low < rules["low"]
            or numbers.high > rules["high"]
            or not rules["darker"] < brightness < rules["brighter"]
        ):
            found = {"low": numbers.low, "high": numbers.high, "mean": numbers.mean}
            return fails("scale", "scale", expected=right, **found)
        if image.dtype != "float32":
            return fails("scale", "dtype", received=image.dtype)
        return holds("scale")

    @staticmethod
    def _values(facts: Facts, expected: Expected, rules: dict) -> Finding:
        if facts.mapped.raised is not None:
            return fails("values", "not_in_map", received=in_short(facts.mapped.raised))
        for case, sample in expected.samples.items():
            image = getattr(facts, case).image
            if image is None or image.numbers is None or image.shape != expected.shape:
                return fails("values", "values")
            tolerance = rules["half_tolerance" if image.dtype == "float16" else "tolerance"]
            values = np.clip(image.numbers.values.values, 0, 1)
            if np.abs(sample.pixels - values).max(axis=1).min() > tolerance:
                size = expected.shape[0]
                about = sample.picture, size, sample.at, sample.pixels
                return fails("values", distortions.mistake(*about, values))
        return holds("values")

    @staticmethod
    def _label(facts: Facts, expected: Expected) -> Finding:
        if facts.direct.label is None:
            return fails("label", "label_lost", received=", ".join(facts.direct.keys))
        for case in ("direct", "oblong"):
            label = getattr(facts, case).label
            right = expected.samples[case].label
            if label is None or label.shape != () or label.numbers is None:
                return fails("label", "label_changed")
            if label.numbers.values.values[0] != right:
                return fails("label", "label_changed")
        return holds("label")
