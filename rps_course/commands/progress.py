"""How far a training is, over both phases: a live bar on a terminal, else a line for each epoch."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

if TYPE_CHECKING:
    import tensorflow as tf


class Watch:
    """Shows how far a training is, and how long the rest will take."""

    def __init__(self, total: int, console: Console) -> None:
        """Shows nothing yet.

        Args:
            total: epochs of both phases.
            console: where to.
        """
        self._total, self._console = total, console
        self._epoch, self._began, self._seconds = 0, 0.0, 0.0  # of an epoch, the last one
        self._said = ""
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[says]}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("Training", total=total, says="")

    def __enter__(self) -> "Watch":
        """Begins to show."""
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Ends it."""
        if self._console.is_terminal:
            self._bar.stop()

    def callback(self) -> "tf.keras.callbacks.Callback":
        """Returns what Keras tells of each epoch and batch."""
        import tensorflow as tf

        callback = tf.keras.callbacks.LambdaCallback(
            on_epoch_begin=self._begin,
            on_epoch_end=self._end,
            on_train_batch_end=lambda batch, logs: self._step(
                (batch + 1) / max(1, callback.params.get("steps") or 1)
            ),
        )
        return callback

    def _begin(self, epoch: int, logs: Any) -> None:
        self._epoch, self._began = epoch, time.monotonic()
        self._step(0.0)

    def _step(self, share: float) -> None:
        self._bar.update(
            self._task,
            completed=self._epoch + min(share, 1.0),
            description=f"Epoch {self._epoch + 1} of {self._total}",
            says=f"{self._said}{self._left(self._epoch + share)}",
        )

    def _end(self, epoch: int, logs: dict[str, float]) -> None:
        self._seconds = time.monotonic() - self._began
        # Keras calls the test set "val" too; this training keeps no pictures aside for validation.
        says = {"accuracy": "accuracy", "val_accuracy": "test accuracy"}
        known = [f"{text} {logs[name]:.4f}" for name, text in says.items() if name in logs]
        self._said = "".join(f"{text}, " for text in known)
        line = f"Epoch {epoch + 1} of {self._total}: {self._said}{self._left(epoch + 1)}"
        if not self._console.is_terminal:
            self._console.print(line, soft_wrap=True, highlight=False)
        self._step(1.0)

    def _left(self, done: float) -> str:
        if not self._seconds:
            return ""
        seconds = round((self._total - done) * self._seconds)
        return f"{seconds // 60}:{seconds % 60:02} left"
