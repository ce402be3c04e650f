"""Jupyter's servers, for tests that click through their pages."""

import contextlib
import os
import re
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen


@contextlib.contextmanager
def serve(folder, module="jupyter_server", **environment):
    """Serves a folder.

    Args:
        folder: the server's working folder; its log is written beside it.
        module: the server: `jupyter_server` or `jupyterlab`.
        environment: variables for the server and its kernels, besides this process' own.

    Yields:
        The server's address.
    """
    command = [
        *(sys.executable, "-m", module, "--no-browser", "--allow-root", "--port=0"),
        *("--IdentityProvider.token=", "--ServerApp.password="),
    ]
    # Where pytest runs, a kernel does not show what libraries write to standard error.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "TF_CPP"))
    }
    log = folder.parent / "server.log"
    with (
        log.open("w") as said,
        subprocess.Popen(command, cwd=folder, env=inherited | environment, stderr=said) as process,
    ):
        try:
            yield _address(log, process)
        finally:
            process.terminate()


def _address(log, process):
    """Waits until the server answers; a busy machine may take a while."""
    end = time.monotonic() + 180
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+(?=\D)", log.read_text())
        with contextlib.suppress(URLError):
            if found:
                urlopen(f"{found[0]}/api").close()
                return found[0]
        time.sleep(0.2)
    raise TimeoutError(
        f"The server does not answer. Its status: {process.poll()}\n{log.read_text()}"
    )
