"""Pixels, upright and in RGB, from any file Pillow can read.

A decoded image never has more than `MAX_PIXELS` pixels, nor takes more memory than its process has
for one (`memory.py`): a file that claims more is refused before memory is taken. JPEGs are reduced
while they are decoded (Pillow's draft mode), as far as is wanted or needed, so large ones pass.
"""

from __future__ import annotations

import math
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from visionlens_jlab.media.camera_files import RawImageFile
from visionlens_jlab.media.colour_profiles import in_srgb, transform_of
from visionlens_jlab.media.header_reader import describe, header_of, open_image
from visionlens_jlab.media.headers import Header, UnreadableImageError
from visionlens_jlab.media.memory import OWN
from visionlens_jlab.media.tiff import DeepTiffFile, Layers, stretched

MAX_PIXELS = 178_956_970
"""Twice Pillow's own warning limit, where Pillow gives an error by default."""

SHOWN_PIXELS = 40_000_000
"""More than any screen shows; where an image becomes smaller anyway, no more get colours."""

_BESIDES = {"WEBP": 4, "AVIF": 12, "HEIF": 12, "JPEG2000": 16, "RAW": 16}
"""Bytes for each pixel that a decoder takes besides the picture."""

TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what makes the stored frame upright."""


def open_upright(
    file: BinaryIO,
    long_side: int | None = None,
    *,
    most_pixels: int | None = None,
    layers: Layers | None = None,
    developed: bool = True,
) -> tuple[Image.Image, Header, str | None]:
    """Decode the first frame of an open image file.

    Parameters
    ----------
    file : binary file
        Seekable, at its beginning.
    long_side : int, optional
        Shrink to at most this many pixels on the longer side; None: full resolution.
    most_pixels : int, optional
        Shrink to no more than this by a whole factor, before colours take memory; follows from
        `long_side` where that is given.
    layers : Layers, optional
        Of a TIFF: the page, the bands and how they are stretched; what it lacks of them is left
        out. Of any image with more than 8 bits: how it is stretched.
    developed : bool
        Whether camera RAW is developed at full size where no other size is asked for.

    Returns
    -------
    image : PIL.Image.Image
        Mode RGB, or RGBA where the file has transparency; upright.
    header : Header
        What the file says about itself (stored size, orientation).
    damage : str or None
        Set when the file ends early or is damaged and only part of the picture could be shown.

    Raises
    ------
    UnreadableImageError
        Not an image, damaged beyond use, or larger than `MAX_PIXELS`; TooLargeImageError.
    """
    size = None
    try:
        with open_image(file, by_layer=layers is not None) as image:
            header = header_of(image)
            size = image.size
            if isinstance(image, JpegImageFile):
                _draft(image, long_side, most_pixels)
            elif isinstance(image, RawImageFile):
                enough = long_side if developed else long_side or max(image.size) // 2
                image.shrink_to(enough, most_pixels)
            elif isinstance(image, DeepTiffFile) and layers is not None:
                image.layers = image.depth.fitting(layers)
            if image.width * image.height > MAX_PIXELS:
                raise UnreadableImageError(f"{image.width} x {image.height} pixels are too many")
            OWN.check(size, memory_needed(image))
            damage = load_pixels(image, file)
            # Pillow turns TIFFs that it reads itself upright while loading.
            turned = isinstance(image, TiffImagePlugin.TiffImageFile)
            turn = None if turned else TRANSPOSE.get(header.orientation)
            if long_side is not None:
                most_pixels = max(SHOWN_PIXELS, 4 * long_side * long_side)
            transform = transform_of(image)
            shown = _reduced(image, most_pixels)
            shown = displayable(shown, layers) if transform is None else shown
    except UnreadableImageError:
        raise
    except MemoryError as error:
        if not OWN.megabytes:
            raise
        raise OWN.refused(size) from error
    except Exception as error:  # Pillow's decoders raise many kinds on damaged files
        raise UnreadableImageError(describe(error)) from error
    if long_side is not None:
        shown.thumbnail((long_side, long_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if transform is not None:
        shown = in_srgb(shown, transform)
    return (shown if turn is None else shown.transpose(turn)), header, damage


def open_stored(file: BinaryIO, formats: tuple[str, ...], most_pixels: int) -> Image.Image:
    """Decode the first frame of an image file as it is stored, for its numbers.

    Raises UnreadableImageError, also for one that ends early; TooLargeImageError, MemoryError.
    """
    try:
        image = open_image(file, formats)
        if image.width * image.height > most_pixels:
            raise UnreadableImageError(f"{image.width} x {image.height} pixels are too many")
        OWN.check(image.size, memory_needed(image))
        image.load()
    except (UnreadableImageError, MemoryError):
        raise
    except Exception as error:  # as above
        raise UnreadableImageError(describe(error)) from error
    return image


def _draft(image: JpegImageFile, long_side: int | None, most_pixels: int | None) -> None:
    """Have a JPEG decoded by 1/2, 1/4 or 1/8: what is wanted, or what there is memory for."""
    wanted = 1
    if long_side is not None:
        wanted = min(image.size) // (2 * long_side)
    elif most_pixels is not None:
        wanted = math.isqrt(image.width * image.height // most_pixels)
    reduce_while_decoding(image, next((scale for scale in (8, 4, 2) if scale <= wanted), 1))


def reduce_while_decoding(image: JpegImageFile, scale: int) -> int:
    """Have a JPEG decoded by 1/`scale`, or by less where there is no memory for that; by what."""
    while scale < 8 and not OWN.fits(memory_needed(image, scale)):
        scale *= 2
    image.draft(None, (max(1, image.width // scale), max(1, image.height // scale)))
    return scale


def memory_needed(image: Image.Image, scale: int = 1) -> int:
    """Bytes that it takes to decode an image, at 1/`scale` of its size."""
    if isinstance(image, DeepTiffFile):
        return image.bytes_needed
    pixels = math.ceil(image.width / scale) * math.ceil(image.height / scale)
    each = 1 if image.mode in ("1", "L", "P") else 2 if image.mode.startswith("I;16") else 4
    needed = pixels * (each + _BESIDES.get(image.format or "", 0))
    if isinstance(image, JpegImageFile) and image.info.get("progressive"):
        # The decoder holds two bytes for each number of the file, however small the picture.
        blocks = [across * down for _, across, down, _ in image.layer]
        needed += 2 * _stored_pixels(image) * sum(blocks) // max(1, *blocks)
    return needed


def _stored_pixels(image: JpegImageFile) -> int:
    scale = (image.decoderconfig or (1, 0))[0]
    return int(image.width * image.height * scale * scale)


def _reduced(image: Image.Image, most_pixels: int | None) -> Image.Image:
    pixels = image.width * image.height
    if most_pixels is None or pixels <= most_pixels:
        return image
    factor = math.ceil(math.sqrt(pixels / most_pixels))
    # There are no means of one bit, of a palette's numbers, nor in Pillow of 16 bits.
    if image.mode in ("1", "P", "PA") or image.mode.startswith("I;16"):
        size = (max(1, image.width // factor), max(1, image.height // factor))
        return image.resize(size, Image.Resampling.NEAREST)
    return image.reduce(factor)


def load_pixels(image: Image.Image, file: BinaryIO) -> str | None:
    """Decode an image that was opened from a file; why only a part of it could be decoded."""
    try:
        image.load()
    except (OSError, SyntaxError) as error:
        _load_damaged(image, file)
        return describe(error)
    return None


def _load_damaged(image: Image.Image, file: BinaryIO) -> None:
    # Pillow's switch is global: set only for the second try on a file known to be damaged.
    file.seek(0)
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def displayable(image: Image.Image, layers: Layers | None = None) -> Image.Image:
    """The loaded image in RGB, or RGBA where there is transparency; itself where it is that.

    Integer and floating-point images of more than 8 bits are stretched between their 0.5 and
    99.5 percentiles unless `layers` says otherwise, since depth, thermal and medical files use a
    small part of their range.
    """
    if image.mode in ("RGB", "RGBA"):
        return image
    if image.mode.startswith(("I", "F")):
        return _stretched(np.asarray(image), layers or Layers()).convert("RGB")
    if image.mode == "La":
        return image.convert("LA").convert("RGBA")
    if image.mode in ("LA", "PA", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "LAB":
        return image.getchannel("L").convert("RGB")
    return image.convert("RGB")


def _stretched(values: np.ndarray, layers: Layers) -> Image.Image:
    stretch = layers.stretch or "percentile"
    shown = stretched(values[..., None], stretch, jointly=True, gamma=layers.gamma)
    return Image.fromarray(shown[..., 0])


def flattened(image: Image.Image) -> Image.Image:
    """RGB on white, whatever the transparency."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white
