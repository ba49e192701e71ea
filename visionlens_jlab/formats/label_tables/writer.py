"""Writes tables: `labels.csv` or `labels.parquet`, a row for each label, and `images/`.

An image without labels has a row of its own. Fields of images are columns, the same in all rows of
an image.
"""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa

from visionlens_jlab.formats.label_tables.folder import CLASSES, CONFIDENCES, NAMES
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.records.writer import RecordWriter
from visionlens_jlab.formats.tables.columns import KNOWN
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import FLAGS, Label, Picture, Target, note_label

STEM = "labels"
_NULLS = {"", "na", "n/a", "nan", "null", "none", "#n/a", "#na", "nil", "<na>"}
"""What readers of CSV take for a missing value."""
_NUMBER = re.compile(r"[-+.\d].*|true|false|inf.*", re.IGNORECASE | re.DOTALL)
_TAKEN = {*KNOWN, *NAMES, *CLASSES, *CONFIDENCES, "tags", "bbox", "sample_id"}
_COLUMNS: dict[str, pa.DataType] = {
    "file_name": pa.string(),
    "split": pa.string(),
    "width": pa.int64(),
    "height": pa.int64(),
    "class": pa.string(),
    **dict.fromkeys(("x", "y", "w", "h", "confidence"), pa.float64()),
    "is_crowd": pa.bool_(),
    **dict.fromkeys(FLAGS, pa.bool_()),
}


class CsvWriter(RecordWriter):
    """A CSV file."""

    kinds = frozenset({"box", "classification"})
    flags = frozenset(FLAGS)
    holds_crowds = True
    holds_confidence = True
    holds_fields = True
    holds_splits = True

    def begin(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._fields: dict[str, None] = {}

    def class_name(self, name: str, losses: Losses) -> str:
        plain = name.strip()
        return f"{plain}_" if plain.lower() in _NULLS else plain

    def _take_fields(self, made: Object, label: Label, losses: Losses) -> None:
        note_label(label, losses)

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        row: dict[str, Any] = {
            "file_name": f"{self.images}/{name}",
            "split": self._text("split", picture.split),
            "width": picture.width,
            "height": picture.height,
            **self._fields_of(picture),
        }
        for tag in picture.tags:
            self.losses.add("TAG_LOST", tag)
        self._rows += [{**row, **_cells(thing)} for thing in objects] or [row]

    def finish(self, target: Target) -> None:
        columns: dict[str, pa.Array] = {
            name: pa.array([row.get(name) for row in self._rows], kind)
            for name, kind in _COLUMNS.items()
        }
        used = {name: one for name, one in columns.items() if one.null_count < len(one)}
        keep = ("file_name", "class", "x", "y", "w", "h")
        table = pa.table({**{name: columns[name] for name in keep if name in columns}, **used})
        for name in self._fields:
            table = table.append_column(name, _column([row.get(name) for row in self._rows]))
        self.write_table(table, target)

    def write_table(self, table: pa.Table, target: Target) -> None:
        """Write the file."""
        from pyarrow import csv

        with target.open(f"{STEM}.csv") as file:
            csv.write_csv(table, file)

    def _fields_of(self, picture: Picture) -> dict[str, Any]:
        found = self.plain_fields(picture, _TAKEN)
        self._fields.update(dict.fromkeys(found))
        for name, value in found.items():
            if isinstance(value, str) and name != "captured_at":
                self._text(name, value)
        return found

    def _text(self, name: str, value: str | None) -> str | None:
        """A text, noted where a reader of CSV takes it for something else."""
        odd = value is not None and (value.lower() in _NULLS or _NUMBER.fullmatch(value))
        if odd and name != "split":
            self.losses.add("TEXT_AS_VALUE", name)
        return value


class ParquetWriter(CsvWriter):
    """A Parquet file, in which each column keeps its type."""

    def write_table(self, table: pa.Table, target: Target) -> None:
        from pyarrow import parquet

        with target.open(f"{STEM}.parquet") as file:
            parquet.write_table(table, file)

    def _text(self, name: str, value: str | None) -> str | None:
        return value


def _cells(thing: Object) -> dict[str, Any]:
    cells: dict[str, Any] = {"class": thing.class_name, **thing.flags}
    if thing.box is not None:
        cells |= dict(zip(("x", "y", "w", "h"), thing.box, strict=True))
    if thing.confidence is not None:
        cells["confidence"] = thing.confidence
    if thing.is_crowd:
        cells["is_crowd"] = True
    return cells


def _column(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if value is None else str(value) for value in values])
