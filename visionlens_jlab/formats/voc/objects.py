"""The objects of a Pascal VOC file: boxes, rotated boxes, polygons, flags, attributes, parts.

The 1-based convention: the VOC devkit counts pixels from 1 and includes xmax; most other tools do
not, and a file does not say which it means. So nothing is shifted unless the option `voc_origin`
is 1. With

- `voc_origin=0` (default): x = xmin, y = ymin, w = xmax - xmin, h = ymax - ymin;
- `voc_origin=1`: x = xmin - 1, y = ymin - 1, w = xmax - xmin + 1, h = ymax - ymin + 1 (the pixels
  xmin to xmax, both included); points of polygons and centres of rotated boxes move by -0.5.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from visionlens_jlab.core.geometry.shapes import bounding_box, polygon_area

FLAGS = ("difficult", "truncated", "occluded")
_GEOMETRY = {"name", "bndbox", "polygon", "robndbox", "part", "attributes", *FLAGS}
_EDITORS = {"deleted", "verified", "id", "date", "type"}
"""What editors keep for themselves."""
_POINT = re.compile(r"[xy]\d+")
_CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)
_KNOWN = _GEOMETRY | _EDITORS | set().union(*_CORNERS)
_KNOWN |= {
    "annotation",
    "object",
    "filename",
    "folder",
    "path",
    "size",
    "width",
    "height",
    "attribute",
    "value",
}
_KNOWN |= {"pt", "point", "x", "y", "w", "h", "cx", "cy", "angle"}
"""Tags that mean something here."""
_NUMBER = re.compile(r"([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?)\s*(?:px|pixels?)?")
_PLAIN = re.compile(r"-?\d{1,15}(\.\d{0,30})?")
_YES = {"1", "true", "yes", "y", "t"}
_NO = {"0", "false", "no", "n", "f"}
_UNSAID = {"", "unspecified", "unknown", "none", "null", "-1"}


@dataclass
class VocObject:
    """One annotation.

    `box`: x, y, w, h; `shape`: parts of a polygon or the corners of a rotated box; `mask`: run
    lengths as JSON; `inverted`: corners stood in the wrong order and were swapped; `odd`: (code,
    what could not be read).
    """

    name: str | None
    box: tuple[float, float, float, float]
    flags: dict[str, bool | None] = field(default_factory=dict)
    kind: str = "box"
    shape: list[list[float]] | None = None
    mask: bytes | None = None
    area: float = math.nan
    attributes: dict[str, Any] = field(default_factory=dict)
    inverted: bool = False
    odd: list[tuple[str, str]] = field(default_factory=list)

    def attributes_json(self) -> str | None:
        """The attributes as a JSON object."""
        return json.dumps(self.attributes, ensure_ascii=False) if self.attributes else None


@dataclass(frozen=True)
class ObjectReader:
    """Reads `<object>` elements.

    Parameters
    ----------
    origin : 0 or 1
        See the module.
    parts : bool
        Whether parts (head, hand, foot) are annotations of their own, not an attribute.
    """

    origin: int = 0
    parts: bool = False

    def read(self, element: Element, number: int) -> list[VocObject]:
        """The annotations of one object. Raises ValueError with the reason."""
        if (text_of(element, "deleted") or "") in _YES:
            raise ValueError("it is marked as deleted")
        whole = self._shaped(element)
        whole.name = text_of(element, "name")
        whole.attributes |= _attributes(element)
        for flag in FLAGS:
            whole.flags[flag] = _flag(text_of(element, flag), flag, whole)
        objects = [whole]
        for box in element.findall("bndbox")[1:]:
            objects.append(self._boxed(box))
            objects[-1].name, objects[-1].flags = whole.name, dict(whole.flags)
        objects += self._parts(element, whole, number)
        return objects

    def _shaped(self, element: Element) -> VocObject:
        rings = [ring for one in element.findall("polygon") for ring in self._ring(one)]
        rotated, box = element.find("robndbox"), element.find("bndbox")
        if rotated is not None:
            return self._rotated(rotated)
        if box is not None:
            found = self._boxed(box)
        elif rings:
            found = VocObject(None, bounding_box(rings) or (math.nan,) * 4)
        else:
            raise ValueError("there is no bndbox")
        if rings:
            found.kind, found.shape = "polygon", rings
            found.area = sum(map(polygon_area, rings))
        elif any(map(len, element.findall("polygon"))):
            reason = "the polygon has fewer than three points or a value that is none"
            found.odd.append(("SHAPE_INVALID", reason))
        return found

    def _boxed(self, box: Element) -> VocObject:
        for names in _CORNERS:
            if any(text_of(box, name) is not None for name in names):
                x1, y1, x2, y2 = (_number(box, name) for name in names)
                inverted = x2 < x1 or y2 < y1
                x1, x2, y1, y2 = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
                one = self.origin
                box_of = x1 - one, y1 - one, x2 - x1 + one, y2 - y1 + one
                return VocObject(None, box_of, inverted=inverted)
        if box.find("x") is None:
            raise ValueError("xmin is missing")
        w, h = ("width", "height") if box.find("w") is None else ("w", "h")
        x, y = _number(box, "x") - self.origin, _number(box, "y") - self.origin
        return VocObject(None, (x, y, _number(box, w), _number(box, h)))

    def _rotated(self, box: Element) -> VocObject:
        """roLabelImg: centre, size, angle in radians, clockwise as the image is seen."""
        shift = self.origin / 2
        cx, cy = _number(box, "cx") - shift, _number(box, "cy") - shift
        w, h, angle = (_number(box, name) for name in ("w", "h", "angle"))
        cos, sin = math.cos(angle), math.sin(angle)
        corners: list[float] = []
        half_w, half_h = w / 2, h / 2
        for dx, dy in ((-half_w, -half_h), (half_w, -half_h), (half_w, half_h), (-half_w, half_h)):
            corners += [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos]
        around = bounding_box([corners]) or (math.nan,) * 4
        found = VocObject(None, around, kind="oriented_box", shape=[corners], area=abs(w * h))
        found.attributes["angle"] = angle
        return found

    def _ring(self, element: Element) -> list[list[float]]:
        """Two dialects: `<x1> <y1> <x2> ...` and `<pt><x/><y/></pt>` (LabelMe)."""
        pairs = [one for one in element if one.tag in ("pt", "point")]
        points = [one for pair in pairs for one in (pair.find("x"), pair.find("y"))]
        if not points:
            points = [one for one in element if _POINT.fullmatch(one.tag)]
        try:
            numbers = [_parsed("" if one is None else one.text or "") for one in points]
        except ValueError:
            return []
        ring = [number - self.origin / 2 for number in numbers]
        return [ring] if len(ring) >= 6 and len(ring) % 2 == 0 else []

    def _parts(self, element: Element, whole: VocObject, number: int) -> list[VocObject]:
        own: list[VocObject] = []
        listed: list[dict[str, Any]] = []
        for one in element.findall("part"):
            name, box = text_of(one, "name"), one.find("bndbox")
            try:
                part = self._boxed(one if box is None else box)
            except ValueError as error:
                whole.odd.append(("VALUE_INVALID", f"the part {name}: {error}"))
                continue
            if self.parts:
                part.name = name
                part.attributes = {"part_of": whole.name, "object": number}
                part.flags = dict.fromkeys(FLAGS)
                own.append(part)
            else:
                listed.append({"name": name, **dict(zip("xywh", part.box, strict=True))})
        if listed:
            whole.attributes["parts"] = listed
        return own


def name_plainly(root: Element) -> None:
    """Take namespaces off all tags, and write those known here in small letters."""
    for element in root.iter():
        name = element.tag
        if name not in _KNOWN:
            plain = str(name).rpartition("}")[2]
            low = plain.lower()
            element.tag = low if low in _KNOWN or _POINT.fullmatch(low) else plain


def text_of(element: Element | None, name: str) -> str | None:
    """The text of a child; None where there is none, or it is blank."""
    found = element.findtext(name) if element is not None else None
    return (found.strip() or None) if found else None


def _number(element: Element, name: str) -> float:
    text = text_of(element, name)
    if text is None:
        raise ValueError(f"{name} is missing")
    try:
        return _parsed(text)
    except ValueError:
        raise ValueError(f"{name} is {text[:100]}") from None


def _parsed(text: str) -> float:
    if _PLAIN.fullmatch(text):
        return float(text)
    match = _NUMBER.fullmatch(text.strip())
    number = float(match.group(1).replace(",", ".")) if match else math.nan
    if not math.isfinite(number):
        raise ValueError(f"{text[:100]!r} is not a number")
    return number


def _flag(text: str | None, flag: str, whole: VocObject) -> bool | None:
    word = (text or "").lower()
    if word in _UNSAID:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    try:
        degree = _parsed(word)
    except ValueError:
        whole.odd.append(("VALUE_INVALID", f"{flag} is {(text or '')[:100]!r}"))
        return None
    if degree not in (0, 1):
        whole.attributes[flag] = degree  # some state how much
    return degree != 0


def _attributes(element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in element:
        if one.tag in _GEOMETRY or one.tag in _EDITORS:
            continue
        value = _plain(one)
        if value is not None:
            _put(found, one.tag, value)
    listed = element.find("attributes")
    if listed is None:
        return found
    if not len(listed) and (listed.text or "").strip():
        found["attributes"] = (listed.text or "").strip()
    for one in listed:
        if one.tag == "attribute":
            name_of = text_of(one, "name") or one.get("name")
            if name_of:
                value = text_of(one, "value") or (one.text or "").strip() or None
                _put(found, name_of, value)
        elif (value := _plain(one)) is not None:
            _put(found, one.tag, value)
    return found


def _plain(element: Element) -> Any:
    if not len(element):
        return (element.text or "").strip() or None
    inner: dict[str, Any] = {}
    for one in element:
        value = _plain(one)
        if value is not None:
            _put(inner, one.tag, value)
    return inner or None


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]
