"""Labels of FiftyOne's samples as objects, and back.

Coordinates are fractions of the upright image; the mask of a detection covers its box alone, as a
NumPy array that is deflated.
"""

from __future__ import annotations

import base64
import io
import math
import zlib
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from visionlens_jlab.core.geometry.rle import MAX_PIXELS, from_pixels, to_json
from visionlens_jlab.core.geometry.shapes import bounding_box
from visionlens_jlab.formats.records.format import FLAGS
from visionlens_jlab.formats.records.json_files import items, members
from visionlens_jlab.formats.records.record import (
    Object,
    number,
    points_object,
    ring_of,
    text,
)

LISTS = {
    "Detections": "detections",
    "Polylines": "polylines",
    "Keypoints": "keypoints",
    "Classifications": "classifications",
}
"""Class of a field's value -> the member that lists its labels."""
SINGLE = ("Detection", "Polyline", "Keypoint", "Classification")
OWN = {"_id", "_cls", "tags", "attributes", "label", "confidence", "bounding_box", "mask"}
OWN |= {"points", "closed", "filled", "iscrowd", "instance", "visibility"}
"""Members of a label that are no attributes."""
Size = tuple[int | None, int | None]


class Labels(NamedTuple):
    """The labels in a field of a sample; `invalid`: why others could not be read."""

    objects: list[Object]
    invalid: list[str]


def is_label(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether the value of a field is labels."""
    kind = value.get("_cls") if isinstance(value, dict) else None
    return isinstance(kind, str) and (kind in LISTS or kind in SINGLE)


def documents(value: dict[str, Any]) -> list[Any]:
    """The labels in the value of a field. ValueError."""
    member = LISTS.get(value["_cls"])
    return [value] if member is None else items(value.get(member) or [], member)


def labels_of(value: dict[str, Any], size: Size) -> Labels:
    """Objects, boxes and points as fractions of an image."""
    found = Labels([], [])
    try:
        listed = documents(value)
    except ValueError as error:
        found.invalid.append(str(error))
        return found
    for document in listed:
        try:
            found.objects.append(_object(members(document, "a label"), value["_cls"], size))
        except ValueError as error:
            found.invalid.append(str(error))
    return found


def has_confidence(value: dict[str, Any]) -> bool:
    """Whether one of the labels states a confidence."""
    listed = value.get(LISTS.get(value["_cls"], ""), [value])
    return isinstance(listed, list) and any(
        isinstance(one, dict) and one.get("confidence") is not None for one in listed
    )


def _object(document: dict[str, Any], kind: str, size: Size) -> Object:
    class_name, attributes = text(document.get("label")), _attributes(document)
    if kind.startswith("Detection"):
        made = _detection(class_name, document, size)
    elif kind.startswith("Polyline"):
        made = _polyline(class_name, document)
    elif kind.startswith("Keypoint"):
        made = _keypoints(class_name, document)
    else:
        made = Object(class_name, "classification")
    made.is_crowd = document.get("iscrowd") in (1, True)
    made.flags = {
        flag: attributes.pop(flag) for flag in FLAGS if isinstance(attributes.get(flag), bool)
    }
    confidence = plain(document.get("confidence"))
    if isinstance(confidence, list) and confidence == confidence[:1] * len(confidence):
        confidence = confidence[0] if confidence else None  # the same for each point
    if isinstance(confidence, list):
        attributes["keypoint_confidence"] = confidence
    elif confidence is not None:
        made.confidence = number(confidence, "confidence")
    made.attributes = attributes | made.attributes
    return made


def _attributes(document: dict[str, Any]) -> dict[str, Any]:
    found = {name: plain(value) for name, value in document.items() if name not in OWN}
    for name, value in members(document.get("attributes") or {}, "attributes").items():
        stated = value.get("value") if isinstance(value, dict) else value
        found[name] = plain(stated)
    if document.get("tags"):
        found["tags"] = [str(tag) for tag in items(document["tags"], "tags")]
    return {name: value for name, value in found.items() if value is not None}


def _detection(class_name: str | None, document: dict[str, Any], size: Size) -> Object:
    x, y, w, h = _box(document)
    made = Object(class_name, "box", (x, y, w, h))
    if document.get("mask") is not None:
        width, height = size
        if width is None or height is None:
            raise ValueError("a mask is of an image whose size the file does not state")
        pixels = _whole(_array(document["mask"]), (x, y, w, h), width, height)
        made.kind, made.coded = "mask", to_json(from_pixels(pixels))
        made.covered = float(pixels.sum()) / (width * height)
    return made


def _box(document: dict[str, Any]) -> tuple[float, float, float, float]:
    stated = items(document.get("bounding_box"), "a bounding box")
    if len(stated) != 4:
        raise ValueError("a bounding box has four numbers")
    x, y, w, h = (number(plain(value), "a bounding box's") for value in stated)
    if w < 0 or h < 0:
        raise ValueError("a box has a negative size")
    return x, y, w, h


def _whole(
    mask: np.ndarray, box: tuple[float, float, float, float], width: int, height: int
) -> np.ndarray:
    """A mask of a box as one of the image, each pixel that of the mask nearest to it."""
    if mask.ndim != 2 or not mask.size:
        raise ValueError("a mask has no height and width")
    if width * height > MAX_PIXELS:
        raise ValueError(f"a mask is of an image of {width} x {height} pixels")
    x, y, w, h = box
    left, top = round(x * width), round(y * height)
    across, down = max(1, round(w * width)), max(1, round(h * height))
    columns = np.arange(max(left, 0), min(left + across, width))
    rows = np.arange(max(top, 0), min(top + down, height))
    pixels = np.zeros((height, width), dtype=bool)
    if len(columns) and len(rows):
        taken = mask[
            np.ix_((rows - top) * len(mask) // down, (columns - left) * len(mask[0]) // across)
        ]
        pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = taken != 0
    return pixels


def _array(value: Any) -> np.ndarray:
    """A deflated NumPy array, or lists of numbers."""
    stated = value.get("$binary") if isinstance(value, dict) else value
    coded = stated.get("base64") if isinstance(stated, dict) else stated
    if not isinstance(coded, str):
        raise ValueError("a mask is no array")
    try:
        inflate = zlib.decompressobj()
        data = inflate.decompress(base64.b64decode(coded, validate=True), MAX_PIXELS + 1024)
        if inflate.unconsumed_tail:
            raise ValueError("a mask is larger than any image")
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except (zlib.error, OSError, EOFError) as error:
        raise ValueError(f"a mask is no array: {error}") from error
    if not isinstance(array, np.ndarray):
        raise ValueError("a mask is no array")
    return array


def coded_array(pixels: np.ndarray) -> dict[str, Any]:
    """Pixels as FiftyOne stores them."""
    file = io.BytesIO()
    np.save(file, pixels, allow_pickle=False)
    coded = base64.b64encode(zlib.compress(file.getvalue())).decode()
    return {"$binary": {"base64": coded, "subType": "00"}}


def _polyline(class_name: str | None, document: dict[str, Any]) -> Object:
    parts = [plain(items(part, "a shape")) for part in items(document.get("points"), "points")]
    if not (document.get("closed") or document.get("filled")):
        made = points_object(class_name, [point for part in parts for point in part])
        made.attributes["closed"] = False
        return made
    rings = [ring_of(part) for part in parts]
    if not rings or min(map(len, rings)) < 6:
        raise ValueError("a polygon has three points at least")
    attributes = {} if document.get("filled") else {"filled": False}
    return Object(class_name, "polygon", bounding_box(rings), rings, attributes=attributes)


def _keypoints(class_name: str | None, document: dict[str, Any]) -> Object:
    flat: list[float] = []
    for point in items(document.get("points"), "points"):
        place = plain(items(point, "a point"))
        if len(place) < 2:
            raise ValueError("a point has two numbers")
        flat += [0.0, 0.0, 0] if any(map(_is_nan, place[:2])) else [*ring_of([place]), 2]
    placed = [[v for n in range(0, len(flat), 3) if flat[n + 2] for v in flat[n : n + 2]]]
    if not placed[0]:
        raise ValueError("there are no points")
    seen = document.get("visibility")
    if isinstance(seen, list) and len(seen) == len(flat) // 3 and 1 in seen:
        flat[2::3] = [
            1 if stated == 1 and here else here
            for stated, here in zip(seen, flat[2::3], strict=True)
        ]
    around = _box(document) if document.get("bounding_box") else bounding_box(placed)
    return Object(class_name, "keypoints", around, flat)


def _is_nan(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def plain(value: Any) -> Any:
    """A value without the wrappings of extended JSON: times as text, numbers as numbers."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, inner),) = value.items()
        if key in _WRAPPED:
            return _unwrapped(key, inner)
    return {name: plain(one) for name, one in value.items()}


_WRAPPED = ("$numberDouble", "$numberDecimal", "$numberLong", "$numberInt", "$oid", "$date")


def _unwrapped(key: str, inner: Any) -> Any:
    inner = plain(inner)
    if key == "$date":
        return inner / 1000 if isinstance(inner, int | float) else inner
    if key == "$oid" or not isinstance(inner, str):
        return inner
    try:
        return float(inner) if key in ("$numberDouble", "$numberDecimal") else int(inner)
    except ValueError:
        return inner
