"""Exercise `to_numpy` of ps1."""

from collections.abc import Callable, Iterator

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import SAMPLED, Exercise, attempt, positions, sampled
from autograder.core.exercise import type_name as name_of
from autograder.core.rubric import Finding, fails, holds
from rps_course.profile import Profile


class ToNumpy(Exercise):
    """`to_numpy(ds)`: a preprocessed dataset as two arrays, in order."""

    name = "to_numpy"
    assignment = "ps1"
    order = 2
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
