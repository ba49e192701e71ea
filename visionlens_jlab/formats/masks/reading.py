"""The classes in the pixels of a mask, by the numbers or colours of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from PIL import Image

from visionlens_jlab.formats.mask_reading import Mask, SemanticMask
from visionlens_jlab.formats.masks.class_lists import BACKGROUND
from visionlens_jlab.formats.voc.masks import mask_of, open_mask

MOST = 1000
"""A picture with more values is no mask of classes."""


def read_semantic(file: BinaryIO, task: SemanticMask) -> list[Mask]:
    """The pixels of each class, named; the value is the name of one that is not listed.

    Raises ValueError with the reason, UnreadableImageError.
    """
    colors = {tuple(color): name for color, name in task.colors}
    numbers = dict(task.numbers)
    with file, open_mask(file) as image:
        pixels = _values(image, in_colors=bool(colors) and not numbers)
    if pixels.ndim == 3 and not colors and _is_gray(pixels):
        pixels = pixels[..., 0]
    if pixels.ndim == 3:
        packed = pixels.astype(np.uint32)
        pixels = packed[..., 0] << 16 | packed[..., 1] << 8 | packed[..., 2]
        names = {r << 16 | g << 8 | b: name for (r, g, b), name in colors.items()}
        return _masks(pixels, names, lambda value: f"#{value:06x}")
    return _masks(pixels, numbers, str)


def _masks(pixels: np.ndarray, names: dict[int, str], unnamed: Callable[[int], str]) -> list[Mask]:
    values = np.unique(pixels)
    if len(values) > MOST:
        raise ValueError(f"it has {len(values)} values, which are no classes")
    found = []
    for value in values.tolist():
        name = names.get(value)
        if (name is None and value == 0) or (name or "").lower() in BACKGROUND:
            continue
        found.append(mask_of(pixels == value, name or unnamed(value), semantic=True))
    return found


def _values(image: Image.Image, *, in_colors: bool) -> np.ndarray:
    """Numbers (height, width), or colours (height, width, 3)."""
    if in_colors and image.mode == "P":
        return np.asarray(image.convert("RGB"))
    if image.mode in ("L", "P", "I", "I;16", "I;16L", "I;16B"):
        return np.asarray(image)
    if image.mode == "1":
        return np.asarray(image).astype(np.uint8)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _is_gray(pixels: np.ndarray) -> bool:
    return bool((pixels[..., :1] == pixels).all())
