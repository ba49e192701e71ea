"""COCO annotation records as columns."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET

from .base import Action, AnnotationRows, Issue
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
        self._names: list[str] = []
        self._images: list[int] = []
        self._classes: list[str | None] = []
        self._kinds: list[str] = []
        self._boxes: list[Any] = []
        self._area: list[float] = []
        self._confidence: list[float] = []
        self._crowd: list[bool] = []
        self._geometry: list[bytes | None] = []
        self._attributes: list[str | None] = []
        self._flags: dict[str, list[bool | None]] = {flag: [] for flag in FLAGS}
        self.issues: list[Issue] = []

    def add(self, records: list[Any], images: dict[Any, int], classes: dict[Any, str]) -> None:
        """Append records; `images` and `classes` map ids to ordinals and names."""
        for record in records:
            image = images.get(record.image_id, -1)
            name = f"{self._file}: annotation {record.id}"
            extra = self._extra(record)
            try:
                kind, box, geometry = _shape(record, extra)
            except ValueError as error:
                self._note("ANNOTATION_INVALID", "skipped", name, f"{error}.", image)
                continue
            self._names.append(name)
            self._images.append(image)
            self._classes.append(self._class(record.category_id, classes, name, image))
            self._kinds.append(kind)
            self._boxes.append(box)
            self._geometry.append(geometry)
            self._area.append(math.nan if record.area is None else record.area)
            self._confidence.append(math.nan if record.score is None else record.score)
            self._crowd.append(bool(record.iscrowd))
            for flag, column in self._flags.items():
                column.append(_take_flag(extra, flag) if extra else None)
            self._attributes.append(msgspec.json.encode(extra).decode() if extra else None)

    def rows(self) -> AnnotationRows:
        """Everything added."""
        return AnnotationRows(
            images=np.array(self._images, dtype=np.int64),
            classes=self._classes,
            kinds=self._kinds,
            boxes=np.array(self._boxes, dtype=np.float64).reshape(-1, 4),
            name=self._names.__getitem__,
            confidence=np.array(self._confidence, dtype=np.float64),
            area=np.array(self._area, dtype=np.float64),
            is_crowd=np.array(self._crowd, dtype=bool),
            geometry=self._geometry,
            attributes=self._attributes,
            difficult=self._flags["difficult"],
            truncated=self._flags["truncated"],
            occluded=self._flags["occluded"],
        )

    def _class(self, identity: Any, classes: dict[Any, str], item: str, image: int) -> str | None:
        if identity is None:
            return None
        name = classes.get(identity)
        if name is None:
            name = str(identity)
            message = f"Category {name} is not in the list of categories."
            self._note("CLASS_UNKNOWN", "kept", item, message, image)
        return name

    def _note(self, code: str, action: Action, item: str, message: str, image: int) -> None:
        known = image if image >= 0 else None
        self.issues.append(Issue(code, action, "annotation", item, message, known))

    def _extra(self, record: Any) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        for key, attribute in self._extras.items():
            value = getattr(record, attribute)
            if value is not UNSET and value is not None:
                extra[key] = value
        if isinstance(record.attributes, dict):
            extra.update(record.attributes)
        elif record.attributes:
            extra["attributes"] = record.attributes
        return extra


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
