"""Create ML: one JSON list for a folder of images; boxes by their centre.

Source: developer.apple.com/documentation/createml/building-an-object-detector-data-source
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.json_files import members, read_json
from visionlens_jlab.formats.records.record import NotMineError, Object, Record, number, text
from visionlens_jlab.formats.records.writer import RecordWriter, as_json
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.writing.writer import Picture, Target

NAMES = {"image", "imagefilename"}


class CreateMlFormat(RecordFormat):
    """Create ML JSON."""

    name = "createml"
    label = "CreateML JSON"
    description = "A JSON list of images with boxes by centre and size."
    suffixes = (".json",)
    signature = "CreateML JSON"

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """A record for each image; annotations may be one object or a list."""
        content = read_json(data)
        if not isinstance(content, list):
            raise NotMineError
        if not any(isinstance(one, dict) and NAMES & one.keys() for one in content):
            raise NotMineError
        for listed in content:
            entry = listed if isinstance(listed, dict) else {}
            record = Record(str(entry.get("image") or entry.get("imagefilename") or ""))
            found = entry.get("annotations", entry.get("annotation", []))
            for annotation in found if isinstance(found, list) else [found]:
                try:
                    record.objects.append(_object(annotation))
                except ValueError as error:
                    record.invalid.append(str(error))
            yield record


def _object(annotation: Any) -> Object:
    if isinstance(annotation, str):  # an image classifier's
        return Object(text(annotation), "classification")
    annotation = members(annotation, "an annotation")
    place = annotation.get("coordinates")
    class_name = text(annotation.get("label"))
    if place is None:
        return Object(class_name, "classification")
    x, y, w, h = (
        number(members(place, "coordinates").get(k), k) for k in ("x", "y", "width", "height")
    )
    if w < 0 or h < 0:
        raise ValueError("a box has a negative size")
    known = ("label", "coordinates")
    attributes = {name: value for name, value in annotation.items() if name not in known}
    return Object(class_name, "box", (x - w / 2, y - h / 2, w, h), attributes=attributes)


class CreateMlWriter(RecordWriter):
    """`_annotations.createml.json` beside the images of each split."""

    kinds = frozenset({"box", "classification"})
    holds_attributes = True
    images = ""
    splits = True

    def begin(self) -> None:
        self._entries: dict[str, list[dict[str, Any]]] = {}

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        annotations = [_annotation(thing) for thing in objects]
        self._entries.setdefault(folder, []).append({"image": name, "annotations": annotations})

    def finish(self, target: Target) -> None:
        for folder, entries in self._entries.items():
            target.text(f"{folder}_annotations.createml.json", as_json(entries))


def _annotation(thing: Object) -> dict[str, Any]:
    written: dict[str, Any] = {**thing.attributes, "label": thing.class_name}
    if thing.box is not None:
        x, y, w, h = thing.box
        written["coordinates"] = {"x": x + w / 2, "y": y + h / 2, "width": w, "height": h}
    return written
