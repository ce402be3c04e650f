"""Features of the pretrained backbone, and whether a layer is active in training."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from autograder.core.challenge import Challenge
from rps_course.exercises.probes import probing
from rps_course.profile import Profile


@dataclass(frozen=True)
class Features:
    """What the reference backbone makes of a challenge's pictures.

    Attributes:
        features: of the network inputs, float32 `[n, 1280]`.
        later: of the pictures that are looked at before and after a step, float32 `[2, 1280]`.
        parameters: how many weights the backbone has.
    """

    features: np.ndarray
    later: np.ndarray
    parameters: int


@lru_cache(maxsize=4)
def reference_features(challenge: Challenge, purpose: str, profile: Profile) -> Features:
    """Returns the reference backbone's features."""
    from rps_course import model

    backbone = model.build_backbone(profile)
    x, later = (
        probing.inputs(challenge, purpose, profile),
        probing.later(challenge, purpose, profile),
    )
    return Features(
        np.asarray(backbone(x, training=False)),
        np.asarray(backbone(later, training=False)),
        int(backbone.count_params()),
    )


def activations(logits: np.ndarray) -> tuple[np.ndarray, ...]:
    """Returns what a Dense layer gives with softmax, sigmoid and no activation."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax = exponentials / exponentials.sum(axis=1, keepdims=True)
    return softmax, 1 / (1 + np.exp(-np.clip(logits, -60, 60))), logits
