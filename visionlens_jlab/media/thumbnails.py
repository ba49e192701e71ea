"""Thumbnails and the pack files that hold them.

A pack is WebP images one after the other, nothing else; offsets and lengths lie in the dataset.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

LONG_SIDE = 256
"""Pixels on the longer side; smaller images keep their size."""
QUALITY = 75


def encode(image: Image.Image, quality: int = QUALITY) -> bytes:
    """WebP bytes of an image that has its final size."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()


class PackWriter:
    """Appends images to a new pack file (mode 0600); a context manager."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def add(self, data: bytes) -> tuple[int, int]:
        """Append one image; its (offset, length) in bytes."""
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
