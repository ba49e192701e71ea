"""What an image file holds that one picture of 8 bits does not show."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from visionlens_jlab.media.camera_files import RawImageFile
from visionlens_jlab.media.decode import memory_needed
from visionlens_jlab.media.drawing import Description
from visionlens_jlab.media.header_reader import describe, open_image
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.memory import OWN
from visionlens_jlab.media.tiff import MAGIC, DeepTiffFile, Layers, can_be_read

_MOST_PIXELS = 50_000_000
"""Of a larger image the least and the greatest number are not looked for."""


def describe_file(file: BinaryIO, layers: Layers | None = None) -> Description:
    """What an open image file holds. UnreadableImageError, TooLargeImageError."""
    is_tiff = file.read(4) in MAGIC
    file.seek(0)
    try:
        with open_image(file, by_layer=is_tiff and can_be_read()) as image:
            if isinstance(image, RawImageFile):
                return Description("raw", dtype="uint16")
            few = image.width * image.height <= _MOST_PIXELS
            if isinstance(image, DeepTiffFile):
                pages, bands, dtype = image.depth
                if (pages, bands, dtype) in ((1, 1, "uint8"), (1, 3, "uint8")):
                    return Description("plain", pages, bands, dtype)
                values = None
                if few:
                    OWN.check(image.size, image.bytes_needed)
                    values = image.read(image.depth.fitting(layers or Layers()).page)[1]
                return Description("deep", pages, bands, dtype, *_range(values))
            if image.mode.startswith(("I", "F")):
                OWN.check(image.size, memory_needed(image))
                values = np.asarray(image) if few else None
                dtype = "uint16" if image.mode.startswith("I;16") else str(np.asarray(image).dtype)
                return Description("deep", 1, 1, dtype, *_range(values))
            return Description(bands=len(image.getbands()))
    except (UnreadableImageError, MemoryError):
        raise
    except Exception as error:  # Pillow's decoders raise many kinds on damaged files
        raise UnreadableImageError(describe(error)) from error


def _range(values: np.ndarray[Any, Any] | None) -> tuple[float | None, float | None]:
    if values is None or values.size == 0 or np.iscomplexobj(values):
        return None, None
    known = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return (float(known.min()), float(known.max())) if known.size else (None, None)
