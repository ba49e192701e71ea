"""What a COCO annotation looks like, where it is more than a plain box."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import msgspec

from visionlens_jlab.core.geometry.shapes import encode
from visionlens_jlab.formats.base import Action
from visionlens_jlab.formats.coco import shapes as coco_shapes
from visionlens_jlab.formats.coco.classes import CocoClasses
from visionlens_jlab.formats.coco.shapes import Shape
from visionlens_jlab.formats.text.json_records import Dropped

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
            box = box or (shape.box if shape else None) or coco_shapes.around(points)
            return Form("keypoints", box or NO_BOX, encode(points), area)
        if shape is not None:
            return Form(shape.kind, box or shape.box or NO_BOX, shape.geometry, area)
        return Form("box", box)

    def _segmentation(
        self, record: Any, measure: bool, image: int, name: str, faults: list[str]
    ) -> Shape | None:
        try:
            shape = coco_shapes.segmentation(
                bytes(record.segmentation), self._size(image), measure=measure
            )
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
            points, complaint = coco_shapes.keypoints(values, count)
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
