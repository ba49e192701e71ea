"""The file of one pyramid: tiles one after the other, then where each lies, then what it is.

Tiles are JPEG, or WebP where there is transparency. What ends early has no end: it is no pyramid.
"""

from __future__ import annotations

import io
import struct
from array import array
from typing import BinaryIO

import msgspec

from visionlens_jlab.media.pyramids.layout import Layout

_MAGIC = b"VLTILES1"
_END = struct.Struct(f"<I{len(_MAGIC)}s")
_PLACE = struct.Struct("<QQ")
MOST_ABOUT = 1 << 16

Place = tuple[int, int]
"""Offset and length of a tile; length 0: there is none."""


class About(msgspec.Struct):
    """What a pyramid holds.

    Attributes
    ----------
    width, height : int
        Of the upright image.
    finest : int
        The lowest level that there is: 0, unless only a smaller picture could be had.
    damage : str, optional
        What is wrong with the image, of which only a part is there.
    slower : str, optional
        What would make more of it, or sooner.
    tiles_bytes : int
        Of all tiles.
    """

    width: int
    height: int
    finest: int = 0
    damage: str | None = None
    slower: str | None = None
    tiles_bytes: int = 0

    @property
    def layout(self) -> Layout:
        """Its tiles."""
        return Layout(self.width, self.height)


class PyramidWriter:
    """Writes a pyramid's file, which is open for writing and empty."""

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._places = array("Q", bytes(_PLACE.size * layout.tiles))
        self.size = 0
        """Bytes so far."""

    def add(self, number: int, tile: bytes) -> tuple[int, int, int]:
        """Write a tile; its number and place."""
        place = (self.size, len(tile))
        self._file.write(tile)
        self.size += len(tile)
        self._places[2 * number : 2 * number + 2] = array("Q", place)
        return number, *place

    def flush(self) -> None:
        """Let others read what was written."""
        self._file.flush()

    def close(self, about: About) -> None:
        """Write the end."""
        if struct.pack("=H", 1) != struct.pack("<H", 1):
            self._places.byteswap()
        about.tiles_bytes = self.size
        said = msgspec.msgpack.encode(about)
        self._file.write(self._places.tobytes() + said + _END.pack(len(said), _MAGIC))
        self.flush()


def read_about(file: BinaryIO) -> About | None:
    """What a pyramid's file holds; None: it is none, or damaged."""
    try:
        size = file.seek(-_END.size, io.SEEK_END)
        length, magic = _END.unpack(file.read(_END.size))
        if magic != _MAGIC or length > min(size, MOST_ABOUT):
            return None
        file.seek(size - length)
        about = msgspec.msgpack.decode(file.read(length), type=About)
    except (OSError, struct.error, msgspec.MsgspecError):
        return None
    end = _PLACE.size * about.layout.tiles + length
    return about if min(about.width, about.height) > 0 and about.tiles_bytes + end == size else None


def read_place(file: BinaryIO, about: About, number: int) -> Place:
    """Where a tile lies in the file of a pyramid."""
    size = file.seek(-_END.size, io.SEEK_END)
    length, _ = _END.unpack(file.read(_END.size))
    file.seek(size - length - _PLACE.size * (about.layout.tiles - number))
    offset, count = _PLACE.unpack(file.read(_PLACE.size))
    return offset, count


def read_tile(file: BinaryIO, place: Place) -> bytes:
    """The tile at a place."""
    file.seek(place[0])
    return file.read(place[1])
