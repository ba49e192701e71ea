"""Writes LVIS: COCO's members, and what LVIS says of categories and images besides.

Its reader asks for boxes and polygons or run lengths; crowds and keypoints it does not know. Of no
image it is known that it lacks a class, or has more of one than are labelled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from visionlens_jlab.formats.coco.writer import CocoWriter
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Content, Label

RARE, COMMON = 10, 100
"""Classes in no more images than that are rare, common; the others frequent."""


class LvisWriter(CocoWriter):
    """LVIS."""

    stem = "lvis_v1"

    def categories(self, content: Content) -> list[dict[str, Any]]:
        images: Counter[str | None] = Counter()
        instances: Counter[str | None] = Counter()
        for picture in content.pictures():
            names = [label.class_name for label in picture.labels]
            images.update(set(names))
            instances.update(names)
        found = super().categories(content)
        for category in found:
            name, count = category["name"], images[category["name"]]
            often = "r" if count <= RARE else "c" if count <= COMMON else "f"
            category |= {
                "frequency": often,
                "image_count": count,
                "synset": name,
                "synonyms": [name],
            }
            category |= {"instance_count": instances[name], "def": ""}
        return found

    def image(self, record: dict[str, Any]) -> dict[str, Any]:
        lists: dict[str, Any] = {"neg_category_ids": [], "not_exhaustive_category_ids": []}
        return record | lists | {"coco_url": f"images/{record['file_name']}"}

    def label(self, label: Label, losses: Losses) -> Label | None:
        if label.class_name is None:
            losses.add("CLASS_MISSING", label.item)
        elif label.is_crowd:
            losses.add("CROWD_LEFT_OUT", label.item)
        elif label.kind == "classification" or label.box is None:
            losses.add("ANNOTATION_LEFT_OUT", f"{label.kind} {label.class_name}")
        elif label.kind == "keypoints":
            losses.add("KEYPOINTS_LOST", label.item)
            return replace(label, kind="box", geometry=None)
        else:
            return label
        return None
