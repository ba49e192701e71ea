"""Files as cameras and telephones write them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

_UNIT = [part for row in range(3) for column in range(3) for part in (int(row == column), 1)]


def scene(width: int, height: int) -> np.ndarray:
    """Red grows to the right, green downwards: float (height, width, 3) from 0 to 1."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x / width, y / height, np.full((height, width), 0.3)], axis=-1)


def write_dng(path: Path, width: int, height: int, *, orientation: int = 1, seed: int = 0) -> None:
    """A DNG of 16 bits with a Bayer pattern and no preview; the camera sees as XYZ does."""
    values = scene(width, height)
    if seed:
        values = np.clip(values + np.random.default_rng(seed).normal(0, 0.02, values.shape), 0, 1)
    pattern = np.array([[0, 1], [1, 2]])
    channels = np.tile(pattern, (height // 2, width // 2))
    mosaic = np.take_along_axis(values, channels[..., None], axis=-1)[..., 0]
    tags = [
        (50706, "B", 4, (1, 4, 0, 0), True),
        (50708, "s", 0, "Test Camera", True),
        (271, "s", 0, "Test", True),
        (272, "s", 0, "Camera", True),
        (274, "H", 1, orientation, True),
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, (0, 1, 1, 2), True),
        (50717, "I", 1, 65535, True),
        (50721, "2i", 9, _UNIT, True),
        (50728, "2I", 3, [1, 1, 1, 1, 1, 1], True),
        (50778, "H", 1, 21, True),
    ]
    tifffile.imwrite(
        path, (mosaic * 65535).astype(np.uint16), photometric="CFA", extratags=tags, metadata=None
    )


def heic(width: int, height: int) -> bytes:
    """A HEIC file of the scene."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    file = io.BytesIO()
    Image.fromarray((scene(width, height) * 255).astype(np.uint8)).save(file, "HEIF", quality=90)
    return file.getvalue()
