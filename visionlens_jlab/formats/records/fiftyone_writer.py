"""Writes FiftyOne's dataset folder: `samples.json`, `metadata.json` and `data/`.

`fiftyone.Dataset.from_dir(path, fiftyone.types.FiftyOneDataset)` reads it. Labels lie in the field
`ground_truth`, of a run in `predictions`; kinds that are no detections in `<field>_polylines` and
so on. A split that is one by its name is a tag.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.formats.folder_names import split_of_folder
from visionlens_jlab.formats.records.fiftyone import METADATA, PRIVATE, SAMPLES
from visionlens_jlab.formats.records.fiftyone_labels import LISTS, OWN, coded_array
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.records.writer import RecordWriter, json_value, points_of
from visionlens_jlab.formats.writing.writer import FLAGS, Picture, Target

VERSION = "1.0.0"
"""Of FiftyOne: newer ones bring a dataset of an older one up to theirs."""
_CLASSES = {
    "box": "Detections",
    "mask": "Detections",
    "polygon": "Polylines",
    "keypoints": "Keypoints",
    "classification": "Classifications",
}
_FIELDS = "fiftyone.core.fields"
_TAKEN = {*PRIVATE, "location", "ground_truth", "predictions"}


class FiftyOneWriter(RecordWriter):
    """FiftyOneDataset."""

    kinds = frozenset(_CLASSES)
    flags = frozenset(FLAGS)
    holds_attributes = True
    holds_crowds = True
    holds_confidence = True
    holds_parts = True
    holds_classes = True
    holds_fields = True
    holds_splits = True
    images = "data"

    def begin(self) -> None:
        self._samples: list[bytes] = []
        self._types: dict[str, dict[str, Any]] = {}
        self._labels = 0
        self._field = "predictions" if self.content.is_run else "ground_truth"
        self._skeleton = self._only_skeleton()

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        sample: dict[str, Any] = {
            "_id": _oid(1, len(self._samples) + 1),
            "filepath": f"data/{name}",
            "tags": self._tags(picture),
            "_media_type": "image",
        }
        if picture.width and picture.height:
            sample["metadata"] = {
                "_cls": "ImageMetadata", "width": picture.width, "height": picture.height
            }  # fmt: skip
        else:
            placed = [thing for thing in objects if thing.kind != "classification"]
            if placed:
                self.losses.add("IMAGE_WITHOUT_SIZE", picture.path, len(placed))
            objects = [thing for thing in objects if thing.kind == "classification"]
        sample |= self._plain_fields(picture)
        for thing in objects:
            self._add(sample, thing, picture)
        self._samples.append(msgspec.json.encode(sample))

    def finish(self, target: Target) -> None:
        with target.open(SAMPLES) as file:
            file.write(b'{"samples": [' + b",\n".join(self._samples) + b"]}\n")
        described = {
            "_id": _oid(3, 1),
            "name": "export",
            "slug": "export",
            "version": VERSION,
            "media_type": "image",
            "tags": [],
            "info": {},
            "classes": {},
            "default_classes": [entry.name for entry in self.content.classes],
            "default_skeleton": self._skeleton,
            "sample_fields": [*_usual_fields(), *self._types.values()],
            "frame_fields": [],
        }
        with target.open(METADATA) as file:
            file.write(msgspec.json.encode(described))

    def _tags(self, picture: Picture) -> list[str]:
        tags = []
        for tag in picture.tags:
            if split_of_folder(tag):  # it would be taken for the split
                self.losses.add("TAG_LOST", tag)
            else:
                tags.append(tag)
        if picture.split is not None and split_of_folder(picture.split) == picture.split:
            return [picture.split, *tags]
        if picture.split is not None:
            self.losses.add("SPLIT_LOST", picture.split)
        return tags

    def _plain_fields(self, picture: Picture) -> dict[str, Any]:
        found: dict[str, Any] = {}
        stated = dict(picture.built_in)
        place = [stated.pop(name, None) for name in ("longitude", "latitude")]
        if None not in place:
            found["location"] = {
                "_cls": "GeoLocation", "point": {"type": "Point", "coordinates": place}
            }  # fmt: skip
            self._types.setdefault("location", _document("location", "GeoLocation"))
        elif place != [None, None]:
            self.losses.add("FIELD_LOST", "latitude, longitude")
        for name, value in {**stated, **picture.fields}.items():
            free = name
            while free.startswith("_") or free.lower() in _TAKEN or free in found:
                free = f"{free.lstrip('_')}_"
            if free != name:
                self.losses.add("FIELD_RENAMED", f"{name} -> {free}")
            if isinstance(value, datetime):
                self.losses.add("FIELD_AS_TEXT", name)
            found[free] = json_value(value)
            self._types.setdefault(free, _field(free, _type_of(found[free])))
        return found

    def _add(self, sample: dict[str, Any], thing: Object, picture: Picture) -> None:
        kind = _CLASSES[thing.kind]
        name = self._field if kind == "Detections" else f"{self._field}_{kind.lower()}"
        self._types.setdefault(name, _document(name, kind))
        labels = sample.setdefault(name, {"_cls": kind, LISTS[kind]: []})[LISTS[kind]]
        self._labels += 1
        written: dict[str, Any] = {
            "_id": _oid(2, self._labels),
            "_cls": kind.removesuffix("s"),
            "tags": list(thing.tags),
            "label": thing.class_name,
        }
        for attribute, value in {**thing.attributes, **thing.flags}.items():
            if attribute in OWN or attribute in written or attribute.startswith("_"):
                self.losses.add("ATTRIBUTE_LOST", attribute)
            else:
                written[attribute] = value
        if thing.is_crowd:
            written["iscrowd"] = 1
        if thing.confidence is not None:
            written["confidence"] = thing.confidence
        if kind != "Classifications":
            written |= self._place(thing, float(picture.width or 1), float(picture.height or 1))
        labels.append(written)

    def _place(self, thing: Object, width: float, height: float) -> dict[str, Any]:
        if thing.kind == "polygon":
            rings = [_scaled(ring, width, height) for ring in thing.shape]
            return {"points": rings, "closed": True, "filled": True}
        if thing.kind == "keypoints":
            return _keypoints(thing, width, height)
        box, more = thing.box, {}
        if thing.coded is not None:
            runs = rle.parse(thing.coded)[0]
            around = rle.bounding_box(runs)
            if around is not None and (runs.width, runs.height) == (width, height):
                if around != box:
                    self.losses.add("BOX_LOST", str(thing.class_name))
                box = around
                left, top, across, down = map(int, around)
                cut = rle.to_pixels(runs)[top : top + down, left : left + across]
                more = {"mask": coded_array(np.ascontiguousarray(cut))}
            else:
                self.losses.add("SHAPE_LOST", str(thing.class_name))
        assert box is not None
        x, y, w, h = box
        return {"bounding_box": [x / width, y / height, w / width, h / height], **more}

    def _only_skeleton(self) -> dict[str, Any] | None:
        """That of the classes, where all that have one have the same."""
        stated = {
            msgspec.json.encode([entry.keypoints, entry.skeleton or []])
            for entry in self.content.classes
            if entry.keypoints
        }
        if len(stated) != 1:
            return None
        labels, edges = msgspec.json.decode(stated.pop())
        return {"labels": labels, "edges": edges}

    def holds_details(self, supercategory: bool, keypoints: bool) -> bool:
        return not supercategory and (not keypoints or self._skeleton is not None)


def _keypoints(thing: Object, width: float, height: float) -> dict[str, Any]:
    flat, found = thing.shape, []
    seen = [int(value) for value in flat[2::3]]
    for x, y, visible in zip(flat[0::3], flat[1::3], seen, strict=True):
        nowhere: list[Any] = [{"$numberDouble": "NaN"}] * 2
        found.append([x / width, y / height] if visible else nowhere)
    written: dict[str, Any] = {"points": found}
    if 1 in seen:
        written["visibility"] = seen
    if thing.box is not None:
        x, y, w, h = thing.box
        written["bounding_box"] = [x / width, y / height, w / width, h / height]
    if thing.confidence is not None:
        written["confidence"] = [thing.confidence] * len(found)
    return written


def _scaled(ring: list[float], width: float, height: float) -> list[list[float]]:
    return [[x / width, y / height] for x, y in points_of(ring)]


def _oid(series: int, number: int) -> dict[str, str]:
    return {"$oid": f"{series:04x}{number:020x}"}


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "ftype": f"{_FIELDS}.{kind}",
        "embedded_doc_type": None,
        "subfield": None,
        "fields": [],
        "db_field": name,
        "description": None,
        "info": None,
        "read_only": False,
        "created_at": None,
        **more,
    }


def _document(name: str, kind: str) -> dict[str, Any]:
    module = "metadata" if kind == "ImageMetadata" else "labels"
    return _field(name, "EmbeddedDocumentField", embedded_doc_type=f"fiftyone.core.{module}.{kind}")


def _usual_fields() -> list[dict[str, Any]]:
    return [
        _field("id", "ObjectIdField", db_field="_id"),
        _field("filepath", "StringField"),
        _field("tags", "ListField", subfield=f"{_FIELDS}.StringField"),
        _document("metadata", "ImageMetadata"),
        _field("created_at", "DateTimeField"),
        _field("last_modified_at", "DateTimeField"),
    ]


def _type_of(value: Any) -> str:
    kinds = {bool: "BooleanField", int: "IntField", float: "FloatField"}
    return kinds.get(type(value), "StringField")
