"""Which views of the training pictures a training uses, and what it then has to compute.

What is frozen gives the same outputs for the same picture however long one trains, so it need not
be computed again and again.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from rps_course.fast import frozen

if TYPE_CHECKING:
    import tensorflow as tf

    from rps_course.fast.batches import Batches, Stored

PLAIN, FRESH = "plain", "fresh"


class ViewsError(ValueError):
    """There is no such way to train."""


def check(views: int | str) -> None:
    """Raises `ViewsError` if `views` is not one of the ways to train."""
    number = isinstance(views, int) and not isinstance(views, bool)
    if views not in (PLAIN, FRESH) if not number else views < 1:
        raise ViewsError(
            f'views must be "plain", "fresh" or a number of at least 1. Received: {views!r}'
        )


def default() -> str:
    """Returns the fastest way to train here that does what the recipe says."""
    from rps_course.fast import gpu

    return PLAIN if gpu.available() else FRESH


class Parts(NamedTuple):
    """What a phase goes through.

    Attributes:
        model: the classifier, or a model of its layers that train, compiled alike: it shares the
            layers, so that when it has been trained, so has the classifier.
        train: training batches of what goes into the model.
        validation: validation batches, likewise.
        drawn: the batches whose `epoch` says how far the training pictures have been drawn.
    """

    model: "tf.keras.Model"
    train: Any
    validation: Any
    drawn: "Batches"


class Views:
    """A way to train, with the features that it has stored.

    `"plain"` trains the whole network, as Keras always does. `"fresh"` augments anew in every epoch
    as well, and computes the frozen part of it on the fastest runtime: the same training to
    rounding. A number keeps the outputs of the frozen part for that many epochs of augmented
    pictures and goes through them in turn: the fastest, with less variety. They are stored where
    fine-tuning will begin to train, so that both phases use the same ones.
    """

    def __init__(self, views: int | str, fine_tune_at: int, progress: bool = True) -> None:
        """Has stored nothing yet.

        Args:
            views: `"plain"`, `"fresh"` or how many views to store.
            fine_tune_at: the layer from which on a later phase will train.
            progress: whether to show a progress bar while views are stored.

        Raises:
            ViewsError: `views` is none of these.
        """
        check(views)
        self.views, self.fine_tune_at, self.progress = views, fine_tune_at, progress
        # By what they were computed from, and with. The batches are kept: ids are used again.
        self._stored: dict[tuple[int, int, str], tuple[Any, Any, Stored, Stored]] = {}

    def parts(
        self, classifier: "tf.keras.Model", train: Any, validation: Any, seed: int | None = None
    ) -> Parts:
        """Returns what a phase goes through; call it after compiling, once for each phase.

        Args:
            classifier: compiled, as `rps_course.model.build_classifier` makes it.
            train: training batches, as `augmentation.make_generators` makes them.
            validation: validation batches, likewise.
            seed: of the order of stored views; None for that of `train`.

        Raises:
            FrozenError: the classifier has no frozen part, the batches have no index, or there is
                no room for so many views.
        """
        if self.views == PLAIN:
            return Parts(classifier, _feeding(train), _feeding(validation), train)
        from rps_course.fast import batches, inference

        front, tail = frozen.split(classifier)
        tail.compile(**_settings(classifier))
        if self.views == FRESH:
            compute = inference.Inference(front)
            features = batches.Fresh(batches.adapt(train), compute)
            kept = batches.stored(batches.adapt(validation), compute)
            return Parts(tail, features, kept, features)
        earlier, rest = frozen.before(front, self.fine_tune_at)
        kept = self._features(earlier, train, validation, seed)
        if rest is not None:
            kept = self._features(rest, *kept, seed)
        return Parts(tail, *kept, kept[0])

    def _features(
        self, front: "tf.keras.Model", train: Any, validation: Any, seed: int | None
    ) -> "tuple[Stored, Stored]":
        """Returns the outputs of a frozen model, stored now or before."""
        from rps_course.fast import batches, inference

        key = id(train), id(validation), frozen.fingerprint(front)
        if key not in self._stored:
            compute = inference.Inference(front)
            pictures = batches.adapt(train)
            order = pictures.seed if seed is None else seed
            self._stored[key] = (
                train,
                validation,
                batches.stored(pictures, compute, self.views, order, self.progress),
                batches.stored(batches.adapt(validation), compute),
            )
        *_, training, validating = self._stored[key]
        training.epoch = 0
        if seed is not None:
            training.seed = seed
        return training, validating


def _feeding(batches: Any) -> Any:
    """Returns batches in the form that feeds this machine best."""
    from rps_course.fast import gpu
    from rps_course.fast.batches import Batches

    return batches.dataset() if gpu.available() and isinstance(batches, Batches) else batches


def _settings(classifier: "tf.keras.Model") -> dict[str, Any]:
    """Returns what another model is compiled with to train as this one, on its optimizer."""
    import tensorflow as tf

    if not classifier.compiled:
        raise ViewsError("The model is not compiled: compile it before it is trained.")
    settings = tf.keras.utils.deserialize_keras_object(classifier.get_compile_config())
    return settings | {"optimizer": classifier.optimizer}
