"""How commands run a notebook from top to bottom with nbclient, which they import themselves."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Any


def options(folder: Path, seconds: int) -> dict[str, Any]:
    """Returns the options of `nbclient.NotebookClient` that every such run has.

    Args:
        folder: the working folder of the kernel.
        seconds: how long a cell may take; then it is interrupted.
    """
    return {
        "timeout": seconds,
        "kernel_name": "python3",
        "interrupt_on_timeout": True,
        "shutdown_kernel": "immediate",
        "extra_arguments": ["--log-level=ERROR"],
        "resources": {"metadata": {"path": str(folder)}},
        "on_notebook_start": _leave_interrupts,
    }


def _leave_interrupts(**_: Any) -> None:
    """Lets Ctrl-C end the command: nbclient would end the kernel, and then fail over that."""
    with contextlib.suppress(RuntimeError):  # of a system without such handlers
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
