"""COCO annotation records as columns."""

from __future__ import annotations

import math
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET

from .base import Action, AnnotationRows, Issue
from .coco_records import NO_SHAPE
from .geometry import bounding_box, encode

FLAGS = ("difficult", "truncated", "occluded")
_NO_BOX = (math.nan, math.nan, math.nan, math.nan)


class AnnotationColumns:
    """Columns of one block.

    Parameters
    ----------
    file : str
        Name of the label file, for the report.
    extras : dict
        Members beyond the foreseen ones -> attribute of the records that holds them.
    """

    def __init__(self, file: str, extras: dict[str, str]) -> None:
        self._file = file
        self._extras = extras
        self._records: list[Any] = []
        self._shapes = Shapes(0)
        self._flags: dict[str, list[bool | None] | None] = dict.fromkeys(FLAGS)
        self._attributes: list[str | None] | None = None
        self.issues: list[Issue] = []

    def add(self, records: list[Any], images: dict[Any, int], classes: dict[Any, str]) -> None:
        """Take a block's records; `images` and `classes` map ids to ordinals and names."""
        extras = self._collect_extras(records)
        shapes = Shapes(len(records))
        wrong = shapes.fill(records, extras)
        for index, error in wrong.items():
            image = images.get(records[index].image_id, -1)
            item = self._item(records[index])
            self._note("ANNOTATION_INVALID", "skipped", item, f"{error}.", image)
        if wrong:
            kept = [index for index in range(len(records)) if index not in wrong]
            shapes = shapes.take(kept)
            extras = {new: extras[old] for new, old in enumerate(kept) if old in extras}
            records = [records[index] for index in kept]
        self._records, self._shapes = records, shapes
        self._images = [images.get(record.image_id, -1) for record in records]
        self._classes = self._name_classes(classes)
        self._encode_extras(extras)

    def rows(self) -> AnnotationRows:
        """The columns."""
        records = self._records
        return AnnotationRows(
            images=np.array(self._images, dtype=np.int64),
            classes=self._classes,
            kinds=self._shapes.kinds,
            boxes=self._shapes.boxes,
            name=lambda index: self._item(records[index]),
            confidence=np.array([record.score for record in records], dtype=np.float64),
            area=np.array([record.area for record in records], dtype=np.float64),
            is_crowd=np.array([record.iscrowd for record in records], dtype=bool),
            geometry=self._shapes.geometry,
            attributes=self._attributes,
            difficult=self._flags["difficult"],
            truncated=self._flags["truncated"],
            occluded=self._flags["occluded"],
        )

    def _item(self, record: Any) -> str:
        return f"{self._file}: annotation {record.id}"

    def _name_classes(self, classes: dict[Any, str]) -> list[str | None]:
        names = [classes.get(record.category_id) for record in self._records]
        if None in names:
            for index, name in enumerate(names):
                identity = self._records[index].category_id
                if name is None and identity is not None:
                    names[index] = str(identity)
                    message = f"Category {identity} is not in the list of categories."
                    item = self._item(self._records[index])
                    self._note("CLASS_UNKNOWN", "kept", item, message, self._images[index])
        return names

    def _note(self, code: str, action: Action, item: str, message: str, image: int) -> None:
        known = image if image >= 0 else None
        self.issues.append(Issue(code, action, "annotation", item, message, known))

    def _collect_extras(self, records: list[Any]) -> dict[int, dict[str, Any]]:
        """Index -> what a record has beyond the foreseen members; most have nothing."""
        found: dict[int, dict[str, Any]] = {}
        for key, attribute in self._extras.items():
            for index, value in enumerate(map(attrgetter(attribute), records)):
                if value is not UNSET and value is not None:
                    found.setdefault(index, {})[key] = value
        for index, record in enumerate(records):
            if record.attributes:
                extra = found.setdefault(index, {})
                if isinstance(record.attributes, dict):
                    extra.update(record.attributes)
                else:
                    extra["attributes"] = record.attributes
        return found

    def _encode_extras(self, extras: dict[int, dict[str, Any]]) -> None:
        if not extras:
            return
        self._attributes = [None] * len(self._records)
        for flag in FLAGS:
            if any(flag in extra for extra in extras.values()):
                self._flags[flag] = [None] * len(self._records)
        for index, extra in extras.items():
            for flag, column in self._flags.items():
                if column is not None:
                    column[index] = _take_flag(extra, flag)
            if extra:
                self._attributes[index] = msgspec.json.encode(extra).decode()


class Shapes:
    """Kinds, boxes and geometry of `count` annotations."""

    def __init__(self, count: int) -> None:
        self.kinds = ["box"] * count
        self.boxes = np.full((count, 4), np.nan)
        self.geometry: list[bytes | None] | None = None

    def fill(self, records: list[Any], extras: dict[int, dict[str, Any]]) -> dict[int, str]:
        """Set what the records say; gives index -> reason of those without anything usable.

        What a record's extra members hold of its shape is added to `extras`.
        """
        boxes = [record.bbox for record in records]
        odd = [
            index
            for index, record in enumerate(records)
            if record.segmentation is not NO_SHAPE
            or record.keypoints
            or boxes[index] is None
            or len(boxes[index]) != 4
        ]
        wrong: dict[int, str] = {}
        if odd:
            self.geometry = [None] * len(records)
        for index in odd:
            extra = extras.get(index, {})
            try:
                shape = _shape(records[index], extra)
            except ValueError as error:
                wrong[index] = str(error)
                boxes[index] = _NO_BOX
                continue
            self.kinds[index], boxes[index], self.geometry[index] = shape  # type: ignore[index]
            if extra:
                extras[index] = extra
        flat = np.fromiter(chain.from_iterable(boxes), np.float64, 4 * len(boxes))
        self.boxes = flat.reshape(-1, 4)
        return wrong

    def take(self, kept: list[int]) -> Shapes:
        """Those at some indices."""
        taken = Shapes(0)
        taken.kinds = [self.kinds[index] for index in kept]
        taken.boxes = self.boxes[kept]
        if self.geometry is not None:
            taken.geometry = [self.geometry[index] for index in kept]
        return taken


def _shape(record: Any, extra: dict[str, Any]) -> tuple[str, Any, bytes | None]:
    """Kind, box and geometry. Raises ValueError where there is nothing usable."""
    box = record.bbox
    if box and len(box) != 4:
        raise ValueError(f"bbox has {len(box)} numbers instead of 4")
    kind, geometry = _segmentation(record.segmentation)
    if record.keypoints and any(record.keypoints):
        if len(record.keypoints) % 3:
            raise ValueError("keypoints are not triples")
        if geometry is not None:
            extra["segmentation"] = msgspec.Raw(geometry)
        kind, geometry = "keypoints", encode(record.keypoints)
    if box:
        return kind, box, geometry
    if geometry is not None:
        return kind, _around(geometry) if kind == "polygon" else _NO_BOX, geometry
    if record.category_id is None:
        raise ValueError("it has neither box nor shape nor category")
    return "classification", _NO_BOX, None


def _around(polygons: bytes) -> tuple[float, float, float, float]:
    try:
        parts = msgspec.json.decode(polygons, type=list[list[float]])
    except msgspec.ValidationError as error:
        raise ValueError("segmentation is not a list of polygons") from error
    return bounding_box(parts) or _NO_BOX


def _take_flag(extra: dict[str, Any], flag: str) -> bool | None:
    value = extra.get(flag)
    if isinstance(value, bool) or (isinstance(value, int) and value in (0, 1)):
        del extra[flag]
        return bool(value)
    return None


def _segmentation(raw: msgspec.Raw) -> tuple[str, bytes | None]:
    text = bytes(raw)
    if not text or text in (b"[]", b"null"):
        return "box", None
    if b"\n" in text:
        text = bytes(msgspec.json.format(text, indent=-1))
    if text[:1] == b"{":
        return "mask", text
    inner = text[1:].lstrip()[:1]
    if text[:1] != b"[" or inner == b"]":
        return "box", None
    return "polygon", text if inner == b"[" else b"[" + text + b"]"
