"""What the columns of a table mean: usual names become ours, and a box is four columns or none.

Boxes are `x, y, w, h`, or the corners of `CORNERS`, or `x, y, width, height` where the width or
height differs between rows of one image (an image has one size). One or two columns that might be
part of a box are none: they are kept under another name.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.fields import pixels
from visionlens_jlab.formats.tables.dataframe_annotations import ANNOTATION_COLUMNS, BOX, number

IMAGE_COLUMNS = ("uri", "path", "image_path", "file_name", "filename", "image", "file")
CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)
SIZE = ("width", "height")
LABELS = ("label", "category", "class_name", "category_name")
_WHOLE = ("bbox", "bounding_box", "box", "bboxes", "boxes")
"""Columns that hold four numbers a row in one order or another."""
_KNOWN = {*ANNOTATION_COLUMNS, *IMAGE_COLUMNS, *SIZE, "split", *LABELS}
_KNOWN |= {name for corners in CORNERS for name in corners}


def usual_columns(table: pa.Table, image: str | None, item: str) -> tuple[pa.Table, list[Issue]]:
    """The table with our names for its columns, and what is to be told of them.

    Parameters
    ----------
    table : pa.Table
        From `table_files`.
    image : str or None
        The column that names images.
    item : str
        What the table is called in the report.
    """
    issues: list[Issue] = []
    table = _boxes(table, image, item, issues)
    names = table.column_names
    label = next((name for name in LABELS if name in names), None)
    if "x" in names and "class" not in names and label is not None:
        table = table.rename_columns(["class" if name == label else name for name in names])
    return _sizes(table, item, issues), issues


def floats(column: pa.ChunkedArray) -> np.ndarray:
    """float64 (n,), NaN where there is no number."""
    return np.array([number(value) for value in column.to_pylist()], dtype=np.float64)


def plain_names(table: pa.Table) -> pa.Table:
    """The table with known names in small letters, not `Xmin` or `Class`."""
    names = table.column_names
    low = [name if name in _KNOWN or name.lower() not in _KNOWN else name.lower() for name in names]
    return table.rename_columns(
        [new if low.count(new) == 1 else old for old, new in zip(names, low, strict=True)]
    )


def _boxes(table: pa.Table, image: str | None, item: str, issues: list[Issue]) -> pa.Table:
    names = set(table.column_names)
    if set(BOX) <= names:
        return _checked(table, item, issues)
    corners = next((four for four in CORNERS if set(four) <= names), None)
    if corners is not None:
        left, top, right, bottom = (floats(table.column(name)) for name in corners)
        columns = left, top, right - left, bottom - top
        return _checked(_with_box(table, corners, columns), item, issues)
    if {"x", "y", *SIZE} <= names and _differ(table, image):
        four = ("x", "y", *SIZE)
        values = tuple(floats(table.column(name)) for name in four)
        return _checked(_with_box(table, four, values), item, issues)
    parts = [name for name in BOX if name in names]
    if not parts:
        issues += [_whole(name, item) for name in table.column_names if name.lower() in _WHOLE]
        return table
    renamed = {name: _free(f"{name}_", names) for name in parts}
    listed = ", ".join(parts)
    message = f"The columns {listed} are no box without {', '.join(_missing(parts))}; kept as "
    message += f"{', '.join(renamed.values())}."
    issues.append(Issue("BOX_COLUMNS", "kept", "other", item, message))
    return table.rename_columns([renamed.get(name, name) for name in table.column_names])


def _whole(name: str, item: str) -> Issue:
    message = f"The column {name} seems to hold boxes, in an order that cannot be told; it was "
    message += "kept as it is. Write them as four columns: x, y, w, h or xmin, ymin, xmax, ymax."
    return Issue("BOX_COLUMNS", "kept", "other", item, message)


def _missing(parts: list[str]) -> list[str]:
    """The columns of a box that are missing."""
    return [name for name in BOX if name not in parts]


def _with_box(table: pa.Table, taken: tuple[str, ...], columns: tuple[np.ndarray, ...]) -> pa.Table:
    names = set(table.column_names) - set(taken)
    parts = {name: _free(f"{name}_", names) for name in BOX if name in names}
    table = table.drop_columns(list(taken))
    table = table.rename_columns([parts.get(name, name) for name in table.column_names])
    for name, values in zip(BOX, columns, strict=True):
        table = table.append_column(name, pa.array(values, from_pandas=True))
    return table


def _checked(table: pa.Table, item: str, issues: list[Issue]) -> pa.Table:
    """Notes boxes that can hardly be in pixels."""
    boxes = np.stack([floats(table.column(name)) for name in BOX], axis=1)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if len(boxes) and (boxes >= 0).all() and (boxes <= 1).all() and (boxes % 1 > 0).any():
        message = "All boxes lie within one pixel: they may be fractions of the image, and were "
        message += "read as pixels."
        issues.append(Issue("BOX_COLUMNS", "kept", "other", item, message))
    return table


def _differ(table: pa.Table, image: str | None) -> bool:
    """Whether rows of one image state different sizes."""
    if image is None or image not in table.column_names:
        return False
    rows = zip(*(table.column(name).to_pylist() for name in (image, *SIZE)), strict=True)
    first: dict[Any, tuple[Any, Any]] = {}
    return any(first.setdefault(name, (w, h)) != (w, h) for name, w, h in rows)


def _sizes(table: pa.Table, item: str, issues: list[Issue]) -> pa.Table:
    """Sizes of images as whole numbers; what is none is left out, and told."""
    for name in SIZE:
        if name not in table.column_names:
            continue
        values = table.column(name).to_pylist()
        found = [None if _is_missing(value) else pixels(value) for value in values]
        odd = [v for v, p in zip(values, found, strict=True) if p is None and not _is_missing(v)]
        if odd:
            message = f"{len(odd)} values are no size of an image, such as {str(odd[0])[:40]!r}; "
            message += "left out."
            issues.append(Issue("VALUE_INVALID", "kept", "other", f"{item}: {name}", message))
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array(found, pa.int64()))
    return table


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
