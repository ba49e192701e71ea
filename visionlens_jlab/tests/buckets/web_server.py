"""A server of files that fails as it is told."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


@dataclass
class Site:
    """Files by path, and what goes wrong."""

    files: dict[str, bytes] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    """Paths that are answered with a status alone."""
    location: str = ""
    """Where redirects lead."""
    errors: float = 0.0
    torn: float = 0.0
    burst: int = 0
    """So many of the next requests are answered with 503."""
    ranges: bool = True
    heads: bool = True
    requests: list[tuple[str, str]] = field(default_factory=list)
    random: random.Random = field(default_factory=lambda: random.Random(1))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, path: str, data: bytes) -> None:
        """Write a file."""
        self.files[path] = data
        self.changed[path] = self.changed.get(path, 1_700_000_000) + 1

    def draw(self, rate: float) -> bool:
        """Whether something happens now."""
        with self.lock:
            return self.random.random() < rate


class Handler(BaseHTTPRequestHandler):
    """Answers as servers of files do."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    site: Site

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """What is known of a file."""
        if self.site.heads:
            self._answer()
        else:
            self._status(405)

    def do_GET(self) -> None:
        """A file, or a part of it."""
        self._answer()

    def _answer(self) -> None:
        site, path = self.site, unquote(self.path).lstrip("/")
        with site.lock:
            site.requests.append((self.command, path))
            site.burst -= 1
            burst = site.burst >= 0
        if burst or site.draw(site.errors):
            return self._status(503)
        if path in site.statuses:
            return self._status(site.statuses[path])
        if path not in site.files:
            return self._status(404)
        data, status = site.files[path], 200
        headers = {
            "ETag": f'"{site.changed[path]}"',
            "Last-Modified": formatdate(site.changed[path], usegmt=True),
        }
        ranged = self.headers.get("Range")
        if ranged and site.ranges:
            first, _, last = ranged.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or len(data)), len(data) - 1)
            if start >= len(data):
                return self._status(416)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
            data, status = data[start : end + 1], 206
        torn = self.command == "GET" and site.draw(site.torn)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data[: len(data) // 2] if torn else data)
        self.close_connection = self.close_connection or torn
        return None

    def _status(self, status: int) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", self.site.location)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def served_site(site: Site) -> Iterator[str]:
    """The address of a server of a site."""
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
