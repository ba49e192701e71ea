"""Files of images as answers."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO

from visionlens_jlab.media.sources import OUT_OF_REACH
from visionlens_jlab.media.store.display import Displays
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.media.tiff import Layers

PICTURE = (
    "ID_UNKNOWN",
    "IMAGE_MISSING",
    "IMAGE_UNREADABLE",
    "PERMISSION_DENIED",
    "PATH_NOT_ALLOWED",
    "ROOT_NOT_TRUSTED",
    "DIR_NOT_FOUND",
    *sorted(OUT_OF_REACH),
)
"""Codes that a picture may be refused with."""


def version_of(file: BinaryIO, *shown: object) -> str:
    """Another one for a file that was changed or replaced, or is `shown` otherwise."""
    status = os.fstat(file.fileno())
    version = ":".join(map(str, (file.name, status.st_mtime_ns, status.st_size, *shown)))
    return hashlib.sha256(version.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class Picture:
    """An image file, open, as browsers are given it."""

    file: BinaryIO
    content_type: str | None
    """None: browsers do not show it as it lies there, it must be drawn."""
    etag: str
    layers: Layers | None
    developed: bool

    @classmethod
    def of(cls, store: DatasetStore, sample_id: int, *, developed: bool = False) -> Picture:
        """The image of a sample; camera RAW at full size where it is to be `developed`.

        Raises
        ------
        VisionLensError
            ID_UNKNOWN; PATH_NOT_ALLOWED outside the root, DIR_NOT_FOUND, IMAGE_MISSING,
            PERMISSION_DENIED.
        """
        from visionlens_jlab.media.browser import browser_type

        file = store.part(Images).open(*store.part(Images).path(sample_id))
        try:
            content_type = browser_type(file)
        except BaseException:
            file.close()
            raise
        layers = store.part(Displays).layers if content_type is None else None
        return cls(file, content_type, version_of(file, layers, developed), layers, developed)

    @property
    def is_shown(self) -> bool:
        """Whether browsers show the file as it is."""
        return self.content_type is not None

    def content(self) -> tuple[IO[bytes], str]:
        """What to send and its media type; drawn now where it must be.

        IMAGE_UNREADABLE, MEMORY_LIMIT, LIMIT_REACHED.
        """
        from visionlens_jlab.media.drawing import draw_image

        if self.content_type is None:
            return draw_image(self.file, self.layers, developed=self.developed)
        self.file.seek(0)
        return self.file, self.content_type

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()
