"""What writers of records share: each label as an object that the format can hold, or a loss."""

from __future__ import annotations

import json
import posixpath
from datetime import datetime
from typing import Any

import msgspec

from visionlens_jlab.core.geometry.outlines import joined, mask_outline, same_way
from visionlens_jlab.core.geometry.shapes import bounding_box
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import (
    Content,
    Label,
    Names,
    Picture,
    SplitFolders,
    Target,
    note_fields,
    note_label,
    note_measures,
    note_rotation,
)

SPLITS = ("train", "val", "test")


class RecordWriter:
    """Writes images and their objects.

    A subclass says what its format holds, and writes a picture; `finish` writes what is one file.
    """

    kinds: frozenset[str] = frozenset({"box", "polygon"})
    flags: frozenset[str] = frozenset()
    """Of difficult, truncated, occluded."""
    holds_attributes = False
    holds_crowds = False
    holds_confidence = False
    holds_parts = False
    """Whether a polygon may have several parts."""
    holds_classes = False
    """Whether classes that no object has are written."""
    holds_fields = False
    """Whether the writer itself sees to fields and tags of images, and to those of labels, which
    it is given as attributes and tags."""
    images = "images"
    """Folder of the images; of all splits, unless `splits`."""
    splits = False
    """Whether each split has a folder."""
    holds_splits = False
    """Whether the writer itself sees to splits."""

    def write(self, content: Content, target: Target, losses: Losses) -> None:
        """Every image with what can be held of its labels."""
        self.content, self.losses = content, losses
        self.begin()
        names, used = Names(losses), set[str]()
        folders = SplitFolders(content, SPLITS if self.splits else (), losses)
        for picture in content.pictures():
            folder = "" if self.holds_splits else folders.folder(picture)
            name = names.name(folder, picture)
            if not self.take_image(posixpath.join(folder + self.images, name), picture, target):
                continue
            if not self.holds_fields:
                note_fields(picture, losses)
            note_rotation(picture, losses)
            objects = []
            for label in picture.labels:
                written = self._object(label, losses)
                if written is not None:
                    objects.append(written)
                    used.add(written.class_name or "")
            self.picture(folder, name, picture, objects, target)
        self.finish(target)
        for entry in content.classes:
            if entry.name not in used and not self.holds_classes:
                losses.add("CLASS_LOST", f"{entry.name} (no object)")
            details = entry.supercategory is not None, bool(entry.keypoints)
            if any(details) and not self.holds_details(*details):
                losses.add("CLASS_DETAILS_LOST", entry.name)

    def begin(self) -> None:
        """Before the first picture."""

    def take_image(self, path: str, picture: Picture, target: Target) -> bool:
        """Bring the image to its path; False: it is left out, with its labels."""
        target.image(path, picture)
        return True

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        """Write or keep one picture's objects; `folder` is that of its split, with a slash."""
        raise NotImplementedError

    def finish(self, target: Target) -> None:
        """After the last picture."""

    def holds_details(self, supercategory: bool, keypoints: bool) -> bool:
        """Whether what is true of a class is written: that it has a supercategory, keypoints."""
        return False

    def class_name(self, name: str, losses: Losses) -> str:
        """A class's name as the format can hold it."""
        return name

    def _object(self, label: Label, losses: Losses) -> Object | None:
        made = self._shaped(label, losses)
        if made is None:
            losses.add("ANNOTATION_LEFT_OUT", f"{label.kind} {label.class_name or ''}".strip())
            return None
        if label.class_name is None:
            losses.add("CLASS_MISSING", label.item)
            return None
        made.class_name = self.class_name(label.class_name, losses)
        if made.class_name != label.class_name:
            losses.add("TEXT_CHANGED", label.class_name)
        if label.is_crowd and not self.holds_crowds:
            losses.add("CROWD_LEFT_OUT", label.item)
            return None
        made.is_crowd = label.is_crowd
        made.flags = {flag: on for flag, on in label.flags.items() if flag in self.flags}
        if made.flags != label.flags:
            losses.add("FLAG_LOST", label.item)
        if label.attributes and self.holds_attributes:
            made.attributes = msgspec.json.decode(label.attributes)
        elif label.attributes:
            losses.add("ATTRIBUTE_LOST", label.item)
        if self.holds_confidence:
            made.confidence = label.confidence
        elif label.confidence is not None:
            losses.add("CONFIDENCE_LOST", label.item)
        if self.holds_fields:
            made.tags = label.tags
            self._take_fields(made, label, losses)
        else:
            note_label(label, losses)
        return made

    def plain_fields(self, picture: Picture, taken: set[str]) -> dict[str, Any]:
        """Fields of an image as JSON values, under names that mean nothing else (`taken`)."""
        found: dict[str, Any] = {}
        for name, value in {**picture.built_in, **picture.fields}.items():
            free = name.strip() or "field"
            while free.lower() in taken or free in found:
                free += "_"
            if free != name:
                self.losses.add("FIELD_RENAMED", f"{name} -> {free}")
            if isinstance(value, datetime) and name != "captured_at":
                self.losses.add("FIELD_AS_TEXT", name)
            found[free] = json_value(value)
        return found

    def _take_fields(self, made: Object, label: Label, losses: Losses) -> None:
        for name, value in label.fields.items():
            losses.add("FIELD_AS_ATTRIBUTE" if name not in made.attributes else "FIELD_LOST", name)
            made.attributes.setdefault(name, json_value(value))

    def _shaped(self, label: Label, losses: Losses) -> Object | None:
        kind, shape = label.kind, label.geometry
        if kind == "classification":
            return Object(None, kind) if kind in self.kinds else None
        if shape is None or kind not in ("keypoints", "mask", "polygon", "oriented_box"):
            return self._boxed(label, losses)
        if kind == "keypoints" and kind in self.kinds:
            return Object(None, kind, label.box, msgspec.json.decode(shape))
        if kind == "mask" and kind in self.kinds:
            return Object(None, kind, label.box, coded=shape)
        rings = [] if kind == "keypoints" else self._rings(label, shape, losses)
        if rings and (kind in self.kinds or "polygon" in self.kinds):
            return self._outlined(label, rings, losses)
        losses.add("KEYPOINTS_LOST" if kind == "keypoints" else "SHAPE_LOST", label.item)
        return self._boxed(label, losses)

    def _outlined(self, label: Label, rings: list[list[float]], losses: Losses) -> Object:
        if label.kind == "oriented_box" and label.kind not in self.kinds:
            losses.add("KIND_CHANGED", label.item)
        if len(rings) > 1 and not self.holds_parts:
            losses.add("PARTS_JOINED", label.item)
            rings = [joined(same_way(rings))]
        note_measures(label, rings, losses)
        kind = label.kind if label.kind in self.kinds else "polygon"
        return Object(None, kind, bounding_box(rings), rings)

    def _rings(self, label: Label, shape: bytes, losses: Losses) -> list[list[float]]:
        if label.kind != "mask":
            found: list[list[float]] = msgspec.json.decode(shape)
            return found
        ring = mask_outline(shape)
        if ring is None:
            return []
        losses.add("MASK_AS_OUTLINE", label.item)
        return [ring]

    def _boxed(self, label: Label, losses: Losses) -> Object | None:
        if label.box is None:
            return None
        if label.kind == "box":
            note_measures(label, None, losses)
        if "box" in self.kinds:
            return Object(None, "box", label.box)
        x, y, w, h = label.box
        ring = [x, y, x + w, y, x + w, y + h, x, y + h]
        losses.add("BOX_AS_OUTLINE", label.item)
        kind = "oriented_box" if "oriented_box" in self.kinds else "polygon"
        return Object(None, kind, label.box, [ring])


def json_value(value: Any) -> Any:
    """A field's value in JSON: times as text."""
    return value.replace(tzinfo=None).isoformat(sep=" ") if isinstance(value, datetime) else value


def as_json(content: Any) -> str:
    """JSON as the tools write it."""
    return json.dumps(content, ensure_ascii=False, indent=1)


def plain(value: float) -> str:
    """A number with every digit that it has."""
    return f"{int(value)}" if value == int(value) else repr(float(value))


def points_of(ring: list[float]) -> list[list[float]]:
    """A flat ring as points."""
    return [list(point) for point in zip(ring[0::2], ring[1::2], strict=True)]
