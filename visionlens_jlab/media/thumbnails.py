"""Thumbnails and the pack files that hold them.

A pack is WebP images one after the other, each behind a seal (a mark and its CRC-32); offsets and
lengths, of the images alone, lie in the dataset. Packs of older versions have no seals.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.webp import HEAD_BYTES, webp_size

if TYPE_CHECKING:
    from PIL import Image

LONG_SIDE = 256
"""Pixels on the longer side; smaller images keep their size."""
MOST_SIDE = 1024
"""Pixels; what is larger is taken for no thumbnail."""
QUALITY = 75
_MARK = b"VLTS"
_SEAL = struct.Struct("<4sI")
SEAL_BYTES = _SEAL.size


def is_whole(image: bytes, before: bytes) -> bool:
    """Whether an image of a pack is what was written, by the `SEAL_BYTES` bytes before it."""
    if image[:4] != b"RIFF":
        return False
    if len(before) < SEAL_BYTES or before[:4] != _MARK:  # of an older version
        return True
    return bool(_SEAL.unpack(before)[1] == zlib.crc32(image))


def encode(image: Image.Image, quality: int = QUALITY) -> bytes:
    """WebP bytes of an image that has its final size."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()


def open_thumbnail(data: bytes) -> Image.Image:
    """A thumbnail that lay in a pack, decoded. UnreadableImageError.

    Packs may come from others: nothing is decoded that is much larger than a thumbnail.
    """
    from PIL import Image

    size = webp_size(data[:HEAD_BYTES])
    if size is None or max(size) > MOST_SIDE:
        raise UnreadableImageError("it is no thumbnail")
    try:
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
            image.load()
            return image
    except (OSError, ValueError, SyntaxError) as error:
        raise UnreadableImageError("it is no thumbnail") from error


class PackWriter:
    """Appends images to a new pack file (mode 0600); a context manager."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def add(self, data: bytes) -> tuple[int, int]:
        """Append one image; its (offset, length) in bytes."""
        self._file.write(_SEAL.pack(_MARK, zlib.crc32(data)))
        offset = self._file.tell()
        self._file.write(data)
        return offset, len(data)

    def __enter__(self) -> PackWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
