"""Whether a browser shows an image file as it lies there, told by looking at a few bytes of it.

The threads of the server do this. Nothing is parsed that a file could make long or large: what is
not plain is left to the processes that decode, see `drawing.py`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Literal

from visionlens_jlab.media.webp import HEAD_BYTES, webp_size

_MOST_PARTS = 2000
"""Of a file, before its pixels."""
_MOST_EXIF = 1 << 20
_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"
_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD8))
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that state its size."""


def browser_type(file: BinaryIO) -> str | None:
    """The media type of a file that browsers show upright; they apply EXIF in JPEGs.

    None: it must be decoded, or is no image. It comes from the content, never from the name.
    """
    head = file.read(HEAD_BYTES)
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg" if _has_frame(file) else None
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 13 and any(head[6:10]):
        return "image/gif"
    if head.startswith(_PNG):
        plain = head[12:16] == b"IHDR" and any(head[16:20]) and any(head[20:24])
        # Grey of 16 bits is stretched, as its thumbnail is: browsers show the upper 8.
        plain = plain and head[24:26] != b"\x10\0"
        return "image/png" if plain and _is_upright(_png_parts(file)) else None
    if webp_size(head) is not None and len(head) == HEAD_BYTES:
        return "image/webp" if _is_upright(_webp_parts(file)) else None
    return None


def _has_frame(file: BinaryIO) -> bool:
    """Whether a JPEG comes to its first frame."""
    file.seek(2)
    for _ in range(_MOST_PARTS):
        marker = file.read(2)
        if len(marker) < 2 or marker[0] != 0xFF:
            return False
        if marker[1] == 0xFF:  # filling
            file.seek(-1, 1)
            continue
        if marker[1] in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(file.read(2), "big")
        if length < 2:
            return False
        if marker[1] in _FRAMES:
            frame = file.read(6)
            return len(frame) == 6 and any(frame[1:3]) and any(frame[3:5])
        file.seek(length - 2, 1)
    return False


def _is_upright(parts: Iterator[bytes | None]) -> bool:
    """Whether a file comes to its pixels, and no EXIF data turns them."""
    for exif in parts:
        if exif is None:
            return True
        if _orientation(exif) != 1:
            return False
    return False


def _png_parts(file: BinaryIO) -> Iterator[bytes | None]:
    """EXIF data before the pixels, then None for these."""
    file.seek(len(_PNG))
    for _ in range(_MOST_PARTS):
        start = file.read(8)
        length, name = int.from_bytes(start[:4], "big"), start[4:]
        if name == b"IDAT":
            yield None
        if len(start) < 8 or name == b"IEND":
            return
        here = file.tell()
        if name == b"eXIf":
            yield file.read(min(length, _MOST_EXIF))
        file.seek(here + length + 4)


def _webp_parts(file: BinaryIO) -> Iterator[bytes | None]:
    """EXIF data wherever it lies, then None."""
    file.seek(12)
    for _ in range(_MOST_PARTS):
        start = file.read(8)
        if len(start) < 8:
            yield None
            return
        length, here = int.from_bytes(start[4:], "little"), file.tell()
        if start[:4] == b"EXIF":
            yield file.read(min(length, _MOST_EXIF))
        file.seek(here + length + length % 2)


def _orientation(exif: bytes) -> int:
    """1 to 8; 0 where it cannot be told."""
    data = exif.removeprefix(b"Exif\0\0")
    order: Literal["<", ">"] | None = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])  # type: ignore[assignment]
    if order is None:
        return 0
    try:
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for number in range(count):
            place = start + 2 + 12 * number
            tag, kind, values, value = struct.unpack_from(f"{order}HHIH", data, place)
            if tag == _ORIENTATION:
                return int(value) if kind == 3 and values == 1 and 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 1
