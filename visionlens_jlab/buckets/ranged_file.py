"""An object whose beginning is here and whose other parts are fetched when they are read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from visionlens_jlab.buckets.objects import Changed, Content
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

STEP = 256 << 10
"""Bytes that are fetched at least."""


class RangedFile(io.RawIOBase):
    """Reads an object from its beginning on; all of it is of one version.

    Parameters
    ----------
    content : Content
        Its first bytes.
    fetch : callable
        (start, end, version or any) -> the bytes between them, fewer at the end of the object.
    """

    def __init__(self, content: Content, fetch: Callable[[int, int, str | None], Content]) -> None:
        self._data = bytearray(content.data)
        self._version = content.version
        self._fetch = fetch
        self._position = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._fill(None)
            offset += len(self._data)
        elif whence == io.SEEK_CUR:
            offset += self._position
        self._position = max(0, offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Buffer) -> int:
        target = memoryview(buffer).cast("B")
        self._fill(self._position + len(target))
        data = self._data[self._position : self._position + len(target)]
        target[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _next(self, start: int, end: int) -> bytes:
        try:
            return self._fetch(start, end, self._version).data
        except Changed:
            # Written anew, often with the same content: what was read already must be the same.
            content = self._fetch(0, end, None)
            if content.data[:start] != self._data:
                raise VisionLensError(
                    "IMAGE_UNREADABLE", "It was written anew while it was read.", "Read it again."
                ) from None
            self._version = content.version
            return content.data[start:]

    def _fill(self, end: int | None) -> None:
        """Have the bytes before `end`; None: all."""
        while not self._ended and (end is None or len(self._data) < end):
            start = len(self._data)
            upto = start + max(STEP, (end or 0) - start, start if end is None else 0)
            data = self._next(start, upto)
            self._data += data
            self._ended = len(data) < upto - start
