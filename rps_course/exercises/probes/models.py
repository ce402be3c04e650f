"""Classes that derive from Keras' own; imported when a probe needs them, as Keras is heavy."""

import numpy as np
import tensorflow as tf

from rps_course.exercises.probes.pictures import Pictures


class Batches(tf.keras.utils.PyDataset):
    """Pictures in batches, in order, the last one smaller.

    Args:
        data: the pictures.
        size: of a batch.
    """

    def __init__(self, data: Pictures, size: int) -> None:
        super().__init__()
        self.data, self.size = data, size

    def __len__(self) -> int:
        return -(-len(self.data.x) // self.size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        here = slice(index * self.size, (index + 1) * self.size)
        return self.data.x[here], self.data.y[here]


class NotingModel(tf.keras.Sequential):
    """A model that notes which pictures each step saw.

    Attributes:
        data: training and validation pictures, which it knows by their numbers.
        trained: numbers of the pictures in each training step.
        validated: the same of each validation step.
    """

    def note(self, training: Pictures, validation: Pictures) -> None:
        """Starts noting."""
        self.data = (training, validation)
        self.trained: list[tuple[int, ...]] = []
        self.validated: list[tuple[int, ...]] = []

    def train_step(self, data: tuple) -> dict:
        """Notes the batch, then trains on it."""
        if self.run_eagerly:  # compiled anew without it, the step would be traced, not run
            self.trained.append(self.data[0].numbers(data[0]))
        return super().train_step(data)

    def test_step(self, data: tuple) -> dict:
        """Notes the batch, then evaluates on it."""
        if self.run_eagerly:
            self.validated.append(self.data[1].numbers(data[0]))
        return super().test_step(data)


NotingModel.__name__ = "Sequential"  # what a message calls it where a function returns the model
