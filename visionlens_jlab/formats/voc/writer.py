"""Writes Pascal VOC: `Annotations/`, `JPEGImages/` and `ImageSets/Main/`.

Nothing is shifted to the 1-based convention: xmin = x, xmax = x + w, as `voc_origin=0` reads it.
Polygons are written in the `<x1><y1>...` dialect, rotated boxes as roLabelImg does, attributes as
CVAT does.
"""

from __future__ import annotations

import json
import math
import posixpath
import re
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from visionlens_jlab.core.geometry.outlines import mask_outline
from visionlens_jlab.core.geometry.shapes import bounding_box, polygon_area
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import (
    FLAGS,
    Content,
    Label,
    Names,
    Picture,
    Target,
    note_fields,
    note_label,
    note_rotation,
)

SPLITS = ("train", "val", "test")
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, or changes (carriage returns)."""
_NEAR = 1e-6
"""Pixels by which corners may miss a rectangle."""


class VocWriter:
    """Pascal VOC XML."""

    def write(self, content: Content, target: Target, losses: Losses) -> None:
        """One XML file for each image, and the lists of the splits."""
        splits = [split for split in (*SPLITS, "trainval") if split in content.splits]
        if {"train", "val"} <= set(splits) and "trainval" in splits:
            splits.remove("trainval")  # means both of them together
        sets: dict[str, list[str]] = {split: [] for split in splits}
        used: set[str] = set()
        names = Names(losses)
        for picture in content.pictures():
            name = names.name("", picture)
            stem = posixpath.splitext(name)[0]
            target.image(f"JPEGImages/{name}", picture)
            note_fields(picture, losses)
            note_rotation(picture, losses)
            if picture.split in sets:
                sets[picture.split].append(stem)
            elif picture.split is not None:
                losses.add("SPLIT_LOST", picture.split)
            objects = []
            for label in picture.labels:
                written = _object(label, losses)
                if written is not None:
                    objects.append(written)
                    used.add(label.class_name or "")
            target.text(f"Annotations/{stem}.xml", _document(name, picture, objects))
        for split, stems in sets.items():
            target.text(f"ImageSets/Main/{split}.txt", "".join(f"{stem}\n" for stem in stems))
        for entry in content.classes:
            if entry.name not in used:
                losses.add("CLASS_LOST", f"{entry.name} (no object)")


def _document(name: str, picture: Picture, objects: list[str]) -> str:
    size = ""
    if picture.width and picture.height:
        size = (
            f"<size><width>{picture.width}</width><height>{picture.height}</height>"
            "<depth>3</depth></size>"
        )
    head = f"<folder>JPEGImages</folder><filename>{escape(_clean(name))}</filename>{size}"
    parts = "\n".join([f"{head}<segmented>0</segmented>", *objects])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<annotation>\n{parts}\n</annotation>\n'


def _object(label: Label, losses: Losses) -> str | None:
    shape = _shape(label, losses)
    if shape is None:
        losses.add("ANNOTATION_LEFT_OUT", f"{label.kind} {label.class_name or ''}".strip())
        return None
    parts = []
    if label.class_name is not None:
        name = _clean(label.class_name).strip()
        if name != label.class_name:
            losses.add("TEXT_CHANGED", label.class_name)
        parts.append(f"<name>{escape(name)}</name>")
    flags = dict(label.flags)
    if label.is_crowd:
        losses.add("CROWD_AS_DIFFICULT", label.item)
        flags["difficult"] = True
    attributes = _attributes(label, flags, losses)
    pose = attributes.get("pose")
    if isinstance(pose, str):
        parts.append(f"<pose>{escape(pose)}</pose>")
        del attributes["pose"]
    parts += [f"<{flag}>{int(flags[flag])}</{flag}>" for flag in FLAGS if flag in flags]
    parts.append(shape)
    if attributes:
        listed = [
            f"<attribute><name>{escape(name)}</name><value>{escape(value)}</value></attribute>"
            for name, values in attributes.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        parts.append(f"<attributes>{''.join(listed)}</attributes>")
    if label.confidence is not None:
        losses.add("CONFIDENCE_LOST", label.item)
    note_label(label, losses)
    return f"<object>{''.join(parts)}</object>"


def _shape(label: Label, losses: Losses) -> str | None:
    """The elements of box and shape; None: there is nothing that VOC can hold."""
    rings: list[list[float]] = []
    if label.kind == "mask" and label.geometry is not None:
        ring = mask_outline(label.geometry)
        if ring is not None:
            losses.add("MASK_AS_OUTLINE", label.item)
            rings = [ring]
    elif label.kind in ("polygon", "oriented_box") and label.geometry is not None:
        rings = msgspec.json.decode(label.geometry)
        rotated = _rotated(label, rings, losses) if label.kind == "oriented_box" else None
        if rotated is not None:
            return rotated
    elif label.kind == "keypoints" and label.box is not None:
        losses.add("KEYPOINTS_LOST", label.item)
    box = label.box or bounding_box(rings)
    if box is None or label.kind == "classification":
        return None
    x, y, w, h = box
    corners = zip(("xmin", "ymin", "xmax", "ymax"), (x, y, x + w, y + h), strict=True)
    area = sum(map(polygon_area, rings)) if rings else w * h
    if label.area is not None and abs(label.area - area) > _NEAR * max(1.0, area):
        losses.add("AREA_LOST", label.item)
    around = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in corners)
    return f"<bndbox>{around}</bndbox>" + "".join(map(_polygon, rings))


def _polygon(ring: list[float]) -> str:
    points = zip(ring[0::2], ring[1::2], strict=True)
    inner = "".join(
        f"<x{number}>{_text(x)}</x{number}><y{number}>{_text(y)}</y{number}>"
        for number, (x, y) in enumerate(points, 1)
    )
    return f"<polygon>{inner}</polygon>"


def _rotated(label: Label, rings: list[list[float]], losses: Losses) -> str | None:
    """A `robndbox` where the corners are those of a rectangle; else None."""
    ring = rings[0]
    if len(rings) == 1 and len(ring) == 8:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = zip(ring[0::2], ring[1::2], strict=True)
        right = (bx - ax) * (cx - bx) + (by - ay) * (cy - by)
        clockwise = (bx - ax) * (cy - by) - (by - ay) * (cx - bx) >= 0
        w, h = math.hypot(bx - ax, by - ay), math.hypot(cx - bx, cy - by)
        closes = math.hypot(ax + cx - bx - dx, ay + cy - by - dy) <= _NEAR
        if closes and clockwise and abs(right) <= _NEAR * max(w, h, 1.0):
            values = {
                "cx": (ax + cx) / 2,
                "cy": (ay + cy) / 2,
                "w": w,
                "h": h,
                "angle": math.atan2(by - ay, bx - ax),
            }
            inner = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in values.items())
            return f"<type>robndbox</type><robndbox>{inner}</robndbox>"
    losses.add("KIND_CHANGED", label.item)
    return None


def _attributes(label: Label, flags: dict[str, bool], losses: Losses) -> dict[str, str | list[str]]:
    """Name -> text, or several texts."""
    if not label.attributes:
        return {}
    found: dict[str, str | list[str]] = {}
    members: dict[str, Any] = msgspec.json.decode(label.attributes)
    rotated = label.kind == "oriented_box"
    for name, value in members.items():
        if name in flags or (rotated and name == "angle"):
            continue  # a degree is a flag too; the angle stands in the box
        clean = _clean(name).strip()
        values = value if isinstance(value, list) and len(value) > 1 else [value]
        texts = [one if isinstance(one, str) else json.dumps(one) for one in values]
        if clean != name or any(_clean(text).strip() != text or not text for text in texts):
            losses.add("ATTRIBUTE_LOST" if not clean else "TEXT_CHANGED", name)
        elif not all(isinstance(one, str) for one in values):
            losses.add("ATTRIBUTE_AS_TEXT", name)
        plain = [_clean(text).strip() for text in texts]
        if clean and all(plain):
            found[clean] = plain if len(plain) > 1 else plain[0]
    return found


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _text(value: float) -> str:
    return f"{int(value)}" if value == int(value) else repr(value)
