"""Hugging Face's imagefolder: `metadata.csv`, `.jsonl` or `.parquet` beside the images of a split.

Source: huggingface.co/docs/datasets/image_dataset. Each row names its image in `file_name`; `label`
is the class of the image, `objects` its boxes in COCO's x, y, width, height, with `categories` by
name, or by number with the names in the README's `class_label`. Other columns are fields.
"""

from __future__ import annotations

import io
import json
import posixpath
from collections.abc import Iterator
from typing import Any

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import ClassEntry, Issue
from visionlens_jlab.formats.records.format import FLAGS, RecordFormat
from visionlens_jlab.formats.records.json_files import members, read_json
from visionlens_jlab.formats.records.record import (
    NotMineError,
    Object,
    Record,
    box_object,
    number,
    text,
)
from visionlens_jlab.formats.records.writer import RecordWriter
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.signatures.signatures import HUGGING_FACE, METADATA_NAMES
from visionlens_jlab.formats.tables.files import table_from
from visionlens_jlab.formats.text.decoding import decode_text, text_lines
from visionlens_jlab.formats.text.yaml_values import parse_yaml
from visionlens_jlab.formats.writing.writer import Picture, Target

CATEGORIES = ("categories", "category", "labels", "label", "class", "classes")
CAPTIONS = ("text", "caption")
_BOXES = ("bbox", "bboxes", "boxes")
_OWN = {*CATEGORIES, *_BOXES, *FLAGS, "id", "ids", "area", "iscrowd", "confidence", "attributes"}


class ImageFolderFormat(RecordFormat):
    """An imagefolder with metadata."""

    name = "imagefolder"
    label = "Hugging Face imagefolder"
    description = "metadata.csv, .jsonl or .parquet beside images: labels, boxes, captions, fields."
    suffixes = METADATA_NAMES
    signature = HUGGING_FACE
    has_fields = True

    def is_mine(self, path: str) -> bool:
        return posixpath.basename(path).lower() in METADATA_NAMES

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """A record for each row."""
        names = _class_names(request)
        yield Record(None, classes=[ClassEntry(name) for name in names.values()])
        for place, row in enumerate(_rows(data, path), 1):
            if isinstance(row, str):
                item = f"{path}: {place}"
                yield Record(
                    None, issues=[Issue("IMAGE_ENTRY_INVALID", "skipped", "image", item, row)]
                )
            else:
                yield _record(row, posixpath.dirname(path), names)


def _rows(data: bytes, path: str) -> Iterator[dict[str, Any] | str]:
    """Each row, or why it cannot be read. ValueError, NotMineError."""
    if path.lower().endswith(".jsonl"):
        named = False
        for line in text_lines(data):
            if not line.strip():
                continue
            try:
                row = members(read_json(line.encode()), "a line")
            except ValueError as error:
                yield f"The line cannot be read: {str(error)[:200]}."
                continue
            if not named and _file_name(row) is None:
                raise NotMineError
            named = True
            yield row if _file_name(row) else "The line names no image."
        return
    try:
        table = table_from(io.BytesIO(data), path)
    except VisionLensError as error:
        raise ValueError(error.message) from error
    if not any(name.endswith("file_name") for name in table.column_names):
        raise NotMineError
    for batch in table.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield row if _file_name(row) else "The row names no image."


def _file_name(row: dict[str, Any]) -> str | None:
    """The name of the column that names the image; None: none does."""
    named = [name for name in row if name == "file_name" or name.endswith("_file_name")]
    return min(
        (name for name in named if isinstance(row[name], str) and row[name]), key=len, default=None
    )


def _record(row: dict[str, Any], folder: str, names: dict[int, str]) -> Record:
    column = _file_name(row)
    assert column is not None
    record = Record(posixpath.join(folder, row[column]))
    for name, value in row.items():
        if name == column or value is None:
            continue
        if name == "objects":
            _take_objects(record, value, names)
        elif name in ("label", "labels"):
            for one in value if isinstance(value, list) else [value]:
                record.objects.append(Object(_class(one, names), "classification"))
        elif name in CAPTIONS and "caption" not in record.fields:
            record.fields["caption"] = value
        else:
            record.fields[name] = value
    return record


def _take_objects(record: Record, value: Any, names: dict[int, str]) -> None:
    try:
        listed = _listed(value)
    except ValueError as error:
        record.invalid.append(str(error))
        return
    for one in listed:
        try:
            record.objects.append(_object(members(one, "an object"), names))
        except ValueError as error:
            record.invalid.append(str(error))


def _listed(value: Any) -> list[Any]:
    """Objects one by one, out of a list of them, or of lists of their members. ValueError."""
    if isinstance(value, str):  # in a CSV file
        value = read_json(value.encode())
    if isinstance(value, list):
        return value
    lists = {name: one for name, one in members(value, "objects").items() if isinstance(one, list)}
    count = max(map(len, lists.values()), default=0)
    if any(len(one) != count for one in lists.values()):
        raise ValueError("the lists of objects have different lengths")
    return [{name: one[at] for name, one in lists.items()} for at in range(count)]


def _object(one: dict[str, Any], names: dict[int, str]) -> Object:
    stated = next((one[name] for name in CATEGORIES if one.get(name) is not None), None)
    class_name = _class(stated, names)
    box = next((one[name] for name in _BOXES if one.get(name) is not None), None)
    attributes = {
        name: value for name, value in one.items() if name not in _OWN and value is not None
    }
    if isinstance(one.get("attributes"), str):
        attributes |= members(read_json(one["attributes"].encode()), "attributes")
    if box is None:
        made = Object(class_name, "classification")
    else:
        if not isinstance(box, list | tuple) or len(box) != 4:
            raise ValueError("a box has four numbers")
        x, y, w, h = (number(side, "a box's side") for side in box)
        made = box_object(class_name, x, y, x + w, y + h)
        made.box = (x, y, w, h) if not made.inverted else made.box
    made.attributes = attributes
    made.flags = {flag: one[flag] for flag in FLAGS if isinstance(one.get(flag), bool)}
    made.is_crowd = one.get("iscrowd") in (1, True)
    if one.get("confidence") is not None:
        made.confidence = number(one["confidence"], "confidence")
    return made


def _class(stated: Any, names: dict[int, str]) -> str | None:
    if type(stated) is int and stated in names:
        return names[stated]
    return text(stated)


def _class_names(request: Request) -> dict[int, str]:
    """The names in the README's description of the data, by number."""
    known = request.notes.get("imagefolder classes")
    if isinstance(known, dict):
        return known
    found = request.notes["imagefolder classes"] = _described(request)
    return found


def _described(request: Request) -> dict[int, str]:
    source = request.label_source
    named = (p for p in request.files(source) if posixpath.basename(p).lower() == "readme.md")
    path = min(named, key=lambda one: (one.count("/"), one), default=None)
    if path is None:
        return {}
    with source.open(path) as file:
        text = "\n".join(decode_text(file.read(1 << 20)).lstrip("\ufeff").splitlines())
    head, mark, rest = text.partition("---\n")
    if head.strip() or not mark or "\n---" not in rest:
        return {}
    try:
        described, _ = parse_yaml(rest.partition("\n---")[0])
    except ValueError:
        return {}
    names = _named(described)
    if names:
        request.note_read(source, path)
    return {int(key): str(name) for key, name in names.items() if str(key).isdigit()}


def _named(value: Any) -> dict[Any, Any]:
    """The first `class_label` with `names` anywhere in a description."""
    if isinstance(value, dict):
        label = value.get("class_label")
        names = label.get("names") if isinstance(label, dict) else None
        if isinstance(names, dict):
            return names
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for one in inner if (found := _named(one))), {})


class ImageFolderWriter(RecordWriter):
    """`metadata.jsonl` beside the images of each split."""

    kinds = frozenset({"box", "classification"})
    flags = frozenset(FLAGS)
    holds_attributes = True
    holds_crowds = True
    holds_confidence = True
    holds_fields = True
    images = ""
    splits = True

    def begin(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        row: dict[str, Any] = {"file_name": name}
        for tag in picture.tags:
            self.losses.add("TAG_LOST", tag)
        row |= self.plain_fields(
            picture, {"file_name", "objects", "label", "labels", "text", "tags"}
        )
        classes = [thing for thing in objects if thing.kind == "classification"]
        for thing in classes:
            self._note(thing)
        if classes:
            names = [thing.class_name for thing in classes]
            row |= {"label": names[0]} if len(names) == 1 else {"labels": names}
        row["objects"] = _members([thing for thing in objects if thing.kind == "box"])
        for thing in objects:
            for tag in thing.tags:
                self.losses.add("TAG_LOST", tag)
        self._lines.setdefault(folder, []).append(json.dumps(row, ensure_ascii=False))

    def finish(self, target: Target) -> None:
        for folder, lines in self._lines.items():
            target.text(f"{folder}metadata.jsonl", "".join(f"{line}\n" for line in lines))

    def _note(self, thing: Object) -> None:
        """What a class of an image cannot say besides."""
        for name in thing.attributes:
            self.losses.add("ATTRIBUTE_LOST", name)
        for flag in thing.flags:
            self.losses.add("FLAG_LOST", flag)
        if thing.confidence is not None:
            self.losses.add("CONFIDENCE_LOST", str(thing.class_name))


def _members(objects: list[Object]) -> dict[str, list[Any]]:
    """The members of objects as lists; those that none has are left out."""
    found: dict[str, list[Any]] = {
        "bbox": [list(thing.box or ()) for thing in objects],
        "categories": [thing.class_name for thing in objects],
        "confidence": [thing.confidence for thing in objects],
        "iscrowd": [True if thing.is_crowd else None for thing in objects],
        **{flag: [thing.flags.get(flag) for thing in objects] for flag in FLAGS},
        "attributes": [
            json.dumps(thing.attributes, ensure_ascii=False) if thing.attributes else None
            for thing in objects
        ],
    }
    always = ("bbox", "categories")
    return {
        name: values
        for name, values in found.items()
        if name in always or any(value is not None for value in values)
    }
