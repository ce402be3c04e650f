"""Exercise `preprocess_image` of ps1."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import SAMPLED, Exercise, Raised, attempt, positions, sampled, short
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
    order = 1
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
                yield fails("values", "not_in_map", **short(facts["mapped"]["raised"]))
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
