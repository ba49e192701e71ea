"""Writes Parquet files as the library `datasets` of Hugging Face reads them.

`data/<split>-00000-of-00002.parquet` with the columns `image` ({bytes, path}), `label` or `labels`
(classes of whole images), `objects` (boxes and polygons), and the fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from visionlens_jlab.formats.containers.objects import CLASSES, OBJECTS, XYWH, XYXY
from visionlens_jlab.formats.containers.writer import ShardWriter, own_classes
from visionlens_jlab.formats.fields import typed_array
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import FLAGS, Picture, Target

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_ROWS, GROUP_BYTES = 100, 32 << 20
"""A group of rows is as large at most: readers have it in memory."""
_TAKEN = frozenset({*OBJECTS, *XYWH, *XYXY, *CLASSES, "image", "width", "height", "split"})


class ParquetImagesWriter(ShardWriter):
    """Parquet with image bytes."""

    kinds = frozenset({"box", "polygon", "classification"})
    flags = frozenset(FLAGS)
    holds_attributes = True
    holds_crowds = True
    holds_parts = True
    holds_classes = True
    suffix = ".parquet"
    folder = "data/"

    def begin(self) -> None:
        """The columns, from a first look at all pictures."""
        super().begin()
        self._names = [entry.name for entry in self.content.classes]
        self._numbers = {name: at for at, name in enumerate(self._names)}
        shown, self.losses = self.losses, Losses()
        self._schema = _schema(self._names, *self._columns())
        self.losses = shown

    def open_shard(self, path: str, target: Target) -> _Table:
        """A new file."""
        return _Table(target, path, self._schema)

    def close_shard(self, shard: _Table) -> None:
        """With its footer."""
        shard.close()

    def add(self, shard: _Table, name: str, picture: Picture, objects: list[Object]) -> None:
        """One row."""
        row: dict[str, Any] = {
            "image": {"bytes": self.data, "path": name},
            "width": picture.width,
            "height": picture.height,
            **self.json_fields(picture, _TAKEN),
        }
        own = [self._numbers[one] for one in own_classes(objects) if one in self._numbers]
        if "label" in self._schema.names:
            row["label"] = own[0] if own else None
        elif "labels" in self._schema.names:
            row["labels"] = own
        if "objects" in self._schema.names:
            placed = [thing for thing in objects if thing.kind != "classification"]
            row["objects"] = self._objects(placed)
        shard.add({name: row.get(name) for name in self._schema.names}, len(self.data))

    def _columns(self) -> tuple[int, bool, dict[str, pa.DataType]]:
        """The most classes of one image, whether anything is placed, and types of fields."""
        most, placed = 0, False
        fields: dict[str, list[Any]] = {}
        for picture in self.content.pictures():
            kinds = [label.kind for label in picture.labels]
            most = max(most, kinds.count("classification"))
            placed = placed or len(kinds) > kinds.count("classification")
            for name, value in self.json_fields(picture, _TAKEN).items():
                kept = fields.setdefault(name, [])
                if not any(type(one) is type(value) for one in kept):
                    kept.append(value)
        return most, placed, {name: typed_array(one).type for name, one in fields.items()}

    def _objects(self, objects: list[Object]) -> dict[str, list[Any]]:
        return {
            "bbox": [None if thing.box is None else list(thing.box) for thing in objects],
            "category": [self._numbers.get(str(thing.class_name), -1) for thing in objects],
            "iscrowd": [thing.is_crowd for thing in objects],
            **{flag: [thing.flags.get(flag) for thing in objects] for flag in FLAGS},
            "segmentation": [thing.shape or [] for thing in objects],
            "attributes": [
                json.dumps(thing.attributes, ensure_ascii=False) if thing.attributes else None
                for thing in objects
            ],
        }


class _Table:
    """An open file and the rows that wait for their group."""

    def __init__(self, target: Target, path: str, schema: pa.Schema) -> None:
        from pyarrow import parquet

        self._schema = schema
        self._file = target.open(path)
        self._writer = parquet.ParquetWriter(self._file, schema)
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0

    def add(self, row: dict[str, Any], size: int) -> None:
        self._rows.append(row)
        self._bytes += size
        if len(self._rows) >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
            self._rows, self._bytes = [], 0

    def close(self) -> None:
        self._flush()
        self._writer.close()
        self._file.close()


def _schema(names: list[str], most: int, placed: bool, fields: dict[str, pa.DataType]) -> pa.Schema:
    """Columns with what `datasets` wants to know of them."""
    import pyarrow as pa

    listed = {"names": names, "_type": "ClassLabel"}
    columns: dict[str, tuple[pa.DataType, Any]] = {
        "image": (pa.struct({"bytes": pa.binary(), "path": pa.string()}), {"_type": "Image"}),
        **{side: (pa.int64(), _value("int64")) for side in ("width", "height")},
    }
    if most == 1:
        columns["label"] = pa.int64(), listed
    elif most:
        columns["labels"] = pa.list_(pa.int64()), {"feature": listed, "_type": "Sequence"}
    if placed:
        inner = dict(_object_columns(listed))
        columns["objects"] = (
            pa.struct({name: pa.list_(kind) for name, (kind, _) in inner.items()}),
            {"feature": {name: told for name, (_, told) in inner.items()}, "_type": "Sequence"},
        )
    columns |= {
        name: (kind, _value(_NAMES.get(str(kind), "string"))) for name, kind in fields.items()
    }
    told = {"info": {"features": {name: feature for name, (_, feature) in columns.items()}}}
    kinds = {name: kind for name, (kind, _) in columns.items()}
    return pa.schema(kinds, metadata={"huggingface": json.dumps(told)})


_NAMES = {"int64": "int64", "double": "float64", "bool": "bool", "string": "string"}


def _object_columns(listed: dict[str, Any]) -> Iterator[tuple[str, tuple[pa.DataType, Any]]]:
    import pyarrow as pa

    number = _value("float64")
    yield "bbox", (pa.list_(pa.float64()), {"feature": number, "_type": "Sequence"})
    yield "category", (pa.int64(), listed)
    for name in ("iscrowd", *FLAGS):
        yield name, (pa.bool_(), _value("bool"))
    ring = {"feature": number, "_type": "Sequence"}
    rings = pa.list_(pa.list_(pa.float64()))
    yield "segmentation", (rings, {"feature": ring, "_type": "Sequence"})
    yield "attributes", (pa.string(), _value("string"))


def _value(kind: str) -> dict[str, str]:
    return {"dtype": kind, "_type": "Value"}
