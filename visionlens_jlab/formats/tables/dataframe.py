"""A table: one row for each image, or one for each annotation with its image's name repeated.

The image is named by the first of the columns in `IMAGE_COLUMNS` that exists, as a path relative
to the folder of images (`images=`, else the file's own) or absolute. Annotations are the columns
`class`, `x`, `y`, `w`, `h` (pixels, top left corner), `confidence` and so on, of the same table
or of a second one (`annotations=`) with the same image column. Every other column becomes a field.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import (
    Batch,
    ClassEntry,
    Found,
    ImageRows,
    Issue,
    batch_slices,
    detected,
)
from visionlens_jlab.formats.fields import build_fields
from visionlens_jlab.formats.folder_names import ordered
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.tables.columns import IMAGE_COLUMNS, SIZE, Usual, usual_columns
from visionlens_jlab.formats.tables.dataframe_annotations import ANNOTATION_COLUMNS, annotation_rows
from visionlens_jlab.formats.tables.files import SUFFIXES, read_table, recoded
from visionlens_jlab.formats.tables.places import Located, locate

SHOWN = 20
"""Names of columns in an error."""
_LOOKED_AT = (*IMAGE_COLUMNS, "split", "objects")
"""Columns that tell whether it is a table of images."""


class DataFrameFormat:
    """Tables."""

    name = "dataframe"
    label = "Table"
    description = "A DataFrame, or a Parquet, Arrow or CSV file that names images."

    def detect(self, request: Request) -> Detected | None:
        if request.file is None or not request.file.lower().endswith(SUFFIXES):
            return None
        table = read_table(request.source, request.file, _LOOKED_AT)
        column = image_column(table)
        if "objects" in table.column_names and request.stated_format != self.name:
            return None  # boxes of an imagefolder
        if column is None and request.stated_format == self.name:
            raise _nameless(read_table(request.source, request.file))
        if column is None:
            return None
        has_splits = "split" in table.column_names
        splits = (
            {str(one) for one in table.column("split").to_pylist() if one} if has_splits else ()
        )
        return detected(
            self,
            request,
            f"The column {column} names the images.",
            images=request.image_source.location,
            labels=[request.file],
            splits=ordered(set(splits)),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        table = read_table(request.source, request.file or "")
        column = image_column(table)
        if column is None:
            raise _nameless(table)
        usual = usual_columns(table, column, request.file or "")
        table = usual.table
        yield Batch(issues=recoded(request.source, request.file or "") + usual.issues)
        images = _Images(request, table, column, needs_size=usual.fractions)
        if not images.places:
            raise VisionLensError(
                "DIR_EMPTY", "The table names no image in a folder that may be read from here."
            )
        yield from images.batches()
        yield from _annotations(request, images, usual, column)


def image_column(table: pa.Table) -> str | None:
    """The column that names the images."""
    for name in IMAGE_COLUMNS:
        if name in table.column_names:
            kind = table.schema.field(name).type
            if pa.types.is_dictionary(kind):
                kind = kind.value_type
            if pa.types.is_string(kind) or pa.types.is_large_string(kind):
                return name
    return None


def _nameless(table: pa.Table) -> VisionLensError:
    names = ", ".join(table.column_names[:SHOWN]) or "there are none"
    return VisionLensError(
        "LABELS_INVALID",
        f"No column of text names the images: {names}.",
        f"Name the column of their paths one of {', '.join(IMAGE_COLUMNS)}.",
    )


class _Images:
    """The distinct images of the table, in the order they first appear."""

    def __init__(self, request: Request, table: pa.Table, column: str, *, needs_size: bool) -> None:
        self._request = request
        self._needs_size = needs_size
        self._table = table
        self._column = column
        names = table.column(column).to_pylist()
        self.nameless = sum(not name for name in names)
        located = locate(request, list(dict.fromkeys(name for name in names if name)))
        self._refused = located.refused
        self.places: list[Located] = located.places
        rows: dict[str, int] = {}
        for row, name in enumerate(names):
            if name:
                rows.setdefault(name, row)
        named = [name for place in self.places for name in place.names]
        self.first_rows = [rows[name] for name in named]
        self.ordinals = {name: index for index, name in enumerate(named)}
        self.row_ordinals = [self.ordinals.get(name, -1) for name in names]

    def batches(self) -> Iterator[Batch]:
        """All images with their fields."""
        paths = [path for place in self.places for path in place.paths]
        columns = {name: self._values(name) for name in self._field_names()}
        fields, issues = build_fields(columns, paths.__getitem__)
        splits = self._texts("split")
        widths, heights = self._values("width"), self._values("height")
        first = 0
        for place in self.places:
            end = first + len(place.paths)
            for part in batch_slices(first, end):
                start = part.start
                yield Batch(
                    images=ImageRows(
                        root=place.root,
                        paths=paths[part],
                        bytes=self._request.sizes(place.root, paths[part]),
                        splits=splits[part],
                        widths=widths[part],
                        heights=heights[part],
                        needs_size=self._needs_size,
                        fields={
                            name: values.slice(start, part.stop - start)
                            for name, values in fields.items()
                        },
                    ),
                    found=Found(images=part.stop - start),
                    images_total=len(paths),
                )
            first = end
        yield Batch(
            issues=issues + self._nameless() + self._outside(),
            found=Found(images=len(self._refused)),
        )

    def varying(self) -> list[str]:
        """Columns beyond the known ones whose values differ between rows of one image."""
        return [name for name in self._further() if not self._constant(name)]

    def _further(self) -> list[str]:
        known = {self._column, "split", *SIZE, *ANNOTATION_COLUMNS}
        names = self._table.column_names
        return [n for n in names if n not in known and not n.startswith("__index_level_")]

    def _field_names(self) -> list[str]:
        return [name for name in self._further() if self._constant(name)]

    def _constant(self, name: str) -> bool:
        if len(self.row_ordinals) == len(self.first_rows):
            return True
        values = [_plain(value) for value in self._table.column(name).to_pylist()]
        firsts = [values[row] for row in self.first_rows]
        return all(
            image < 0 or value == firsts[image]
            for value, image in zip(values, self.row_ordinals, strict=True)
        )

    def _values(self, name: str) -> list[Any]:
        if name not in self._table.column_names:
            return [None] * len(self.first_rows)
        values = self._table.column(name).to_pylist()
        return [_plain(values[row]) for row in self.first_rows]

    def _texts(self, name: str) -> list[str | None]:
        return [None if value is None else str(value) for value in self._values(name)]

    def _nameless(self) -> list[Issue]:
        if not self.nameless:
            return []
        message = f"{self.nameless} rows name no image; they are left out."
        return [Issue("VALUE_INVALID", "skipped", "other", self._column, message)]

    def _outside(self) -> list[Issue]:
        message = "Its folder is not there, or may not be read from here."
        return [Issue("FILE_REFUSED", "skipped", "image", name, message) for name in self._refused]


def _plain(value: Any) -> Any:
    # NaN is how pandas writes a missing value.
    return None if isinstance(value, float) and math.isnan(value) else value


def _annotations(request: Request, images: _Images, usual: Usual, column: str) -> Iterator[Batch]:
    second = request.options.get("annotations")
    if second:
        path = Path(str(second)).expanduser().absolute()
        source = request.label_source
        located = path.as_posix().removeprefix(source.location + "/")
        other = read_table(source, located)
        key = image_column(other) or column
        usual = usual_columns(other, key, located)
        other = usual.table
        yield Batch(issues=recoded(source, located) + usual.issues)
        row_images = [images.ordinals.get(name, -1) for name in other.column(key).to_pylist()]
        further = [n for n in other.column_names if n not in (key, *ANNOTATION_COLUMNS)]
        rows, issues, found = annotation_rows(other, row_images, further, "annotations")
    else:
        rows, issues, found = annotation_rows(
            usual.table, images.row_ordinals, images.varying(), "row"
        )
    rows.normalised = usual.fractions
    if usual.fractions:
        rows.area = None  # in whatever unit
    names = sorted({name for name in rows.classes if name is not None})
    yield Batch(
        annotations=rows,
        issues=issues,
        classes=[ClassEntry(name) for name in names],
        found=Found(annotations=found),
    )
