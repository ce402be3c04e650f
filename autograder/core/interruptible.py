"""A client that runs a notebook for a command which Ctrl-C ends at any time."""

import asyncio
import contextlib
import signal
from typing import Any

from nbclient import NotebookClient


class InterruptibleClient(NotebookClient):
    """Leaves Ctrl-C to Python: nbclient 0.11 would end the kernel, and then fail over that."""

    async def async_start_new_kernel(self, **options: Any) -> None:
        """Starts a kernel; nbclient has just begun to listen to signals."""
        with contextlib.suppress(RuntimeError, NotImplementedError):  # a system without handlers
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        await super().async_start_new_kernel(**options)
