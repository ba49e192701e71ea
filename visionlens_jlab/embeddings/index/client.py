"""The embedded engine as this process uses it: in the vector process, over a pipe."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from visionlens_jlab.core.system.pipes import (
    child_command,
    end_child,
    read_frame,
    start_child,
    write_frame,
)
from visionlens_jlab.embeddings.index.base import (
    Array,
    Collection,
    IndexInfo,
    Source,
    VectorStoreError,
    batches,
)
from visionlens_jlab.embeddings.index.messages import (
    REPLIES,
    Call,
    Place,
    Reply,
    build_call,
    floats_from_bytes,
    floats_to_bytes,
    ids_from_bytes,
    ids_to_bytes,
    run_builder,
)
from visionlens_jlab.embeddings.index.places import embedded

CALL_SECONDS = 60.0
"""A call that takes longer is given up and the process killed."""
_ATTEMPTS = 2
_COMMAND = child_command("visionlens_jlab.embeddings.index.process")

_log = logging.getLogger(__name__)


class _ProcessEndedError(Exception):
    """The vector process ended in the middle of a call."""


class VectorProcess:
    """The supervised process: started at the first call, and again when it has died.

    Every operation may be done twice, so a call that a crash cut off is sent once more.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.starts = 0
        """How often it was started."""

    @property
    def pid(self) -> int | None:
        """Its process id; None: it does not run."""
        return None if self._process is None else self._process.pid

    def call(self, call: Call) -> Reply:
        """Send a call and wait for its reply. VectorStoreError."""
        data = msgspec.msgpack.encode(call)
        with self._lock:
            for _ in range(_ATTEMPTS):
                try:
                    reply = self._once(data)
                except _ProcessEndedError:
                    _log.warning("The vector process ended; it is started again.")
                    continue
                if reply.error is not None:
                    raise VectorStoreError(reply.error)
                return reply
        raise VectorStoreError("The vector process ends at once.")

    def close(self) -> None:
        """End the process for good; a call under way fails."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _once(self, data: bytes) -> Reply:
        process = self._running()
        watchdog = threading.Timer(CALL_SECONDS, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            write_frame(cast(BinaryIO, process.stdin), data)
            answer = read_frame(cast(BinaryIO, process.stdout))
        except (OSError, ValueError) as error:
            self._stop()
            raise _ProcessEndedError from error
        finally:
            watchdog.cancel()
        if answer is None:
            self._stop()
            raise _ProcessEndedError
        return cast(Reply, REPLIES.decode(answer))

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise VectorStoreError("The index was closed.")
        if self._process is None:
            self._process = start_child(_COMMAND)
            self.starts += 1
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_child(process)


class EdgeClient:
    """`VectorStore` in the vector process; from any thread."""

    def __init__(self) -> None:
        self.process = VectorProcess()

    def build(
        self,
        collection: Collection,
        source: Source,
        sequence: int,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """In a builder; the vector process finds the newest index by itself."""
        run_builder(build_call(collection, source, sequence), progress)

    def upsert(
        self, collection: Collection, ids: Array, vectors: Array, sequence: int | None
    ) -> None:
        """In batches, so that a search never waits for long."""
        parts = batches(ids) or [slice(0, 0)]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            self._call(
                "upsert",
                collection,
                ids=ids_to_bytes(ids[part]),
                vectors=floats_to_bytes(vectors[part]),
                sequence=sequence if last else None,
            )

    def delete(self, collection: Collection, ids: Array, sequence: int | None) -> None:
        """See `VectorStore`."""
        self._call("delete", collection, ids=ids_to_bytes(ids), sequence=sequence)

    def search(
        self,
        collection: Collection,
        vector: Array,
        k: int,
        *,
        threshold: float | None = None,
    ) -> tuple[Array, Array]:
        """See `VectorStore`."""
        reply = self._call(
            "search",
            collection,
            vectors=floats_to_bytes(vector),
            k=k,
            threshold=threshold,
        )
        return ids_from_bytes(reply.ids), floats_from_bytes(reply.scores)

    def ids(self, collection: Collection) -> Array:
        """See `VectorStore`."""
        return ids_from_bytes(self._call("ids", collection).ids)

    def info(self, collection: Collection) -> IndexInfo | None:
        """See `VectorStore`."""
        reply = self._call("info", collection)
        return None if reply.info is None else IndexInfo(*reply.info)

    def collections(self, prefix: str, folder: Path) -> list[Collection]:
        """See `VectorStore`; looks itself, for that needs no engine."""
        return embedded(prefix, folder)

    def release(self, collection: Collection) -> None:
        """See `VectorStore`; starts no process for it."""
        if self.process.pid is not None:
            self._call("release", collection)

    def drop(self, collection: Collection) -> None:
        """See `VectorStore`."""
        self._call("drop", collection)

    def close(self) -> None:
        """End the process."""
        self.process.close()

    def _call(self, op: str, collection: Collection, **given: object) -> Reply:
        return self.process.call(Call(op, Place.of(collection), **given))  # type: ignore[arg-type]
