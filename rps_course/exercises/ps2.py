"""Assignment ps2: likeliest classes, a frozen backbone, a head, and how to compile it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from autograder.core import evidence
from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, type_name
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises import compiling, probing
from rps_course.exercises.probing import FEATURES, N_PICTURES
from rps_course.profile import Profile


class TopK(Exercise):
    """`top_k(probs, labels, k=5)`: the likeliest labels with their probabilities."""

    name = "top_k"
    assignment = "ps2"
    heavy = False
    _pair = evidence.record(label=evidence.text(200), probability=evidence.number())
    _case = evidence.record(
        optional=("pairs", "raised"),
        type=evidence.text(200),
        pairs=evidence.listing(_pair, 50),
        raised=evidence.raised(),
    )
    # Name of the case: number of classes, k (None: the default).
    _CASES: ClassVar = {"default": (1000, None), "three": (40, 3), "all": (7, 7)}
    facts = evidence.record(**dict.fromkeys(_CASES, _case))

    def _inputs(self, challenge: Challenge, case: str) -> tuple[np.ndarray, list[str]]:
        n = self._CASES[case][0]
        rng = challenge.rng(f"{self.name} {case}")
        probabilities = rng.dirichlet(np.full(n, 0.3)).astype(np.float32)
        labels = [f"thing {number}" for number in rng.permutation(10 * n)[:n]]
        return probabilities[np.newaxis], labels

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Probes the function with the default k and two others."""
        facts = {}
        for case, (_, k) in self._CASES.items():
            probabilities, labels = self._inputs(challenge, case)
            arguments = {} if k is None else {"k": k}
            try:
                result = attempt(function, probabilities, labels, **arguments)
                facts[case] = attempt(self._describe, result)
            except Raised as error:
                if case == "default":
                    raise
                facts[case] = {"type": "", "raised": error.fact}
        return facts

    def _describe(self, result: Any) -> dict:
        if not isinstance(result, list | tuple):
            return {"type": type_name(result)}
        pairs = []
        for entry in result[:50]:
            if not isinstance(entry, list | tuple) or len(entry) != 2:
                return {"type": f"{type_name(result)} of {type_name(entry)}"}
            if not isinstance(entry[0], str):
                return {
                    "type": f"{type_name(result)} of pairs that begin with {type_name(entry[0])}"
                }
            probability = float(np.nan_to_num(float(entry[1])))
            pairs.append({"label": str(entry[0])[:200], "probability": probability})
        return {"type": "pairs", "pairs": pairs}

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on labels and order, probabilities, and k."""
        default = facts["default"]
        if "pairs" not in default:
            yield fails(None, "not_pairs", received=default["type"])
            return
        names, values, length = holds("names"), holds("probabilities"), holds("k")
        for case, (n, k) in self._CASES.items():
            k = k or min(5, n)
            if "raised" in facts[case]:
                length = fails("k", "k_raised", received=facts[case]["raised"]["type"], k=k)
                continue
            pairs = facts[case].get("pairs", [])
            probabilities, labels = self._inputs(challenge, case)
            known = len({pair["label"] for pair in pairs} & set(labels))
            if known != k or len(pairs) != k:
                length = fails("k", "k", received=min(known, len(pairs)), wanted=k)
            order = np.argsort(-probabilities[0])[: len(pairs)]
            if not pairs or [pair["label"] for pair in pairs] != [labels[i] for i in order]:
                reverse = [pair["label"] for pair in pairs[::-1]] == [labels[i] for i in order]
                chosen = sorted(pair["label"] for pair in pairs) == sorted(labels[i] for i in order)
                message = (
                    "reversed" if reverse and pairs else "order" if chosen and pairs else "names"
                )
                share = 0.5 if chosen and pairs else 0.0
                # The worst of the cases counts: with k of k labels any order has chosen well.
                if share <= names.share:
                    names = fails("names", message, share=share)
            lookup = dict(zip(labels, probabilities[0], strict=True))
            if not pairs or any(
                abs(lookup.get(pair["label"], -1) - pair["probability"]) > 1e-5 for pair in pairs
            ):
                values = fails("probabilities", "probabilities")
        yield from (names, values, length)


class BuildBackbone(Exercise):
    """`build_backbone()`: MobileNetV2 without its top, average pooling, pretrained, frozen."""

    name = "build_backbone"
    assignment = "ps2"
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
        error = _activations(features @ before)[0] - np.eye(3)[y]
        wanted = before - self._RATE * features.T @ error / len(y)
        return probing.follows(before, facts["head"].values, wanted) and (
            wanted_after is None or probing.alike(facts["after"].values, wanted_after)
        )


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


class BuildClassifier(Exercise):
    """`build_classifier(backbone)`: backbone, Dropout 0.5, Dense 3 with softmax."""

    name = "build_classifier"
    assignment = "ps2"
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
            follows = min(np.abs(g - outputs).max() for g in _activations(logits)) < 2e-3
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


def _activations(logits: np.ndarray) -> tuple[np.ndarray, ...]:
    """Returns what a Dense layer gives with softmax, sigmoid and no activation."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax = exponentials / exponentials.sum(axis=1, keepdims=True)
    return softmax, 1 / (1 + np.exp(-np.clip(logits, -60, 60))), logits


class CompileHead(Exercise):
    """`compile_head(model)`: Adam 0.001, sparse categorical cross-entropy, accuracy."""

    name = "compile_head"
    assignment = "ps2"
    facts = compiling.FACTS

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> dict:
        """Compiles a reference classifier with the function and trains it for one step."""
        from rps_course import model

        classifier = probing.classifier(model.build_backbone(profile), challenge, self.name)
        attempt(function, classifier)
        return compiling.gather(classifier, challenge, self.name, profile)

    def judge(
        self, facts: dict, challenge: Challenge, profile: Profile, table: dict
    ) -> Iterator[Finding]:
        """Yields findings on learning rate, loss, metric and whether the backbone stays frozen."""
        from rps_course import training

        if not facts["compile"]["compiled"]:
            yield fails(None, "not_compiled")
            return
        wanted = self.reference(training.compile_head, challenge, profile)
        if not probing.alike(facts["later"].values, wanted["later"].values):
            yield fails(None, "contradicts", exercise=self.name)
            return
        yield from compiling.findings(facts, wanted, profile.learning_rate_head)
        if "step" in facts:
            yield fails("frozen", "step", received=facts["step"]["message"][:150])
        elif facts["backbone_moved"]:
            yield fails("frozen", "moves", received=facts["backbone_moved"])
        elif not probing.alike(facts["after"].values, wanted["after"].values):
            yield fails(None, "contradicts", exercise=self.name)
        else:
            yield holds("frozen")
