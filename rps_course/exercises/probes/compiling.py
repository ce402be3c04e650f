"""Exercises that compile a classifier: what is said of it, and what one training step then does.

Whoever judges gathers the same facts with the reference implementation, under the same challenge,
and compares: the loss on a batch, and the first step of Adam. What the optimizer does after that
is compared with Adam in NumPy (`optimizing`).
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from autograder.core.challenge import Challenge
from autograder.core.exercise import Exercise, Raised, attempt, failure, in_short, type_name
from autograder.core.facts import Array, Failure, Most, Short
from autograder.core.rubric import Finding, fails, holds
from rps_course.exercises.probes import optimizing, probing, standin
from rps_course.profile import Profile
from rps_course.profiles.reading import MAX_CLASSES

if TYPE_CHECKING:
    import tensorflow as tf

_Kernel = Annotated[Array, Most(standin.MAX_FEATURES * MAX_CLASSES)]
_Features = Annotated[Array, Most(2 * standin.MAX_FEATURES)]
_OUTPUTS = 96  # drawn outputs that metrics are computed of

# Losses that students take for the right one, by their name without underscores: the message.
_LOSSES = {
    "": "no_loss",
    "categoricalcrossentropy": "one_hot_loss",
    "categoricalfocalcrossentropy": "one_hot_loss",
    "categoricalhinge": "one_hot_loss",
    "kldivergence": "one_hot_loss",
    "binarycrossentropy": "binary_loss",
    "binaryfocalcrossentropy": "binary_loss",
    "meansquarederror": "distance_loss",
    "meanabsoluteerror": "distance_loss",
    "meansquaredlogarithmicerror": "distance_loss",
    "huber": "distance_loss",
    "logcosh": "distance_loss",
}


@dataclass(frozen=True)
class Metric:
    """A metric, and what it makes of drawn outputs."""

    name: Short
    value: float


@dataclass(frozen=True)
class Compiled:
    """How a model is compiled.

    Attributes:
        optimizer: the name of its class.
        loss: what it gives on a batch; None where it raised.
        loss_raised: what it raised.
        metrics: all of them, without the loss.
        metrics_raised: what they raised.
        loss_name: the name of the loss's function or class; empty where none was given.
        from_logits: whether the loss says that it takes logits.
    """

    optimizer: Short
    loss: float | None = None
    loss_raised: Failure | None = None
    metrics: tuple[Metric, ...] = ()
    metrics_raised: Failure | None = None
    loss_name: Short = ""
    from_logits: bool = False

    @property
    def raises(self) -> bool:
        """Whether no step can be taken, as the loss or the metrics cannot be computed."""
        no_loss = self.loss is None and self.loss_raised is not None
        return no_loss or self.metrics_raised is not None


@dataclass(frozen=True)
class Step:
    """What one training step did.

    Attributes:
        kernel: the head's kernel afterwards.
        moved: how many weights of the backbone moved.
        after: the backbone's features of two other pictures afterwards.
    """

    kernel: _Kernel
    moved: int
    after: _Features


@dataclass(frozen=True)
class Facts:
    """How a classifier is compiled, and what a training step then does.

    Attributes:
        compiled: None where it is not compiled; all else then is None, too.
        kernel: the head's kernel before the step.
        before: the backbone's features of two pictures before the step.
        step: what the step did.
        step_raised: what it raised in place of that.
        updates: what the optimizer then does with drawn gradients.
        updates_raised: what it raised in place of that.
    """

    compiled: Compiled | None = None
    kernel: _Kernel | None = None
    before: _Features | None = None
    step: Step | None = None
    step_raised: Failure | None = None
    updates: optimizing.Updates | None = None
    updates_raised: Failure | None = None

    @property
    def is_complete(self) -> bool:
        """Whether what must be there is: someone may have left parts out."""
        stepped = (self.step is None) != (self.step_raised is None)
        updated = (self.updates is None) != (self.updates_raised is None)
        return stepped and updated and self.kernel is not None and self.before is not None


@dataclass(frozen=True)
class Expected:
    """What the reference implementation gives.

    Attributes:
        facts: its facts, without updates.
        rate: the learning rate.
        drawn: what its optimizer is given besides.
        changes: what Adam makes of that.
    """

    facts: Facts
    rate: float
    drawn: optimizing.Draw
    changes: np.ndarray

    def first_wrong_update(self, facts: Facts, rules: dict) -> int | None:
        """Returns the first drawn step that is not Adam's; None if there is none."""
        limit = rules["updates"] * self.rate
        weights = facts.updates.weights.values
        return optimizing.first_wrong(weights, self.drawn, self.changes, limit)


class CompilingExercise(Exercise[Facts, Expected]):
    """Asks for a function that compiles a classifier."""

    facts = Facts

    @abstractmethod
    def classifier(self, challenge: Challenge, profile: Profile) -> "tf.keras.Sequential":
        """Returns the classifier that the function is to compile."""

    @abstractmethod
    def reference(self, profile: Profile) -> tuple[Callable, float]:
        """Returns the reference implementation and the learning rate that it sets."""

    def gather(self, function: Callable, challenge: Challenge, profile: Profile) -> Facts:
        """Compiles a classifier with the function and trains it for one step."""
        return self._gather(function, challenge, profile, with_updates=True)

    def _gather(
        self, function: Callable, challenge: Challenge, profile: Profile, with_updates: bool
    ) -> Facts:
        classifier = self.classifier(challenge, profile)
        attempt(function, classifier)
        x = probing.inputs(challenge, self.name, standin.SHAPE)
        y = probing.targets(challenge, self.name, profile)
        compiled = compiled_facts(classifier, x, y, challenge)
        if compiled is None:
            return Facts()
        backbone, later = classifier.layers[0], probing.later(challenge, self.name, standin.SHAPE)
        optimizer, kernel = classifier.optimizer, classifier.layers[-1].weights[0]
        state = attempt(optimizing.state, optimizer, classifier.trainable_variables)
        facts = {"kernel": Array.of(kernel), "before": Array.of(backbone(later, training=False))}
        try:
            moved = _moved(classifier, x, y)
            after = Array.of(backbone(later, training=False))
            facts["step"] = Step(Array.of(kernel), moved, after)
        except Raised as error:
            facts["step_raised"] = error.failure
        try:
            about = optimizer, state, kernel, challenge, self.name
            if with_updates:
                facts["updates"] = attempt(optimizing.take, *about)
        except Raised as error:
            facts["updates_raised"] = error.failure
        return Facts(compiled, **facts)

    def expect(self, challenge: Challenge, profile: Profile) -> Expected:
        """Gathers the same facts with the reference implementation, but for Adam's updates."""
        function, rate = self.reference(profile)
        facts = self._gather(function, challenge, profile, with_updates=False)
        drawn = optimizing.Draw.of(challenge, self.name, facts.kernel.values.size)
        return Expected(facts, rate, drawn, optimizing.adam(drawn, rate))


def compiled_facts(
    model: "tf.keras.Model", x: np.ndarray, y: np.ndarray, challenge: Challenge
) -> Compiled | None:
    """Returns how a model is compiled; None if it is not.

    The loss is reported by what it gives on a batch, metrics by what they make of drawn outputs:
    with many of them, one metric does not pass for another.
    """
    import tensorflow as tf

    optimizer = getattr(model, "optimizer", None)
    while hasattr(optimizer, "inner_optimizer"):  # half precision wraps it: LossScaleOptimizer
        optimizer = optimizer.inner_optimizer
    if optimizer is None or not getattr(model, "compiled", False):
        return None
    facts: dict[str, Any] = {
        "loss_name": _loss_name(model),
        "from_logits": probing.takes_logits(model),
    }
    model.run_eagerly = True
    try:
        outputs = model(x, training=False)
        facts["loss"] = float(model.compute_loss(x=x, y=tf.constant(y), y_pred=outputs))
    except Exception as error:
        facts["loss_raised"] = failure(error)
    try:
        facts["metrics"] = _metrics(model, x, challenge)
    except Exception as error:
        facts["metrics_raised"] = failure(error)
    return Compiled(type_name(optimizer), **facts)


def _moved(classifier: "tf.keras.Sequential", x: np.ndarray, y: np.ndarray) -> int:
    """Trains a classifier for one step, and returns how many weights of its backbone moved."""
    before = probing.snapshot(classifier.layers[0])
    probing.step(classifier, x, y)
    return len(probing.moved(before, classifier.layers[0]))


def _loss_name(model: "tf.keras.Model") -> str:
    import tensorflow as tf

    loss = getattr(model, "loss", None)
    try:
        loss = tf.keras.losses.get(loss)  # "mse" is the name of mean_squared_error, too
    except ValueError:
        return str(loss)
    if loss is None:
        return ""
    return getattr(loss, "__name__", None) or type_name(loss)


def _metrics(model: "tf.keras.Model", x: np.ndarray, challenge: Challenge) -> tuple[Metric, ...]:
    import tensorflow as tf

    classes = model.output_shape[-1]
    rng = challenge.rng("outputs for metrics")
    outputs = rng.dirichlet(np.ones(classes), _OUTPUTS).astype(np.float32)
    some = rng.random(_OUTPUTS) < 0.5
    labels = np.where(some, outputs.argmax(axis=1), rng.integers(0, classes, _OUTPUTS))
    model.reset_metrics()
    results = model.compute_metrics(x, tf.constant(labels), tf.constant(outputs))
    return tuple(
        Metric(str(name), float(value))
        for name, value in results.items()
        if np.ndim(value) == 0 and name != "loss"
    )


def findings(facts: Facts, expected: Expected, rules: dict) -> Iterator[Finding]:
    """Yields findings on learning rate, loss and metric of a compiled classifier."""
    compiled, right = facts.compiled, expected.facts.compiled
    right_loss = compiled.loss is not None and (
        abs(compiled.loss - right.loss) < rules["loss"] * max(1, right.loss)
    )
    yield _learning_rate(facts, expected, right_loss, rules)
    yield _loss(compiled, right.loss, right_loss)
    if compiled.metrics_raised is not None:
        yield fails("metric", "metric_raised", received=compiled.metrics_raised.message[:150])
        return
    accuracy = right.metrics[0].value
    if any(abs(metric.value - accuracy) < rules["metric"] for metric in compiled.metrics):
        yield holds("metric")
    else:
        names = ", ".join(metric.name for metric in compiled.metrics)
        yield fails("metric", "metric", received=names or "none")


def _loss(compiled: Compiled, expected: float, right: bool) -> Finding:
    if right and compiled.from_logits:
        return fails("loss", "from_logits")
    if right:
        return holds("loss")
    kind = _LOSSES.get(compiled.loss_name.replace("_", "").lower())
    if kind:
        return fails("loss", kind, received=compiled.loss_name)
    if compiled.loss is None:
        raised = compiled.loss_raised.message[:150] if compiled.loss_raised else "nothing"
        return fails("loss", "evaluation", received=raised)
    received = f"{compiled.loss:.4f}"
    return fails("loss", "loss", received=received, expected=f"{expected:.4f}")


def _learning_rate(facts: Facts, expected: Expected, right_loss: bool, rules: dict) -> Finding:
    rate = expected.rate
    wrong = _wrong_update(facts, expected, rules)
    if wrong is not None and wrong.message in ("learning_rate", "optimizer"):
        return wrong
    if facts.step is None:  # where no step can be taken, that costs its own points
        return wrong or holds("learning_rate")
    # Another loss, or a backbone that trains along, gives another direction.
    comparable = right_loss and facts.step.moved == expected.facts.step.moved
    size = _step_size(facts)
    if comparable and size and not _same_directions(facts, expected.facts, rules):
        return fails("learning_rate", "other_direction")
    if abs(size - rate) <= rules["step"] * rate:
        return wrong or holds("learning_rate")
    return fails("learning_rate", "first_step", received=f"{size:.2g}", expected=f"{rate:g}")


def _wrong_update(facts: Facts, expected: Expected, rules: dict) -> Finding | None:
    """Returns in what the optimizer is not Adam at this rate; None if it is, whatever its name."""
    if facts.updates is None:
        received = in_short(facts.updates_raised)
        return fails("learning_rate", "updates_raised", received=received)
    for received in facts.updates.rates.values.reshape(-1):
        if abs(received - expected.rate) > rules["learning_rate"] * expected.rate:
            values = {"received": f"{received:g}", "expected": f"{expected.rate:g}"}
            return fails("learning_rate", "learning_rate", **values)
    at = expected.first_wrong_update(facts, rules)
    if at is None:
        return None
    if facts.compiled.optimizer != "Adam":
        return fails("learning_rate", "optimizer", received=facts.compiled.optimizer)
    return fails("learning_rate", "updates", step=at)


def _changes(facts: Facts) -> np.ndarray:
    """Returns how the step changed the head's kernel."""
    if facts.step.kernel.values.shape != facts.kernel.values.shape:
        return np.zeros(0)
    return facts.step.kernel.values - facts.kernel.values


def _same_directions(facts: Facts, expected: Facts, rules: dict) -> bool:
    change, right = _changes(facts), _changes(expected)
    agree = change.shape == right.shape and (np.sign(change) == np.sign(right)).mean()
    return bool(agree >= rules["directions"])


def _step_size(facts: Facts) -> float:
    """Returns the size of Adam's first step on the head's kernel.

    Adam's first step moves each weight by about the learning rate, against its gradient.
    """
    change = np.abs(_changes(facts))
    return float(np.median(change[change > 0])) if change.any() else 0.0


def same_step(facts: Facts, expected: Facts, rules: dict) -> bool:
    """Whether the head took about the expected step."""
    change, right = _changes(facts), _changes(expected)
    return change.shape == right.shape and bool(
        np.median(np.abs(change - right)) < rules["step"] * np.median(np.abs(right))
    )
