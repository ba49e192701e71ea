"""Files at addresses of the web, by httpcore: read without signing in, never listed.

Redirects are not followed: they lead where nobody has allowed it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

import httpcore
import httpx

from visionlens_jlab.buckets.objects import Changed, Content, Object, Page, Transient
from visionlens_jlab.buckets.peers import CheckedNetwork
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.version import __version__

CONNECTIONS = 32
MOST_BYTES = 2 << 30
"""Of one answer: one without an end must not fill the memory."""
_TIMEOUT = {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": 60.0}
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_NO_HEAD = (405, 501)
_PART = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_SAFE = "/!$&'()*+,;=:@~"
_ESCAPES_ALONE = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_Headers = dict[str, str]


def check_address(address: str) -> None:
    """REQUEST_INVALID for what is no plain address of a place."""
    try:
        parts = urlsplit(address)
        plain = parts.port != 0 and bool(parts.hostname) and address.isprintable()
        plain = plain and parts.netloc.isascii() and "\\" not in address
    except ValueError:
        plain = False
    if not plain or "?" in address or "#" in address or "@" in parts.netloc:
        shown = re.sub(r"//[^/]*@", "//", address).partition("?")[0][:200]
        raise VisionLensError(
            "REQUEST_INVALID",
            f"{shown} is no address that can be read: it has a query, a fragment or a user's name "
            "in it, or no host.",
            "It looks like https://host/folder/instances.json.",
        )
    check_path(parts.path)


def check_path(path: str) -> None:
    """PATH_NOT_ALLOWED for one that leads up, however it is written."""
    plain = unquote(path).replace("\\", "/")
    if "\0" in plain or any(part in (".", "..") for part in plain.split("/")):
        raise VisionLensError("PATH_NOT_ALLOWED", f"{path[:200]!r} is no path below an address.")


class WebObjects:
    """See `Objects`; keys are paths of one host.

    Parameters
    ----------
    origin : str
        Scheme and host, such as `https://host:8443`.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._pool = _pool()  # here: threads that read at once would make one each

    def page(self, prefix: str, *, folders: bool, token: str | None) -> Page:
        """Nothing: there is no listing."""
        return Page([], [], None)

    def head(self, key: str) -> Object | None:
        """By HEAD, or by the first byte where a server has no HEAD or does not say the length."""
        with self._answer("HEAD", key) as (status, headers, _):
            if status in (404, 410):
                return None
            length = headers.get("content-length", "")
            if status == 200 and length.isdecimal():
                return _object(key, headers, int(length))
        with self._answer("GET", key, range="bytes=0-0") as (status, headers, body):
            if status in (404, 410):
                return None
            total = 0 if status == 416 else _total(status, headers)
            if total is None:
                total = len(_read(body, 0, None))
            return _object(key, headers, total)

    def read(
        self, key: str, start: int = 0, end: int | None = None, version: str | None = None
    ) -> Content | None:
        """Also from a server that sends all where a part was asked for."""
        last = "" if end is None else str(end - 1)
        ranged = {"range": f"bytes={start}-{last}"} if start or end is not None else {}
        with self._answer("GET", key, **ranged) as (status, headers, body):
            if status in (404, 410):
                return None
            if status != 416:
                found = _version(headers, _total(status, headers))
                if version is not None and found != version:
                    raise Changed(key)
                length = None if end is None else end - start
                data = _read(body, 0 if status == 206 else start, length)
                _check_part(status, headers, start, len(data))
                return Content(data, found)
        described = self.head(key)  # empty, or shorter than `start`
        if described is not None and version is not None and described.bytes > start:
            raise Changed(key)
        return None if described is None else Content(b"", described.version)

    @contextmanager
    def _answer(
        self, method: str, key: str, **headers: str
    ) -> Iterator[tuple[int, _Headers, Iterator[bytes]]]:
        """Status, headers and body; 2xx, not there, no such range, no HEAD. Else an error."""
        address = f"{self._origin}/{_escaped(key)}"
        sent = {"accept-encoding": "identity", "user-agent": f"visionlens-jlab/{__version__}"}
        try:
            with self._pool.stream(
                method,
                address,
                headers=[*sent.items(), *headers.items()],
                extensions={"timeout": _TIMEOUT},
            ) as response:
                found = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                self._refuse(method, response.status, found, address)
                yield response.status, found, response.iter_stream()
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise VisionLensError(
                    "SOURCE_UNAVAILABLE",
                    f"The certificate of {self._origin} is not one that this machine trusts.",
                    "Add it to the certificates of the machine, or name its file in "
                    "$SSL_CERT_FILE.",
                ) from error
            raise Transient(type(error).__name__) from error

    def _refuse(self, method: str, status: int, headers: _Headers, address: str) -> None:
        if status in (200, 206, 404, 410, 416) or (method == "HEAD" and status in _NO_HEAD):
            return
        if status in _PASSING:
            raise Transient(f"HTTP {status}", _wait(headers))
        if 300 <= status < 400:
            where = urlsplit(headers.get("location", "")).hostname or "another place there"
            raise VisionLensError(
                "PERMISSION_DENIED",
                f"{address[:500]} sends on to {where[:200]}; that is not followed.",
                "Name the address that it leads to.",
                details={"cause": f"HTTP {status}"},
            )
        raise VisionLensError(
            "PERMISSION_DENIED",
            f"{address[:500]} is not given to anybody (HTTP {status}).",
            "Addresses of the web are read without signing in. Download the files, or name the "
            "bucket that they lie in (gs://, s3://, az://).",
            details={"cause": f"HTTP {status}"},
        )


@lru_cache(maxsize=1)
def _pool() -> httpcore.ConnectionPool:
    # httpx would go through proxies that the environment names: they resolve names unchecked.
    return httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=CONNECTIONS,
        max_keepalive_connections=CONNECTIONS,
        keepalive_expiry=30.0,
        network_backend=CheckedNetwork(),
    )


def _escaped(key: str) -> str:
    """A key as a part of an address: what is written with escapes already stays."""
    return quote(key, safe=f"{_SAFE}%" if _ESCAPES_ALONE.fullmatch(key) else _SAFE)


def _total(status: int, headers: _Headers) -> int | None:
    """Bytes of the whole; None: not said."""
    if status == 206:
        part = _PART.fullmatch(headers.get("content-range", "").strip())
        return int(part.group(3)) if part and part.group(3) != "*" else None
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def _check_part(status: int, headers: _Headers, start: int, length: int) -> None:
    if status != 206:
        return
    part = _PART.fullmatch(headers.get("content-range", "").strip())
    if part is None or int(part.group(1)) != start or int(part.group(2)) - start + 1 != length:
        raise Transient("another part than the one asked for")


def _read(body: Iterator[bytes], skip: int, length: int | None) -> bytes:
    """Bytes of an answer, after the first `skip` of them; the rest is not fetched."""
    data = bytearray()
    for block in body:
        data += block
        if length is not None and len(data) >= skip + length:
            break
        if len(data) > MOST_BYTES:
            raise VisionLensError("LIMIT_REACHED", "The file has more than 2 GiB.")
    return bytes(data[skip : None if length is None else skip + length])


def _version(headers: _Headers, total: int | None) -> str:
    return headers.get("etag") or headers.get("last-modified") or f"{total} bytes"


def _object(key: str, headers: _Headers, total: int) -> Object:
    try:
        changed = parsedate_to_datetime(headers.get("last-modified", ""))
        aware = changed if changed.tzinfo else changed.replace(tzinfo=UTC)
        modified = round(aware.timestamp()) * 1_000_000_000
    except (ValueError, TypeError, OverflowError):
        modified = None
    return Object(key, total, modified, _version(headers, total))


def _wait(headers: _Headers) -> float:
    """Seconds of `Retry-After`, a minute at most."""
    try:
        return min(60.0, max(0.0, float(headers.get("retry-after", 0))))
    except ValueError:
        return 0.0
