"""What such formats read and write: images by name, with their objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from visionlens_jlab.core.geometry.shapes import bounding_box, encode, polygon_area
from visionlens_jlab.formats.base import ClassEntry, Issue, RunFound

Box = tuple[float, float, float, float]
"""x, y of the top left corner, w, h in pixels."""
LARGEST = 1e7
"""No image is as wide: coordinates beyond are mistakes."""


class NotMineError(Exception):
    """A file holds something else than it seemed to."""


@dataclass(slots=True)
class Object:
    """One annotation; `shape` as `core.geometry.shapes` has it, by kind."""

    class_name: str | None
    kind: str
    box: Box | None = None
    shape: Any = None
    flags: dict[str, bool] = field(default_factory=dict)
    """difficult, truncated, occluded, as far as they are stated."""
    is_crowd: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    inverted: bool = False
    """The corners stood in the wrong order."""
    coded: bytes | None = None
    """Geometry that is JSON already."""
    confidence: float | None = None
    is_fraction: bool = False
    """Whether the box is one of the image; only where the format has fields."""
    tags: list[str] = field(default_factory=list)
    """For writers; what is read has them as an attribute."""

    covered: float | None = None
    """Area of a mask, where the format tells it."""

    @property
    def area(self) -> float | None:
        """That of the mask or polygon; None: that of the box."""
        if self.kind in ("polygon", "oriented_box"):
            return float(sum(polygon_area(part) for part in self.shape))
        return self.covered

    @property
    def geometry(self) -> bytes | None:
        """The shape as JSON."""
        return self.coded if self.shape is None else encode(self.shape)


@dataclass(slots=True)
class Record:
    """An image as a label file names it, with its objects."""

    image: str | None
    """Empty: the one that has the file's name; None: only the file itself is spoken of."""
    width: int | None = None
    height: int | None = None
    split: str | None = None
    objects: list[Object] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    """Why objects could not be read; each is one."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Of the image; read by formats that say so (`RecordFormat.has_fields`)."""
    classes: list[ClassEntry] = field(default_factory=list)
    """What the file lists, with its first record."""
    issues: list[Issue] = field(default_factory=list)
    """What is odd about the file; of kind `image`: entries that are skipped."""
    runs: list[RunFound] = field(default_factory=list)


def number(value: Any, what: str) -> float:
    """A finite number. ValueError."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} {str(value)[:40]!r} is no number") from None
    if not -LARGEST < found < LARGEST:
        raise ValueError(f"{what} {str(value)[:40]!r} lies outside every image")
    return found


def side(value: Any) -> int | None:
    """Pixels of a side of an image; None: not stated, or none that an image has."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(found) if found.is_integer() and 1 <= found < LARGEST else None


def text(value: Any) -> str | None:
    """A class's name; None: there is none."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).strip() or None


def corners(left: Any, top: Any, right: Any, bottom: Any) -> tuple[Box, bool]:
    """A box from two corners, and whether they stood in the wrong order. ValueError."""
    x1, y1 = number(left, "x1"), number(top, "y1")
    x2, y2 = number(right, "x2"), number(bottom, "y2")
    box = min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)
    return box, x2 < x1 or y2 < y1


def box_object(class_name: str | None, *sides: Any, **more: Any) -> Object:
    """A box given by its corners x1, y1, x2, y2. ValueError."""
    box, inverted = corners(*sides)
    return Object(class_name, "box", box, inverted=inverted, **more)


def polygon_object(class_name: str | None, points: Iterable[Any], **more: Any) -> Object:
    """A polygon given by points (x, y), three at least. ValueError."""
    ring = ring_of(points)
    if len(ring) < 6:
        raise ValueError("a polygon has three points at least")
    return Object(class_name, "polygon", bounding_box([ring]), [ring], **more)


def points_object(class_name: str | None, points: Iterable[Any], **more: Any) -> Object:
    """Points that belong together, all of them visible. ValueError."""
    ring = ring_of(points)
    if not ring:
        raise ValueError("there are no points")
    flat = [value for x, y in zip(ring[::2], ring[1::2], strict=True) for value in (x, y, 2)]
    return Object(class_name, "keypoints", bounding_box([ring]), flat, **more)


def ring_of(points: Iterable[Any]) -> list[float]:
    """Points as one list x1, y1, x2, y2 ... ValueError."""
    found: list[float] = []
    for point in points:
        if not isinstance(point, list | tuple) or len(point) < 2:
            raise ValueError("a point has two numbers")
        found += [number(point[0], "x"), number(point[1], "y")]
    return found
