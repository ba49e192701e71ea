"""What the columns of a table mean: usual names become ours, and a box is four columns or none.

Boxes are `x, y, w, h`, or the columns of `CORNERS`, `SIDES` or `CENTRES`, or `x, y, width, height`
where the width or height differs between rows of one image (an image has one size), or one column
of four numbers where they can only be one of both. One or two columns that might be part of a box
are none: they are kept under another name. Boxes that all lie within 0 to 1 are fractions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

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
    ("bbox_xmin", "bbox_ymin", "bbox_xmax", "bbox_ymax"),
    ("bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"),
    ("x_left", "y_top", "x_right", "y_bottom"),
)
SIDES = (
    ("bbox_x", "bbox_y", "bbox_w", "bbox_h"),
    ("bbox_x", "bbox_y", "bbox_width", "bbox_height"),
    ("box_x", "box_y", "box_w", "box_h"),
    ("xmin", "ymin", "width", "height"),
    ("x_min", "y_min", "width", "height"),
    ("left", "top", "width", "height"),
)
CENTRES = (
    ("x_center", "y_center", "width", "height"),
    ("x_centre", "y_centre", "width", "height"),
    ("center_x", "center_y", "width", "height"),
    ("xc", "yc", "w", "h"),
    ("cx", "cy", "w", "h"),
)
SIZE = ("width", "height")
LABELS = ("label", "category", "class_name", "category_name")
_ROUNDED = 1e-4
"""So much larger than 1 may a fraction be."""
_WHOLE = ("bbox", "bounding_box", "box", "bboxes", "boxes")
"""Columns that hold four numbers a row in one order or another."""
KNOWN = {*ANNOTATION_COLUMNS, *IMAGE_COLUMNS, *SIZE, "split", *LABELS}
KNOWN |= {name for four in (*CORNERS, *SIDES, *CENTRES) for name in four}


class Usual(NamedTuple):
    """A table with our names for its columns, and what is to be told of them."""

    table: pa.Table
    issues: list[Issue]
    fractions: bool
    """Whether boxes are fractions of their images."""


def usual_columns(table: pa.Table, image: str | None, item: str) -> Usual:
    """The table with our names for its columns.

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
    fractions = _are_fractions(table, item, issues)
    return Usual(_sizes(table, item, issues), issues, fractions)


def floats(column: pa.ChunkedArray) -> np.ndarray:
    """float64 (n,), NaN where there is no number."""
    return np.array([number(value) for value in column.to_pylist()], dtype=np.float64)


def plain_names(table: pa.Table) -> pa.Table:
    """The table with known names in small letters, not `Xmin` or `Class`."""
    names = table.column_names
    low = [name if name in KNOWN or name.lower() not in KNOWN else name.lower() for name in names]
    return table.rename_columns(
        [new if low.count(new) == 1 else old for old, new in zip(names, low, strict=True)]
    )


def _boxes(table: pa.Table, image: str | None, item: str, issues: list[Issue]) -> pa.Table:
    names = set(table.column_names)
    if set(BOX) <= names:
        return table
    for four, is_size in _spellings(table, image):
        if set(four) <= names and not (is_size and not _differ(table, image)):
            return _with_box(table, four, _box_of(table, four))
    parts = [name for name in BOX if name in names]
    if not parts:
        whole = [name for name in table.column_names if name.lower() in _WHOLE]
        for name in whole:
            values = _four_numbers(table, name)
            if values is not None:
                return _with_box(table, (name,), values)
        issues += [_whole(name, item) for name in whole]
        return table
    renamed = {name: _free(f"{name}_", names) for name in parts}
    listed = ", ".join(parts)
    message = f"The columns {listed} are no box without {', '.join(_missing(parts))}; kept as "
    message += f"{', '.join(renamed.values())}."
    issues.append(Issue("BOX_COLUMNS", "kept", "other", item, message))
    return table.rename_columns([renamed.get(name, name) for name in table.column_names])


def _spellings(table: pa.Table, image: str | None) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Four columns each, and whether two of them are a box's size only if they differ."""
    yield from ((four, False) for four in (*CORNERS, *SIDES, *CENTRES))
    yield ("x", "y", *SIZE), True


def _box_of(table: pa.Table, four: tuple[str, ...]) -> tuple[np.ndarray, ...]:
    """x, y, w, h out of columns of one of the spellings."""
    first, second, third, fourth = (floats(table.column(name)) for name in four)
    with np.errstate(invalid="ignore"):  # infinite ones
        if four in CORNERS:
            return first, second, third - first, fourth - second
        if four in CENTRES:
            return first - third / 2, second - fourth / 2, third, fourth
    return first, second, third, fourth


def _four_numbers(table: pa.Table, name: str) -> tuple[np.ndarray, ...] | None:
    """x, y, w, h out of a column of lists, where they cannot be corners, or can be nothing else."""
    rows = [_numbers_in(value) for value in table.column(name).to_pylist()]
    boxes = np.array([row or (math.nan,) * 4 for row in rows], dtype=np.float64).reshape(-1, 4)
    known = np.isfinite(boxes).all(axis=1)
    if not known.any():
        return None
    x, y, third, fourth = boxes.T
    if ((third < x) | (fourth < y))[known].any():  # a second corner lies behind the first
        return x, y, third, fourth
    sizes = [name for name in SIZE if name in table.column_names]
    if len(sizes) == len(SIZE):
        width, height = (floats(table.column(size)) for size in SIZE)
        if ((x + third > width + 1) | (y + fourth > height + 1))[known].any():
            return x, y, third - x, fourth - y
    return None


def _numbers_in(value: Any) -> tuple[float, ...] | None:
    """Four numbers in a list, or in a text such as `[1, 2, 3, 4]`."""
    if isinstance(value, str):
        value = value.strip("[](){} ").replace(",", " ").split()
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    found = tuple(map(number, value))
    return found if all(map(math.isfinite, found)) else None


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


def _are_fractions(table: pa.Table, item: str, issues: list[Issue]) -> bool:
    """Whether all boxes lie within one pixel: no such box is one in pixels."""
    if not set(BOX) <= set(table.column_names):
        return False
    boxes = np.stack([floats(table.column(name)) for name in BOX], axis=1)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    corners = boxes[:, :2] + boxes[:, 2:]
    found = len(boxes) > 0 and bool(
        (boxes >= 0).all() and (boxes[:, 2:] > 0).all() and (corners <= 1 + _ROUNDED).all()
    )
    if found:
        message = "All boxes lie within 0 to 1: they were read as fractions of their images."
        issues.append(Issue("BOX_COLUMNS", "kept", "other", item, message))
    return found


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
