"""Rows of a table as annotations."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pyarrow as pa

from .base import AnnotationRows, Issue

BOX = ("x", "y", "w", "h")
FLAGS = ("difficult", "truncated", "occluded")
ANNOTATION_COLUMNS = ("class", *BOX, "confidence", "area", "is_crowd", "kind", *FLAGS)


def annotation_rows(
    table: pa.Table, images: list[int], further: list[str], item: str
) -> tuple[AnnotationRows, list[Issue], int]:
    """The rows that describe an annotation: those with a class or a box.

    Parameters
    ----------
    table : pa.Table
    images : list of int
        Ordinal of the image of each row, -1: unknown.
    further : list of str
        Columns kept as attributes.
    item : str
        What a row is called in the report.

    Returns
    -------
    rows, issues, found
        `found` counts every row that describes an annotation, also those left out.
    """
    columns = {
        name: table.column(name).to_pylist() if name in table.column_names else None
        for name in (*ANNOTATION_COLUMNS, *further)
    }
    boxes = np.stack([_numbers(columns[name], table.num_rows) for name in BOX], axis=1)
    classes = [
        None if name is None or (isinstance(name, float) and math.isnan(name)) else str(name)
        for name in columns["class"] or [None] * table.num_rows
    ]
    given = np.isfinite(boxes).sum(axis=1)
    issues: list[Issue] = []
    kept: list[int] = []
    found = 0
    for row, (name, numbers) in enumerate(zip(classes, given.tolist(), strict=True)):
        if name is None and numbers == 0:
            continue
        found += 1
        if numbers in (0, 4):
            kept.append(row)
        else:
            message = "One of x, y, w, h is missing or not a number."
            issues.append(
                Issue("ANNOTATION_INVALID", "skipped", "annotation", f"{item} {row}", message)
            )
    crowd = columns["is_crowd"]
    rows = AnnotationRows(
        images=np.array([images[row] for row in kept], dtype=np.int64),
        classes=[classes[row] for row in kept],
        # Shapes do not come in columns: what has a box is a box, whatever it was elsewhere.
        kinds=["box" if given[row] else "classification" for row in kept],
        boxes=boxes[kept].reshape(-1, 4),
        name=lambda index: f"{item} {kept[index]}",
        confidence=_numbers(columns["confidence"], table.num_rows)[kept],
        area=_numbers(columns["area"], table.num_rows)[kept],
        is_crowd=None if crowd is None else np.array([bool(crowd[row]) for row in kept], bool),
        attributes=[_attributes(columns, further, row) for row in kept],
        difficult=_flags(columns["difficult"], kept),
        truncated=_flags(columns["truncated"], kept),
        occluded=_flags(columns["occluded"], kept),
    )
    return rows, issues, found


def _numbers(values: list[Any] | None, count: int) -> np.ndarray:
    if values is None:
        return np.full(count, math.nan)
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _flags(values: list[Any] | None, kept: list[int]) -> list[bool | None] | None:
    if values is None:
        return None
    return [None if values[row] is None else bool(values[row]) for row in kept]


def _attributes(columns: dict[str, list[Any] | None], further: list[str], row: int) -> str | None:
    found = {name: column[row] for name in further if (column := columns[name]) is not None}
    found = {name: value for name, value in found.items() if value is not None}
    return json.dumps(found, default=str) if found else None
