"""TFRecord files of `tf.Example`, as the Object Detection API of TensorFlow writes them.

Source: github.com/tensorflow/models, research/object_detection/g3doc/using_your_own_dataset.md
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from visionlens_jlab.formats.containers.class_lists import class_names
from visionlens_jlab.formats.containers.format import ContainerFormat, split_of
from visionlens_jlab.formats.containers.item import Item, Said, Shard
from visionlens_jlab.formats.containers.objects import class_of
from visionlens_jlab.formats.records.record import Object, Record, corners, side
from visionlens_jlab.media.shards.example import Feature, features, image_feature
from visionlens_jlab.media.shards.places import plain_name, row_path
from visionlens_jlab.media.shards.tfrecord import numbered, read_record, records

LOOKED_AT = 3
_BOX = "image/object/bbox/"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_TEXT, _LABEL = "image/object/class/text", "image/object/class/label"
_FLAGS = {
    "image/object/difficult": "difficult",
    "image/object/truncated": "truncated",
    "image/object/occluded": "occluded",
}
_CROWDS = ("image/object/is_crowd", "image/object/group_of")
_OF_IMAGE = (
    ("image/class/text", "image/class/label"),
    ("class/text", "class/label"),
    ("label_text", "label"),
    ("class_name", "class"),
)
"""Where an image's own class stands, as text and as number."""
_CAPTIONS = ("image/caption", "caption")
_FORMAT = ("image/format", "image/key/sha256", "image/colorspace", "image/channels")
"""Facts of the encoded file."""


class TfRecordFormat(ContainerFormat):
    """TFRecord files."""

    name = "tfrecord"
    label = "TFRecord"
    description = "Records of tf.Example: object detection, or images with labels."
    kind = "tfrecord"

    def holds_images(self, shard: Shard) -> bool:
        """Whether there is an image in one of the first records."""
        first = islice((one for one in records(shard.file) if not one.odd), LOOKED_AT)
        return any(image_feature(features(read_record(shard.file, one))) for one in first)

    def begin(self, shard: Shard) -> None:
        """Names of classes lie in a label map beside the files."""
        shard.names = class_names(shard.request, shard.path, ".pbtxt")
        shard.names = shard.names or class_names(shard.request, shard.path)
        for number, name in sorted(shard.names.items()):
            shard.note_class(name, number)

    def items(self, shard: Shard) -> Iterator[Item]:
        """A record at a time; one that is broken costs itself."""
        for number, record in numbered(shard.file):
            item = f"{shard.path}: record {number}"
            try:
                if record.odd:
                    raise ValueError(record.odd.rstrip("."))
                found = features(read_record(shard.file, record))
                image = image_feature(found)
                if image is None:
                    raise ValueError("it holds no image")
                yield _item(number, found, image, shard)
            except ValueError as error:
                message = f"The record cannot be read: {error}."
                shard.say(Said("RECORD_INVALID", "skipped", "image", item, message))


def _item(number: int, found: dict[str, Feature], image: str, shard: Shard) -> Item:
    data = found.pop(image).parts[0]
    stated = _text(found.pop("image/filename", None)) or ""
    name = plain_name(stated, bytes(data[:16]))
    record = Record(row_path(shard.path, number, name), split=split_of(shard.path))
    width, height = _first(found, "image/width"), _first(found, "image/height")
    record.width, record.height = side(width), side(height)
    item = Item(record, len(data), source_id=_text(found.pop("image/source_id", None)))
    if stated and item.source_id in (None, ""):
        item.source_id = stated
    elif stated and stated not in (item.source_id, name):
        item.fields["filename"] = stated
    _add_objects(found, item, shard)
    _add_class(found, item, shard)
    for key in _CAPTIONS:
        if key in found and "caption" not in item.fields:
            item.fields["caption"] = _text(found.pop(key))
    for key in _FORMAT:
        found.pop(key, None)
    _add_fields(found, item, shard)
    return item


def _add_objects(found: dict[str, Feature], item: Item, shard: Shard) -> None:
    """Boxes are fractions of the image: of its stated size where there is one."""
    record = item.record
    lists = [_numbers(found.pop(_BOX + name, None)) for name in _SIDES]
    texts = _texts(found.pop(_TEXT, None))
    labels = _numbers(found.pop(_LABEL, None))
    flags = {flag: _numbers(found.pop(name, None)) for name, flag in _FLAGS.items()}
    crowds = [_numbers(found.pop(name, None)) for name in _CROWDS]
    count = max(map(len, lists))
    if len({len(one) for one in lists}) > 1:
        short = min(map(len, lists))
        record.invalid += ["a box has not four sides"] * (count - short)
        count = short
    item.normalised = record.width is None or record.height is None
    across, down = record.width or 1, record.height or 1
    for row in range(count):
        left, top, right, bottom = (one[row] for one in lists)
        try:
            box, inverted = corners(left * across, top * down, right * across, bottom * down)
        except ValueError as error:
            record.invalid.append(str(error))
            continue
        thing = Object(_class(texts, labels, row, item.path, shard), "box", box)
        thing.inverted = inverted
        thing.flags = {name: bool(on[row]) for name, on in flags.items() if row < len(on)}
        thing.is_crowd = any(row < len(on) and on[row] for on in crowds)
        record.objects.append(thing)


def _class(texts: list[str], labels: list[Any], row: int, item: str, shard: Shard) -> str | None:
    number = int(labels[row]) if row < len(labels) else None
    if row < len(texts) and texts[row]:
        return shard.note_class(texts[row], number)
    return None if number is None else class_of(number, item, shard)


def _add_class(found: dict[str, Feature], item: Item, shard: Shard) -> None:
    for text, label in _OF_IMAGE:
        texts = _texts(found.get(text)) if text in found else []
        labels = _numbers(found.get(label)) if label in found else []
        if label in found and found[label].kind == "bytes":
            texts = texts or _texts(found[label])
        for row in range(max(len(texts), len(labels))):
            name = _class(texts, labels, row, item.path, shard)
            if name is not None:
                item.record.objects.append(Object(name, "classification"))
        if texts or labels:
            found.pop(text, None)
            found.pop(label, None)
            return


def _add_fields(found: dict[str, Feature], item: Item, shard: Shard) -> None:
    """What nobody knows, as fields; bytes that are no text are told of once for each feature."""
    for name, feature in sorted(found.items()):
        try:
            values: list[Any] = _texts(feature) if feature.kind == "bytes" else feature.numbers()
        except ValueError as error:
            noted = shard.request.notes.setdefault("features not read", set())
            if isinstance(noted, set) and name not in noted:
                noted.add(name)
                message = f"The feature {name} is not read: {error}."
                shard.say(Said("MEMBERS_UNUSED", "skipped", "other", shard.path, message))
            continue
        if values:
            item.fields[name] = values[0] if len(values) == 1 else values


def _numbers(feature: Feature | None) -> list[Any]:
    return [] if feature is None else list(feature.numbers())


def _first(found: dict[str, Feature], name: str) -> Any:
    numbers = _numbers(found.pop(name, None))
    return numbers[0] if numbers else None


def _texts(feature: Feature | None) -> list[str]:
    """ValueError: they are files."""
    if feature is None:
        return []
    try:
        return [one.decode() for one in feature.bytes()]
    except UnicodeDecodeError:
        raise ValueError("it holds bytes that are no text") from None


def _text(feature: Feature | None) -> str | None:
    found = _texts(feature)
    return found[0] if found else None
