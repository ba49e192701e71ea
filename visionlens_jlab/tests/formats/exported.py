"""What each format can carry, said apart from the writers, and how equal two datasets are."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.core.geometry.shapes import bounding_box, polygon_area

WITH_MASKS = ("everything", "coco", "fiftyone", "lvis")
FLAGS = ("difficult", "truncated", "occluded")


@dataclass(frozen=True)
class Row:
    """One annotation as it is compared."""

    class_name: str | None
    kind: str
    box: tuple[float, ...] | None
    area: float | None = None
    confidence: float | None = None
    is_crowd: bool = False
    flags: dict[str, bool] = field(default_factory=dict)
    shape: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)


_NAMES = [one.name for one in fields(Row)]


def equal(one: Row, other: Row) -> bool:
    """Whether two annotations agree, numbers to a millionth of a pixel."""
    return all(_near(getattr(one, name), getattr(other, name)) for name in _NAMES)


def differences(wanted: list[Row], found: list[Row]) -> tuple[list[Row], list[Row]]:
    """Annotations without an equal partner: (missing, surplus)."""
    surplus, missing = list(found), []
    for row in wanted:
        partner = next((other for other in surplus if equal(row, other)), None)
        if partner is None:
            missing.append(row)
        else:
            surplus.remove(partner)
    return missing, surplus


def row_of(values: dict[str, Any]) -> Row:
    """From a row of an ingest's `annotation` table, or of a dataset's."""
    box = tuple(values[name] for name in "xywh")
    geometry = values.get("geometry")
    shape = json.loads(geometry) if geometry else None
    if values["kind"] == "mask" and shape is not None:
        shape = rle.parse(geometry if isinstance(geometry, bytes) else geometry.encode())[0]
        shape = [shape.height, shape.width, *shape.lengths.tolist()]
    return Row(
        class_name=values["class"],
        kind=values["kind"],
        box=None if None in box else box,
        area=values["area"],
        confidence=values["confidence"],
        is_crowd=bool(values["is_crowd"]),
        flags={flag: values[flag] for flag in FLAGS if values.get(flag) is not None},
        shape=shape,
        attributes=json.loads(values["attributes"]) if values.get("attributes") else {},
    )


def carried(format_name: str, row: Row, task: str = "detect") -> Row | None:
    """What is left of an annotation in a format; None: nothing."""
    known = {
        "everything": lambda row: row,
        "coco": _coco,
        "voc": _voc,
        "class_folders": _class_folders,
        "fiftyone": _fiftyone,
        "lvis": _lvis,
        "imagefolder": _imagefolder,
        **dict.fromkeys(("csv", "parquet", "croissant"), _table),
    }
    if format_name == "everything" and row.kind == "classification":
        return replace(row, area=None)
    return known.get(format_name, lambda row: _yolo(row, task))(row)


def task_of(rows: list[Row]) -> str:
    """The YOLO task that labels of these kinds become."""
    kinds = {row.kind for row in rows}
    if "keypoints" in kinds:
        return "pose"
    if kinds & {"polygon", "mask"}:
        return "segment"
    return "obb" if "oriented_box" in kinds else "detect"


def _coco(row: Row) -> Row | None:
    if row.kind == "classification":
        return None if row.class_name is None else replace(row, area=None, box=None)
    return replace(row, kind="polygon") if row.kind == "oriented_box" else row


def _fiftyone(row: Row) -> Row | None:
    if row.class_name is None:
        return None
    if row.kind == "classification":
        return replace(row, area=None, box=None)
    if row.kind in ("polygon", "oriented_box"):
        return replace(row, kind="polygon", area=_area(row))
    return row if row.kind == "mask" else replace(row, area=_box_area(row))


def _lvis(row: Row) -> Row | None:
    if row.class_name is None or row.is_crowd or row.kind == "classification":
        return None
    return _coco(replace(row, kind="box", shape=None) if row.kind == "keypoints" else row)


def _imagefolder(row: Row) -> Row | None:
    if row.class_name is None:
        return None
    if row.kind == "classification":
        return Row(row.class_name, row.kind, None)
    return replace(row, kind="box", shape=None, area=_box_area(row))


def _table(row: Row) -> Row | None:
    if row.class_name is None:
        return None
    if row.kind == "classification":
        return replace(row, box=None, area=None, attributes={})
    return replace(row, kind="box", shape=None, area=_box_area(row), attributes={})


def _voc(row: Row) -> Row | None:
    if row.kind == "classification":
        return None
    flags = dict(row.flags) | ({"difficult": True} if row.is_crowd else {})
    attributes = {name: _voc_value(value) for name, value in row.attributes.items()}
    plain = Row(row.class_name, "box", row.box, flags=flags, attributes=attributes)
    if row.kind == "polygon":
        return replace(plain, kind="polygon", shape=row.shape, area=_area(row))
    if row.kind == "mask":
        return replace(plain, kind="polygon", area=_area(row))
    if row.kind == "oriented_box":
        ring = row.shape[0]
        angle = math.atan2(ring[3] - ring[1], ring[2] - ring[0])
        return replace(
            plain,
            kind="oriented_box",
            shape=row.shape,
            box=bounding_box(row.shape),
            area=_area(row),
            attributes={**attributes, "angle": angle},
        )
    return replace(plain, area=_box_area(row))


def _voc_value(value: Any) -> Any:
    if isinstance(value, list) and len(value) > 1:
        return [_voc_value(one) for one in value]
    return value if isinstance(value, str) else json.dumps(value)


def _yolo(row: Row, task: str) -> Row | None:
    if row.kind == "classification" or row.class_name is None or row.is_crowd:
        return None
    box = Row(row.class_name, "box", row.box, area=_box_area(row))
    if task == "detect":
        return box
    if task == "pose":
        keypoints = row.kind == "keypoints" and any(row.shape)
        return replace(box, kind="keypoints", shape=row.shape) if keypoints else box
    kind = "polygon" if task == "segment" else "oriented_box"
    if row.kind in ("polygon", "oriented_box") and len(row.shape) == 1:
        around = bounding_box(row.shape)
        return Row(row.class_name, kind, around, area=polygon_area(row.shape[0]), shape=row.shape)
    if row.kind == "polygon":
        return Row(row.class_name, kind, bounding_box(row.shape), area=_area(row))
    if row.kind == "mask":
        return Row(row.class_name, kind, _mask_box(row), area=_area(row))
    assert row.box is not None
    x, y, w, h = row.box
    ring = [x, y, x + w, y, x + w, y + h, x, y + h]
    return replace(box, kind=kind, shape=[ring])


def _class_folders(row: Row) -> Row | None:
    if row.kind != "classification" or row.class_name is None:
        return None
    return Row(row.class_name, "classification", None)


def _box_area(row: Row) -> float:
    assert row.box is not None
    return max(row.box[2], 0) * max(row.box[3], 0)


def _area(row: Row) -> float:
    if row.kind == "mask":
        return float(sum(row.shape[3::2]))
    return sum(map(polygon_area, row.shape))


def _mask_box(row: Row) -> tuple[float, ...] | None:
    return rle.bounding_box(rle.Runs(np.array(row.shape[2:]), row.shape[0], row.shape[1]))


def is_joined(format_name: str, row: Row) -> bool:
    """Whether a format makes one ring of it, which is compared by its box and area only."""
    several = row.kind == "polygon" and len(row.shape) > 1
    return (row.kind == "mask" and format_name not in WITH_MASKS) or (
        several and format_name == "yolo"
    )


def without_joined(row: Row) -> Row:
    """The annotation without its ring."""
    return replace(row, shape=None)


def compare(format_name: str, written: list[Row], found: list[Row], task: str) -> None:
    """What was found of an image is what the format can carry of what was written."""
    kept = [(row, carried(format_name, row, task)) for row in written]
    wanted = [one for _, one in kept if one is not None]
    if any(is_joined(format_name, row) for row in written):
        wanted, found = list(map(without_joined, wanted)), list(map(without_joined, found))
    assert differences(wanted, found) == ([], [])


def _near(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-6)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_near, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_near(one[key], other[key]) for key in one)
    return bool(one == other)
