"""VGG Image Annotator: regions of images, as a JSON project or an export (versions 1 to 2).

Source: www.robots.ox.ac.uk/~vgg/software/via
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.json_files import members, read_json
from visionlens_jlab.formats.records.record import (
    NotMineError,
    Object,
    Record,
    box_object,
    number,
    points_object,
    polygon_object,
    text,
)
from visionlens_jlab.formats.records.writer import RecordWriter, as_json
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.writing.writer import Picture, Target

CLASS_NAMES = ("class", "label", "name", "type", "category", "object")
"""Attributes of a region that are its class; else its only one is."""
ELLIPSE_POINTS = 32


class ViaFormat(RecordFormat):
    """VIA JSON."""

    name = "via"
    label = "VIA JSON"
    description = "Regions of VGG Image Annotator: rectangles, circles, ellipses, polygons, points."
    suffixes = (".json",)
    signature = "VIA JSON"

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """A record for each image of the project."""
        content = read_json(data)
        if not isinstance(content, dict):
            raise NotMineError
        images = content.get("_via_img_metadata", content)
        if not isinstance(images, dict) or not all(
            isinstance(entry, dict) and "filename" in entry and "regions" in entry
            for entry in images.values()
        ):
            raise NotMineError
        for entry in images.values():
            record = Record(str(entry["filename"] or ""))
            regions = entry["regions"] or []
            for region in regions.values() if isinstance(regions, dict) else _listed(regions):
                try:
                    record.objects.append(_object(members(region, "a region")))
                except ValueError as error:
                    record.invalid.append(str(error))
            yield record


def _listed(regions: Any) -> list[Any]:
    return regions if isinstance(regions, list) else [regions]


def _object(region: dict[str, Any]) -> Object:
    shape = members(region.get("shape_attributes"), "shape_attributes")
    attributes = dict(members(region.get("region_attributes") or {}, "region_attributes"))
    class_name = _class(attributes)
    kind = shape.get("name")

    def value(name: str) -> float:
        return number(shape.get(name), name)

    if kind == "rect":
        x, y = value("x"), value("y")
        sides = x, y, x + value("width"), y + value("height")
        return box_object(class_name, *sides, attributes=attributes)
    if kind in ("polygon", "polyline"):
        xs, ys = shape.get("all_points_x"), shape.get("all_points_y")
        if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
            raise ValueError("a polygon has as many x as y")
        make = polygon_object if kind == "polygon" else points_object
        return make(class_name, list(zip(xs, ys, strict=True)), attributes=attributes)
    if kind == "point":
        return points_object(class_name, [(value("cx"), value("cy"))], attributes=attributes)
    if kind in ("circle", "ellipse"):
        radii = (value("r"),) * 2 if kind == "circle" else (value("rx"), value("ry"))
        turned = number(shape.get("theta") or 0, "theta")
        points = _ellipse(value("cx"), value("cy"), radii, turned)
        return polygon_object(class_name, points, attributes=attributes)
    raise ValueError(f"regions of the kind {str(kind)[:40]!r} are not known")


def _class(attributes: dict[str, Any]) -> str | None:
    """The class; it is taken out of the attributes."""
    lower = {name.lower(): name for name in attributes}
    named = next((lower[name] for name in CLASS_NAMES if name in lower), None)
    if named is None and len(attributes) == 1:
        named = next(iter(attributes))
    if named is None:
        return None
    value = attributes.pop(named)
    if isinstance(value, dict):  # a checkbox: those that are true
        value = ", ".join(sorted(name for name, chosen in value.items() if chosen)) or None
    return text(value)


def _ellipse(
    x: float, y: float, radii: tuple[float, float], turned: float
) -> list[tuple[float, float]]:
    if min(radii) <= 0:
        raise ValueError("an ellipse has no radius")
    found = []
    for step in range(ELLIPSE_POINTS):
        angle = 2 * math.pi * step / ELLIPSE_POINTS
        along, across = radii[0] * math.cos(angle), radii[1] * math.sin(angle)
        found.append(
            (
                x + along * math.cos(turned) - across * math.sin(turned),
                y + along * math.sin(turned) + across * math.cos(turned),
            )
        )
    return found


class ViaWriter(RecordWriter):
    """`via_region_data.json` beside the images."""

    kinds = frozenset({"box", "polygon"})
    holds_attributes = True
    images = ""

    def begin(self) -> None:
        self._images: dict[str, Any] = {}

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        self._images[f"{name}-1"] = {
            "filename": name,
            "size": -1,
            "regions": [_region(thing) for thing in objects],
            "file_attributes": {},
        }

    def finish(self, target: Target) -> None:
        target.text("via_region_data.json", as_json(self._images))


def _region(thing: Object) -> dict[str, Any]:
    assert thing.box is not None
    x, y, w, h = thing.box
    shape: dict[str, Any] = {"name": "rect", "x": x, "y": y, "width": w, "height": h}
    if thing.kind == "polygon":
        ring = thing.shape[0]
        shape = {"name": "polygon", "all_points_x": ring[0::2], "all_points_y": ring[1::2]}
    attributes = {k: v for k, v in thing.attributes.items() if k.lower() not in CLASS_NAMES}
    return {
        "shape_attributes": shape,
        "region_attributes": {"class": thing.class_name, **attributes},
    }
