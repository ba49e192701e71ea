"""What goes through the pipes of the vector process and of builders: MessagePack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from visionlens_jlab.embeddings.index.base import Array, Collection, Source


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
