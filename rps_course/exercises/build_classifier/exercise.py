"""Exercise `build_classifier` of ps2."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, in_short, type_name
from autograder.core.facts import Array, Failure, Most, Shape, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import probing, standin
from rps_course.exercises.probes.probing import N_PICTURES
from rps_course.profile import Profile
from rps_course.profiles.reading import MAX_CLASSES

if TYPE_CHECKING:
    import tensorflow as tf

_REPEATS = 192
_MAX_HEAD = 20_000


@dataclass(frozen=True)
class Outputs:
    """What the classifier makes of pictures, where that has the right shape.

    Attributes:
        inference: of the drawn pictures, `[N_PICTURES, classes]`.
        again: the same once more.
        training: of one picture many times in training mode, `[192, classes]`.
    """

    inference: Annotated[Array, Most(N_PICTURES * MAX_CLASSES)]
    again: Annotated[Array, Most(N_PICTURES * MAX_CLASSES)]
    training: Annotated[Array, Most(_REPEATS * MAX_CLASSES)]


@dataclass(frozen=True)
class Step:
    """What one training step did to the backbone.

    Attributes:
        moved: how many of its weights moved.
        after: its features of two other pictures afterwards.
        raised: what the step raised.
    """

    moved: int
    after: Annotated[Array, Most(2 * standin.MAX_FEATURES)]
    raised: Failure | None = None


@dataclass(frozen=True)
class Facts:
    """What the function returned; all but the type stands for a Keras model only.

    Attributes:
        type: `"model"`, or the name of another type.
        output_shape: of what the model makes of the drawn pictures.
        outputs: that itself; None for another shape.
        from_logits: whether a loss that it is compiled with says that these are logits.
        head_shapes: of the weights that train beside those of the backbone.
        head: these weights; empty if there are more than a Dense layer has.
        rates: of its Dropout layers.
        step: what a training step did; None where the outputs have another shape.
    """

    type: Short
    output_shape: Shape = ()
    outputs: Outputs | None = None
    from_logits: bool = False
    head_shapes: Annotated[tuple[Shape, ...], Most(20)] = ()
    head: Annotated[tuple[Annotated[Array, Most(_MAX_HEAD)], ...], Most(2)] = ()
    rates: tuple[float, ...] = ()
    step: Step | None = None


@dataclass(frozen=True)
class Expected:
    """What a right head is built on.

    Attributes:
        features: of the drawn pictures, float64 `[n, d]`.
        later: of two other pictures, `[2, d]`.
        classes: how many there are.
    """

    features: np.ndarray
    later: np.ndarray
    classes: int


class BuildClassifier(Exercise[Facts, Expected]):
    """`build_classifier(backbone)`: backbone, Dropout 0.5, Dense with softmax."""

    name = "build_classifier"
    assignment = "ps2"
    order = 3
    facts = Facts

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Runs the classifier on a stand-in backbone, for inference and for training."""
        backbone = standin.backbone(challenge, self.name, profile.input_shape)
        classifier = attempt(function, backbone)
        if not probing.is_model(classifier):
            return Facts(type_name(classifier))
        x = probing.inputs(challenge, self.name, profile.input_shape)
        inference = np.asarray(attempt(classifier, x, training=False))
        # Before any training: it moves the statistics of batch norms that are not frozen.
        again = classifier(x, training=False)
        outputs = None
        if inference.shape == (N_PICTURES, len(profile.classes)):
            # One picture many times: what differs between the rows is Dropout's doing.
            repeated = np.repeat(x[:1], _REPEATS, axis=0)
            training = classifier(repeated, training=True)
            outputs = Outputs(Array.of(inference), Array.of(again), Array.of(training))
        facts = probing.takes_logits(classifier), *_head(classifier, backbone)  # before the step
        step = self._step(classifier, backbone, challenge, profile) if outputs else None
        return Facts("model", inference.shape, outputs, *facts, step)

    def _step(
        self,
        classifier: "tf.keras.Model",
        backbone: "tf.keras.Model",
        challenge: Challenge,
        profile: Profile,
    ) -> Step:
        """Trains the classifier for one step."""
        before, raised = probing.snapshot(backbone), None
        x = probing.inputs(challenge, self.name, profile.input_shape)
        classifier.compile("sgd", "sparse_categorical_crossentropy")
        try:
            probing.step(classifier, x, probing.targets(challenge, self.name, profile))
        except Raised as error:
            raised = error.failure
        later = probing.later(challenge, self.name, profile.input_shape)
        after = Array.of(backbone(later, training=False))
        return Step(len(probing.moved(before, backbone)), after, raised)

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Returns the stand-in's features."""
        backbone = standin.backbone(challenge, self.name, profile.input_shape)
        features, later = (
            np.asarray(backbone(draw(challenge, self.name, profile.input_shape), training=False))
            for draw in (probing.inputs, probing.later)
        )
        return Expected(features.astype(np.float64), later, len(profile.classes))

    def judge(self, facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
        """Yields findings on output shape, probabilities, Dropout and the Dense layer."""
        if facts.type != "model":
            yield fails(None, "not_a_model", received=facts.type)
            return
        right = (N_PICTURES, expected.classes)
        outputs = facts.outputs
        if (
            facts.output_shape != right
            or outputs is None
            or outputs.inference.values.shape != right
            or facts.step is None
        ):
            received = list(facts.output_shape[1:])
            yield fails("outputs", "outputs", received=received, expected=[expected.classes])
            return
        yield holds("outputs")
        inference = outputs.inference.values.astype(np.float64)
        if _are_probabilities(inference, rules["sum"]):
            yield holds("probabilities")
        elif facts.from_logits:
            yield fails("probabilities", "logits")
        else:
            sums = inference.sum(axis=1)
            yield fails("probabilities", "probabilities", low=sums.min(), high=sums.max())
        dense, kernel = self._dense(facts, inference, expected, rules)
        yield dense
        if kernel is not None:
            # A backbone that trains along gives other features in training mode.
            features = expected.features[0] if dense.message is None else None
            yield self._dropout(facts, features, kernel, rules)

    def _dense(
        self, facts: Facts, outputs: np.ndarray, expected: Expected, rules: dict
    ) -> tuple[Finding, np.ndarray | None]:
        """Judges the head, and returns its kernel where it is a Dense layer."""
        features, classes = expected.features.shape[1], expected.classes
        head = sorted((array.values.astype(np.float64) for array in facts.head), key=np.ndim)
        shapes = [weight.shape for weight in head]
        if shapes != [(classes,), (features, classes)]:
            received = sum(int(np.prod(shape)) for shape in facts.head_shapes)
            right = (features + 1) * classes
            values = {"features": features, "classes": classes}
            return fails("dense", "dense", received=received, expected=right, **values), None
        bias, kernel = head
        logits = expected.features @ kernel + bias
        possible = (probing.softmax(logits), 1 / (1 + np.exp(-np.clip(logits, -60, 60))), logits)
        if min(np.abs(each - outputs).max() for each in possible) >= rules["outputs"]:
            return fails("dense", "other_outputs"), kernel
        step = facts.step
        if step.raised is not None:
            return fails("dense", "step", received=in_short(step.raised)), kernel
        if step.moved:
            return fails("dense", "backbone_moves", received=step.moved), kernel
        if not probing.alike(step.after.values, expected.later, rules["rounding"]):
            return fails(None, "contradicts", exercise=self.name), kernel
        return holds("dense"), kernel

    @staticmethod
    def _dropout(
        facts: Facts, features: np.ndarray | None, kernel: np.ndarray, rules: dict
    ) -> Finding:
        """Judges Dropout; by the variance it causes where the outputs follow from the features."""
        inference, again = facts.outputs.inference.values, facts.outputs.again.values
        if inference.shape != again.shape or np.abs(inference - again).max() > rules["varies"]:
            return fails("dropout", "always_dropout")
        outputs = facts.outputs.training.values.astype(np.float64)
        if outputs.shape != (_REPEATS, kernel.shape[1]):
            return fails("dropout", "no_dropout")
        if np.ptp(outputs, axis=0).max() < rules["varies"]:
            return fails("dropout", "no_dropout")
        # Features can be dropped in more ways than can be tried, the few outputs cannot.
        different = len(np.unique(outputs.round(5), axis=0))
        if different < rules["different"] * _REPEATS:
            return fails("dropout", "dropout_place", received=different, expected=_REPEATS)
        rate, right = 1 - np.prod([1 - rate for rate in facts.rates]), rules["rate"]
        if facts.rates and abs(rate - right) > rules["rate_tolerance"]:
            return fails("dropout", "rate", received=round(rate, 2), expected=right)
        if features is None or not _are_probabilities(outputs, rules["sum"]):
            return holds("dropout")  # which logits these come from cannot be said
        # The variance of the logits tells the rate p, as p / (1 - p), whatever does the dropping.
        logits = np.log(np.clip(outputs, 1e-9, 1))
        logits = logits - logits.mean(axis=1, keepdims=True)
        centered = kernel - kernel.mean(axis=1, keepdims=True)
        odds = logits.var(axis=0).sum() / ((features[:, np.newaxis] * centered) ** 2).sum()
        factor = odds * (1 - right) / right
        if not 1 / rules["variance"] < factor < rules["variance"]:
            return fails("dropout", "rate", received=round(odds / (1 + odds), 2), expected=right)
        return holds("dropout")


def _head(
    classifier: "tf.keras.Model", backbone: "tf.keras.Model"
) -> tuple[tuple[tuple[int, ...], ...], tuple[Array, ...], tuple[float, ...]]:
    """Returns the head's shapes and weights, and Dropout's rates."""
    import tensorflow as tf

    theirs = {id(variable) for variable in backbone.weights}
    head = [v.numpy() for v in classifier.trainable_weights if id(v) not in theirs]
    small = sum(weight.size for weight in head) <= _MAX_HEAD and len(head) <= 2
    rates = [
        float(layer.rate)
        for layer in classifier._flatten_layers()
        if isinstance(layer, tf.keras.layers.Dropout)
    ]
    return (
        tuple(weight.shape for weight in head),
        tuple(map(Array.of, head)) if small else (),
        tuple(rates),
    )


def _are_probabilities(outputs: np.ndarray, tolerance: float) -> bool:
    """Whether each row is a probability distribution."""
    return outputs.min() >= 0 and np.abs(outputs.sum(axis=1) - 1).max() < tolerance
