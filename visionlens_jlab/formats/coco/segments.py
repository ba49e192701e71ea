"""The segments in a PNG file of panoptic COCO: colours that are their ids."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from visionlens_jlab.formats.mask_reading import Mask
from visionlens_jlab.formats.voc.masks import mask_of, open_mask


def read_segments(file: BinaryIO, numbers: list[int]) -> list[Mask]:
    """The segments of these numbers that have pixels, named by them."""
    with file, open_mask(file) as image:
        colors = image if image.mode == "RGB" else image.convert("RGB")
        pixels = np.zeros((image.height, image.width), np.uint32)
        for band in (2, 1, 0):
            pixels <<= 8
            pixels |= np.asarray(colors.getchannel(band))
    del image, colors
    return [mask_of(there, str(n)) for n in numbers if (there := pixels == n).any()]
