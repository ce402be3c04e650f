"""A client that runs a notebook from top to bottom for a command."""

import asyncio
import contextlib
import signal
import subprocess
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode


class Client(NotebookClient):
    """Interrupts a cell that takes too long; Ctrl-C ends the command at any time."""

    def __init__(self, notebook: NotebookNode, folder: Path, seconds: int, **options: Any) -> None:
        """Takes the options of `nbclient.NotebookClient`.

        Args:
            notebook: it will have the outputs.
            folder: the working folder of the kernel.
            seconds: how long a cell may take.
            options: others, by name.
        """
        super().__init__(
            notebook,
            timeout=seconds,
            kernel_name="python3",
            interrupt_on_timeout=True,
            shutdown_kernel="immediate",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(folder)}},
            **options,
        )

    async def async_start_new_kernel(self, **options: Any) -> None:
        """Starts a kernel; nbclient has just begun to listen to signals.

        On Ctrl-C nbclient 0.11 would end the kernel, and then fail over that. What libraries tell
        the kernel's terminal while they are imported has no place between the results.
        """
        with contextlib.suppress(RuntimeError, NotImplementedError):  # a system without handlers
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        await super().async_start_new_kernel(**{"stderr": subprocess.DEVNULL} | options)
