"""COCO annotation records as columns."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET

from .base import AnnotationRows, Issue
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
            shape = self._shape(record, extra, name, image)
            if shape is None:
                continue
            kind, box, geometry = shape
            self._names.append(name)
            self._images.append(image)
            self._classes.append(self._class(record.category_id, classes, name, image))
            self._kinds.append(kind)
            self._boxes.append(box)
            self._geometry.append(geometry)
            self._area.append(math.nan if record.area is None else record.area)
            self._confidence.append(math.nan if record.score is None else record.score)
            self._crowd.append(bool(record.iscrowd))
            for flag in FLAGS:
                self._flags[flag].append(_take_flag(extra, flag))
            self._attributes.append(msgspec.json.encode(extra).decode() if extra else None)

    def rows(self) -> AnnotationRows:
        """Everything added."""
        flags = {
            flag: values if any(value is not None for value in values) else None
            for flag, values in self._flags.items()
        }
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
            **flags,
        )

    def _class(self, identity: Any, classes: dict[Any, str], item: str, image: int) -> str | None:
        if identity is None:
            return None
        name = classes.get(identity)
        if name is None:
            name = str(identity)
            message = f"Category {name} is not in the list of categories."
            self.issues.append(
                Issue("CLASS_UNKNOWN", "kept", "annotation", item, message, _known(image))
            )
        return name

    def _shape(
        self, record: Any, extra: dict[str, Any], item: str, image: int
    ) -> tuple[str, Any, bytes | None] | None:
        box = record.bbox
        if box and len(box) != 4:
            return self._invalid(item, f"bbox has {len(box)} numbers instead of 4", image)
        kind, geometry = _segmentation(record.segmentation)
        if record.keypoints and any(record.keypoints):
            if len(record.keypoints) % 3:
                return self._invalid(item, "keypoints are not triples", image)
            if geometry is not None:
                extra["segmentation"] = msgspec.Raw(geometry)
            kind, geometry = "keypoints", encode(record.keypoints)
        if box:
            return kind, box, geometry
        if kind == "polygon" and geometry is not None:
            try:
                around = bounding_box(msgspec.json.decode(geometry, type=list[list[float]]))
            except msgspec.ValidationError:
                return self._invalid(item, "segmentation is not a list of polygons", image)
            return kind, around or _NO_BOX, geometry
        if geometry is not None:
            return kind, _NO_BOX, geometry
        if record.category_id is not None:
            return "classification", _NO_BOX, None
        return self._invalid(item, "it has neither box nor shape nor category", image)

    def _invalid(self, item: str, reason: str, image: int) -> None:
        self.issues.append(
            Issue("ANNOTATION_INVALID", "skipped", "annotation", item, reason, _known(image))
        )

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


def _known(image: int) -> int | None:
    return image if image >= 0 else None


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
