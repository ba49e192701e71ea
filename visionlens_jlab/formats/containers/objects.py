"""Boxes in JSON and nested columns, in the spellings that are usual.

A list of objects, or lists side by side: `{"bbox": [...], "category": [...]}`. A box under `bbox`,
`bboxes` or `xywh` is x, y, w, h as in COCO; under `box`, `boxes`, `xyxy` or `bbox_xyxy` it is two
corners; the option `boxes` ("xywh" or "xyxy") says otherwise. Named sides are what they are called.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.core.geometry.shapes import bounding_box, encode
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.containers.item import Shard
from visionlens_jlab.formats.records.record import (
    Object,
    Record,
    box_object,
    number,
    polygon_object,
    text,
)

OBJECTS = ("objects", "annotations", "detections", "instances")
XYWH = ("bbox", "bboxes", "xywh", "bbox_xywh")
XYXY = ("box", "boxes", "xyxy", "bbox_xyxy", "bounding_box", "bounding_boxes")
_SIDES = (
    ("x", "y", "w", "h"),
    ("x", "y", "width", "height"),
    ("left", "top", "width", "height"),
)
_CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)
CLASSES = (
    *("category", "class", "label", "class_name", "category_name", "label_name", "name", "cls"),
    *("category_id", "class_id", "label_id", "categories", "classes", "labels", "class_names"),
)
_CROWDS = ("iscrowd", "is_crowd", "crowd")
_FLAGS = ("difficult", "truncated", "occluded")
_SHAPES = ("segmentation", "polygon", "segments")
ORDERS = ("xywh", "xyxy")


def order_of(options: Mapping[str, Any]) -> str | None:
    """The option `boxes`. REQUEST_INVALID."""
    order = options.get("boxes")
    if order is not None and order not in ORDERS:
        raise VisionLensError("REQUEST_INVALID", f"boxes is {order!r}: name one of {ORDERS}.")
    return None if order is None else str(order)


def take_objects(members: dict[str, Any], record: Record, shard: Shard) -> None:
    """Move what describes objects out of `members` into the record."""
    for name in OBJECTS:
        if name in members and (rows := rows_of(members[name])) is not None:
            del members[name]
            add_rows(rows, record, shard)
    boxes = [name for name in (*XYWH, *XYXY) if isinstance(members.get(name), list)]
    if not boxes:
        return
    listed: list[Any] = members[boxes[0]]
    if len(listed) == 4 and not any(isinstance(one, list | dict) for one in listed):
        listed = [listed]
        members[boxes[0]] = listed
    beside = [boxes[0]]
    beside += [
        name
        for name in (*CLASSES, *_CROWDS, *_FLAGS, *_SHAPES, "scores", "areas")
        if isinstance(members.get(name), list) and len(members[name]) == len(listed)
    ]
    rows = rows_of({name: members[name] for name in beside})
    if rows is not None:
        for name in beside:
            del members[name]
        add_rows(rows, record, shard)


def rows_of(value: Any) -> list[dict[str, Any]] | None:
    """Objects one by one; None: the value is of none."""
    if isinstance(value, list):
        return value if all(isinstance(one, dict) for one in value) else None
    if not isinstance(value, dict) or not value:
        return None
    lists = {name: one for name, one in value.items() if isinstance(one, list)}
    counts = {len(one) for one in lists.values()}
    if len(counts) != 1:
        return None
    return [{name: one[row] for name, one in lists.items()} for row in range(counts.pop())]


def add_rows(rows: list[dict[str, Any]], record: Record, shard: Shard) -> None:
    """Objects of a record; what is none is listed with the reason."""
    order = order_of(shard.request.options)
    for row in rows:
        try:
            record.objects.append(_object(dict(row), order, record.image or "", shard))
        except ValueError as error:
            record.invalid.append(str(error))


def _object(row: dict[str, Any], order: str | None, item: str, shard: Shard) -> Object:
    class_name = _class(row, item, shard)
    flags = {name: bool(row.pop(name)) for name in _FLAGS if row.get(name) is not None}
    crowds = [bool(row.pop(name)) for name in _CROWDS if row.get(name) is not None]
    stated = row.pop("attributes", None)
    if isinstance(stated, str):
        stated = _json(stated)
    shapes = [row.pop(name, None) for name in _SHAPES]
    shape = next((one for one in shapes if one not in (None, [], "")), None)
    points = row.pop("keypoints", None)
    box = _box(row, order)
    made = box if shape is None else _shaped(shape, box)
    if points and shape is None:
        made = _points(points, box)
    if made is None:
        made = Object(None, "classification")
        if class_name is None:
            raise ValueError("an object has neither box nor class")
    made.class_name, made.flags, made.is_crowd = class_name, flags, any(crowds)
    made.attributes = {name: one for name, one in row.items() if _is_said(one)}
    made.attributes |= stated if isinstance(stated, dict) else {}
    if stated is not None and not isinstance(stated, dict):
        made.attributes["attributes"] = stated
    return made


def _class(row: dict[str, Any], item: str, shard: Shard) -> str | None:
    for name in CLASSES:
        value = row.get(name)
        if value is None or isinstance(value, list | dict):
            continue
        del row[name]
        return class_of(value, item, shard)
    return None


def class_of(value: Any, item: str, shard: Shard) -> str | None:
    """A class by its name or number; None: there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return shard.class_of(value, item) if value >= 0 or value in shard.names else None
    found = text(value)
    return None if found is None else shard.note_class(found)


def _box(row: dict[str, Any], order: str | None) -> Object | None:
    for names in (XYWH, XYXY):
        for name in names:
            value = row.get(name)
            if value is None:
                continue
            del row[name]
            if isinstance(value, dict):
                return _named(value)
            usual = "xywh" if names is XYWH else "xyxy"
            return _four(value, order or usual)
    return _named(row)


def _four(value: Any, order: str) -> Object:
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise ValueError(f"a box has four numbers, not {str(value)[:40]!r}")
    if order == "xyxy":
        return box_object(None, *value)
    x, y, w, h = (number(one, "a side") for one in value)
    if w < 0 or h < 0:
        return box_object(None, x, y, x + w, y + h)
    return Object(None, "box", (x, y, w, h))


def _named(row: dict[str, Any]) -> Object | None:
    """A box by the names of its sides, which are taken out."""
    for corners in _CORNERS:
        if all(name in row for name in corners):
            return box_object(None, *[row.pop(name) for name in corners])
    for sides in _SIDES:
        if all(name in row for name in sides):
            return _four([row.pop(name) for name in sides], "xywh")
    return None


def _shaped(shape: Any, box: Object | None) -> Object:
    if isinstance(shape, dict):
        coded = encode(shape)
        try:
            runs, _ = rle.parse(coded)
        except Exception as error:
            raise ValueError("a mask has no run lengths") from error
        around = rle.bounding_box(runs) if box is None else box.box
        return Object(None, "mask", around, coded=coded, covered=float(runs.area))
    rings = shape if isinstance(shape, list) and shape and isinstance(shape[0], list) else [shape]
    if rings and all(isinstance(ring, list) and len(ring) == 2 for ring in rings):
        rings = [[side for point in rings for side in point]]
    made = [polygon_object(None, _pairs(ring)) for ring in rings]
    first = made[0]
    if len(made) > 1:
        first.shape = [one.shape[0] for one in made]
        first.box = bounding_box(first.shape)
    return first


def _pairs(ring: Any) -> list[list[Any]]:
    if not isinstance(ring, list) or len(ring) % 2:
        raise ValueError("a polygon is a list of x and y in turn")
    return [ring[at : at + 2] for at in range(0, len(ring), 2)]


def _points(points: Any, box: Object | None) -> Object:
    if not isinstance(points, list) or len(points) % 3:
        raise ValueError("key points are x, y and visibility in turn")
    shape = [number(one, "a key point") for one in points]
    return Object(None, "keypoints", None if box is None else box.box, shape)


def _is_said(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _json(stated: str) -> Any:
    import json

    try:
        return json.loads(stated) if stated.strip() else None
    except (ValueError, RecursionError):
        return stated
