"""A bucket server that fails as it is told.

The JSON API of Google Cloud Storage, as far as it is used, with latency, expiring credentials,
bursts of 429, torn bodies, resets and changing objects.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Faults:
    """What goes wrong; rates are of requests."""

    latency: float = 0.0
    errors: float = 0.0
    """429, 500 or 503."""
    torn: float = 0.0
    """Half a body, then the end of the connection."""
    resets: float = 0.0
    changes: float = 0.0
    """The object is written anew, with the same content, just before it is read."""
    expires_after: int | None = None
    """So many requests are answered, then 401 until `sign_in`."""
    forbidden: bool = False
    seed: int = 0


@dataclass
class Bucket:
    """Objects by key, and what was asked."""

    objects: dict[str, bytes] = field(default_factory=dict)
    generations: dict[str, int] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    requests: list[str] = field(default_factory=list)
    page_size: int = 1000
    lock: threading.Lock = field(default_factory=threading.Lock)
    _random: random.Random | None = None

    def put(self, key: str, data: bytes) -> None:
        """Write an object."""
        self.objects[key] = data
        self.generations[key] = self.generations.get(key, 1000) + 1

    def fail_as(self, faults: Faults) -> None:
        """From now on."""
        self.faults, self._random = faults, random.Random(faults.seed)
        self.requests.clear()

    def sign_in(self) -> None:
        """Credentials are valid again."""
        self.faults.expires_after = None

    def draw(self, rate: float) -> bool:
        """Whether something happens now."""
        with self.lock:
            self._random = self._random or random.Random(self.faults.seed)
            return self._random.random() < rate

    def metadata(self, key: str) -> dict[str, Any]:
        """As the API has it."""
        generation = self.generations[key]
        changed = datetime.fromtimestamp(1_700_000_000 + generation, UTC)
        return {
            "name": key,
            "bucket": "photos",
            "size": str(len(self.objects[key])),
            "generation": str(generation),
            "updated": changed.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }


class Handler(BaseHTTPRequestHandler):
    """Answers as Google's server does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    bucket: Bucket

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """List, describe or read."""
        bucket, faults = self.bucket, self.bucket.faults
        with bucket.lock:
            bucket.requests.append(self.path)
            count = len(bucket.requests)
        time.sleep(faults.latency)
        if faults.expires_after is not None and count > faults.expires_after:
            return self._error(401, "Invalid Credentials")
        if faults.forbidden:
            return self._error(403, "forbidden")
        if bucket.draw(faults.resets):
            self.close_connection = True
            self.connection.close()
            return None
        if bucket.draw(faults.errors):
            return self._error(random.choice((429, 500, 503)), "again")
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path
        if path.endswith("/o"):
            return self._list(query)
        key = unquote(path.partition("/o/")[2])
        if key not in bucket.objects:
            return self._error(404, "No such object")
        if query.get("alt") == "media":
            return self._media(key, query)
        return self._json(bucket.metadata(key))

    def do_POST(self) -> None:
        """Fail from now on as the body says: tests in other processes have no other way."""
        length = int(self.headers.get("Content-Length", 0))
        self.bucket.fail_as(Faults(**json.loads(self.rfile.read(length) or b"{}")))
        self._json({})

    def _media(self, key: str, query: dict[str, str]) -> None:
        bucket = self.bucket
        if bucket.draw(bucket.faults.changes):
            bucket.put(key, bucket.objects[key])
        generation = str(bucket.generations[key])
        if query.get("ifGenerationMatch", generation) != generation:
            return self._error(412, "conditionNotMet")
        data, status = bucket.objects[key], 200
        ranged = self.headers.get("Range")
        headers = {"X-Goog-Generation": generation, "Content-Type": "application/octet-stream"}
        if ranged:
            first, _, last = ranged.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or len(data)), len(data) - 1)
            if start >= len(data):
                return self._error(416, "range")
            headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
            data, status = data[start : end + 1], 206
        torn = bucket.draw(bucket.faults.torn)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if torn else data)
        if torn:
            self.close_connection = True
        return None

    def _list(self, query: dict[str, str]) -> None:
        bucket = self.bucket
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter")
        start = query.get("pageToken", "")
        limit = min(int(query.get("maxResults", bucket.page_size)), bucket.page_size)
        items: list[str] = []
        folders: dict[str, None] = {}
        token, last = None, ""
        for key in sorted(k for k in bucket.objects if k.startswith(prefix) and k > start):
            below, slash, _ = key[len(prefix) :].partition("/")
            if delimiter and f"{prefix}{below}/" in folders:
                last = key
                continue
            if len(items) + len(folders) >= limit:
                token = last
                break
            if delimiter and slash:
                folders[f"{prefix}{below}/"] = None
            else:
                items.append(key)
            last = key
        answer: dict[str, Any] = {
            "kind": "storage#objects",
            "items": [bucket.metadata(key) for key in items],
            "prefixes": list(folders),
        }
        if token:
            answer["nextPageToken"] = token
        self._json(answer)

    def _json(self, answer: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _error(self, status: int, message: str) -> None:
        self._json({"error": {"code": status, "message": message}}, status)


@contextmanager
def served(bucket: Bucket, port: int = 0) -> Iterator[str]:
    """The address of a server of a bucket; any bucket name is this one."""
    handler = type("BucketHandler", (Handler,), {"bucket": bucket})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
