"""Assignment ps1: from dataset elements and picture files to arrays a network can take."""

import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import SAMPLED, Exercise, Raised, attempt, positions, sampled
from autograder.core.exercise import type_name as name_of
from autograder.core.rubric import Finding, fails, holds
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


class PreprocessImage(Exercise):
    """`preprocess_image(sample)`: float32, divided by 255, resized; the label kept."""

    name = "preprocess_image"
    assignment = "ps1"
    # Called directly and inside `Dataset.map`; the second picture is not square.
    _case = evidence.record(
        optional=("image", "label", "keys", "type", "raised"),
        type=evidence.text(100),
        keys=evidence.listing(evidence.text(50), 10),
        image=SAMPLED,
        label=SAMPLED,
        raised=evidence.raised(),
    )
    facts = evidence.record(direct=_case, oblong=_case, mapped=_case)
    _SIZES: ClassVar = {"direct": (300, 300), "oblong": (200, 280), "mapped": (300, 300)}

    def _sample(self, challenge: Challenge, case: str) -> dict[str, np.ndarray]:
        height, width = self._SIZES[case]
        picture = challenge.pictures(f"{self.name} {case}", 1, height, width)[0]
        if case == "oblong":
            picture = picture // 2 + 20  # not every picture holds black and white
        return {
            "image": picture,
            "label": np.int64(challenge.rng(f"{self.name} {case} label").integers(3)),
        }

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Probes the function on three samples."""
        import tensorflow as tf

        facts = {}
        for case in self._SIZES:
            sample = self._sample(challenge, case)
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
                facts[case] = {"raised": error.fact}
                continue
            facts[case] = self._describe(result, challenge, case)
        return facts

    def _describe(self, result: Any, challenge: Challenge, case: str) -> dict:
        if not isinstance(result, dict):
            return {"type": name_of(result)}
        facts = {"type": "dict", "keys": [str(key)[:50] for key in list(result)[:10]]}
        for key in ("image", "label"):
            if key in result:
                facts[key] = sampled(result[key], challenge, f"{self.name} {case}")
        return facts

    def _is_expected(self, case: str, facts: dict, challenge: Challenge, size: int) -> bool:
        import tensorflow as tf

        picture = tf.cast(self._sample(challenge, case)["image"], tf.float32) / 255
        index = positions(size * size * 3, challenge, f"{self.name} {case}")
        values = facts["image"]["values"].values
        tolerance = 2e-3 if facts["image"]["dtype"] == "float16" else 1e-4
        for method, antialias in _RESIZE_METHODS:
            resized = tf.image.resize(picture, (size, size), method=method, antialias=antialias)
            wanted = resized.numpy().reshape(-1)[index]
            if np.abs(np.clip(wanted, 0, 1) - np.clip(values, 0, 1)).max() < tolerance:
                return True
        return False

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on size, scale, values and label."""
        direct = facts["direct"]
        if direct.get("type") != "dict":
            yield fails(None, "not_a_dict", received=direct.get("type"))
            return
        if "image" not in direct or "low" not in direct["image"]:
            yield fails(None, "no_image", received=", ".join(direct["keys"]) or "nothing")
            return
        size = profile.image_size
        wanted_shape = list(profile.input_shape)
        shapes = [
            facts[case]["image"]["shape"]
            for case in ("direct", "oblong")
            if "shape" in facts[case].get("image", {})
        ]
        wrong = [shape for shape in shapes if shape != wanted_shape]
        right_size = len(shapes) == 2 and not wrong
        image = direct["image"]
        expected_mean = self._sample(challenge, "direct")["image"].mean() / 255
        right_scale = (
            image["nonfinite"] == 0
            and image["high"] <= 1.2
            and image["low"] >= -0.2
            and 0.4 < image["mean"] / expected_mean < 2  # part of the picture has another mean
        )
        if right_size:
            yield holds("size")
        elif wrong:
            yield fails("size", "size", received=wrong[0], wanted=wanted_shape)
        else:
            yield fails("size", "size_oblong", wanted=wanted_shape)
        if image["nonfinite"]:
            yield fails("scale", "not_finite", received=image["nonfinite"])
        elif not right_scale:
            yield fails("scale", "scale", low=image["low"], high=image["high"])
        elif image["dtype"] != "float32":
            yield fails("scale", "dtype", share=0.5, received=image["dtype"])
        else:
            yield holds("scale")
        if right_size and right_scale:
            if "raised" in facts["mapped"]:
                yield fails("values", "not_in_map", **_short(facts["mapped"]["raised"]))
            elif all(
                facts[case].get("image", {}).get("shape") == wanted_shape
                and "values" in facts[case]["image"]
                and self._is_expected(case, facts[case], challenge, size)
                for case in self._SIZES
            ):
                yield holds("values")
            else:
                yield fails("values", "values")
        # Handing the sample back untouched keeps the label too, but is no answer.
        if right_size or right_scale:
            label = direct.get("label")
            if label is None:
                yield fails("label", "label_lost", received=", ".join(direct["keys"]))
            elif self._keeps_label(facts, challenge):
                yield holds("label")
            else:
                yield fails("label", "label_changed")

    def _keeps_label(self, facts: dict, challenge: Challenge) -> bool:
        for case in ("direct", "oblong"):
            label = facts[case].get("label", {})
            if label.get("shape") != [] or "values" not in label:
                return False
            if label["values"].values[0] != self._sample(challenge, case)["label"]:
                return False
        return True


class ToNumpy(Exercise):
    """`to_numpy(ds)`: a preprocessed dataset as two arrays, in order."""

    name = "to_numpy"
    assignment = "ps1"
    _case = evidence.record(optional=("X", "y"), type=evidence.text(100), X=SAMPLED, y=SAMPLED)
    facts = evidence.record(small=_case, large=_case)

    def _dataset(
        self, challenge: Challenge, case: str, profile: Profile
    ) -> tuple[np.ndarray, np.ndarray]:
        low, high = {"small": (5, 9), "large": (10, 15)}[case]
        rng = challenge.rng(f"{self.name} {case}")
        n = int(rng.integers(low, high))
        pictures = challenge.pictures(f"{self.name} {case}", n, *profile.input_shape[:2])
        return pictures.astype(np.float32) / 255, rng.integers(0, 3, n)

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Probes the function on two datasets of unlike size."""
        import tensorflow as tf

        facts = {}
        for case in ("small", "large"):
            pictures, labels = self._dataset(challenge, case, profile)
            dataset = tf.data.Dataset.from_tensor_slices({"image": pictures, "label": labels})
            result = attempt(function, dataset)
            if not isinstance(result, tuple | list) or len(result) != 2:
                length = f" of {len(result)}" if isinstance(result, tuple | list) else ""
                facts[case] = {"type": name_of(result) + length}
                continue
            facts[case] = {
                "type": "pair",
                "X": sampled(result[0], challenge, f"{self.name} {case} X"),
                "y": sampled(result[1], challenge, f"{self.name} {case} y"),
            }
        return facts

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on pictures, dtype and labels."""
        for case in ("small", "large"):
            if facts[case]["type"] != "pair" or not {"X", "y"} <= facts[case].keys():
                yield fails(None, "not_a_pair", received=facts[case]["type"])
                return
        images, labels = holds("images"), holds("labels")
        for case in ("small", "large"):
            X, y = self._dataset(challenge, case, profile)
            received = facts[case]["X"]
            if received.get("shape") != list(X.shape):
                images = fails(
                    "images", "X_shape", received=received.get("shape"), wanted=list(X.shape)
                )
            elif "values" not in received or not np.allclose(
                received["values"].values,
                X.reshape(-1)[positions(X.size, challenge, f"{self.name} {case} X")],
                atol=1e-6,
            ):
                images = fails("images", "X_values")
            received = facts[case]["y"]
            index = positions(y.size, challenge, f"{self.name} {case} y")
            right = "values" in received and np.array_equal(received["values"].values, y[index])
            share = 0.5 if right else 0.0
            if received.get("shape") != list(y.shape):
                labels = fails(
                    "labels", "y_shape", received=received.get("shape"), wanted=list(y.shape)
                )
            elif not received.get("dtype", "").startswith(("int", "uint")):
                labels = fails("labels", "y_dtype", share=share, received=received.get("dtype"))
            elif not right:
                labels = fails("labels", "y_values")
            elif received["type"] != "ndarray":
                labels = fails("labels", "y_type", share=share, received=received["type"])
        yield images
        if images.message is None:
            X = facts["large"]["X"]
            if X["type"] != "ndarray":
                yield fails("dtype", "X_type", received=X["type"])
            elif X["dtype"] != "float32":
                yield fails("dtype", "X_dtype", received=X["dtype"])
            else:
                yield holds("dtype")
        yield labels


class LoadCustomSample(Exercise):
    """`load_custom_sample(path)`: a picture file as a batch of one."""

    name = "load_custom_sample"
    assignment = "ps1"
    heavy = False
    _case = evidence.record(optional=("array", "raised"), array=SAMPLED, raised=evidence.raised())
    # Pictures as people have them: (file ending, PIL mode, larger or smaller than the input).
    _CASES: ClassVar = {
        "photo": ("png", "RGB", (1.9, 1.5)),
        "jpeg": ("jpg", "RGB", (1.3, 2.1)),
        "transparent": ("png", "RGBA", (0.8, 1.2)),
        "gray": ("png", "L", (1.6, 1.6)),
    }
    facts = evidence.record(**dict.fromkeys(_CASES, _case))

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

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Probes the function on four picture files."""
        facts = {}
        with tempfile.TemporaryDirectory() as folder:
            for case, (ending, _, _) in self._CASES.items():
                path = Path(folder) / f"{case}.{ending}"
                path.write_bytes(self._file(challenge, case, profile))
                try:
                    result = attempt(function, str(path))
                except Raised as error:
                    if case == "photo":
                        raise
                    facts[case] = {"raised": error.fact}
                    continue
                facts[case] = {"array": sampled(result, challenge, f"{self.name} {case}")}
        return facts

    def _distance(
        self, case: str, facts: dict, challenge: Challenge, profile: Profile, resample: int
    ) -> float:
        """Returns the mean absolute difference from what PIL gives, in shades of 255."""
        from PIL import Image

        size = (profile.image_size, profile.image_size)
        picture = Image.open(io.BytesIO(self._file(challenge, case, profile))).convert("RGB")
        wanted = np.asarray(picture.resize(size, resample)).reshape(-1)
        index = positions(wanted.size, challenge, f"{self.name} {case}")
        return float(np.abs(255 * facts[case]["array"]["values"].values - wanted[index]).mean())

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on shape, scale and values."""
        from PIL import Image

        photo = facts["photo"].get("array", {})
        if "values" not in photo or photo["type"] not in ("ndarray", "EagerTensor"):
            yield fails(None, "not_an_array", received=photo.get("type"))
            return
        wanted = [1, *profile.input_shape]
        unlike = {
            case: facts[case]["array"].get("shape")
            for case in self._CASES
            if "array" in facts[case] and facts[case]["array"].get("shape") != wanted
        }
        failed = {case: facts[case]["raised"] for case in self._CASES if "raised" in facts[case]}
        if photo["shape"] != wanted:
            yield fails("shape", "shape", received=photo["shape"], wanted=wanted)
        elif failed or unlike:
            case = next(iter(failed or unlike))
            received = _short(failed[case])["received"] if failed else f"shape {unlike[case]}"
            yield fails("shape", "not_rgb", share=0.5, case=case, received=received)
        else:
            yield holds("shape")
        scaled = photo["nonfinite"] == 0 and photo["high"] <= 1.001 and photo["low"] >= -0.001
        # A picture that was divided by 255 twice is in range as well.
        scaled = scaled and photo["high"] > 0.5
        if scaled and photo["dtype"] in ("float32", "float64"):
            yield holds("scale")
        else:
            yield fails("scale", "scale", low=photo["low"], high=photo["high"])
        if photo["shape"] != wanted or not scaled:
            return
        comparable = [
            case
            for case in ("photo", "jpeg")
            if facts[case].get("array", {}).get("shape") == wanted
            and "values" in facts[case]["array"]
        ]
        distance = {
            method: max(
                self._distance(case, facts, challenge, profile, int(method)) for case in comparable
            )
            for method in Image.Resampling
        }
        best = min(distance, key=distance.get)
        # Other libraries' bicubic differs a little; PIL's other methods are to be told from it.
        if distance[Image.Resampling.BICUBIC] < min(1.0, distance[best] + 0.1):
            yield holds("values")
        elif distance[best] < 1.0:
            yield fails("values", "interpolation", share=0.5, received=best.name.lower())
        else:
            yield fails("values", "values")


def _short(raised: dict) -> dict[str, str]:
    return {"received": f"{raised['type']}: {raised['message'][:200]}".rstrip(": ")}
