"""How an image becomes a model's input; applied by the processes that decode."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np
from PIL import Image

from visionlens_jlab.media.decode import flattened

Fit = Literal["crop", "stretch", "pad"]
Resample = Literal["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]


class Preparation(msgspec.Struct, frozen=True):
    """Resizes an image to a square in RGB.

    Attributes
    ----------
    size : int
        Pixels on each side of the result.
    resize : int
        Length of the shorter side before the middle is cut out (`crop`); else `size`.
    fit : {"crop", "stretch", "pad"}
        Cut out the middle square, squash the image, or add bars.
    resample : str
        A filter of Pillow.
    fill : tuple of int
        Colour of the bars.
    """

    size: int
    resize: int
    fit: Fit = "crop"
    resample: Resample = "bicubic"
    fill: tuple[int, int, int] = (0, 0, 0)

    def decoded_side(self, width: int, height: int) -> int:
        """Longer side, in pixels, that an image must be decoded with at least."""
        if self.fit == "crop":
            return math.ceil(self.resize * max(width, height) / max(1, min(width, height)))
        if self.fit == "stretch":
            return math.ceil(self.size * max(width, height) / max(1, min(width, height)))
        return self.size

    def apply(self, image: Image.Image) -> np.ndarray:
        """The input of a model, uint8 (size, size, 3)."""
        flat = flattened(image)
        if flat.mode != "RGB":
            flat = flat.convert("RGB")
        return np.array(self._fitted(flat), dtype=np.uint8)  # a copy may be written to

    def _fitted(self, image: Image.Image) -> Image.Image:
        how = Image.Resampling[self.resample.upper()]
        target = (self.size, self.size)
        if self.fit == "stretch":
            return image.resize(target, how, reducing_gap=3.0)
        width, height = image.size
        if self.fit == "pad":
            scale = self.size / max(width, height)
            inner = (max(1, round(width * scale)), max(1, round(height * scale)))
            padded = Image.new("RGB", target, self.fill)
            place = ((self.size - inner[0]) // 2, (self.size - inner[1]) // 2)
            padded.paste(image.resize(inner, how, reducing_gap=3.0), place)
            return padded
        # One resampling does both: what lies outside the middle square is never computed.
        side = min(width, height) * self.size / self.resize
        left, top = (width - side) / 2, (height - side) / 2
        box = (max(0.0, left), max(0.0, top), left + side, top + side)
        return image.resize(target, how, box=box, reducing_gap=3.0)
