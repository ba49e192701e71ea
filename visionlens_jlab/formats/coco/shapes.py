"""The shapes of COCO annotations: polygons, masks and keypoints as they occur in the wild.

What is well formed stays the text it was. What is not is brought into form, with a complaint, or
refused with a ValueError that says why.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.core.geometry.shapes import bounding_box, encode
from visionlens_jlab.formats.base import Action
from visionlens_jlab.formats.coco.records import CocoClasses
from visionlens_jlab.formats.text.json_records import Dropped

Box = tuple[float, float, float, float]
_polygons = msgspec.json.Decoder(list[list[float]])
_EMPTY = (b"", b"[]", b"null", b'""', b"{}", b"[[]]")


class Shape(NamedTuple):
    """A shape: its kind, JSON, the box around it, its area in pixels (NaN: not known)."""

    kind: str
    geometry: bytes
    box: Box | None
    area: float
    complaint: str | None = None
    """What is odd."""
    code: str = "SHAPE_REPAIRED"


def segmentation(
    text: bytes, image_size: tuple[int, int] | None, *, measure: bool = True
) -> Shape | None:
    """The polygons or mask in a `segmentation`; None: it is empty. Raises ValueError.

    Parameters
    ----------
    image_size : (height, width), optional
        Of the frame the label file speaks of.
    measure : bool
        Whether the box and area are needed.
    """
    if text in _EMPTY:
        return None
    if b"\n" in text:
        text = bytes(msgspec.json.format(text, indent=-1))
    first, inner = text[:1], text[1:].lstrip()[:1]
    if first == b"[" and inner == b"{":  # a list of one mask, as pycocotools returns them
        masks = msgspec.json.decode(text, type=list[msgspec.Raw])
        if len(masks) > 1:
            raise ValueError(f"segmentation holds {len(masks)} masks")
        return _mask(bytes(masks[0]), image_size, measure)
    if first == b"{":
        return _mask(text, image_size, measure)
    if first != b"[":
        raise ValueError("segmentation is neither a list of polygons nor a mask")
    return _polygon(text if inner == b"[" else b"[" + text + b"]", measure)


class PlainPolygons:
    """Tells lists of flat polygons from everything else, a column at a time.

    Without the characters of numbers a polygon is brackets and commas; what JSON these can be is
    looked at once. The texts must be valid JSON.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, bool] = {}

    def __call__(self, texts: list[bytes]) -> list[bool]:
        """Which texts are well-formed polygons as they stand."""
        whole = b"\n".join(texts).translate(None, b"0123456789.-\x20")
        outlines = whole.split(b"\n")
        if len(outlines) != len(texts):  # there are line breaks inside
            outlines = [text.translate(None, b"0123456789.-\x20") for text in texts]
        known = self._known
        for outline in set(outlines) - known.keys():
            known[outline] = _is_plain(outline)
        return [known[outline] for outline in outlines]


_PLAIN = re.compile(rb"\[\[,+\](,\[,+\])*\]")


def _is_plain(outline: bytes) -> bool:
    if not _PLAIN.fullmatch(outline):
        return False
    commas = [len(part) for part in re.findall(rb"(?<=\[),+", outline)]
    return all(count >= 5 and count & 1 for count in commas)


def keypoints(values: Sequence[Any], names: int) -> tuple[list[float], str | None]:
    """Flat x, y, v triples and what was repaired. Raises ValueError.

    Parameters
    ----------
    names : int
        Number of keypoints the class has, 0 where that is not known: tells pairs without
        visibility from triples.
    """
    complaint = None
    if values and all(isinstance(point, list) for point in values):
        values = _flat(list(values))
        complaint = "the keypoints are lists of their own"
    numbers = [_number(value) for value in values]
    if any(number is None for number in numbers):
        # A point that is not there is written as null by some: unlabelled in COCO.
        numbers = [0.0 if number is None else number for number in numbers]
        complaint = "some numbers of the keypoints cannot be read; 0 was taken"
    flat: list[float] = [number for number in numbers if number is not None]
    if names and len(flat) == 2 * names and len(flat) != 3 * names:
        triples = [(x, y, 2.0) for x, y in zip(flat[::2], flat[1::2], strict=True)]
        return [number for triple in triples for number in triple], "the keypoints are pairs"
    if len(flat) % 3:
        raise ValueError("the keypoints are not triples")
    return flat, complaint


def around(points: Sequence[float]) -> Box | None:
    """The box around labelled keypoints."""
    labelled = [
        number
        for index in range(0, len(points), 3)
        if points[index + 2] > 0
        for number in points[index : index + 2]
    ]
    return bounding_box([labelled])


def _mask(text: bytes, image_size: tuple[int, int] | None, measure: bool) -> Shape:
    runs, complaint = rle.parse(text, image_size)
    code = "SHAPE_REPAIRED"
    if complaint is not None:
        text = rle.to_json(runs)
    elif image_size is not None and image_size != (runs.height, runs.width):
        code = "MASK_SIZE"
        complaint = (
            f"the mask has {runs.width} x {runs.height} pixels, "
            f"the image {image_size[1]} x {image_size[0]}"
        )
    if not measure:
        return Shape("mask", text, None, math.nan, complaint, code)
    return Shape("mask", text, rle.bounding_box(runs), float(runs.area), complaint, code)


def _polygon(text: bytes, measure: bool) -> Shape:
    complaint = None
    try:
        parts = _polygons.decode(text)
    except msgspec.DecodeError:
        parts, complaint = _loose_parts(json.loads(text))
    for part in parts:
        if len(part) < 6 or len(part) & 1:
            parts, complaint = _usable(parts, complaint)
            break
    if not parts:
        raise ValueError(complaint or "the polygon is empty")
    geometry = encode(parts) if complaint else text
    if not measure:
        return Shape("polygon", geometry, None, math.nan, complaint)
    return Shape("polygon", geometry, bounding_box(parts), sum(map(_area, parts)), complaint)


def _loose_parts(value: list[Any]) -> tuple[list[list[float]], str]:
    """Numbers in text, points as lists of their own; parts with anything else are left out."""
    parts = []
    for part in value:
        numbers = [_number(item) for item in _flat(part)] if isinstance(part, list) else [None]
        if all(number is not None for number in numbers):
            parts.append([number for number in numbers if number is not None])
    left_out = len(value) - len(parts)
    if left_out:
        return parts, f"{left_out} of {len(value)} polygons hold something other than numbers"
    return parts, "the polygons are not flat lists of numbers"


def _flat(part: list[Any]) -> list[Any]:
    if part and all(isinstance(point, list) for point in part):
        return [number for point in part for number in point]
    return part


def _usable(
    parts: list[list[float]], complaint: str | None
) -> tuple[list[list[float]], str | None]:
    if len(parts) > 2 and all(len(part) == 2 for part in parts):
        return [[number for part in parts for number in part]], "each point is a list of its own"
    whole = [part[: len(part) & ~1] for part in parts]
    usable = [part for part in whole if len(part) >= 6]
    few = len(parts) - len(usable)
    odd = sum(len(part) % 2 for part in parts)
    reasons = [complaint] if complaint else []
    if few:
        reasons.append(f"{few} of {len(parts)} polygons have fewer than 3 points")
    if odd:
        reasons.append(f"{odd} of {len(parts)} polygons have an odd number of coordinates")
    return usable, "; ".join(reasons)


def _area(part: list[float]) -> float:
    """Area of a polygon by the shoelace formula."""
    xs, ys = part[0::2], part[1::2]
    x, y = xs[-1], ys[-1]
    twice = 0.0
    for next_x, next_y in zip(xs, ys, strict=True):
        twice += x * next_y - next_x * y
        x, y = next_x, next_y
    return abs(twice) / 2


def _number(value: Any) -> float | None:
    try:
        number = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


NO_BOX = (math.nan, math.nan, math.nan, math.nan)


class Form(NamedTuple):
    """Kind, box and geometry of an annotation."""

    kind: str
    box: Any
    geometry: bytes | None = None
    area: float = math.nan
    """In pixels, for where no area is stated; NaN: not known."""


class Note(Protocol):
    """Adds an item about an annotation to the report."""

    def __call__(self, code: str, action: Action, item: str, message: str, image: int) -> None: ...


class FormReader:
    """Reads the box, segmentation and keypoints of records.

    Parameters
    ----------
    classes : CocoClasses
    size : callable
        Ordinal of an image -> its (height, width) where it is stated.
    note : callable
    """

    def __init__(
        self, classes: CocoClasses, size: Callable[[int], tuple[int, int] | None], note: Note
    ) -> None:
        self._classes = classes
        self._size = size
        self._note = note

    def read(
        self, record: Any, dropped: dict[str, Dropped], extra: dict[str, Any], name: str, image: int
    ) -> Form:
        """The form of one record; notes what is odd about it.

        `dropped` are its members that could not be read; the keypoints are tried again and taken
        out. An outline beside keypoints becomes a member of `extra`. Raises ValueError where
        there is nothing usable.
        """
        box, faults = _box(record, dropped)
        measure = box is None or record.area is None
        shape = self._segmentation(record, measure, image, name, faults)
        points = self._keypoints(record, dropped, name, image, faults)
        if box is None and shape is None and points is None:
            if faults:
                raise ValueError("; ".join(faults))
            if record.category_id is None and not extra.get("caption"):
                raise ValueError("it has neither box nor shape nor category")
            return Form("classification", NO_BOX)
        for fault in faults:
            self._note("SHAPE_INVALID", "kept", name, f"{fault}; the rest is kept.", image)
        area = math.nan if shape is None else shape.area
        if points is not None:
            if shape is not None:
                extra["segmentation"] = msgspec.Raw(shape.geometry)
            box = box or (shape.box if shape else None) or around(points)
            return Form("keypoints", box or NO_BOX, encode(points), area)
        if shape is not None:
            return Form(shape.kind, box or shape.box or NO_BOX, shape.geometry, area)
        return Form("box", box)

    def _segmentation(
        self, record: Any, measure: bool, image: int, name: str, faults: list[str]
    ) -> Shape | None:
        try:
            shape = segmentation(bytes(record.segmentation), self._size(image), measure=measure)
        except ValueError as error:
            faults.append(str(error))
            return None
        if shape is not None and shape.complaint:
            action: Action = "repaired" if shape.code == "SHAPE_REPAIRED" else "kept"
            self._note(shape.code, action, name, f"{shape.complaint}.", image)
        return shape

    def _keypoints(
        self, record: Any, dropped: dict[str, Dropped], name: str, image: int, faults: list[str]
    ) -> list[float] | None:
        broken = dropped.pop("keypoints", None)
        values = record.keypoints if broken is None else broken.value
        if not values:
            return None
        try:
            if not isinstance(values, list):
                raise ValueError("the keypoints are not a list")
            count = self._classes.keypoint_count(record.category_id)
            points, complaint = keypoints(values, count)
        except ValueError as error:
            faults.append(str(error))
            return None
        if complaint:
            self._note("SHAPE_REPAIRED", "repaired", name, f"{complaint}.", image)
        return points if any(points) else None


def _box(record: Any, dropped: dict[str, Dropped]) -> tuple[Any, list[str]]:
    """The box, and what is wrong with one that cannot be used."""
    if "bbox" in dropped:
        return None, [f"bbox cannot be read: {dropped['bbox'].reason}"]
    box = record.bbox
    if not box:
        return None, []
    if len(box) != 4:
        return None, [f"bbox has {len(box)} numbers instead of 4"]
    return box, []
