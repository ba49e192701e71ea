"""The rows of a large image from top to bottom, as the file has them: not upright yet.

libvips (extra `tiles`) decodes JPEG, PNG and TIFF row by row, in little memory whatever their size.
Anything else, or all of them without it, is decoded as a whole by Pillow: as far as there is memory
for that, JPEGs at a half, a quarter or an eighth of their size where there is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, TiffImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from visionlens_jlab.media.camera_files import RawImageFile
from visionlens_jlab.media.colour_profiles import in_srgb, transform_of
from visionlens_jlab.media.decode import (
    displayable,
    load_pixels,
    memory_needed,
    reduce_while_decoding,
)
from visionlens_jlab.media.header_reader import describe, header_of, open_image
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.memory import OWN
from visionlens_jlab.media.tiff import DeepTiffFile, Layers

_STREAMED = ("JPEG", "MPO", "PNG", "TIFF")
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
COARSE = 3
"""JPEGs are decoded at an eighth of their size first, which takes a fifth of the time: from this
level on the whole picture is there before the rest is begun."""
ADVICE = 'pip install "visionlens-jlab[tiles]" reads it row by row, whole and sooner'


_AT_ONCE = 64
"""Rows that are decoded at once: what takes memory twice."""


class EndsEarlyError(Exception):
    """There are no rows any more, see `Strips.faults`."""


class Strips(NamedTuple):
    """An image to be read from top to bottom."""

    size: tuple[int, int]
    """Width and height of the image as stored, at full size."""
    orientation: int
    level: int
    """The rows are those of this level of the pyramid."""
    rows: Callable[[int, int], Image.Image]
    """Gives the rows from `top`, `height` of them, in the colours that are shown. They are asked
    for from top to bottom. Raises EndsEarlyError."""
    faults: list[str]
    """What is wrong with the file, as far as it was read."""
    slower: str | None = None


def has_libvips() -> bool:
    """Whether pyvips is installed; it is not loaded."""
    return find_spec("pyvips") is not None


def open_coarse(file: BinaryIO) -> Strips | None:
    """A JPEG at an eighth of its size; None: the image is none, or there is no memory for it."""
    with suppress(Exception):  # whatever is wrong with it is said when it is read as a whole
        image = open_image(file)
        if isinstance(image, JpegImageFile) and OWN.fits(memory_needed(image, 1 << COARSE)):
            return _whole(image, file, COARSE)
    return None


def open_strips(file: BinaryIO, layers: Layers | None = None) -> Strips:
    """An open image file, at its beginning. UnreadableImageError, TooLargeImageError."""
    size = None
    try:
        image = open_image(file, by_layer=layers is not None)
        size = image.size
        if not has_libvips():
            return _whole(image, file, layers=layers)
        if image.format in _STREAMED and not isinstance(image, DeepTiffFile | RawImageFile):
            streamed = _streamed(image, file)
            if streamed is not None:
                return streamed
            file.seek(0)
            image = open_image(file, by_layer=layers is not None)
        return _whole(image, file, layers=layers)
    except UnreadableImageError:
        raise
    except MemoryError as error:
        raise OWN.refused(size) from error
    except Exception as error:  # decoders raise many kinds on damaged files
        raise UnreadableImageError(describe(error)) from error


def _whole(
    image: Image.Image, file: BinaryIO, level: int = 0, layers: Layers | None = None
) -> Strips:
    """Decoded by Pillow, at the size that there is memory for, at this level at the finest."""
    header, size = header_of(image), image.size
    if isinstance(image, DeepTiffFile) and layers is not None:
        image.layers = image.depth.fitting(layers)
    if isinstance(image, JpegImageFile):
        level = reduce_while_decoding(image, 1 << level).bit_length() - 1
    slower = None
    if image.format in _STREAMED and not has_libvips():
        smaller = f"shown at 1/{1 << level} of its size: " if level else ""
        slower = f"{smaller}{ADVICE}"
    OWN.check(size, memory_needed(image))
    fault = load_pixels(image, file)
    faults = [] if fault is None else [fault]
    # Pillow turns TIFFs that it reads itself upright while loading.
    turned = isinstance(image, TiffImagePlugin.TiffImageFile)
    transform = transform_of(image)
    whole = image if transform is not None or image.mode in _EACH else displayable(image, layers)

    def rows(top: int, height: int) -> Image.Image:
        return _coloured(whole.crop((0, top, whole.width, top + height)), transform)

    stored = size if level else image.size
    return Strips(stored, 1 if turned else header.orientation, level, rows, faults, slower)


_EACH = ("1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr")
"""Modes that are shown row by row: nothing of the whole image is needed to know how."""


def _coloured(strip: Image.Image, transform: Any) -> Image.Image:
    if transform is not None:
        return in_srgb(strip, transform)
    plain = strip.mode == "L" and "transparency" not in strip.info
    return strip if plain else displayable(strip)


def _streamed(image: Image.Image, file: BinaryIO) -> Strips | None:
    """Decoded by libvips row by row; None: it has no such numbers as are shown as they are."""
    OWN.check(image.size, _held_while_streaming(image))
    header, transform = header_of(image), transform_of(image)
    vips = _vips()
    file.seek(0)
    try:
        source = vips.Source.new_from_descriptor(file.fileno())
        opened = vips.Image.new_from_source(source, "", access="sequential", fail_on="truncated")
    except vips.Error as error:
        raise UnreadableImageError(_said(error)) from error
    mode = "CMYK" if opened.interpretation == "cmyk" else _MODES.get(opened.bands)
    size = (header.width, header.height)
    if opened.format != "uchar" or mode is None or (opened.width, opened.height) != size:
        return None
    region, width, faults = vips.Region.new(opened), size[0], list[str]()

    def rows(top: int, height: int) -> Image.Image:
        if faults:
            raise EndsEarlyError
        strip = Image.new(mode, (width, height))
        for first in range(0, height, _AT_ONCE):
            part = (width, min(_AT_ONCE, height - first))
            try:
                data = region.fetch(0, top + first, *part)
            except vips.Error as error:
                faults.append(_said(error))
                break
            strip.paste(Image.frombuffer(mode, part, data, "raw", mode, 0, 1), (0, first))
        return _coloured(strip, transform)

    return Strips(size, header.orientation, 0, rows, faults)


def _held_while_streaming(image: Image.Image) -> int:
    """Bytes that libvips holds of the whole image: of what is stored in several passes."""
    if isinstance(image, JpegImageFile) and image.info.get("progressive"):
        return memory_needed(image, 8)
    if image.info.get("interlace"):
        return memory_needed(image)
    return 0


def _vips() -> Any:
    # Loaders that are not made for files of strangers are closed.
    os.environ["VIPS_BLOCK_UNTRUSTED"] = "1"
    os.environ["VIPS_CONCURRENCY"] = "1"
    import pyvips

    pyvips.cache_set_max(0)
    return pyvips


def _said(error: Exception) -> str:
    return " ".join(str(getattr(error, "detail", "") or error).split())[:200] or "damaged"
