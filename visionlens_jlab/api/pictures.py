"""Files of images as answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Picture:
    """An image ready to send: a file as it lies there, or bytes made from it."""

    content: Path | bytes
    content_type: str
    etag: str

    @classmethod
    def of(cls, location: str, relative: str) -> Picture:
        """The image at a path below a root.

        Raises
        ------
        VisionLensError
            PATH_NOT_ALLOWED outside the root, DIR_NOT_FOUND, IMAGE_MISSING,
            PERMISSION_DENIED, IMAGE_UNREADABLE.
        """
        from ..media.render import browser_image
        from ..media.sources import LocalSource

        path = LocalSource(location).local(relative)
        content, content_type = browser_image(path)
        status = path.stat()
        version = f"{path}:{status.st_mtime_ns}:{status.st_size}"
        return cls(content, content_type, hashlib.sha256(version.encode()).hexdigest()[:32])

    def chunks(self, size: int) -> Iterator[bytes]:
        """The content in pieces of at most `size` bytes."""
        if isinstance(self.content, bytes):
            for start in range(0, len(self.content), size):
                yield self.content[start : start + size]
            return
        with self.content.open("rb") as file:
            while chunk := file.read(size):
                yield chunk
