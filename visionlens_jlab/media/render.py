"""An image as a browser can show it, upright."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from visionlens_jlab.errors import VisionLensError

from .decode import SHOWN_PIXELS, open_upright
from .header_reader import describe, header_of, open_image
from .headers import UnreadableImageError

BROWSER_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
"""Formats every browser shows; the type comes from the content, never from the file's name."""

WEBP_LIMIT = 16_383
"""Largest side WebP can hold, in pixels."""


def browser_type(file: BinaryIO) -> str | None:
    """The media type of a file that browsers show upright (they apply EXIF in JPEGs).

    None: it must be decoded, see `encode_image`. IMAGE_UNREADABLE.
    """
    with image_errors(file):
        kind, orientation = _inspect(file)
    mime = BROWSER_TYPES.get(kind)
    return mime if orientation == 1 or mime == "image/jpeg" else None


def encode_image(file: BinaryIO) -> tuple[bytes, str]:
    """An image as browsers show it and its media type. IMAGE_UNREADABLE.

    WebP at full resolution (PNG with transparency or beyond WebP's size), smaller where it has
    more than `SHOWN_PIXELS`.
    """
    with image_errors(file):
        image, _, _ = open_upright(file, most_pixels=SHOWN_PIXELS)
    return _encode(image)


@contextmanager
def image_errors(file: BinaryIO) -> Iterator[None]:
    """Say what is wrong with an image file: IMAGE_UNREADABLE."""
    try:
        yield
    except UnreadableImageError as error:
        name = Path(str(getattr(file, "name", "The image"))).name
        raise VisionLensError("IMAGE_UNREADABLE", f"{name} cannot be shown: {error}.") from error


def _inspect(file: BinaryIO) -> tuple[str, int]:
    try:
        with open_image(file) as image:
            return image.format or "", header_of(image).orientation
    except Exception as error:  # Pillow's parsers raise many kinds on damaged files
        raise UnreadableImageError(describe(error)) from error


def _encode(image: Image.Image) -> tuple[bytes, str]:
    kind = "PNG" if image.mode == "RGBA" or max(image.size) > WEBP_LIMIT else "WEBP"
    buffer = io.BytesIO()
    if kind == "PNG":
        image.save(buffer, "PNG", compress_level=1)
    else:
        image.save(buffer, "WEBP", quality=90, method=2)
    return buffer.getvalue(), BROWSER_TYPES[kind]
