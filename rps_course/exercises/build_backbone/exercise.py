"""Exercise `build_backbone` of ps2."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, type_name
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import probing
from rps_course.exercises.probes.features import activations, reference_features
from rps_course.exercises.probes.probing import FEATURES, N_PICTURES
from rps_course.profile import Profile


class BuildBackbone(Exercise):
    """`build_backbone()`: MobileNetV2 without its top, average pooling, pretrained, frozen."""

    name = "build_backbone"
    assignment = "ps2"
    order = 2
    _RATE = 0.1
    facts = evidence.record(
        optional=(
            "output_shape", "features", "parameters", "moved", "total", "step", "head", "after",
        ),
        type=evidence.text(100),
        output_shape=evidence.shape(),
        features=evidence.array(max_size=N_PICTURES * FEATURES),
        parameters=evidence.integer(),
        moved=evidence.integer(),
        total=evidence.integer(),
        step=evidence.raised(),
        head=evidence.array(max_size=FEATURES * 3),
        after=probing.LATER,
    )  # fmt: skip

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Runs the backbone, then trains a head on it for one step."""
        import tensorflow as tf

        backbone = attempt(function)
        facts: dict[str, Any] = {"type": type_name(backbone)}
        if not probing.is_model(backbone):
            return facts
        facts["type"] = "model"
        x = probing.inputs(challenge, self.name, profile)
        features = np.asarray(attempt(backbone, x, training=False))
        facts |= {
            "output_shape": [int(n) for n in features.shape],
            "parameters": int(backbone.count_params()),
            "total": len(backbone.weights),
        }
        layers = [backbone]
        if features.ndim == 4:
            layers.append(tf.keras.layers.GlobalAveragePooling2D())
            features = features.mean(axis=(1, 2))
        elif features.ndim == 2 and features.shape[1] > FEATURES:
            layers.append(tf.keras.layers.Lambda(lambda x: x[:, :FEATURES]))
            features = features[:, :FEATURES]
        if features.shape[1:]:
            facts["features"] = evidence.encode(features[:, :FEATURES])
        model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(3, activation="softmax")])
        attempt(model, x[:1], training=False)  # builds the head on a subclassed model, too
        probing.set_head(model, challenge, self.name)
        optimizer = tf.keras.optimizers.SGD(self._RATE)
        model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
        before = probing.snapshot(backbone)
        try:
            probing.step(model, x, probing.targets(challenge, self.name))
        except Raised as error:
            facts["step"] = error.fact
        facts["moved"] = len(probing.moved(before, backbone))
        head = model.layers[-1].weights[0].numpy()
        if head.size <= FEATURES * 3:
            facts["head"] = evidence.encode(head)
        if facts["output_shape"] == [N_PICTURES, FEATURES]:
            again = attempt(backbone, probing.later(challenge, self.name, profile), training=False)
            facts["after"] = evidence.encode(again)
        return facts

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on the output, the pretrained weights and freezing."""
        if facts["type"] != "model":
            yield fails(None, "not_a_model", received=facts["type"])
            return
        right = reference_features(challenge, self.name, profile)
        # Something small that happens not to train is no frozen backbone.
        if facts["parameters"] < 0.9 * right.parameters:
            yield fails(None, "too_small", received=facts["parameters"], wanted=right.parameters)
            return
        shape = facts["output_shape"]
        wanted_after = None
        if shape == [N_PICTURES, FEATURES]:
            yield holds("headless")
            if probing.alike(facts["features"].values, right.features):
                wanted_after = right.later
                yield holds("pretrained")
            else:
                yield fails("pretrained", "other_features")
        elif len(shape) == 4:
            yield fails("headless", "no_pooling", received=shape[1:], wanted=[FEATURES])
        elif len(shape) == 2 and shape[1] in (1000, 1001):
            yield fails("headless", "has_top", received=shape[1], wanted=FEATURES)
        else:
            yield fails("headless", "output", received=shape[1:], wanted=[FEATURES])
        if "step" in facts:
            yield fails("frozen", "step", received=facts["step"]["type"])
        elif facts["moved"]:
            yield fails("frozen", "moves", received=facts["moved"], total=facts["total"])
        elif not self._really_frozen(facts, challenge, wanted_after):
            yield fails(None, "contradicts", exercise=self.name)
        else:
            yield holds("frozen")

    def _really_frozen(
        self, facts: dict, challenge: Challenge, wanted_after: np.ndarray | None
    ) -> bool:
        """Takes the head's training step again: it depends on the features in training mode."""
        features = facts["features"].values.astype(np.float64)
        y = probing.targets(challenge, self.name)
        before = probing.drawn_head(challenge, self.name, features.shape[1]).astype(np.float64)
        error = activations(features @ before)[0] - np.eye(3)[y]
        wanted = before - self._RATE * features.T @ error / len(y)
        return probing.follows(before, facts["head"].values, wanted) and (
            wanted_after is None or probing.alike(facts["after"].values, wanted_after)
        )
