"""Requests to the Jupyter server; every failure becomes a VisionLensError."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import httpx
import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.core.notebook.address import Address
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.version import __version__

ARROW = "application/vnd.apache.arrow.stream"
BINARY = "application/octet-stream"
JSON = "application/json"
TIMEOUT = httpx.Timeout(660.0, connect=5.0)
"""Reading may take as long as the longest query that the server allows."""

_BUFFER_BYTES = 1 << 16

M = TypeVar("M", bound=BaseModel)


class Transport:
    """One connection pool to one server; usable from any thread."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.requests = 0
        """How many were made."""
        self._client = httpx.Client(
            base_url=f"{address.url}/{API_PREFIX}/",
            headers={"Authorization": address.authorization},
            timeout=TIMEOUT,
            verify=not address.loopback,
            trust_env=not address.loopback,
        )

    def request(self, verb: str, path: str, **options: Any) -> httpx.Response:
        """Send and return a successful answer.

        SERVER_UNREACHABLE when there is no answer; else what the server said.
        """
        self.requests += 1
        with self._reaching():
            response = self._client.request(verb, path, **options)
        if response.is_success:
            return response
        raise _failure(response)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """SERVER_UNREACHABLE for what goes wrong on the way, or in the middle of an answer."""
        try:
            yield
        except httpx.TransportError as error:
            raise VisionLensError(
                "SERVER_UNREACHABLE",
                f"The Jupyter server at {self.address.url} does not answer"
                f" ({type(error).__name__}).",
            ) from error

    def read(self, shape: type[M], verb: str, path: str, body: BaseModel | None = None) -> M:
        """JSON in, a checked shape out."""
        options: dict[str, Any] = {}
        if body is not None:
            options = {
                "content": body.model_dump_json(by_alias=True),
                "headers": {"Content-Type": JSON},
            }
        return shape.model_validate_json(self.request(verb, path, **options).content)

    def read_ids(self, verb: str, path: str, body: BaseModel | None = None) -> np.ndarray:
        """JSON in, little-endian uint32 ids out."""
        content = None if body is None else body.model_dump_json(by_alias=True)
        response = self.request(verb, path, content=content, headers={"Content-Type": JSON})
        return np.frombuffer(response.content, dtype="<u4").astype(np.uint32)

    def read_ids_and_scores(
        self, path: str, body: BaseModel
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """JSON in, little-endian uint32 ids out, and float32 scores where a header says so."""
        response = self.request(
            "POST",
            path,
            content=body.model_dump_json(by_alias=True),
            headers={"Content-Type": JSON},
        )
        if "VisionLens-Scores" not in response.headers:
            return np.frombuffer(response.content, dtype="<u4").astype(np.uint32), None
        count = len(response.content) // 8
        ids = np.frombuffer(response.content, "<u4", count).astype(np.uint32)
        return ids, np.frombuffer(response.content, "<f4", count, 4 * count).astype(np.float32)

    def read_table(
        self, path: str, body: BaseModel | bytes | None = None, **query: Any
    ) -> pa.Table:
        """JSON, ids or nothing in, an Arrow stream out, whose batches are read as they come."""
        verb, options = "GET", dict[str, Any]()
        if isinstance(body, bytes):
            verb, options = "POST", {"content": body, "headers": {"Content-Type": BINARY}}
        elif body is not None:
            content, headers = body.model_dump_json(by_alias=True), {"Content-Type": JSON}
            verb, options = "POST", {"content": content, "headers": headers}
        self.requests += 1
        with self._reaching(), self._client.stream(verb, path, params=query, **options) as response:
            if not response.is_success:
                response.read()
                raise _failure(response)
            stream = io.BufferedReader(_Body(response), _BUFFER_BYTES)
            with pa.ipc.open_stream(stream) as reader:
                table = reader.read_all()
            while stream.read(_BUFFER_BYTES):  # to its end: only then is it known to be whole
                pass
            return table

    def check_version(self) -> None:
        """VERSION_MISMATCH unless both sides have the same major and minor version."""
        server = str(self.request("GET", "about").json().get("version", "unknown"))
        if _series(server) != _series(__version__):
            raise VisionLensError(
                "VERSION_MISMATCH",
                f"This kernel has visionlens-jlab {__version__},"
                f" the Jupyter server at {self.address.url} has {server}.",
            )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class _Body(io.RawIOBase):
    """The body of an answer as a file, read once."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self._chunks = response.iter_bytes()
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer)).cast("B")
        while not len(self._rest):
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(view), len(self._rest))
        view[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def arrow_bytes(table: pa.Table) -> bytes:
    """The table as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _series(version: str) -> list[str]:
    return version.split(".")[:2]


def _failure(response: httpx.Response) -> VisionLensError:
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and "code" in body:
        return VisionLensError.from_json(body)
    code = {401: "NOT_AUTHENTICATED", 403: "NOT_AUTHENTICATED", 404: "NOT_FOUND"}.get(
        response.status_code, "INTERNAL"
    )
    url = response.request.url
    return VisionLensError(
        code, f"{url.scheme}://{url.netloc.decode()}{url.path} answered {response.status_code}."
    )
