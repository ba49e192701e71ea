"""Lines of YOLO label files.

`class cx cy w h [confidence]`, `class x1 y1 x2 y2 ...` (polygon, or oriented box with four
corners), or `class cx cy w h` with keypoints after it; all numbers are fractions of the upright
image.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .geometry import bounding_box


class Line(NamedTuple):
    """One label in fractions of the image; `box` is x, y, w, h with the top left corner."""

    class_id: int
    kind: str
    box: tuple[float, float, float, float]
    confidence: float = math.nan
    shape: list[float] | None = None


def parse_line(text: str, keypoints: tuple[int, int] | None = None, oriented: bool = False) -> Line:
    """Parse one line. Raises ValueError with the reason.

    Parameters
    ----------
    keypoints : (int, int), optional
        Number of keypoints and numbers for each, in a pose dataset.
    oriented : bool
        Whether nine numbers are an oriented box and not a polygon of four corners.
    """
    words = text.split()
    class_id = _class_id(words[0])
    numbers = [float(word) for word in words[1:]]
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError("a number is not finite")
    if keypoints and len(numbers) == 4 + keypoints[0] * keypoints[1]:
        shape = _keypoints(numbers[4:], keypoints[1])
        return Line(class_id, "keypoints", _box(numbers), shape=shape)
    if len(numbers) == 4:
        return Line(class_id, "box", _box(numbers))
    if len(numbers) == 5:
        return Line(class_id, "box", _box(numbers), confidence=numbers[4])
    if len(numbers) >= 6 and len(numbers) % 2 == 0:
        around = bounding_box([numbers])
        if around is not None:
            kind = "oriented_box" if oriented and len(numbers) == 8 else "polygon"
            return Line(class_id, kind, around, shape=numbers)
    raise ValueError(f"{len(words)} numbers are neither a box nor a polygon")


def _class_id(word: str) -> int:
    number = float(word)
    if not number.is_integer() or number < 0:
        raise ValueError(f"{word} is not a class number")
    return int(number)


def _box(numbers: list[float]) -> tuple[float, float, float, float]:
    cx, cy, w, h = numbers[:4]
    return cx - w / 2, cy - h / 2, w, h


def _keypoints(numbers: list[float], each: int) -> list[float]:
    shape: list[float] = []
    for start in range(0, len(numbers), each):
        x, y = numbers[start : start + 2]
        visible = numbers[start + 2] if each > 2 else 2.0 if (x, y) != (0.0, 0.0) else 0.0
        shape += [x, y, visible]
    return shape
