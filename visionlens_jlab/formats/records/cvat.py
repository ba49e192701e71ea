"""CVAT for images: one XML file for a task (docs.cvat.ai, format "CVAT for images 1.1")."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from visionlens_jlab.core.geometry.shapes import bounding_box
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.record import (
    NotMineError,
    Object,
    Record,
    box_object,
    corners,
    number,
    points_object,
    polygon_object,
    side,
    text,
)
from visionlens_jlab.formats.request import Request

SHAPES = ("box", "polygon", "polyline", "points", "mask", "ellipse", "tag", "skeleton", "cuboid")


class CvatFormat(RecordFormat):
    """CVAT XML."""

    name = "cvat"
    label = "CVAT XML"
    description = "One XML file for a task: boxes, rotated boxes, polygons, masks, points, tags."
    suffixes = (".xml",)
    signature = "CVAT XML"

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """A record for each image. Tracks of videos are none: LABEL_FILE_INVALID says so."""
        try:
            root = fromstring(data, forbid_dtd=True)
        except (ParseError, DefusedXmlException, LookupError) as error:
            raise ValueError(f"it is no well-formed XML: {error}") from None
        if root.tag != "annotations":
            raise NotMineError
        if root.find("track") is not None and root.find("image") is None:
            raise ValueError("it holds tracks of a video; export it as CVAT for images")
        for image in root.iter("image"):
            record = Record(
                image.get("name") or "",
                side(image.get("width")),
                side(image.get("height")),
                split=_split(image.get("subset")),
            )
            for shape in image:
                if shape.tag not in SHAPES:
                    record.invalid.append(f"shapes of the kind {shape.tag[:40]!r} are not known")
                    continue
                try:
                    record.objects.append(_object(shape, record))
                except ValueError as error:
                    record.invalid.append(str(error))
            yield record
        if root.find("track") is not None:
            raise ValueError("it holds tracks of a video too, which are not read")


def _split(subset: str | None) -> str | None:
    return subset if subset and subset.lower() != "default" else None


def _object(shape: Element, record: Record) -> Object:
    class_name = text(shape.get("label"))
    flags = {"occluded": shape.get("occluded") == "1"} if shape.get("occluded") else {}
    attributes: dict[str, Any] = {}
    for attribute in shape.iter("attribute"):
        attributes[attribute.get("name") or "attribute"] = (attribute.text or "").strip()
    for name in ("group_id", "z_order"):
        if shape.get(name) not in (None, "", "0"):
            attributes[name] = shape.get(name)
    more: dict[str, Any] = {"flags": flags, "attributes": attributes}
    if shape.tag == "tag":
        return Object(class_name, "classification", attributes=attributes)
    if shape.tag == "box":
        return _box(class_name, shape, more)
    if shape.tag == "mask":
        return _mask(class_name, shape, record, more)
    if shape.tag in ("polygon", "ellipse"):
        ring = _ellipse(shape) if shape.tag == "ellipse" else _points(shape.get("points"))
        return polygon_object(class_name, ring, **more)
    if shape.tag == "cuboid":
        raise ValueError("a cuboid cannot be held")
    parts = shape.iter("points") if shape.tag == "skeleton" else [shape]
    points = [one for part in parts for one in _points(part.get("points"))]
    return points_object(class_name, points, **more)


def _box(class_name: str | None, shape: Element, more: dict[str, Any]) -> Object:
    sides = [shape.get(name) for name in ("xtl", "ytl", "xbr", "ybr")]
    turned = number(shape.get("rotation") or 0, "rotation") % 360
    if not turned:
        return box_object(class_name, *sides, **more)
    (x, y, w, h), _ = corners(*sides)
    cx, cy, angle = x + w / 2, y + h / 2, math.radians(turned)
    ring: list[float] = []
    for along, across in ((-w, -h), (w, -h), (w, h), (-w, h)):
        ring += [
            cx + (along * math.cos(angle) - across * math.sin(angle)) / 2,
            cy + (along * math.sin(angle) + across * math.cos(angle)) / 2,
        ]
    return Object(class_name, "oriented_box", bounding_box([ring]), [ring], **more)


def _points(written: str | None) -> list[tuple[str, ...]]:
    return [tuple(point.split(",")) for point in (written or "").split(";") if point.strip()]


def _ellipse(shape: Element) -> list[tuple[float, float]]:
    x, y, rx, ry = (number(shape.get(name), name) for name in ("cx", "cy", "rx", "ry"))
    turned = math.radians(number(shape.get("rotation") or 0, "rotation"))
    steps = [2 * math.pi * step / 32 for step in range(32)]
    return [
        (
            x + rx * math.cos(a) * math.cos(turned) - ry * math.sin(a) * math.sin(turned),
            y + rx * math.cos(a) * math.sin(turned) + ry * math.sin(a) * math.cos(turned),
        )
        for a in steps
    ]


def _mask(class_name: str | None, shape: Element, record: Record, more: dict[str, Any]) -> Object:
    """Runs row by row within a rectangle, background first, as runs column by column."""
    import numpy as np

    from visionlens_jlab.core.geometry import rle

    left, top, width, height = (
        int(number(shape.get(name), name)) for name in ("left", "top", "width", "height")
    )
    full_w, full_h = record.width, record.height
    if full_w is None or full_h is None:
        raise ValueError("a mask needs the size of its image")
    inside = 0 <= left <= left + width <= full_w and 0 <= top <= top + height <= full_h
    if not inside or width < 1 or height < 1 or full_w * full_h > 1 << 28:
        raise ValueError("a mask lies outside its image")
    runs = np.array([int(number(r, "a run")) for r in (shape.get("rle") or "").split(",")])
    if (runs < 0).any() or runs.sum() != width * height:
        raise ValueError("the runs of a mask do not cover it")
    values = np.arange(len(runs)) % 2
    pixels = np.zeros((full_h, full_w), dtype=np.uint8)
    pixels[top : top + height, left : left + width] = np.repeat(values, runs).reshape(height, width)
    coded = rle.from_pixels(pixels)
    ys, xs = np.nonzero(pixels)
    if not len(xs):
        raise ValueError("a mask is empty")
    box = (
        float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1)
    )  # fmt: skip
    found = Object(class_name, "mask", box, **more)
    found.coded = rle.to_json(coded)
    return found
