"""Files of images as answers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


@dataclass(frozen=True)
class Picture:
    """An image ready to send: an open file as it lies there, or bytes made from it."""

    content: BinaryIO | bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, store: DatasetStore, sample_id: int) -> Picture:
        """The image of a sample.

        Raises
        ------
        VisionLensError
            ID_UNKNOWN; PATH_NOT_ALLOWED outside the root, DIR_NOT_FOUND, IMAGE_MISSING,
            PERMISSION_DENIED, IMAGE_UNREADABLE.
        """
        from ..media.render import browser_image

        file = store.open_image(*store.image_path(sample_id))
        try:
            content, content_type = browser_image(file)
            status = os.fstat(file.fileno())
        except BaseException:
            file.close()
            raise
        if content is not file:
            file.close()
        version = f"{file.name}:{status.st_mtime_ns}:{status.st_size}"
        return cls(content, content_type, hashlib.sha256(version.encode()).hexdigest()[:32])

    def chunks(self, size: int) -> Iterator[bytes]:
        """The content in pieces of at most `size` bytes."""
        if isinstance(self.content, bytes):
            for start in range(0, len(self.content), size):
                yield self.content[start : start + size]
            return
        self.content.seek(0)
        while chunk := self.content.read(size):
            yield chunk

    def close(self) -> None:
        """Let go of the file."""
        if not isinstance(self.content, bytes):
            self.content.close()
