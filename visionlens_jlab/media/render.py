"""An image as a browser can show it, upright."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.decode import SHOWN_PIXELS, open_upright
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.memory import ADVICE, TooLargeImageError
from visionlens_jlab.media.tiff import Layers

WEBP_LIMIT = 16_383
"""Largest side WebP can hold, in pixels."""


def encode_image(
    file: BinaryIO, layers: Layers | None = None, *, developed: bool = True
) -> tuple[bytes, str]:
    """An image as browsers show it and its media type. IMAGE_UNREADABLE, MEMORY_LIMIT.

    WebP at full resolution (PNG with transparency or beyond WebP's size), smaller where it has
    more than `SHOWN_PIXELS`. Camera RAW that is not to be `developed` is shown by the preview
    inside, or at half its size.
    """
    with image_errors(file):
        image, _, _ = open_upright(
            file, most_pixels=SHOWN_PIXELS, layers=layers, developed=developed
        )
    return _encode(image)


@contextmanager
def image_errors(file: BinaryIO) -> Iterator[None]:
    """Say what is wrong with an image file: IMAGE_UNREADABLE, MEMORY_LIMIT."""
    name = Path(str(getattr(file, "name", "The image"))).name
    try:
        yield
    except TooLargeImageError as error:
        advice = f"{ADVICE[0].upper()}{ADVICE[1:]}."
        raise VisionLensError(
            "MEMORY_LIMIT", f"{name} cannot be shown: {error.why}.", advice
        ) from error
    except UnreadableImageError as error:
        raise VisionLensError("IMAGE_UNREADABLE", f"{name} cannot be shown: {error}.") from error


def _encode(image: Image.Image) -> tuple[bytes, str]:
    kind = "PNG" if image.mode == "RGBA" or max(image.size) > WEBP_LIMIT else "WEBP"
    buffer = io.BytesIO()
    if kind == "PNG":
        image.save(buffer, "PNG", compress_level=1)
    else:
        image.save(buffer, "WEBP", quality=90, method=2)
    return buffer.getvalue(), f"image/{kind.lower()}"
