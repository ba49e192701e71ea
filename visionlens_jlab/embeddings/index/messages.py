"""Messages of the vector process and of builders (MessagePack), and running a builder."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import numpy as np

from visionlens_jlab.core.system.pipes import (
    child_command,
    end_child,
    read_frame,
    start_child,
    write_frame,
)
from visionlens_jlab.embeddings.index.base import Array, Collection, Source, VectorStoreError


class Place(msgspec.Struct):
    """A `Collection`."""

    name: str
    dimension: int
    folder: str
    stem: str

    @classmethod
    def of(cls, collection: Collection) -> Place:
        """From a collection."""
        return cls(collection.name, collection.dimension, str(collection.folder), collection.stem)

    def collection(self) -> Collection:
        """The collection."""
        return Collection(self.name, self.dimension, Path(self.folder), self.stem)


class Call(msgspec.Struct):
    """Something asked of the vector process."""

    op: str
    place: Place
    ids: bytes | None = None
    vectors: bytes | None = None
    k: int = 0
    threshold: float | None = None
    sequence: int | None = None


class Reply(msgspec.Struct):
    """Its answer; with an error nothing else."""

    ids: bytes = b""
    scores: bytes = b""
    info: tuple[int, int, int] | None = None
    error: str | None = None


class BuildCall(msgspec.Struct):
    """What a builder is to build, with which engine."""

    place: Place
    files: list[str]
    existing: bytes | None
    count: int
    sequence: int
    url: str = ""
    api_key: str = ""


class BuildReply(msgspec.Struct):
    """Progress of a build, then its end."""

    done: int = 0
    total: int = 0
    over: bool = False
    error: str | None = None


def ids_to_bytes(ids: Array) -> bytes:
    """uint32 ids."""
    return np.ascontiguousarray(ids, dtype="<u4").tobytes()


def ids_from_bytes(data: bytes) -> Array:
    """uint32 ids."""
    return np.frombuffer(data, dtype="<u4")


def floats_to_bytes(values: Array) -> bytes:
    """float32 of any shape."""
    return np.ascontiguousarray(values, dtype="<f4").tobytes()


def floats_from_bytes(data: bytes) -> Array:
    """float32, flat."""
    return np.frombuffer(data, dtype="<f4")


def build_call(
    collection: Collection, source: Source, sequence: int, url: str = "", api_key: str = ""
) -> BuildCall:
    """A build as a message."""
    return BuildCall(
        place=Place.of(collection),
        files=[str(file) for file in source.files],
        existing=None if source.existing is None else np.packbits(source.existing).tobytes(),
        count=0 if source.existing is None else len(source.existing),
        sequence=sequence,
        url=url,
        api_key=api_key,
    )


def source_of(call: BuildCall) -> Source:
    """What a message says to build from."""
    existing = None
    if call.existing is not None:
        bits = np.frombuffer(call.existing, dtype=np.uint8)
        existing = np.unpackbits(bits, count=call.count).astype(bool)
    return Source([Path(file) for file in call.files], existing)


CALLS: Any = msgspec.msgpack.Decoder(Call)
REPLIES: Any = msgspec.msgpack.Decoder(Reply)
BUILD_CALLS: Any = msgspec.msgpack.Decoder(BuildCall)
BUILD_REPLIES: Any = msgspec.msgpack.Decoder(BuildReply)


_COMMAND = child_command("visionlens_jlab.embeddings.index.builder")
_POLL_SECONDS = 0.2


def run_builder(call: BuildCall, progress: Callable[[int, int], None] | None = None) -> None:
    """Build in a process of its own and wait for its end.

    `progress` is called several times a second, also while there is none.

    Raises
    ------
    VectorStoreError
        When it could not be built or the process was killed.
    BaseException
        What `progress` raises; the process is killed then.
    """
    process = start_child(_COMMAND)
    replies: queue.SimpleQueue[BuildReply] = queue.SimpleQueue()
    reader = threading.Thread(
        target=_read, args=(cast(BinaryIO, process.stdout), replies), daemon=True
    )
    reader.start()
    try:
        with suppress(OSError):  # its end is met by the reader
            write_frame(cast(BinaryIO, process.stdin), msgspec.msgpack.encode(call))
        latest = BuildReply()
        while not latest.over:
            with suppress(queue.Empty):
                latest = replies.get(timeout=_POLL_SECONDS)
            if latest.error is not None:
                raise VectorStoreError(latest.error)
            if progress is not None:
                progress(latest.done, latest.total)
    finally:
        process.kill()
        reader.join()
        end_child(process)


def _read(stream: BinaryIO, replies: queue.SimpleQueue[BuildReply]) -> None:
    """Pass on what the builder says, and that it ended."""
    with suppress(OSError, ValueError):
        while (data := read_frame(stream)) is not None:
            reply = BUILD_REPLIES.decode(data)
            replies.put(reply)
            if reply.over:
                return
    replies.put(BuildReply(error="The process that builds the index ended at once."))
