"""Plain measures of a picture, from its thumbnail."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image


class Quality(NamedTuple):
    """Measures of one picture.

    `brightness` is the mean and `contrast` the standard deviation of luma (0 to 255),
    `sharpness` the variance of its Laplacian, `dominant_color` 0xRRGGBB. They are measured at
    thumbnail size, so pictures of different resolutions compare.
    """

    brightness: float
    contrast: float
    sharpness: float
    dominant_color: int


def measure(image: Image.Image) -> Quality:
    """Measure an RGB image."""
    luma = np.asarray(image.convert("L"), dtype=np.float32)
    return Quality(
        float(luma.mean()),
        float(luma.std()),
        _laplacian_variance(luma),
        dominant_color(np.asarray(image)),
    )


def _laplacian_variance(luma: np.ndarray) -> float:
    if min(luma.shape) < 3:
        return 0.0
    centre = luma[1:-1, 1:-1]
    around = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    return float((around - 4 * centre).var())


def dominant_color(pixels: np.ndarray) -> int:
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
