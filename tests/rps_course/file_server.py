"""A local file server for download tests: with or without Range, cutting connections, with sums."""

import base64
import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """Serves `files` (name to content) from any folder.

    Attributes:
        ranges: whether Range requests are honored.
        cut: bytes after which an answer's connection is closed; None for never.
        stalls: whether the connection then stays open with nothing more coming.
        hashes: whether the MD5 sum is stated, as Google's storage does.
        stated: MD5 sums to state in place of the true ones, by file name.
        requests: (method, file name, Range header or None) of every request so far.
    """

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.ranges, self.cut, self.stalls, self.hashes = True, None, False, False
        self.stated = {}
        self.requests = []
        self.ending = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self._answer(with_body=False)

    def do_GET(self):
        self._answer(with_body=True)

    def _answer(self, with_body):
        server, name = self.server, self.path.rsplit("/", 1)[-1]
        asked = self.headers.get("Range")
        server.requests.append((self.command, name, asked))
        content = server.files.get(name)
        if content is None:
            self.send_error(404)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
        if start and start >= len(content):
            self.send_response(416)
            body = b""
        else:
            self.send_response(206 if start else 200)
            body = content[start:]
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if server.hashes:
            digest = server.stated.get(name) or hashlib.md5(content).digest()
            stated = base64.b64encode(digest).decode()
            self.send_header("x-goog-hash", f"crc32c=AAAAAA==,md5={stated}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body[: server.cut])
            if server.stalls:
                self.wfile.flush()
                server.ending.wait(60)
        if server.cut is not None:
            self.close_connection = True

    def log_message(self, *_):
        pass


@contextmanager
def serving(files):
    """Runs a `FileServer` while the block runs."""
    server = FileServer(files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.ending.set()
        server.shutdown()
        server.server_close()
