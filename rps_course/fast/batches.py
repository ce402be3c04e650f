"""Batches to train on: of pictures, and of what the frozen part of a network gives for them.

`Batches` says what all of them can do, and `adapt` makes one of what a student's function returns.

This module imports TensorFlow, which its classes derive from: import it where training begins.
"""

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from rps_course.augmentation import Augmentation, Warped, transform
from rps_course.fast.frozen import FrozenError
from rps_course.machine.progress import progress_bar

IN_MEMORY = 256 * 2**20  # bytes; larger caches of features go to a temporary file


class Lazy(Protocol):
    """Pictures that are computed one by one, when they are asked for; `np.asarray` asks for all."""

    def __len__(self) -> int:
        """Returns how many pictures there are."""

    def into(self, i: int, out: np.ndarray) -> None:
        """Writes picture i to `out`, float32 `[H, W, C]`."""


class Batches(tf.keras.utils.PyDataset):
    """Batches `(X, y)` with a length, an index and an epoch: what everything here trains on.

    A class of such batches has `__len__`, which counts the last, smaller batch too, and `lazily`.

    Attributes:
        epoch: number of the epoch whose batches the index gives. It counts on when Keras ends an
            epoch; set, the batches go on from there.
        seed: of the order of the batches.
    """

    epoch = 0
    seed = 0

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        X, labels = self.lazily(index)
        return np.asarray(X), labels

    def lazily(self, index: int) -> tuple[np.ndarray | Lazy, np.ndarray]:
        """Returns batch `index` of this epoch; its pictures need not lie side by side yet."""
        raise NotImplementedError

    def on_epoch_end(self) -> None:
        """Goes on to the next epoch; Keras calls it."""
        self.epoch += 1

    def dataset(self) -> "Batches | tf.data.Dataset":
        """Returns the same batches in the form that feeds a GPU best."""
        return self


class Adapted(Batches):
    """The batches of another `PyDataset`, such as `ImageDataGenerator.flow` returns."""

    def __init__(self, source: tf.keras.utils.PyDataset) -> None:
        super().__init__()
        self.source = source

    def __len__(self) -> int:
        return len(self.source)

    def lazily(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns batch `index` as the source draws it."""
        X, labels = self.source[index]
        return np.asarray(X), np.asarray(labels)

    def on_epoch_end(self) -> None:
        """Goes on to the next epoch of the source."""
        super().on_epoch_end()
        self.source.on_epoch_end()


def adapt(batches: Any) -> Batches:
    """Returns batches of any kind with an index as `Batches`.

    Raises:
        FrozenError: they have no index.
    """
    if isinstance(batches, Batches):
        return batches
    if isinstance(batches, tf.keras.utils.PyDataset):
        return Adapted(batches)
    raise FrozenError(
        "What the frozen layers give can only be computed for batches that can be asked for one by "
        "one, as augmentation.make_generators makes them; train on others with "
        f'views="plain". Received: {type(batches).__name__}'
    )


class Pictures(Batches):
    """Batches of pictures and labels; augmented and shuffled anew each epoch, or neither.

    `len()` counts the last, smaller batch too. Under Keras 3 a generator with a length is all
    that `fit` needs: with `steps_per_epoch=len(X) // batch_size`, as older courses write it,
    every second epoch would run the one batch left over and stop with "ran out of data", and
    `validation_steps=372 // 256` would score 256 of 372 pictures.
    """

    def __init__(
        self,
        X: np.ndarray,
        y: np.ndarray,
        batch_size: int,
        augmentation: Augmentation | None,
        seed: int,
    ) -> None:
        super().__init__()
        self.X, self.y = X, y
        self.batch_size = batch_size
        self.augmentation = augmentation
        self.seed = seed

    def __len__(self) -> int:
        return -(-len(self.X) // self.batch_size)

    def lazily(self, index: int) -> tuple[np.ndarray | Warped, np.ndarray]:
        """Returns a batch whose pictures are transformed when they are asked for."""
        if not 0 <= index < len(self):
            raise IndexError(f"batch {index} of {len(self)}")
        chosen, transforms = self._draw(self.epoch, index)
        if self.augmentation is None:
            return self.X[chosen], self.y[chosen]
        pictures = [self.X[i] for i in chosen]
        return Warped(pictures, transforms, self.augmentation.fill_mode), self.y[chosen]

    def _draw(self, epoch: int, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns which pictures a batch holds, int64 `[b]`, and how they are transformed."""
        here = slice(index * self.batch_size, (index + 1) * self.batch_size)
        if self.augmentation is None:
            chosen = np.arange(len(self.X))[here]
            return chosen, np.zeros((len(chosen), 8), np.float32)
        chosen = np.random.default_rng([self.seed, epoch]).permutation(len(self.X))[here]
        height, width = self.X.shape[1:3]
        # Each picture has its own stream, so that neither the batch size nor who draws the
        # batches, in which order, changes what it looks like.
        transforms = [
            self.augmentation.draw(np.random.default_rng([self.seed, epoch, i]), height, width)
            for i in chosen.tolist()
        ]
        return chosen, np.stack(transforms)

    def dataset(self) -> tf.data.Dataset:
        """Returns the same batches as a `tf.data.Dataset`, augmented by one op a batch.

        Each pass through it begins a new epoch. Where there is a GPU, that op runs there: the
        CPU only draws numbers and gathers pictures, a few batches ahead of the training.
        """
        gpu = bool(tf.config.list_logical_devices("GPU"))
        with tf.device("/CPU:0"):  # 1.5 GB in the standard profile: leave it in main memory
            X, y = tf.constant(self.X, tf.float32), tf.constant(self.y)

        def steps() -> Iterator[tuple[np.ndarray, np.ndarray]]:
            # Counted at the start: what reads ahead would come to the end too early.
            epoch, self.epoch = self.epoch, self.epoch + 1
            for index in range(len(self)):
                yield self._draw(epoch, index)

        def batch(chosen: tf.Tensor, transforms: tf.Tensor) -> tuple:
            pictures = tf.gather(X, chosen)
            if self.augmentation is not None:
                with tf.device("/GPU:0" if gpu else "/CPU:0"):
                    pictures = transform(pictures, transforms, self.augmentation.fill_mode)
            return tf.ensure_shape(pictures, [None, *X.shape[1:]]), tf.gather(y, chosen)

        signature = (tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, 8], tf.float32))
        return (
            tf.data.Dataset.from_generator(steps, output_signature=signature)
            .map(batch, num_parallel_calls=tf.data.AUTOTUNE)
            .apply(tf.data.experimental.assert_cardinality(len(self)))
            .prefetch(tf.data.AUTOTUNE)
        )


class Fresh(Batches):
    """Batches of features in place of pictures, computed when they are asked for."""

    def __init__(self, batches: Batches, compute: Callable[[Any], np.ndarray]) -> None:
        """Takes batches, and what makes features of their pictures, such as an `Inference`."""
        super().__init__()
        self.batches, self.compute = batches, compute

    @property
    def epoch(self) -> int:
        """The epoch of the pictures."""
        return self.batches.epoch

    @epoch.setter
    def epoch(self, epoch: int) -> None:
        self.batches.epoch = epoch

    def __len__(self) -> int:
        return len(self.batches)

    def lazily(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Computes batch `index`, which is nothing to put off."""
        pictures, labels = self.batches.lazily(index)
        return self.compute(pictures), labels

    def on_epoch_end(self) -> None:
        """Goes on to the next epoch of the pictures."""
        self.batches.on_epoch_end()


class Stored(Batches):
    """Batches of stored features: one view an epoch, in turn, in a new order if shuffled."""

    def __init__(
        self,
        views: list[np.ndarray],
        labels: list[np.ndarray],
        batch_size: int,
        seed: int | None,
    ) -> None:
        """Takes the features and labels of each view; without a seed they keep their order."""
        super().__init__()
        self.views, self.labels = views, labels
        self.batch_size = batch_size
        self.seed = seed

    def __len__(self) -> int:
        return -(-len(self.labels[0]) // self.batch_size)

    def lazily(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Reads batch `index`, which is nothing to put off."""
        labels = self.labels[self.epoch % len(self.views)]
        order = np.arange(len(labels))
        if self.seed is not None:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(order)
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        features = self.views[self.epoch % len(self.views)][chosen]
        return features, labels[chosen]  # Keras makes float32 of them, on all cores


def stored(
    batches: Batches,
    compute: Callable[[Any], np.ndarray],
    views: int = 1,
    seed: int | None = None,
    progress: bool = False,
) -> Stored:
    """Computes the features of some epochs of batches once and keeps them for all epochs.

    Args:
        batches: what is computed.
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
    # Validation must be measured as the grader will measure it; training can do with less.
    dtype = np.float32 if seed is None else np.float16
    room, kept, labels = None, [], []
    batch_size = 0

    def outputs_of(index: int) -> tuple[np.ndarray, np.ndarray]:
        pictures, y = batches.lazily(index)
        return compute(pictures), np.asarray(y)

    with (
        progress_bar(
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
    return Stored(kept, labels, batch_size, seed)


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
