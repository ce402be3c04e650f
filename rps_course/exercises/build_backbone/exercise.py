"""Exercise `build_backbone` of ps2."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.check import raised_finding
from autograder.core.exercise import Exercise, Raised, attempt, type_name
from autograder.core.facts import Array, Failure, Most, Shape, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.build_backbone.arguments import noted, wrong
from rps_course.exercises.probes import probing, standin
from rps_course.exercises.probes.probing import MAX_FEATURES, N_PICTURES
from rps_course.profile import Profile
from rps_course.profiles.reading import MAX_CLASSES

if TYPE_CHECKING:
    import tensorflow as tf

_RATE = 0.1  # of the step that a head on the backbone is trained for


@dataclass(frozen=True)
class Trained:
    """What training a head on the backbone for one step did.

    Attributes:
        moved: how many weights of the backbone moved.
        total: how many it has.
        head: the head's kernel afterwards.
        after: what the backbone makes of two other pictures afterwards; None if it is too large.
        raised: what the step raised.
    """

    moved: int
    total: int
    head: Annotated[Array, Most(MAX_FEATURES * MAX_CLASSES)]
    after: Annotated[Array, Most(2 * MAX_FEATURES)] | None = None
    raised: Failure | None = None


@dataclass(frozen=True)
class Failed:
    """A network that could not be built or used.

    Attributes:
        arguments: what it was built with, by name.
        raised: what that raised.
    """

    arguments: dict[str, Short]
    raised: Failure


@dataclass(frozen=True)
class Facts:
    """What the function returned; all but the type stands for a Keras model only.

    Attributes:
        type: `"model"`, or the name of another type.
        parameters: how many numbers its weights hold.
        output_shape: of what the model makes of drawn pictures.
        features: that itself, pooled, of which the first `MAX_FEATURES`; None where it is no vector
            a picture.
        trained: what a training step did.
        failed: why there is no such network; all else then is about a stand-in.
    """

    type: Short
    parameters: int = 0
    output_shape: Shape = ()
    features: Annotated[Array, Most(N_PICTURES * MAX_FEATURES)] | None = None
    trained: Trained | None = None
    failed: Failed | None = None


@dataclass(frozen=True)
class Expected:
    """What the reference backbone gives.

    Attributes:
        parameters: how many numbers its weights hold.
        features: of the drawn pictures, float32 `[n, d]`.
        later: of two other pictures, `[2, d]`.
        targets: the labels that a head is trained on, one-hot `[n, classes]`.
        challenge: draws the head that is trained.
        profile: says which network it is.
    """

    parameters: int
    features: np.ndarray
    later: np.ndarray
    targets: np.ndarray
    challenge: Challenge
    profile: Profile


@cache
def _reference(profile: Profile) -> "tf.keras.Model":
    from rps_course import model

    return model.build_backbone(profile)


def _build(function: Callable, x: np.ndarray) -> tuple[Any, np.ndarray | None]:
    """Returns what the function returns, and the outputs for pictures; None if it is no model."""
    backbone = attempt(function)
    if not probing.is_model(backbone):
        return backbone, None
    return backbone, np.asarray(attempt(backbone, x, training=False))


class BuildBackbone(Exercise[Facts, Expected]):
    """`build_backbone()`: the network without its top, average pooling, pretrained, frozen."""

    name = "build_backbone"
    assignment = "ps2"
    order = 2
    facts = Facts

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Runs the backbone, then trains a head on it for one step."""
        x = probing.inputs(challenge, self.name, profile.input_shape)
        failed = None
        try:
            backbone, outputs = _build(function, x)
        except Raised as first:
            with noted(function, challenge, self.name, profile) as arguments:
                try:
                    backbone, outputs = _build(function, x)
                except Raised:
                    raise first from None
            if not arguments:
                raise
            failed = Failed(arguments, first.failure)
        if outputs is None:
            return Facts(type_name(backbone))
        features = outputs.mean(axis=(1, 2)) if outputs.ndim == 4 else outputs
        return Facts(
            "model",
            int(backbone.count_params()),
            outputs.shape,
            Array.of(features[:, :MAX_FEATURES]) if features.ndim == 2 else None,
            self._train(backbone, outputs, challenge, profile),
            failed,
        )

    def _train(
        self,
        backbone: "tf.keras.Model",
        outputs: np.ndarray,
        challenge: Challenge,
        profile: Profile,
    ) -> Trained:
        import tensorflow as tf

        layers = [backbone]
        if outputs.ndim == 4:
            layers.append(tf.keras.layers.GlobalAveragePooling2D())
        elif outputs.ndim == 2 and outputs.shape[1] > MAX_FEATURES:
            layers.append(tf.keras.layers.Lambda(lambda x: x[:, :MAX_FEATURES]))
        head = tf.keras.layers.Dense(len(profile.classes), activation="softmax")
        width = outputs.shape[-1] if outputs.ndim else 1
        head.build((None, width if outputs.ndim != 2 else min(width, MAX_FEATURES)))
        model = tf.keras.Sequential([*layers, head])
        probing.set_head(model, challenge, self.name)
        x = probing.inputs(challenge, self.name, profile.input_shape)
        optimizer = tf.keras.optimizers.SGD(_RATE)
        model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
        before, raised = probing.snapshot(backbone), None
        try:
            probing.step_trainable(model, x, probing.targets(challenge, self.name, profile))
        except Raised as error:
            raised = error.failure
        moved = len(probing.moved(before, backbone))
        later = probing.later(challenge, self.name, profile.input_shape)
        again = np.asarray(attempt(backbone, later, training=False))
        return Trained(
            moved,
            len(backbone.weights),
            Array.of(model.layers[-1].weights[0]),
            Array.of(again) if again.size <= 2 * MAX_FEATURES else None,
            raised,
        )

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Runs the reference backbone on the same pictures."""
        backbone = _reference(profile)
        return Expected(
            int(backbone.count_params()),
            *_features(backbone, challenge, profile),
            np.eye(len(profile.classes))[probing.targets(challenge, self.name, profile)],
            challenge,
            profile,
        )

    def judge(self, facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
        """Yields findings on the output, the pretrained weights and freezing."""
        if facts.type != "model" or facts.trained is None:
            yield fails(None, "not_a_model", received=facts.type)
            return
        mistakes = {}
        if facts.failed is not None:
            mistakes = wrong(facts.failed.arguments, expected.profile)
            if not mistakes:
                yield raised_finding(facts.failed.raised, self.name)
                return
            expected = self._with_stand_in(expected)
        # Something small that happens not to train is no frozen backbone.
        if facts.parameters < rules["parameters"] * expected.parameters:
            parameters = expected.parameters
            yield fails(None, "too_small", received=facts.parameters, expected=parameters)
            return
        output = self._output(facts, expected, mistakes)
        yield output
        pretrained = False
        if output.message in (None, "input_shape"):
            pretrained = facts.features is not None and probing.alike(
                facts.features.values, expected.features, rules["rounding"]
            )
            yield self._judge_features(facts, expected, mistakes, pretrained, rules)
        trained = facts.trained
        if trained.raised is not None:
            yield fails("frozen", "step", received=trained.raised.type)
        elif trained.moved:
            yield fails("frozen", "moves", received=trained.moved, total=trained.total)
        elif not self._really_frozen(facts, expected, pretrained, rules):
            yield fails(None, "contradicts", exercise=self.name)
        else:
            yield holds("frozen")

    def _with_stand_in(self, expected: Expected) -> Expected:
        """Returns what is expected where the stand-in has taken the network's place."""
        profile, challenge = expected.profile, expected.challenge
        backbone = standin.backbone(challenge, self.name, profile.input_shape)
        features, later = _features(backbone, challenge, profile)
        parameters = int(backbone.count_params())
        return dataclasses.replace(expected, parameters=parameters, features=features, later=later)

    @staticmethod
    def _output(facts: Facts, expected: Expected, mistakes: dict[str, str]) -> Finding:
        shape, features = facts.output_shape, expected.features.shape[1]
        values = {"received": list(shape[1:]), "expected": [features]}
        for name in ("include_top", "input_shape"):
            if name in mistakes:
                right = list(expected.profile.input_shape)
                return fails("headless", name, received=mistakes[name], expected=right)
        if shape == expected.features.shape:
            return holds("headless")
        if len(shape) == 4:
            return fails("headless", "no_pooling", **values)
        if len(shape) == 2 and shape[1] in (1000, 1001):
            return fails("headless", "has_top", received=shape[1], expected=features)
        return fails("headless", "output", **values)

    @staticmethod
    def _judge_features(
        facts: Facts, expected: Expected, mistakes: dict[str, str], alike: bool, rules: dict
    ) -> Finding:
        for name, received in mistakes.items():
            if name == "weights":
                return fails("pretrained", "weights", received=received)
            if name in expected.profile.options:
                right = expected.profile.options[name]
                values = {"name": name, "received": received, "expected": right}
                return fails("pretrained", "option", **values)
        if alike:
            return holds("pretrained")
        if mistakes:
            return fails("pretrained", "other_features")
        likely = _likely(expected.challenge, expected.profile) if facts.features is not None else {}
        for message, possible in likely.items():
            given = facts.features.values
            if any(probing.alike(given, features, rules["rounding"]) for features in possible):
                return fails("pretrained", message)
        return fails("pretrained", "other_features")

    def _really_frozen(
        self, facts: Facts, expected: Expected, pretrained: bool, rules: dict
    ) -> bool:
        """Takes the head's training step again: it depends on the features in training mode."""
        trained, targets = facts.trained, expected.targets
        if facts.features is None or len(facts.features.values) != len(targets):
            return False
        features = facts.features.values.astype(np.float64)
        before = probing.drawn_head(
            expected.challenge, self.name, features.shape[1], targets.shape[1]
        ).astype(np.float64)
        error = probing.softmax(features @ before) - targets
        after = before - _RATE * features.T @ error / len(targets)
        limits = rules["rounding"], rules["change"]
        if not probing.follows(before, trained.head.values, after, *limits):
            return False
        return not pretrained or (
            trained.after is not None
            and probing.alike(trained.after.values, expected.later, rules["rounding"])
        )


def _features(
    backbone: "tf.keras.Model", challenge: Challenge, profile: Profile
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what a backbone makes of the drawn pictures, and of the two later ones."""
    about = challenge, BuildBackbone.name, profile.input_shape
    pictures = np.concatenate([probing.inputs(*about), probing.later(*about)])
    features = np.asarray(backbone(pictures, training=False))
    return features[:N_PICTURES], features[N_PICTURES:]


@lru_cache(maxsize=1)
def _likely(challenge: Challenge, profile: Profile) -> dict[str, list[np.ndarray]]:
    """Returns the features that mistakes give which are made more often, by message."""
    import tensorflow as tf

    backbone = _reference(profile)
    x = probing.inputs(challenge, BuildBackbone.name, profile.input_shape)
    pixels = [x, 2 * x - 1, x / 127.5 - 1, x / 255, 255 * x]
    both = tf.keras.Model(backbone.input, [backbone.layers[-2].output, backbone.output])
    unpooled, features = (np.asarray(y) for y in both(np.concatenate(pixels), training=False))
    by_pixels = np.split(features, len(pixels))[1:]
    return {"max_pooling": [unpooled[: len(x)].max(axis=(1, 2))], "pixels": by_pixels}
