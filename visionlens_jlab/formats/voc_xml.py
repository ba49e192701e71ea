"""One Pascal VOC annotation file.

Coordinates stay as the file gives them: x = xmin, y = ymin, w = xmax - xmin, h = ymax - ymin. The
VOC devkit counts pixels from 1 and includes xmax; most other tools do not, and the file does not
say which it means, so nothing is shifted.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

FLAGS = ("difficult", "truncated", "occluded")
_KNOWN = {"name", "bndbox", "polygon", "part", "deleted", "verified", "id", "date", *FLAGS}


@dataclass
class VocObject:
    """One object; `inverted`: its corners stood in the wrong order and were swapped."""

    name: str | None
    box: tuple[float, float, float, float]
    flags: dict[str, bool | None]
    polygon: list[float] | None = None
    attributes: str | None = None
    inverted: bool = False


@dataclass
class VocFile:
    """`invalid`: (number of the object, reason) of those that cannot be read."""

    filename: str | None
    width: int | None
    height: int | None
    objects: list[VocObject] = field(default_factory=list)
    invalid: list[tuple[int, str]] = field(default_factory=list)


def parse_voc(data: bytes) -> VocFile:
    """Parse an XML file. Entities are refused. Raises ValueError with the reason."""
    try:
        root = fromstring(data, forbid_dtd=False, forbid_entities=True)
    except (ParseError, DefusedXmlException, LookupError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    if root.tag != "annotation":
        raise ValueError(f"<{root.tag}> instead of <annotation>")
    file = VocFile(
        _text(root, "filename"),
        _pixels(_text(root, "size/width")),
        _pixels(_text(root, "size/height")),
    )
    for number, element in enumerate(root.findall("object"), 1):
        try:
            file.objects.append(_object(element))
        except ValueError as error:
            file.invalid.append((number, str(error)))
    return file


def _object(element: Element) -> VocObject:
    box = element.find("bndbox")
    if box is None:
        raise ValueError("there is no bndbox")
    xmin, ymin, xmax, ymax = (_number(box, name) for name in ("xmin", "ymin", "xmax", "ymax"))
    inverted = xmax < xmin or ymax < ymin
    x, y = min(xmin, xmax), min(ymin, ymax)
    return VocObject(
        _text(element, "name"),
        (x, y, max(xmin, xmax) - x, max(ymin, ymax) - y),
        {flag: _flag(_text(element, flag)) for flag in FLAGS},
        _polygon(element.find("polygon")),
        _attributes(element),
        inverted,
    )


def _number(box: Element, name: str) -> float:
    text = _text(box, name)
    if text is None:
        raise ValueError(f"{name} is missing")
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{name} is {text}")
    return number


def _polygon(element: Element | None) -> list[float] | None:
    # Two dialects: <x1>, <y1>, <x2> ... and <pt><x/><y/></pt> (LabelMe).
    if element is None:
        return None
    pairs = element.findall("pt")
    points = [child for pair in pairs for child in (pair.find("x"), pair.find("y"))]
    if not points:
        points = [child for child in element if child.tag[:1] in "xy" and child.tag[1:].isdigit()]
    try:
        numbers = [float(child.text or "") for child in points if child is not None]
    except ValueError:
        return None
    return numbers if len(numbers) >= 6 and len(numbers) % 2 == 0 else None


def _attributes(element: Element) -> str | None:
    found: dict[str, Any] = {}
    for child in element:
        if child.tag not in _KNOWN and len(child) == 0 and (child.text or "").strip():
            found[child.tag] = (child.text or "").strip()
    for entry in element.findall("attributes/attribute"):
        name, value = _text(entry, "name"), _text(entry, "value")
        if name:
            found[name] = value
    return json.dumps(found, ensure_ascii=False) if found else None


def _flag(text: str | None) -> bool | None:
    return None if text is None else text.lower() not in ("0", "false", "no", "")


def _text(element: Element, path: str) -> str | None:
    text = (element.findtext(path) or "").strip()
    return text or None


def _pixels(text: str | None) -> int | None:
    try:
        pixels = int(float(text or ""))
    except (ValueError, OverflowError):
        return None
    return pixels if pixels > 0 else None
