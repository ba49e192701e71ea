"""Reading one image out of a file that holds many: a seek and a read, by an index made once.

The index of a large file is kept on disk with the objects of buckets, bounded as they are.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import BinaryIO, NamedTuple, cast

import numpy as np

from visionlens_jlab.config import default_object_cache, default_object_folder
from visionlens_jlab.core.system.object_cache import ObjectCache
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.shards.example import features, image_feature
from visionlens_jlab.media.shards.parquet import Cursors
from visionlens_jlab.media.shards.places import Kind, row_of, shard_kind
from visionlens_jlab.media.shards.tar import members
from visionlens_jlab.media.shards.tfrecord import Framed, numbered, read_record

LARGEST_IMAGE = 1 << 30
KEPT_FROM = 2_000
"""Members of a file whose index is kept on disk."""
_INDEX = np.dtype([("name", "<u8"), ("offset", "<i8"), ("length", "<i8")])
_CURSORS = Cursors()


class Identity(NamedTuple):
    """Which file it is, as long as nobody changes it."""

    device: int
    inode: int
    bytes: int
    modified_ns: int

    @classmethod
    def of(cls, file: BinaryIO) -> Identity:
        """Of an open file."""
        status = os.fstat(file.fileno())
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def open_member(file: BinaryIO, shard: str, member: str) -> BinaryIO:
    """An image inside an open file, which is closed; in memory.

    Parameters
    ----------
    shard, member : str
        As `places.inside` tells them.

    Raises
    ------
    VisionLensError
        IMAGE_MISSING, IMAGE_UNREADABLE.
    """
    with file:
        try:
            data = _read(file, shard, member)
        except (ValueError, OSError, TypeError, NotImplementedError) as error:  # pyarrow's too
            raise VisionLensError(
                "IMAGE_UNREADABLE", f"{shard}/{member} cannot be read: {str(error)[:200]}."
            ) from error
    if data is None:
        raise VisionLensError("IMAGE_MISSING", f"There is no {member} in {shard}.")
    return io.BytesIO(data)


def _read(file: BinaryIO, shard: str, member: str) -> bytes | None:
    kind = shard_kind(shard)
    if kind == "tar":
        place = _find(_index(file, kind), _hashed(member))
        return None if place is None else _part(file, *place)
    number = row_of(member)
    if number is None:
        return None
    if kind == "parquet":
        try:
            own = cast(BinaryIO, os.fdopen(os.dup(file.fileno()), "rb"))
            return _CURSORS.read(Identity.of(file), own, *number)
        except (KeyError, IndexError):
            return None
    place = _find(_index(file, "tfrecord"), number[1])
    if place is None:
        return None
    found = features(read_record(file, Framed(*place)))
    name = image_feature(found)
    return None if name is None else bytes(found[name].parts[0])


def _part(file: BinaryIO, offset: int, length: int) -> bytes:
    if length > LARGEST_IMAGE:
        raise ValueError(f"it has {length:,} bytes")
    file.seek(offset)
    data = file.read(length)
    if len(data) < length:
        raise ValueError("the file breaks off")
    return data


def _find(index: np.ndarray, name: int) -> tuple[int, int] | None:
    at = int(np.searchsorted(index["name"], np.uint64(name)))
    if at == len(index) or index["name"][at] != name:
        return None
    return int(index["offset"][at]), int(index["length"][at])


def _hashed(name: str) -> int:
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _index(file: BinaryIO, kind: Kind) -> np.ndarray:
    return _indices(_Keyed(file, kind, Identity.of(file)))


class _Keyed:
    """A file that is known again by its identity."""

    def __init__(self, file: BinaryIO, kind: Kind, identity: Identity) -> None:
        self.file: BinaryIO | None = file
        self.key = kind, identity

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.key == self.key


@lru_cache(maxsize=32)
def _indices(keyed: _Keyed) -> np.ndarray:
    file, keyed.file = keyed.file, None
    assert file is not None
    name = f"index of shard\n{keyed.key}"
    kept = shard_cache().find(name)
    if kept is not None:
        with kept:
            return cast(np.ndarray, np.load(kept))
    rows = _tar_rows(file) if keyed.key[0] == "tar" else _record_rows(file)
    index = np.array(list(rows), dtype=_INDEX)
    _, first = np.unique(index["name"], return_index=True)  # of two of one name the first counts
    index = index[first]
    if len(index) >= KEPT_FROM:
        shard_cache().keep(name, lambda out: np.save(out, index)).close()
    return index


def _tar_rows(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    for member in members(file):
        if not member.odd:
            yield _hashed(member.name), member.offset, member.length


def _record_rows(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    for number, record in numbered(file):
        if not record.odd:
            yield number, record.offset, record.length


@lru_cache(maxsize=1)
def shard_cache() -> ObjectCache:
    """What is kept of files of images: indices of large ones, and images that were shown."""
    return ObjectCache(default_object_folder(), default_object_cache() << 20)
