"""Records of TFRecord files: a length with its checksum, the data with theirs.

Where a length is broken, the next record is looked for: what lies between is told of as one.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import google_crc32c

LONGEST_RECORD = 1 << 30
MOST_TRIED = 1_000_000
"""Places at which a record is looked for, in one file."""
HEAD, FOOT = 12, 4
_BLOCK = 4 << 20


class Framed(NamedTuple):
    """A record's data in the file; `odd` says why there is none, or none that can be read."""

    offset: int
    length: int
    odd: str = ""


def masked_crc(data: bytes | memoryview) -> int:
    """The checksum as TFRecord files state it."""
    crc = int(google_crc32c.value(bytes(data)))
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    """A record as it stands in a file."""
    head = struct.pack("<Q", len(data))
    checks = struct.pack("<I", masked_crc(head)), struct.pack("<I", masked_crc(data))
    return b"".join((head, checks[0], data, checks[1]))


def records(file: BinaryIO) -> Iterator[Framed]:
    """Every record in the order of the file; the data themselves are not read."""
    size = file.seek(0, os.SEEK_END)
    at, tried = 0, [0]
    while at < size:
        file.seek(at)
        length = _length(file.read(HEAD))
        if length is None:
            found = _next(file, at + 1, size, tried)
            until = size if found is None else found
            yield Framed(at, 0, f"{until - at:,} bytes at byte {at:,} are no record.")
            at = until
            continue
        end = at + HEAD + length + FOOT
        if end > size:
            yield Framed(at, 0, f"The record at byte {at:,} breaks off.")
            return
        odd = "" if length <= LONGEST_RECORD else f"The record has {length:,} bytes."
        yield Framed(at + HEAD, length, odd)
        at = end


def numbered(file: BinaryIO) -> Iterator[tuple[int, Framed]]:
    """The records with their numbers; what is no record has that of the next one."""
    number = 0
    for record in records(file):
        yield number, record
        number += not record.odd or record.length > 0


def read_record(file: BinaryIO, record: Framed) -> bytes:
    """The data of a record. ValueError: they are not those that were written."""
    file.seek(record.offset)
    data = file.read(record.length + FOOT)
    content = data[: record.length]
    if data[record.length :] != struct.pack("<I", masked_crc(content)):
        raise ValueError("its checksum is wrong")
    return content


def _length(head: bytes) -> int | None:
    if len(head) < HEAD:
        return None
    length, check = struct.unpack("<QI", head)
    return int(length) if check == masked_crc(head[:8]) else None


def _next(file: BinaryIO, start: int, size: int, tried: list[int]) -> int | None:
    """Where the next record begins: lengths end with four zeros, as none is above 4 GB."""
    for at in range(start, size, _BLOCK):
        file.seek(at)
        block = file.read(_BLOCK + HEAD - 1)
        zeros = block.find(b"\0\0\0\0", 4)
        while 4 <= zeros <= len(block) - 8:
            tried[0] += 1
            if tried[0] > MOST_TRIED:
                return None
            head = block[zeros - 4 : zeros + 8]
            length = _length(head)
            if length is not None and at + zeros - 4 + HEAD + length + FOOT <= size:
                return at + zeros - 4
            zeros = block.find(b"\0\0\0\0", zeros + 1)
    return None
