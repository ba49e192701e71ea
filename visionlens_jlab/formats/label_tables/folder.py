"""Tables of labels in a folder: one row for each annotation, images by name beside or below them.

As Roboflow (`_annotations.csv`, `_classes.csv` of several classes), TensorFlow and Kaggle have
them, and as an export writes them. A table that is named itself is read by `dataframe`, which also
takes images from elsewhere.
"""

from __future__ import annotations

import io
import json
import math
import posixpath
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import AnnotationRows, ClassEntry, Issue, detected
from visionlens_jlab.formats.fields import pixels
from visionlens_jlab.formats.folder_names import ordered, split_of_path
from visionlens_jlab.formats.records.format import FLAGS, RecordFormat
from visionlens_jlab.formats.records.record import NotMineError, Object, Record
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.signatures.contents import ONE_HOT, TABLE_OF_LABELS
from visionlens_jlab.formats.survey import survey
from visionlens_jlab.formats.tables.columns import IMAGE_COLUMNS, SIZE, usual_columns
from visionlens_jlab.formats.tables.dataframe_annotations import (
    ANNOTATION_COLUMNS,
    annotation_rows,
)
from visionlens_jlab.formats.tables.files import SUFFIXES, schema_of, table_from
from visionlens_jlab.media.sources import Source

NAMES = (*IMAGE_COLUMNS, "image_id", "image_name", "img_name", "img", "imageid", "img_path")
CLASSES = (
    *("class", "label", "category", "class_name", "category_name", "classname", "name"),
    *("labels", "target", "class_id", "category_id"),
)
CONFIDENCES = ("confidence", "score", "conf", "probability")


class TablesFormat(RecordFormat):
    """Tables in a folder."""

    name = "tables"
    label = "Tables of labels"
    description = "CSV or Parquet files with a row for each box or label, in a folder of images."
    suffixes = SUFFIXES
    signature = TABLE_OF_LABELS
    has_fields = True

    def detect(self, request: Request) -> Detected | None:
        """Also where there are Parquet files whose columns are such."""
        source, named = request.label_source, request.file or request.labels_file
        seen = survey(request)
        if named is not None:
            is_table = seen.named(source, named).what == TABLE_OF_LABELS
            fits = is_table or (self.is_mine(named) and _holds_labels(source, named))
            return self._found(request, [named]) if fits and not request.file else None
        tables = seen.paths(source, TABLE_OF_LABELS)
        for what in ("a Parquet table", "an Arrow table"):
            tables += [path for path in seen.paths(source, what) if _holds_labels(source, path)]
        return self._found(request, tables)

    def _found(self, request: Request, tables: list[str]) -> Detected | None:
        if not tables or not all(map(self.is_mine, tables)):
            return None
        return detected(
            self,
            request,
            f"{tables[0]} is a table with a row for each label.",
            images=request.image_source.location,
            labels=tables[:20],
            splits=ordered({split for path in tables if (split := split_of_path(path))}),
        )

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """A record for each image, in the order in which the table names them."""
        try:
            table = _lower(table_from(io.BytesIO(data), path))
        except VisionLensError as error:
            raise ValueError(error.message) from error
        column = next((name for name in NAMES if name in table.column_names), None)
        if column is None:
            raise NotMineError
        if posixpath.basename(path).lower() == ONE_HOT:
            yield from _one_hot(table, column)
        else:
            yield from records_of(table, column, path)


def _holds_labels(source: Source, path: str) -> bool:
    """Whether a Parquet or Arrow file names images by text and has a column of labels."""
    try:
        with source.open(path) as file:
            schema = schema_of(file, path)
    except VisionLensError:
        return False
    names = {name.lower() for name in schema.names}
    return bool(names & set(NAMES)) and bool(names & {*CLASSES, "x", "xmin", "x_min", "bbox"})


def _lower(table: pa.Table) -> pa.Table:
    """The table with the names of its columns in small letters, as far as they stay apart."""
    names = table.column_names
    low = [name.lower() for name in names]
    return table.rename_columns(
        [new if low.count(new) == 1 else old for old, new in zip(names, low, strict=True)]
    )


def _one_hot(table: pa.Table, column: str) -> Iterator[Record]:
    """A column for each class, 1 in the rows of images that have it."""
    classes = [name for name in table.column_names if name != column]
    flags = {name: table.column(name).to_pylist() for name in classes}
    for row, image in enumerate(table.column(column).to_pylist()):
        record = Record(_text(image))
        record.classes = [ClassEntry(name) for name in classes] if row == 0 else []
        for name in classes:
            value = str(flags[name][row]).strip()
            if value in ("1", "1.0", "True", "true"):
                record.objects.append(Object(name, "classification"))
            elif value not in ("0", "0.0", "False", "false"):
                record.invalid.append(f"{name} is {value[:40]!r}, neither 0 nor 1")
        yield record


class _Rows(NamedTuple):
    """Names of images in the order of the table, and the image of each row; -1: none."""

    names: list[str]
    images: list[int]
    first: list[int]
    """Row of each image."""


def _rows_of(values: list[Any]) -> _Rows:
    places: dict[str, int] = {}
    images, first = [], []
    for row, value in enumerate(values):
        name = _text(value)
        if name and name not in places:
            places[name] = len(places)
            first.append(row)
        images.append(places.get(name, -1) if name else -1)
    return _Rows(list(places), images, first)


def records_of(table: pa.Table, column: str, path: str) -> Iterator[Record]:
    """The records of a table whose images a column names."""
    rows = _rows_of(table.column(column).to_pylist())
    usual = usual_columns(_with_class(table), column, path)
    table = usual.table
    known = {column, "split", *SIZE, *ANNOTATION_COLUMNS, "kind"}
    further = [name for name in table.column_names if name not in known]
    columns = {
        name: table.column(name).to_pylist()
        for name in (*further, "split", *SIZE)
        if name in table.column_names
    }
    of_image = [name for name in further if _is_constant(columns[name], rows)]
    of_object = [name for name in further if name not in of_image]
    found, issues, _ = annotation_rows(table, rows.images, of_object, "row")
    records = [
        _record(name, row, columns, of_image)
        for name, row in zip(rows.names, rows.first, strict=True)
    ]
    if records:
        records[0].issues = usual.issues
    for index, image in enumerate(found.images.tolist()):
        if image >= 0:
            records[image].objects.append(_object(found, index, usual.fractions))
    turned = {issue.item for issue in issues if issue.action == "repaired"}
    for index, image in enumerate(found.images.tolist()):
        if image >= 0 and found.name(index) in turned:
            records[image].objects[-1].inverted = True
    for issue in issues:
        image = rows.images[int(issue.item.rpartition(" ")[2])]
        if issue.action == "skipped" and image >= 0:
            records[image].invalid.append(f"{issue.item}: {issue.message.rstrip('.')}")
    nameless = [row for row, image in enumerate(rows.images) if image < 0]
    if nameless:
        yield _without_name(nameless, path)
    yield from records


def _without_name(rows: list[int], path: str) -> Record:
    message = f"{len(rows)} rows name no image, the first of them row {rows[0]}; they are left out."
    return Record(None, issues=[Issue("VALUE_INVALID", "skipped", "other", path, message)])


def _record(name: str, row: int, columns: dict[str, list[Any]], fields: list[str]) -> Record:
    stated = {key: columns[key][row] for key in ("split", *SIZE) if key in columns}
    split = _text(stated.get("split")) or None
    width, height = (pixels(stated.get(side)) for side in SIZE)
    return Record(
        name,
        width,
        height,
        split,
        fields={key: value for key in fields if (value := columns[key][row]) is not None},
    )


def _object(rows: AnnotationRows, index: int, fractions: bool) -> Object:
    box = tuple(rows.boxes[index].tolist())
    flags = {
        flag: value
        for flag in FLAGS
        if (values := getattr(rows, flag)) is not None and (value := values[index]) is not None
    }
    confidence = None if rows.confidence is None else float(rows.confidence[index])
    attributes = rows.attributes[index] if rows.attributes else None
    return Object(
        rows.classes[index],
        rows.kinds[index],
        None if math.isnan(box[0]) else box,
        flags=flags,
        is_crowd=rows.is_crowd is not None and bool(rows.is_crowd[index]),
        attributes=json.loads(attributes) if attributes else {},
        confidence=None if confidence is None or math.isnan(confidence) else confidence,
        is_fraction=fractions,
    )


def _with_class(table: pa.Table) -> pa.Table:
    """The table with our names for its classes and confidences."""
    names = list(table.column_names)
    for ours, others in (("class", CLASSES), ("confidence", CONFIDENCES)):
        found = next((name for name in others if name in names), None)
        if found is not None:
            names[names.index(found)] = ours
    return table.rename_columns(names)


def _is_constant(values: list[Any], rows: _Rows) -> bool:
    """Whether rows of one image have one value."""
    if len(rows.first) == len(rows.images):
        return True
    firsts = [values[row] for row in rows.first]
    return all(
        image < 0 or value == firsts[image]
        for value, image in zip(values, rows.images, strict=True)
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
