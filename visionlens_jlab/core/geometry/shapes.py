"""Geometry of annotations: shapes as JSON, and moving them with their image.

An annotation's geometry is JSON in UTF-8, in pixels of the upright image, by kind:

- `polygon`, `oriented_box`: a list of flat lists `[x1, y1, x2, y2, ...]`, one for each part;
- `keypoints`: one flat list `[x1, y1, v1, x2, y2, v2, ...]`, v as in COCO (0 unlabelled);
- `mask`: COCO run lengths `{"counts": ..., "size": [height, width]}`, pixels column by column;
  `counts` is a list of lengths (background first) or COCO's compressed string: as in the label
  file where that is well formed, else compressed (`rle`). The lengths cover every pixel;
- `box`, `classification`: none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from visionlens_jlab.core.geometry import rle

Move = Callable[[np.ndarray], np.ndarray]
"""float64 (n, 2) points -> moved points."""


def encode(shape: Any) -> bytes:
    """Shape as JSON; floats keep every digit."""
    return msgspec.json.encode(shape)


def upright_move(orientation: int, width: int, height: int) -> Move:
    """What takes points of a stored frame of (width, height) to the upright image.

    `orientation` is the EXIF one, 1 to 8; the corners of pixels are meant (0 to width).
    """

    def move(points: np.ndarray) -> np.ndarray:
        x, y = points[:, 0], points[:, 1]
        moved = {
            1: (x, y),
            2: (width - x, y),
            3: (width - x, height - y),
            4: (x, height - y),
            5: (y, x),
            6: (height - y, x),
            7: (height - y, width - x),
            8: (y, width - x),
        }[orientation]
        return np.stack(moved, axis=1)

    return move


def scale_move(width: float, height: float) -> Move:
    """What takes fractions of an image to pixels."""
    factor = np.array([width, height], dtype=np.float64)
    return lambda points: points * factor


def upright_boxes(boxes: np.ndarray, orientation: int, width: int, height: int) -> np.ndarray:
    """Boxes (n, 4) x, y, w, h of a stored frame of (width, height), in the upright image."""
    move = upright_move(orientation, width, height)
    low = np.minimum(move(boxes[:, :2]), move(boxes[:, :2] + boxes[:, 2:]))
    sizes = boxes[:, [3, 2]] if orientation >= 5 else boxes[:, 2:]
    return np.concatenate([low, sizes], axis=1)


def upright_mask(geometry: bytes, orientation: int, width: int, height: int) -> bytes:
    """A mask of a stored frame of (width, height), turned as `upright_move` turns its corners.

    Raises ValueError where the mask cannot be decoded or has another size than the frame.
    """
    runs, _ = rle.parse(geometry)
    if (runs.width, runs.height) != (width, height):
        raise ValueError(f"it has {runs.width} x {runs.height} pixels, not {width} x {height}")
    pixels = rle.to_pixels(runs)
    turned = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.T,
        6: pixels[::-1].T,
        7: pixels[::-1, ::-1].T,
        8: pixels[:, ::-1].T,
    }[orientation]
    return rle.to_json(rle.from_pixels(turned))


def moved_geometry(kind: str, geometry: bytes, move: Move) -> bytes:
    """Geometry of a `polygon`, `oriented_box` or `keypoints` annotation after a move."""
    shape = msgspec.json.decode(geometry)
    if kind == "keypoints":
        points = np.array(shape, dtype=np.float64).reshape(-1, 3)
        labelled = points[:, 2] > 0  # unlabelled keypoints stand at 0, 0 and stay there
        points[labelled, :2] = move(points[labelled, :2])
        return encode(points.reshape(-1).tolist())
    parts = [np.array(part, dtype=np.float64).reshape(-1, 2) for part in shape]
    return encode([move(part).reshape(-1).tolist() for part in parts])


def upright_geometry(
    kind: str, geometry: bytes, orientation: int, width: int, height: int
) -> bytes:
    """Geometry of any kind in a stored frame of (width, height), in the upright image.

    Raises ValueError or TypeError where it cannot be read.
    """
    if kind == "mask":
        return upright_mask(geometry, orientation, width, height)
    return moved_geometry(kind, geometry, upright_move(orientation, width, height))


def bounding_box(parts: list[list[float]]) -> tuple[float, float, float, float] | None:
    """x, y, w, h around flat lists of points; None when there is no point."""
    xs = [x for part in parts for x in part[0::2]]
    ys = [y for part in parts for y in part[1::2]]
    if not xs or not ys:
        return None
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def polygon_area(flat: Sequence[float]) -> float:
    """Area of `[x1, y1, x2, y2, ...]` (shoelace formula), never negative."""
    x0, y0 = flat[0], flat[1]  # near the origin less is lost to cancellation
    xs, ys = [x - x0 for x in flat[0::2]], [y - y0 for y in flat[1::2]]
    pairs = zip(xs, ys, [*xs[1:], xs[0]], [*ys[1:], ys[0]], strict=True)
    return abs(math.fsum(x * v - u * y for x, y, u, v in pairs)) / 2
