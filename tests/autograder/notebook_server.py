"""Jupyter's servers, for tests that click through their pages."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.request import urlopen


@contextmanager
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
    log = folder.parent / "server.log"
    with (
        log.open("w") as said,
        subprocess.Popen(command, cwd=folder, env=os.environ | environment, stderr=said) as process,
    ):
        try:
            yield _address(log)
        finally:
            process.terminate()


def _address(log):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = re.search(r"http://(?:localhost|127\.0\.0\.1):\d+", log.read_text())
        if found:
            urlopen(f"{found[0]}/api").close()
            return found[0]
        time.sleep(0.2)
    raise TimeoutError(log.read_text())
