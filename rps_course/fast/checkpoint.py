"""The state of an unfinished training, so that the same command goes on where it was interrupted.

Keras' `BackupAndRestore` keeps one `fit`. A training here has two, on a model that may be a part of
the classifier; what is kept is therefore the classifier's own variables, those of its optimizer and
of Dropout among them, and the history.
"""

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.core import writing

if TYPE_CHECKING:
    import tensorflow as tf

    from rps_course.fast.views import Parts

FILE = "checkpoint.npz"
_FORMAT = 2


class Checkpoint:
    """A training after its last whole epoch, in one file.

    Attributes:
        path: the file; it is there from the first epoch on until the training has ended.
        phases: for each phase that has begun, `{"epoch": [...], "history": {name: [...]}}`,
            `"drawn"`, the number of the batches' own next epoch, and `"head"`, the weights of the
            last layer, which the record notes at the end of the phase.
    """

    def __init__(self, path: Path, settings: dict[str, Any]) -> None:
        """Reads what an earlier run with the same settings has left.

        Args:
            path: the file.
            settings: all that the training depends on, as JSON can hold it.
        """
        self.path = path
        self.phases: list[dict[str, Any]] = []
        self._settings = json.loads(json.dumps({"format": _FORMAT, **settings}))
        self._state: list[np.ndarray] = []
        try:
            with np.load(path) as file:
                notes = json.loads(str(file["notes"]))
                if notes["settings"] == self._settings:
                    self.phases = notes["phases"]
                    self._state = [file[str(i)] for i in range(len(file.files) - 1)]
                else:
                    print(f"{path} is of a training with other settings: starting over.")
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            print(f"{path} cannot be read: starting over.")

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return sum(len(phase["epoch"]) for phase in self.phases)

    def fit(
        self,
        train: Callable[..., "tf.keras.callbacks.History"],
        phase: int,
        classifier: "tf.keras.Model",
        parts: "Parts",
        first: int,
        last: int,
        *,
        callbacks: Sequence[Any] = (),
        verbose: Any = "auto",
    ) -> "tf.keras.callbacks.History":
        """Runs what is left of a phase, and keeps its state after every epoch.

        Args:
            train: trains between two epochs: `training.fine_tune`.
            phase: 0 for the first phase.
            classifier: the compiled classifier.
            parts: the model to train and its batches.
            first: the phase's first epoch.
            last: the epoch to stop at.
            callbacks: Keras callbacks, besides the one that keeps the state.
            verbose: as in `fit`.

        Returns:
            The phase's whole history.
        """
        import tensorflow as tf

        model, batches, validation, drawn = parts
        if phase == len(self.phases):
            self.phases.append({"epoch": [], "history": {}, "drawn": None, "head": []})
        elif phase == len(self.phases) - 1:
            self._restore(classifier, model)
        else:
            classifier.layers[-1].set_weights(list(map(np.array, self.phases[phase]["head"])))
        notes = self.phases[phase]
        history = tf.keras.callbacks.History()
        history.set_model(model)
        history.epoch = list(notes["epoch"])
        history.history = {name: list(values) for name, values in notes["history"].items()}

        # Keras asks for batches before the first epoch to learn their shape: the batches' epochs
        # are not those of the training.
        def go_on(_: int, __: Any) -> None:
            if notes["drawn"] is not None:
                drawn.epoch = notes["drawn"]

        def keep(epoch: int, logs: dict[str, Any]) -> None:
            notes["epoch"].append(epoch)
            for name, value in logs.items():
                notes["history"].setdefault(name, []).append(float(value))
            notes["drawn"] = drawn.epoch
            notes["head"] = [weight.tolist() for weight in classifier.layers[-1].get_weights()]
            self._write(classifier)

        start = first + len(history.epoch)
        if start == last:
            go_on(last, None)
        else:
            callback = tf.keras.callbacks.LambdaCallback(on_epoch_begin=go_on, on_epoch_end=keep)
            new = train(
                model,
                batches,
                validation,
                start,
                last,
                callbacks=[callback, *callbacks],
                verbose=verbose,
            )
            history.epoch += new.epoch
            for name, values in new.history.items():
                history.history.setdefault(name, []).extend(values)
        return history

    def end(self) -> None:
        """Forgets the training, which has ended."""
        self.path.unlink(missing_ok=True)

    def _restore(self, classifier: "tf.keras.Model", model: "tf.keras.Model") -> None:
        classifier.optimizer.build(model.trainable_variables)
        for variable, value in zip(_variables(classifier), self._state, strict=True):
            variable.assign(value)

    def _write(self, classifier: "tf.keras.Model") -> None:
        notes = json.dumps({"settings": self._settings, "phases": self.phases})
        arrays = {str(i): np.asarray(v) for i, v in enumerate(_variables(classifier))}
        with writing.whole(self.path) as part, part.open("wb") as file:
            np.savez(file, notes=notes, **arrays)


def _variables(classifier: "tf.keras.Model") -> list["tf.keras.Variable"]:
    """Returns all that changes while a compiled classifier trains, Dropout's state included."""
    return [*classifier.variables, *classifier.optimizer.variables]
