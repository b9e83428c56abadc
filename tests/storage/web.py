"""A web server that serves one file to those who know its secrets, and may drop connections."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "SECRET"  # noqa: S105


class Web:
    """What is served, and how badly.

    Parameters
    ----------
    data : bytes
        The file.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.most = len(data)
        """Bytes of a response after which the connection is dropped."""
        self.end = len(data)
        """Where in the file every connection is dropped."""
        self.port = 0

    def url(self, name: str) -> str:
        return f"http://me:{SECRET}@127.0.0.1:{self.port}/{name}?sig={SECRET}#{SECRET}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if f"sig={SECRET}" not in request.path:
            request.send_error(403)
            return
        asked = request.headers.get("Range")
        start = int(asked.partition("=")[2].partition("-")[0]) if asked else 0
        request.send_response(206 if asked else 200)
        size = len(self.data)
        request.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        request.send_header("Content-Length", str(size - start))
        request.send_header("Accept-Ranges", "bytes")
        request.end_headers()
        request.wfile.write(self.data[start : min(start + self.most, self.end)])
        request.close_connection = True


@contextmanager
def served(data: bytes) -> Iterator[Web]:
    """Serve a file meanwhile."""
    web = Web(data)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_GET(self) -> None:
            try:
                web.answer(self)
            except OSError:  # the reader has gone
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
