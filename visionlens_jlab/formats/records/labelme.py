"""LabelMe: one JSON file for each image (github.com/wkentaro/labelme, versions 3 to 5)."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from typing import Any

from visionlens_jlab.formats.records.format import FLAGS, RecordFormat
from visionlens_jlab.formats.records.json_files import members, read_json
from visionlens_jlab.formats.records.record import (
    NotMineError,
    Object,
    Record,
    box_object,
    number,
    points_object,
    polygon_object,
    side,
    text,
)
from visionlens_jlab.formats.records.writer import RecordWriter, as_json, points_of
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.writing.writer import Picture, Target

CIRCLE_POINTS = 32


class LabelMeFormat(RecordFormat):
    """LabelMe JSON."""

    name = "labelme"
    label = "LabelMe JSON"
    description = "One JSON file for each image: rectangles, polygons, circles, points."
    suffixes = (".json",)
    signature = "LabelMe JSON"
    by_file_name = True

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """One record. Pictures inside the file (`imageData`) are not read."""
        content = read_json(data)
        if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
            raise NotMineError
        record = Record(
            str(content.get("imagePath") or ""),
            side(content.get("imageWidth")),
            side(content.get("imageHeight")),
        )
        for shape in content["shapes"]:
            try:
                record.objects.append(_object(members(shape, "a shape")))
            except ValueError as error:
                record.invalid.append(str(error))
        yield record


def _object(shape: dict[str, Any]) -> Object:
    class_name, points = text(shape.get("label")), shape.get("points")
    if not isinstance(points, list):
        raise ValueError("a shape has no points")
    kind = shape.get("shape_type") or "polygon"
    more = {"attributes": _attributes(shape)}
    flags = members(shape.get("flags") or {}, "flags")
    marks = {str(name): bool(value) for name, value in flags.items() if name in FLAGS}
    if kind == "rectangle":
        if len(points) == 4:  # versions 5.5 and later write all corners
            return polygon_box(class_name, points, marks, more["attributes"])
        first, second = _pair(points)
        return box_object(class_name, *first[:2], *second[:2], flags=marks, **more)
    if kind == "circle":
        return polygon_object(class_name, _circle(*_pair(points)), flags=marks, **more)
    if kind in ("point", "points", "line", "linestrip"):
        return points_object(class_name, points, flags=marks, **more)
    if kind == "mask":
        first, second = _pair(points)
        more["attributes"]["shape_type"] = "mask"
        return box_object(class_name, *first[:2], *second[:2], flags=marks, **more)
    if kind == "polygon":
        return polygon_object(class_name, points, flags=marks, **more)
    raise ValueError(f"shapes of the kind {str(kind)[:40]!r} are not known")


def polygon_box(
    class_name: str | None, points: list[Any], flags: dict[str, bool], attributes: dict[str, Any]
) -> Object:
    """The box around four corners."""
    ring = polygon_object(class_name, points)
    assert ring.box is not None
    return Object(class_name, "box", ring.box, flags=flags, attributes=attributes)


def _attributes(shape: dict[str, Any]) -> dict[str, Any]:
    found = dict(members(shape.get("attributes") or {}, "attributes"))
    for name in ("group_id", "description"):
        if shape.get(name) not in (None, ""):
            found[name] = shape[name]
    flags = members(shape.get("flags") or {}, "flags")
    return found | {name: value for name, value in flags.items() if name not in FLAGS}


def _pair(points: list[Any]) -> tuple[list[Any], list[Any]]:
    if len(points) != 2 or not all(isinstance(p, list) and len(p) >= 2 for p in points):
        raise ValueError("two points are needed")
    return points[0], points[1]


def _circle(centre: list[Any], edge: list[Any]) -> list[tuple[float, float]]:
    x, y = number(centre[0], "x"), number(centre[1], "y")
    radius = math.hypot(number(edge[0], "x") - x, number(edge[1], "y") - y)
    if radius == 0:
        raise ValueError("a circle has no radius")
    turns = (2 * math.pi * step / CIRCLE_POINTS for step in range(CIRCLE_POINTS))
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


class LabelMeWriter(RecordWriter):
    """A JSON file beside each image."""

    kinds = frozenset({"box", "polygon", "keypoints"})
    flags = frozenset(FLAGS)
    holds_attributes = True
    images = ""
    splits = True

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        content: dict[str, Any] = {
            "version": "5.5.0",
            "flags": {},
            "shapes": [_shape(thing) for thing in objects],
            "imagePath": name,
            "imageData": None,
            "imageHeight": picture.height,
            "imageWidth": picture.width,
        }
        target.text(f"{folder}{posixpath.splitext(name)[0]}.json", as_json(content))


def _shape(thing: Object) -> dict[str, Any]:
    kind, points = "polygon", [] if thing.shape is None else thing.shape[0]
    if thing.kind == "box":
        assert thing.box is not None
        x, y, w, h = thing.box
        kind, points = "rectangle", [x, y, x + w, y + h]
    elif thing.kind == "keypoints":
        values = thing.shape
        points = [
            v
            for x, y, seen in zip(values[0::3], values[1::3], values[2::3], strict=True)
            if seen
            for v in (x, y)
        ]
        kind = "points"
    return {
        "label": thing.class_name,
        "points": points_of(points),
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": thing.flags,
        "attributes": thing.attributes,
    }
