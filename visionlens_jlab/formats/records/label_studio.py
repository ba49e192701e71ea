"""Label Studio: a JSON list of tasks with results in percent of the image.

Source: labelstud.io/guide/export (JSON and JSON_MIN are different; this is JSON).
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from visionlens_jlab.core.geometry.shapes import bounding_box
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.json_files import items, members, read_json
from visionlens_jlab.formats.records.record import (
    NotMineError,
    Object,
    Record,
    number,
    points_object,
    polygon_object,
    side,
    text,
)
from visionlens_jlab.formats.records.writer import RecordWriter, as_json, points_of
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.writing.writer import Picture, Target

IMAGE_KEYS = ("image", "img", "url", "image_url", "picture")


class LabelStudioFormat(RecordFormat):
    """Label Studio JSON."""

    name = "label_studio"
    label = "Label Studio JSON"
    description = "Tasks with rectangles, polygons, ellipses, key points, choices."
    suffixes = (".json",)
    signature = "Label Studio JSON"

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """A record for each task; of several annotations of a task the first that stands."""
        content = read_json(data)
        if not isinstance(content, list):
            raise NotMineError
        tasks = [task if isinstance(task, dict) else {} for task in content]
        if any("annotation_id" in task for task in tasks):
            raise ValueError("it is JSON-MIN; export it as JSON")
        if not any(isinstance(task.get("data"), dict) for task in tasks):
            raise NotMineError
        for task in tasks:
            shown = task.get("data")
            record = Record(_image(shown) if isinstance(shown, dict) else "")
            found = task.get("annotations", task.get("completions"))
            found = found if isinstance(found, list) else []
            stand = [one for one in found if isinstance(one, dict) and not one.get("was_cancelled")]
            results = stand[0].get("result") if stand else []
            for result in items(results or [], "result"):
                try:
                    _add(record, members(result, "a result"))
                except ValueError as error:
                    record.invalid.append(str(error))
            yield record


def _image(data: dict[str, Any]) -> str:
    """The file's name: uploads have a hash before it, local files are in the query."""
    value = next((data[key] for key in IMAGE_KEYS if isinstance(data.get(key), str)), None)
    value = value or next((v for v in data.values() if isinstance(v, str) and "/" in v), "")
    parts = urlsplit(value)
    named = parse_qs(parts.query).get("d", [parts.path])[0]
    name = unquote(posixpath.basename(named) if parts.scheme or "/upload/" in named else named)
    head, dash, tail = posixpath.basename(name).partition("-")
    is_hash = len(head) == 8 and all(letter in "0123456789abcdef" for letter in head)
    return tail if "/upload/" in named and dash and is_hash else name.lstrip("/")


def _add(record: Record, result: dict[str, Any]) -> None:
    kind, value = result.get("type"), members(result.get("value"), "value")
    if kind in ("relation", "pairwise"):
        return
    width, height = side(result.get("original_width")), side(result.get("original_height"))
    record.width, record.height = record.width or width, record.height or height
    attributes = {"from_name": result["from_name"]} if result.get("from_name") else {}
    for class_name in _classes(value):
        if kind == "choices":
            record.objects.append(Object(class_name, "classification", attributes=attributes))
        else:
            if width is None or height is None:
                raise ValueError("a result does not state the size of its image")
            record.objects.append(
                _object(kind, value, class_name, (width / 100, height / 100), attributes)
            )


def _classes(value: dict[str, Any]) -> list[str | None]:
    for name, found in value.items():
        if (name.endswith("labels") or name == "choices") and isinstance(found, list):
            return [text(one) for one in found] or [None]
    return [None]


def _object(
    kind: Any,
    value: dict[str, Any],
    class_name: str | None,
    scale: tuple[float, float],
    attributes: dict[str, Any],
) -> Object:
    def at(name: str, axis: int) -> float:
        return number(value.get(name), name) * scale[axis]

    kind = str(kind).removesuffix("labels")
    if kind == "polygon":
        points = items(value.get("points"), "points")
        scaled = [
            (number(p[0], "x") * scale[0], number(p[1], "y") * scale[1])
            for p in points
            if isinstance(p, list) and len(p) > 1
        ]
        return polygon_object(class_name, scaled, attributes=attributes)
    if kind == "keypoint":
        return points_object(class_name, [(at("x", 0), at("y", 1))], attributes=attributes)
    if kind == "ellipse":
        x, y, rx, ry = at("x", 0), at("y", 1), at("radiusX", 0), at("radiusY", 1)
        steps = (2 * math.pi * step / 32 for step in range(32))
        points = [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in steps]
        return polygon_object(class_name, points, attributes=attributes)
    if kind != "rectangle":
        raise ValueError(f"results of the type {kind[:40]!r} are not read")
    x, y, w, h = at("x", 0), at("y", 1), at("width", 0), at("height", 1)
    turned = number(value.get("rotation") or 0, "rotation") % 360
    if not turned:
        return Object(class_name, "box", (x, y, w, h), attributes=attributes)
    ring = _turned(x, y, w, h, math.radians(turned))
    return Object(class_name, "oriented_box", bounding_box([ring]), [ring], attributes=attributes)


def _turned(x: float, y: float, w: float, h: float, angle: float) -> list[float]:
    """A rectangle turned clockwise around its top left corner."""
    ring = []
    for along, across in ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h)):
        ring += [
            x + along * math.cos(angle) - across * math.sin(angle),
            y + along * math.sin(angle) + across * math.cos(angle),
        ]
    return ring


class LabelStudioWriter(RecordWriter):
    """`tasks.json` beside `images/`, as local files are imported."""

    kinds = frozenset({"box", "polygon", "classification"})

    def begin(self) -> None:
        self._tasks: list[dict[str, Any]] = []

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        size = picture.width, picture.height
        results = [_result(thing, size) for thing in objects]
        number = len(self._tasks) + 1
        self._tasks.append(
            {
                "id": number,
                "data": {"image": f"/data/local-files/?d=images/{quote(name)}"},
                "annotations": [{"id": number, "result": results, "was_cancelled": False}],
            }
        )

    def finish(self, target: Target) -> None:
        target.text("tasks.json", as_json(self._tasks))


def _result(thing: Object, size: tuple[int | None, int | None]) -> dict[str, Any]:
    width, height = size[0] or 100, size[1] or 100
    result: dict[str, Any] = {
        "from_name": "label",
        "to_name": "image",
        "original_width": width,
        "original_height": height,
    }
    if thing.kind == "classification":
        return {**result, "type": "choices", "value": {"choices": [thing.class_name]}}
    if thing.kind == "polygon":
        points = [[x / width * 100, y / height * 100] for x, y in points_of(thing.shape[0])]
        value: dict[str, Any] = {"points": points, "polygonlabels": [thing.class_name]}
        return {**result, "type": "polygonlabels", "value": value}
    assert thing.box is not None
    x, y, w, h = thing.box
    sides = {"x": x / width, "y": y / height, "width": w / width, "height": h / height}
    value = {name: share * 100 for name, share in sides.items()}
    value |= {"rotation": 0, "rectanglelabels": [thing.class_name]}
    return {**result, "type": "rectanglelabels", "value": value}
