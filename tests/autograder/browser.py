"""A real browser, and a server that records what it asks for."""

import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

HOST = "spy.example"  # a host elsewhere: the browser finds the server under this name, too


def require():
    """Skips a test where there is no Chromium; in CI that is a failure."""
    if shutil.which("chromium") is None:
        if os.environ.get("RPS_REQUIRE_CHROMIUM"):
            pytest.fail("RPS_REQUIRE_CHROMIUM is set, but there is no Chromium")
        pytest.skip("needs Chromium: make chromium")


@contextmanager
def window(width, height):
    """A window of the browser, of that many pixels, to be clicked through."""
    require()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = chromium.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(60_000)
        yield context.new_page()
        chromium.close()


class Recorder(SimpleHTTPRequestHandler):
    """Serves a folder and notes the first line of whatever arrives, be it HTTP or not."""

    def parse_request(self):
        self.server.seen.append(self.raw_requestline)
        return super().parse_request()

    def log_message(self, *_):
        pass


def requests(folder, name, profile):
    """Opens a page of a folder in the browser.

    Args:
        folder: that is served.
        name: of the page.
        profile: an empty folder for the browser.

    Returns:
        The first lines of all requests that the server received, but the one for an icon that a
        browser makes by itself.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Recorder, directory=folder)) as server:
        server.seen = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        _open(f"http://{address}/{name}", f"MAP {HOST} {address}, MAP * ~NOTFOUND", profile)
        server.shutdown()
    lines = [line.decode(errors="replace").strip() for line in server.seen]
    return [line for line in lines if line != "GET /favicon.ico HTTP/1.1"]


def _open(url, hosts, profile):
    options = (
        "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
        "disable-component-update disable-sync dump-dom virtual-time-budget=3000"
    )
    subprocess.run(
        [
            "chromium",
            *(f"--{option}" for option in options.split()),
            f"--user-data-dir={profile}",
            f"--host-resolver-rules={hosts}, EXCLUDE 127.0.0.1",
            url,
        ],
        capture_output=True,
        check=True,
        timeout=120,
    )
