"""Writes COCO JSON: `annotations/instances_<split>.json` and `images/`.

Images without a split are in `annotations/instances.json`. What COCO has no member for is written
as further members, which its readers pass over: fields of images, `attributes` (with difficult,
truncated, occluded) and `score` of annotations.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import IO, Any

import msgspec

from visionlens_jlab.formats.base import ClassEntry
from visionlens_jlab.formats.folder_names import split_of_file
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import (
    Content,
    Label,
    Names,
    Picture,
    Target,
    note_rotation,
)

_MEMBERS = {"id", "file_name", "width", "height", "split", "license_id"}
_MEMBERS |= {"group", "caption", "camera", "date_captured", "captured_at", "latitude", "longitude"}
"""Members of an image that mean something of their own."""
_NO_SHAPE = ("box", "classification")


class CocoWriter:
    """COCO JSON."""

    stem = "instances"
    """How files of labels are called, before their split."""

    def categories(self, content: Content) -> list[dict[str, Any]]:
        """The records of the classes."""
        return categories_of(content.classes)

    def image(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record of an image."""
        return record

    def label(self, label: Label, losses: Losses) -> Label | None:
        """A label as it is to be written; None: not at all."""
        return label

    def write(self, content: Content, target: Target, losses: Losses) -> None:
        """One file of labels for each split."""
        categories = self.categories(content)
        ids = {category["name"]: category["id"] for category in categories}
        names = Names(losses)
        annotations = 0
        with ExitStack() as stack:
            files: dict[str | None, _File] = {}
            stems = stems_of(content.splits or [None], self.stem)
            for split, stem in stems.items():
                files[split] = stack.enter_context(_File(target, stem, categories))
            for number, picture in enumerate(content.pictures()):
                file = files[picture.split]
                name = names.name("", picture)
                image_id = number + 1 if content.image_ids is None else content.image_ids[number]
                target.image(f"images/{name}", picture)
                note_rotation(picture, losses)
                file.image(self.image(_image(picture, image_id, name, file.split, losses)))
                for stated in picture.labels:
                    label = self.label(stated, losses)
                    written = None if label is None else _annotation(label, ids, losses)
                    if written is not None:
                        annotations += 1
                        file.annotation({"id": annotations, "image_id": image_id, **written})


class _File:
    """One label file; annotations wait in a file of their own until the images are complete."""

    def __init__(self, target: Target, stem: str, categories: list[dict[str, Any]]) -> None:
        self.split = split_of_file(stem)
        self._target = target
        self._path = f"annotations/{stem}.json"
        self._categories = categories
        self._counts = [0, 0]

    def __enter__(self) -> _File:
        self._images = self._target.open(self._path)
        self._waiting = self._target.folder / f"{self._path}.annotations"
        self._annotations = self._waiting.open("w+b")
        self._images.write(b'{"info": {"description": "Exported by VisionLens"}, "images": [')
        return self

    def image(self, record: dict[str, Any]) -> None:
        self._add(0, self._images, record)

    def annotation(self, record: dict[str, Any]) -> None:
        self._add(1, self._annotations, record)

    def _add(self, which: int, file: IO[bytes], record: dict[str, Any]) -> None:
        file.write(b",\n" if self._counts[which] else b"\n")
        file.write(msgspec.json.encode(record))
        self._counts[which] += 1

    def __exit__(self, *error: object) -> None:
        with self._images, self._annotations:
            self._images.write(b'],\n"categories": ')
            self._images.write(msgspec.json.encode(self._categories))
            self._images.write(b',\n"annotations": [')
            self._annotations.seek(0)
            shutil.copyfileobj(self._annotations, self._images)
            self._images.write(b"]}\n")
        self._waiting.unlink()


def stems_of(splits: list[str | None], kind: str) -> dict[str | None, str]:
    """File name without suffix of each split, all different; it begins with `kind`."""
    stems: dict[str | None, str] = {}
    for split in sorted(splits, key=lambda split: split or ""):
        plain = re.sub(r"[^\w.-]+", "_", split or "").strip("._")[:100]
        stem, number = f"{kind}_{plain}" if plain else kind, 2
        while stem.casefold() in {other.casefold() for other in stems.values()}:
            stem, number = f"{kind}_{plain or 'split'}_{number}", number + 1
        stems[split] = stem
    return stems


def categories_of(classes: list[ClassEntry]) -> list[dict[str, Any]]:
    """Under the numbers of the source where all classes have one, else from 1."""
    numbers = [_number(entry.source_id) for entry in classes]
    if None in numbers or len(set(numbers)) < len(numbers) or 0 in numbers:
        numbers = list(range(1, len(classes) + 1))
    found = []
    for entry, number in zip(classes, numbers, strict=True):
        category: dict[str, Any] = {"id": number, "name": entry.name}
        if entry.supercategory is not None:
            category["supercategory"] = entry.supercategory
        if entry.keypoints is not None:
            category["keypoints"] = entry.keypoints
        if entry.skeleton is not None:
            category["skeleton"] = [[a + 1, b + 1] for a, b in entry.skeleton]
        found.append(category)
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _image(
    picture: Picture, image_id: int, name: str, split: str | None, losses: Losses
) -> dict[str, Any]:
    record: dict[str, Any] = {"id": image_id, "file_name": name}
    if picture.width and picture.height:
        record |= {"width": picture.width, "height": picture.height}
    if picture.split is not None and picture.split != split:
        record["split"] = picture.split  # the file's name does not say it
    for key, value in picture.built_in.items():
        record["date_captured" if key == "captured_at" else key] = _json(value)
    for key, value in picture.fields.items():
        free = key
        while free.lower() in _MEMBERS:
            free += "_"
        if free != key:
            losses.add("FIELD_RENAMED", f"{key} -> {free}")
        if isinstance(value, datetime):
            losses.add("FIELD_AS_TEXT", key)
        record[free] = _json(value)
    for tag in picture.tags:
        losses.add("TAG_LOST", tag)
    return record


def _annotation(label: Label, ids: Mapping[str, int], losses: Losses) -> dict[str, Any] | None:
    """The record but its ids; None: there is nothing that COCO can hold."""
    record: dict[str, Any] = {}
    if label.class_name is not None:
        record["category_id"] = ids[label.class_name]
    attributes = _attributes(label, losses)
    if label.box is not None and label.kind != "classification":
        record["bbox"] = label.box
    record |= _shape(label, attributes, losses)
    if label.kind == "classification":
        if label.class_name is None and "caption" not in attributes:
            losses.add("CLASS_MISSING", label.item)
            return None
        if label.box is not None:
            losses.add("BOX_LOST", label.item)
    elif label.area is not None:
        record["area"] = label.area
    record["iscrowd"] = int(label.is_crowd)
    if label.confidence is not None:
        record["score"] = label.confidence
    if attributes:
        record["attributes"] = attributes
    for tag in label.tags:
        losses.add("TAG_LOST", tag)
    return record


def _shape(label: Label, attributes: dict[str, Any], losses: Losses) -> dict[str, Any]:
    if label.geometry is None or label.kind in _NO_SHAPE:
        return {}
    if label.kind != "keypoints":
        if label.kind == "oriented_box":
            losses.add("KIND_CHANGED", label.item)
        return {"segmentation": msgspec.Raw(label.geometry)}
    points: list[float] = msgspec.json.decode(label.geometry)
    record = {"keypoints": points, "num_keypoints": sum(v > 0 for v in points[2::3])}
    outline = attributes.get("segmentation")
    if outline is not None and bytes(outline)[:1] in (b"[", b"{"):
        record["segmentation"] = attributes.pop("segmentation")
    return record


def _attributes(label: Label, losses: Losses) -> dict[str, Any]:
    """Member -> JSON value."""
    members: dict[str, Any] = {}
    if label.attributes:
        members = msgspec.json.decode(label.attributes, type=dict[str, msgspec.Raw])
    for flag, value in label.flags.items():
        if flag in members:
            losses.add("FLAG_LOST", label.item)
        else:
            members[flag] = value
    for name, value in label.fields.items():
        losses.add("FIELD_AS_ATTRIBUTE" if name not in members else "FIELD_LOST", name)
        members.setdefault(name, _json(value))
    return members


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        plain = value.replace(tzinfo=None)
        return plain.isoformat(sep=" ", timespec="auto")
    return value
