"""Computing the frozen part of a network as fast as this machine can."""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from rps_course.machine.quiet import standard_error_aside

if TYPE_CHECKING:
    import tensorflow as tf

    from rps_course.fast.batches import Lazy


class Inference:
    """The fastest way to compute a frozen model on this machine.

    On a GPU it is Keras' own; on a CPU it is LiteRT with XNNPACK on all cores, which agrees with
    TensorFlow to float32 rounding.
    """

    def __init__(self, front: "tf.keras.Model") -> None:
        """Reads the weights, as they are now.

        Args:
            front: a model that gives the same in training as in inference.
        """
        import tensorflow as tf

        self._front = front
        self._idle: SimpleQueue[Any] | None = None
        if not tf.config.list_logical_devices("GPU"):
            self._idle = SimpleQueue()
            for compute_one in _interpreters(front, _cores()):
                self._idle.put(compute_one)

    def __call__(self, pictures: "np.ndarray | Lazy") -> np.ndarray:
        """Computes pictures, float32 `[n, H, W, 3]` or lazy ones; returns float32 `[n, ...]`."""
        if self._idle is None:
            return np.asarray(self._front.predict_on_batch(np.asarray(pictures)), np.float32)
        outputs = np.empty((len(pictures), *self._front.output_shape[1:]), np.float32)

        def copy(i: int, out: np.ndarray) -> None:
            out[:] = pictures[i]

        into = copy if isinstance(pictures, np.ndarray) else pictures.into

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
    with _without_notes():
        content = converter.convert()
    for _ in range(number):
        with standard_error_aside():  # LiteRT 2.1 notes there, in red, that it has a delegate
            interpreter = Interpreter(model_content=content, num_threads=1)
            interpreter.allocate_tensors()
        yield partial(
            _run,
            interpreter,
            interpreter.tensor(interpreter.get_input_details()[0]["index"]),
            interpreter.tensor(interpreter.get_output_details()[0]["index"]),
        )


@contextlib.contextmanager
def _without_notes() -> Iterator[None]:
    """Keeps TensorFlow from noting, twice, where it wrote a model for the converter."""
    import tensorflow as tf

    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _run(interpreter: Any, entry: Callable, exit_: Callable, write: Callable) -> np.ndarray:
    write(entry()[0])
    interpreter.invoke()
    return exit_()[0].copy()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
