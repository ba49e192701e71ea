"""What an image file says about itself before its pixels: size, EXIF."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"}
    | {".avif", ".heic", ".heif", ".jp2", ".j2k", ".ppm", ".pgm", ".pbm", ".pnm", ".tga", ".ico"}
    | {".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"}
)
"""Files taken for images. Some need a decoder Pillow may lack: those are reported, not lost."""


class UnreadableImageError(Exception):
    """The file is not an image that can be read; the text says why."""


def missing(what: str, package: str, extra: str) -> UnreadableImageError:
    """What is said of an image whose decoder is not installed."""
    return UnreadableImageError(
        f'{what} needs {package}, which is not installed: pip install "visionlens-jlab[{extra}]"'
    )


class Header(NamedTuple):
    """Size of the stored frame and EXIF facts.

    `width`, `height` are in pixels as stored, before `orientation` (EXIF 1 to 8) is applied.
    `captured_at` is in UTC; a camera that states no offset is taken to run on UTC.
    `latitude`, `longitude` are in degrees, north and east positive.
    """

    width: int
    height: int
    orientation: int = 1
    captured_at: datetime | None = None
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    odd: str | None = None
    """What is wrong with the EXIF data, or cannot be shown in full."""

    @property
    def upright_size(self) -> tuple[int, int]:
        """(width, height) as shown, after the orientation is applied."""
        return upright_size(self.width, self.height, self.orientation)


def is_image(path: str) -> bool:
    """Whether the suffix is one of an image file."""
    _, dot, suffix = path.rpartition(".")
    return bool(dot) and f".{suffix.lower()}" in IMAGE_SUFFIXES


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """(width, height) of a stored frame after an EXIF orientation is applied."""
    return (height, width) if orientation >= 5 else (width, height)
