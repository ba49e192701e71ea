"""Parquet files with the images in a column, as the library `datasets` of Hugging Face writes them.

Source: huggingface.co/docs/datasets/image_dataset, .../datasets/about_dataset_features
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from visionlens_jlab.formats.containers.class_lists import class_names
from visionlens_jlab.formats.containers.format import ContainerFormat, split_of
from visionlens_jlab.formats.containers.item import Item, Said, Shard
from visionlens_jlab.formats.containers.objects import (
    CLASSES,
    OBJECTS,
    class_of,
    take_objects,
)
from visionlens_jlab.formats.records.record import Object, Record, side
from visionlens_jlab.media.shards.parquet import (
    BATCH_ROWS,
    bytes_column,
    open_parquet,
    stated_features,
)
from visionlens_jlab.media.shards.places import image_suffix, plain_name, row_path

if TYPE_CHECKING:
    import pyarrow as pa

_LABEL = re.compile(r"(.*_)?(label|class|category)(_.*)?")
_CAPTIONS = ("caption", "text", "captions", "sentence")


class ParquetImagesFormat(ContainerFormat):
    """Parquet with image bytes."""

    name = "parquet_images"
    label = "Parquet with images"
    description = "Parquet files of Hugging Face datasets, with the images in a column."
    kind = "parquet"
    options = ("boxes",)

    def holds_images(self, shard: Shard) -> bool:
        """Whether a column is stated to hold images, or does in the first rows."""
        return bool(_Columns(shard).images)

    def items(self, shard: Shard) -> Iterator[Item]:
        """A row at a time; an item for each of its images, the first with what the row says."""
        columns = _Columns(shard)
        if not columns.images:
            raise ValueError("no column holds images")
        columns.tell()
        names = [name for name in columns.schema.names if name not in columns.unread]
        number = 0
        for batch in columns.table.iter_batches(BATCH_ROWS, columns=names, use_threads=False):
            for row in batch.to_pylist():
                yield from columns.items(number, row)
                number += 1


class _Columns:
    """What the columns of a file hold."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self.table = open_parquet(shard.file)
        self.schema: pa.Schema = self.table.schema_arrow
        self._features = stated_features(self.schema)
        self._names = {
            name: listed
            for name in self.schema.names
            if (listed := _class_label(self._features.get(name)))
        }
        self.images = [name for name in self.schema.names if self._is_image(name)]
        self.unread = {
            name
            for name in self.schema.names
            if name not in self.images and _has_bytes(self.schema.field(name).type)
        }
        self._begin()

    def _begin(self) -> None:
        """Have the classes in the order of their numbers."""
        inner = next((self._features[name] for name in OBJECTS if name in self._features), None)
        listed = _inner_class(inner)
        self._label = self._column_of_classes(boxes=inner is not None)
        known = (*CLASSES[:4], *filter(None, [self._label]), *self._names)
        labels = next((self._names[name] for name in known if name in self._names), [])
        self._shard.names = dict(enumerate(listed or labels))
        if not self._shard.names:
            self._shard.names = class_names(self._shard.request, self._shard.path)
        for number, name in self._shard.names.items():
            self._shard.note_class(name, number)

    def _column_of_classes(self, *, boxes: bool) -> str | None:
        """By its name; else, of those such as `fine_label`, the one with the most classes."""
        usual = [name for name in CLASSES if name in self._names]
        usual += [name for name in CLASSES[:4] if name in self.schema.names]
        if usual or boxes:
            return next(iter(usual), None)
        named = [name for name in self._names if _LABEL.fullmatch(name.lower())]
        return max(named, key=lambda name: len(self._names[name]), default=None)

    def _is_image(self, name: str) -> bool:
        if "/" in name or name in (".", "..") or bytes_column(self.schema, name) is None:
            return False
        stated = self._features.get(name)
        if isinstance(stated, dict) and stated.get("_type") == "Image":
            return True
        return self._looks_like_images(name)

    def _looks_like_images(self, name: str) -> bool:
        first = next(self.table.iter_batches(BATCH_ROWS, columns=[name], use_threads=False), None)
        values = first.column(0).to_pylist() if first is not None else []
        files = [one.get("bytes") if isinstance(one, dict) else one for one in values]
        return any(isinstance(one, bytes) and image_suffix(one[:16]) for one in files)

    def tell(self) -> None:
        """Name the columns that are left out, and those whose images are samples of their own."""
        if len(self.images) > 1:
            message = f"The columns {', '.join(self.images)} hold images: each is a sample of its "
            message += "own, those of a row have one group. Masks are not read as annotations."
            self._shard.say(Said("IMAGE_COLUMNS", "kept", "other", self._shard.path, message))
        if self._label is not None and self._label not in CLASSES:
            others = [name for name in self._names if name != self._label]
            message = f"The column {self._label} was taken for the class of the image"
            message += f"; {', '.join(others)} became fields." if others else "."
            self._shard.say(Said("CLASS_COLUMN", "kept", "other", self._shard.path, message))
        for name in sorted(self.unread):
            message = f"The column {name} holds bytes that are no images; it was not read."
            self._shard.say(Said("MEMBERS_UNUSED", "skipped", "other", self._shard.path, message))

    def items(self, number: int, row: dict[str, Any]) -> Iterator[Item]:
        """The images of one row."""
        taken = []
        for column in self.images:
            item = self._image(number, column, row.pop(column))
            if item is not None:
                taken.append(item)
        if not taken:
            message = "The row holds no image."
            name = f"{self._shard.path}: row {number}"
            self._shard.say(Said("RECORD_INVALID", "skipped", "image", name, message))
        for place, item in enumerate(taken):
            item.group = f"{self._shard.path}: row {number}" if len(taken) > 1 else None
            if place == 0:
                self._describe(item, {key: _plain(value) for key, value in row.items()})
            yield item

    def _image(self, number: int, column: str, value: Any) -> Item | None:
        stated = ""
        if isinstance(value, dict):
            stated, value = str(value.get("path") or ""), value.get("bytes")
        if not isinstance(value, bytes):
            return None
        name = plain_name(stated, value[:16])
        path = row_path(self._shard.path, number, name, column)
        record = Record(path, split=split_of(self._shard.path))
        return Item(record, len(value), source_id=stated or None)

    def _describe(self, item: Item, row: dict[str, Any]) -> None:
        record, shard = item.record, self._shard
        take_objects(row, record, shard)
        record.width, record.height = side(row.pop("width", None)), side(row.pop("height", None))
        split = row.pop("split", None)
        record.split = str(split) if split else record.split
        if self._label is not None and row.get(self._label) is not None:
            value = row.pop(self._label)
            for one in value if isinstance(value, list) else [value]:
                name = self._named(self._label, one)
                if name is not None:
                    record.objects.append(Object(name, "classification"))
        for key in _CAPTIONS:
            value = row.get(key)
            if isinstance(value, str) and "caption" not in item.fields:
                item.fields["caption"] = row.pop(key)
        for name in self._names:
            if name in row:
                row[name] = self._field_of_classes(name, row[name])
        item.fields |= {name: value for name, value in row.items() if value is not None}

    def _named(self, column: str, value: Any) -> str | None:
        listed = self._names.get(column)
        if listed is not None and isinstance(value, int):
            if value < 0:
                return None  # the library's mark for "no label"
            if value < len(listed):
                return self._shard.note_class(listed[value], value)
        return class_of(value, self._shard.path, self._shard)

    def _field_of_classes(self, column: str, value: Any) -> Any:
        listed = self._names[column]
        if isinstance(value, list):
            return [self._field_of_classes(column, one) for one in value]
        return listed[value] if isinstance(value, int) and 0 <= value < len(listed) else value


def _class_label(feature: Any) -> list[str]:
    """Names of a feature of classes, or of a list of such."""
    if isinstance(feature, list) and len(feature) == 1:
        feature = feature[0]
    if isinstance(feature, dict) and feature.get("_type") in ("Sequence", "List", "LargeList"):
        feature = feature.get("feature")
    if not isinstance(feature, dict) or feature.get("_type") != "ClassLabel":
        return []
    names = feature.get("names")
    return [str(name) for name in names] if isinstance(names, list) else []


def _inner_class(feature: Any) -> list[str]:
    """Names of the classes of objects."""
    if isinstance(feature, list) and len(feature) == 1:
        feature = feature[0]
    if isinstance(feature, dict) and "feature" in feature:
        feature = feature["feature"]
    if not isinstance(feature, dict):
        return []
    return next((names for name in CLASSES if (names := _class_label(feature.get(name)))), [])


def _has_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return any(_has_bytes(kind.field(number).type) for number in range(kind.num_fields))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _has_bytes(kind.value_type)
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str | int | float | list | dict | None):
        return value
    return str(value)
