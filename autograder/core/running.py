"""How commands run a notebook from top to bottom with nbclient, which they import themselves."""

import asyncio
import contextlib
import signal
import subprocess
from pathlib import Path
from typing import Any


class ForCommands:
    """What makes a `nbclient.NotebookClient` one for commands; a client derives from both.

    It interrupts a cell that takes too long, and Ctrl-C ends the command at any time.
    """

    def __init__(self, notebook: Any, folder: Path, seconds: int, **options: Any) -> None:
        """Takes the options of `nbclient.NotebookClient`.

        Args:
            notebook: it will have the outputs.
            folder: the working folder of the kernel.
            seconds: how long a cell may take.
            options: others, by name.
        """
        super().__init__(  # type: ignore[call-arg]
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
        await super().async_start_new_kernel(**{"stderr": subprocess.DEVNULL} | options)  # type: ignore[misc]
