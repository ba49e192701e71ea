"""The part of an image around an annotation, sharp.

`src/core/components/placement.ts` computes the same region, so that what is drawn over it fits.
"""

from __future__ import annotations

import math
from typing import BinaryIO, NamedTuple

from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.decode import open_upright
from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.render import image_errors
from visionlens_jlab.media.thumbnails import encode

MARGIN = 0.2
"""Share of the box's longer side that is shown around it."""
SMALLEST = 24
"""Least longer side of a region in pixels: thin boxes stay recognisable."""
QUALITY = 88

Box = tuple[float, float, float, float]
"""x, y, w, h in pixels of the upright image."""


class Region(NamedTuple):
    """Whole pixels of the upright image; `right` and `bottom` lie outside."""

    left: int
    top: int
    right: int
    bottom: int


def crop_region(box: Box, width: int, height: int, aspect: float | None = None) -> Region | None:
    """A box with its surroundings, inside the image.

    Parameters
    ----------
    box : (x, y, w, h)
        In pixels of the upright image, which has `width` x `height`.
    aspect : float, optional
        Width by height of where it is shown: the region grows to it before the image's edges
        cut it.

    Returns
    -------
    Region or None
        None where the box is no finite one or nothing of it lies in the image.
    """
    x, y, w, h = box
    margin = max(max(w, h) * MARGIN, (SMALLEST - max(w, h)) / 2)
    across, down = w + 2 * margin, h + 2 * margin
    if aspect is not None:
        across, down = max(across, down * aspect), max(down, across / aspect)
    edges = (
        x + w / 2 - across / 2,
        y + h / 2 - down / 2,
        x + w / 2 + across / 2,
        y + h / 2 + down / 2,
    )
    if any(math.isnan(edge) for edge in edges):
        return None
    inside = [
        min(max(edge, 0.0), limit) for edge, limit in zip(edges, (width, height) * 2, strict=True)
    ]
    left, top = math.floor(inside[0]), math.floor(inside[1])
    right, bottom = math.ceil(inside[2]), math.ceil(inside[3])
    return Region(left, top, right, bottom) if left < right and top < bottom else None


def crop_image(
    file: BinaryIO,
    box: Box,
    *,
    long_side: int,
    size: tuple[int, int] | None = None,
    aspect: float | None = None,
) -> bytes:
    """A WebP of the region around a box, upright; never enlarged.

    Parameters
    ----------
    file : binary file
        The image, at its beginning.
    box : (x, y, w, h)
        In pixels of the upright image.
    long_side : int
        Pixels on the longer side of the result, at most.
    size : (width, height), optional
        The upright image's size that `box` refers to; None: as the file has it.
    aspect : float, optional
        See `crop_region`.

    Raises
    ------
    VisionLensError
        IMAGE_MISSING where nothing of the box lies in the image, IMAGE_UNREADABLE.
    """
    with image_errors(file):
        stored = read_header(file).upright_size
        width, height = size or stored
        region = crop_region(box, width, height, aspect)
        if region is None:
            raise VisionLensError(
                "IMAGE_MISSING",
                "Nothing of the annotation lies in its image.",
                "Open the sample to see the whole image.",
            )
        across, down = region.right - region.left, region.bottom - region.top
        shrink = min(1.0, long_side / max(across, down))
        # Twice as much as is shown: the second reduction keeps it sharp.
        enough = math.ceil(2 * shrink * max(stored))
        file.seek(0)
        image, _, _ = open_upright(file, enough if enough < max(stored) else None)
    return encode(_cut(image, region, (width, height), shrink), quality=QUALITY)


def _cut(image: Image.Image, region: Region, size: tuple[int, int], shrink: float) -> Image.Image:
    """The region of an image that was decoded smaller than `size`."""
    x, y = image.width / size[0], image.height / size[1]
    part = (
        region.left * x,
        region.top * y,
        min(region.right * x, image.width),
        min(region.bottom * y, image.height),
    )
    target = (
        max(1, round((region.right - region.left) * shrink)),
        max(1, round((region.bottom - region.top) * shrink)),
    )
    return image.resize(target, Image.Resampling.LANCZOS, box=part)
