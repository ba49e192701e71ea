"""Plain measures of a picture, from its thumbnail: pictures of different resolutions compare."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image

Pixels = np.ndarray[Any, Any]


class Picture:
    """What a measure looks at.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB, at thumbnail size.
    """

    def __init__(self, image: Image.Image) -> None:
        self.image = image

    @cached_property
    def pixels(self) -> Pixels:
        """Uint8 (height, width, 3)."""
        return np.asarray(self.image)

    @cached_property
    def luma(self) -> Pixels:
        """Float32 (height, width), 0 to 255."""
        return np.asarray(self.image.convert("L"), dtype=np.float32)


def brightness(picture: Picture) -> float:
    """Mean luma."""
    return float(picture.luma.mean())


def contrast(picture: Picture) -> float:
    """Standard deviation of luma."""
    return float(picture.luma.std())


def sharpness(picture: Picture) -> float:
    """Variance of the Laplacian of luma; 0 where a side has less than three pixels."""
    luma = picture.luma
    if min(luma.shape) < 3:
        return 0.0
    centre = luma[1:-1, 1:-1]
    around = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    return float((around - 4 * centre).var())


def dominant_color(pixels: Pixels) -> int:
    """Mean colour (0xRRGGBB) of the fullest of 512 colour cells.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
    """
    flat = pixels.reshape(-1, 3)
    cells = (
        (flat[:, 0] >> 5).astype(np.uint16) << 6
        | (flat[:, 1] >> 5).astype(np.uint16) << 3
        | (flat[:, 2] >> 5)
    )
    fullest = np.bincount(cells, minlength=512).argmax()
    red, green, blue = flat[cells == fullest].mean(axis=0).round().astype(int).tolist()
    return int(red << 16 | green << 8 | blue)
