"""Exercise `build_classifier` of ps2."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, attempt, type_name
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import probing
from rps_course.exercises.probes.features import activations, reference_features
from rps_course.exercises.probes.probing import FEATURES, N_PICTURES
from rps_course.profile import Profile


class BuildClassifier(Exercise):
    """`build_classifier(backbone)`: backbone, Dropout 0.5, Dense 3 with softmax."""

    name = "build_classifier"
    assignment = "ps2"
    order = 3
    _REPEATS = 48
    _MAX_HEAD = 20_000
    facts = evidence.record(
        optional=(
            "outputs",
            "training_outputs",
            "output_shape",
            "head_shapes",
            "head",
            "rates",
            "from_logits",
            "same_twice",
            "backbone_trains",
        ),
        type=evidence.text(100),
        output_shape=evidence.shape(),
        outputs=evidence.array(max_size=N_PICTURES * 3),
        training_outputs=evidence.array(max_size=_REPEATS * 3),
        same_twice=evidence.boolean(),
        head_shapes=evidence.listing(evidence.shape(), 20),
        head=evidence.listing(evidence.array(max_size=_MAX_HEAD), 2),
        rates=evidence.listing(evidence.number(), 10),
        from_logits=evidence.boolean(),
        backbone_trains=evidence.integer(),
    )

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Runs the classifier on a reference backbone, for inference and for training."""
        import tensorflow as tf

        from rps_course import model

        backbone = model.build_backbone(profile)
        classifier = attempt(function, backbone)
        if not probing.is_model(classifier):
            return {"type": type_name(classifier)}
        x = probing.inputs(challenge, self.name, profile)
        outputs = np.asarray(attempt(classifier, x, training=False))
        facts: dict[str, Any] = {
            "type": "model",
            "output_shape": [int(n) for n in outputs.shape],
            "same_twice": bool(np.array_equal(outputs, np.asarray(classifier(x, training=False)))),
            "from_logits": bool(
                getattr(getattr(classifier, "loss", None), "from_logits", False)
                or getattr(getattr(classifier, "loss", None), "_from_logits", False)
            ),
        }
        theirs = {id(variable) for variable in backbone.weights}
        head = [v.numpy() for v in classifier.trainable_weights if id(v) not in theirs]
        facts["backbone_trains"] = len(classifier.trainable_weights) - len(head)
        facts["head_shapes"] = [list(weight.shape) for weight in head[:20]]
        if sum(weight.size for weight in head) <= self._MAX_HEAD and len(head) <= 2:
            facts["head"] = [evidence.encode(weight) for weight in head]
        if outputs.shape == (N_PICTURES, 3):
            facts["outputs"] = evidence.encode(outputs)
            # One picture many times: what differs between the rows is Dropout's doing.
            repeated = np.repeat(x[:1], self._REPEATS, axis=0)
            facts["training_outputs"] = evidence.encode(classifier(repeated, training=True))
        facts["rates"] = [
            float(layer.rate)
            for layer in classifier._flatten_layers()
            if isinstance(layer, tf.keras.layers.Dropout)
        ][:10]
        return facts

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on output shape, probabilities, Dropout and the Dense layer."""
        if facts["type"] != "model":
            yield fails(None, "not_a_model", received=facts["type"])
            return
        shape = facts["output_shape"]
        if shape != [N_PICTURES, 3]:
            yield fails("outputs", "outputs", received=shape[1:], wanted=[3])
            return
        yield holds("outputs")
        outputs = facts["outputs"].values.astype(np.float64)
        is_distribution = outputs.min() >= 0 and np.abs(outputs.sum(axis=1) - 1).max() < 1e-3
        if is_distribution or facts["from_logits"]:
            yield holds("probabilities")
        else:
            sums = outputs.sum(axis=1)
            yield fails("probabilities", "probabilities", low=sums.min(), high=sums.max())
        head = facts.get("head", [])
        shapes = sorted(facts["head_shapes"], key=len)
        features = reference_features(challenge, self.name, profile).features
        if shapes != [[3], [FEATURES, 3]] or len(head) != 2:
            parameters = sum(int(np.prod(shape)) for shape in facts["head_shapes"])
            yield fails("dense", "dense", received=parameters, wanted=FEATURES * 3 + 3)
        else:
            bias, kernel = sorted(
                (weight.values.astype(np.float64) for weight in head), key=np.ndim
            )
            logits = features @ kernel + bias
            follows = min(np.abs(g - outputs).max() for g in activations(logits)) < 2e-3
            if not follows:
                yield fails("dense", "other_outputs")
            elif facts["backbone_trains"]:
                yield fails("dense", "backbone_trains", received=facts["backbone_trains"])
            else:
                yield holds("dense")
            # A backbone that trains along gives other features in training mode.
            comparable = follows and not facts["backbone_trains"]
            yield self._dropout(facts, features[0] if comparable else None, kernel)

    def _dropout(self, facts: dict, features: np.ndarray | None, kernel: np.ndarray) -> Finding:
        """Judges Dropout; by the variance it causes where the outputs follow from the features."""
        if not facts["same_twice"]:
            return fails("dropout", "always_dropout")
        outputs = facts["training_outputs"].values.astype(np.float64)
        if np.ptp(outputs, axis=0).max() < 1e-6:
            return fails("dropout", "no_dropout")
        # 1,280 features can be dropped in more ways than can be tried, 3 outputs in 8.
        different = len(np.unique(outputs.round(5), axis=0))
        if different < self._REPEATS // 2:
            return fails("dropout", "dropout_place", received=different, wanted=self._REPEATS)
        rate = 1 - np.prod([1 - rate for rate in facts["rates"]])
        if facts["rates"] and abs(rate - 0.5) > 1e-3:
            return fails("dropout", "rate", received=round(rate, 2), wanted=0.5)
        if features is None:
            return holds("dropout")
        if outputs.min() <= 0 or np.abs(outputs.sum(axis=1) - 1).max() > 1e-3:
            return holds("dropout")  # which logits these come from cannot be said
        # The variance of the logits tells the rate p, as p / (1 - p), whatever does the dropping.
        logits = np.log(np.clip(outputs, 1e-9, 1))
        logits = logits - logits.mean(axis=1, keepdims=True)
        centered = kernel - kernel.mean(axis=1, keepdims=True)
        full = ((features[:, np.newaxis] * centered) ** 2).sum()
        odds = logits.var(axis=0).sum() / full
        if not 0.5 < odds < 2.0:
            return fails("dropout", "rate", received=round(odds / (1 + odds), 2), wanted=0.5)
        return holds("dropout")
