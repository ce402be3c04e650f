"""Exercise `load_custom_sample` of ps1."""

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, in_short
from autograder.core.facts import Failure
from autograder.core.rubric import Finding, fails, holds
from autograder.core.sampling import Sampled, positions
from rps_course.exercises.probes import distortions
from rps_course.profile import Profile


@dataclass(frozen=True)
class Result:
    """What the function returned for one file, or that it raised an exception."""

    array: Sampled | None = None
    raised: Failure | None = None


@dataclass(frozen=True)
class Facts:
    """Picture files as people have them."""

    photo: Result
    jpeg: Result
    transparent: Result
    gray: Result


@dataclass(frozen=True)
class Expected:
    """What should come out of the RGB files.

    Attributes:
        shape: of every array.
        pictures: as they are in the file, uint8 `[h, w, 3]` by case.
        at: the places of the pixels that facts hold, by case.
        pixels: these pixels by case and PIL's resizing method, in shades of 255.
    """

    shape: tuple[int, ...]
    pictures: dict[str, np.ndarray]
    at: dict[str, np.ndarray]
    pixels: dict[str, dict[str, np.ndarray]]


class LoadCustomSample(Exercise[Facts, Expected]):
    """`load_custom_sample(path)`: a picture file as a batch of one."""

    name = "load_custom_sample"
    assignment = "ps1"
    order = 3
    heavy = False
    facts = Facts
    # File ending, PIL mode, and size in input sizes.
    _CASES: ClassVar = {
        "photo": ("png", "RGB", (1.9, 1.5)),
        "jpeg": ("jpg", "RGB", (1.3, 2.1)),
        "transparent": ("png", "RGBA", (0.8, 1.2)),
        "gray": ("png", "L", (1.6, 1.6)),
    }

    def _file(self, challenge: Challenge, case: str, profile: Profile) -> bytes:
        from PIL import Image

        ending, mode, (tall, wide) = self._CASES[case]
        height, width = round(tall * profile.image_size), round(wide * profile.image_size)
        pixels = challenge.pictures(f"{self.name} {case}", 1, height, width)[0]
        if case == "jpeg":
            pixels = pixels // 2 + 20  # not every picture holds black and white
        picture = Image.fromarray(pixels)
        if mode == "RGBA":
            picture.putalpha(Image.fromarray(pixels[..., 0]))
        picture = picture if mode == "RGBA" else picture.convert(mode)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG" if ending == "jpg" else "PNG")
        return buffer.getvalue()

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Probes the function on four picture files."""
        results = {}
        with tempfile.TemporaryDirectory() as folder:
            for case, (ending, _, _) in self._CASES.items():
                path = Path(folder) / f"{case}.{ending}"
                path.write_bytes(self._file(challenge, case, profile))
                try:
                    result = attempt(function, str(path))
                except Raised as error:
                    if case == "photo":
                        raise
                    results[case] = Result(raised=error.failure)
                    continue
                results[case] = Result(Sampled.of(result, challenge, f"{self.name} {case}"))
        return Facts(**results)

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Resizes the RGB pictures with each of PIL's methods."""
        from PIL import Image

        size = (profile.image_size, profile.image_size)
        expected = Expected((1, *profile.input_shape), {}, {}, {})
        for case in ("photo", "jpeg"):
            file = io.BytesIO(self._file(challenge, case, profile))
            picture = Image.open(file).convert("RGB")
            at = positions(int(np.prod(profile.input_shape)), challenge, f"{self.name} {case}")
            expected.pictures[case], expected.at[case] = np.asarray(picture), at
            expected.pixels[case] = {
                method.name.lower(): np.asarray(picture.resize(size, method)).reshape(-1)[at]
                for method in Image.Resampling
            }
        return expected

    def judge(self, facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
        """Yields findings on shape, scale and values."""
        photo = facts.photo.array
        if photo is None or photo.type not in ("ndarray", "EagerTensor") or photo.numbers is None:
            yield fails(None, "not_an_array", received=photo and photo.type)
            return
        yield self._shape(facts, expected)
        scale = self._scale(photo, rules)
        yield scale
        # Another dtype in the right range is a picture in the right scale all the same.
        if scale.message in (None, "dtype") and photo.shape == expected.shape:
            yield self._values(facts, expected, rules)

    @staticmethod
    def _scale(photo: Sampled, rules: dict) -> Finding:
        numbers = photo.numbers
        zeros = (numbers.values.values == 0).mean()
        if zeros > rules["zeros"]:
            return fails("scale", "zeros", received=f"{zeros:.0%}")
        # A picture that was divided by 255 twice is in range as well.
        bright = rules["brightest"] < numbers.high <= rules["high"]
        if numbers.nonfinite or numbers.low < rules["low"] or not bright:
            return fails("scale", "scale", low=numbers.low, high=numbers.high)
        if photo.dtype not in ("float32", "float64"):
            return fails("scale", "dtype", received=photo.dtype)
        return holds("scale")

    @staticmethod
    def _shape(facts: Facts, expected: Expected) -> Finding:
        photo, right = facts.photo.array, list(expected.shape)
        if photo.shape != expected.shape:
            return fails("shape", "shape", received=list(photo.shape), expected=right)
        results = {"jpeg": facts.jpeg, "transparent": facts.transparent, "gray": facts.gray}
        for case, result in results.items():
            if result.raised is not None:
                return fails("shape", "not_rgb", case=case, received=in_short(result.raised))
        for case, result in results.items():
            if result.array is None or result.array.shape != expected.shape:
                shape = list((result.array and result.array.shape) or ())
                return fails("shape", "not_rgb", case=case, received=f"shape {shape}")
        return holds("shape")

    def _values(self, facts: Facts, expected: Expected, rules: dict) -> Finding:
        distances: dict[str, list[float]] = {}
        for case, pixels in expected.pixels.items():
            values = self._read(facts, expected, case)
            if values is None:
                continue
            for method, right in pixels.items():
                off = np.abs(255 * values - right).mean()
                distances.setdefault(method, []).append(float(off))
        distance = {method: max(each) for method, each in distances.items()}
        best = min(distance, key=lambda method: distance[method])
        # Other libraries' bicubic differs a little; PIL's other methods are to be told from it.
        closest = distance[best] + rules["as_close"]
        if distance["bicubic"] < min(rules["tolerance"], closest):
            return holds("values")
        if distance[best] < rules["tolerance"]:
            return fails("values", "interpolation", received=best)
        worst = int(np.argmax(distances["bicubic"]))
        return fails("values", self._mistake(facts, expected, list(expected.pixels)[worst]))

    @staticmethod
    def _read(facts: Facts, expected: Expected, case: str) -> np.ndarray | None:
        """Returns the drawn pixels of a picture; None if it has another shape."""
        array = getattr(facts, case).array
        if array is None or array.numbers is None or array.shape != expected.shape:
            return None
        return array.numbers.values.values

    def _mistake(self, facts: Facts, expected: Expected, case: str) -> str:
        """Returns the message on what went wrong with a picture."""
        values = self._read(facts, expected, case)
        if values is None:
            return "values"
        right = np.stack(list(expected.pixels[case].values())) / 255
        about = expected.pictures[case], expected.shape[1], expected.at[case], right
        return distortions.mistake(*about, values)
