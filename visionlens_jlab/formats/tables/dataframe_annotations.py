"""Rows of a table as annotations."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.formats.base import AnnotationRows, Issue

BOX = ("x", "y", "w", "h")
FLAGS = ("difficult", "truncated", "occluded")
_WORDS = {"true": True, "false": False, "yes": True, "no": False, "y": True, "n": False}
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
    classes = [_class(name) for name in columns["class"] or [None] * table.num_rows]
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
    crowd = _flags(columns["is_crowd"], kept)
    issues += _turned_round(boxes, kept, item)
    rows = AnnotationRows(
        images=np.array([images[row] for row in kept], dtype=np.int64),
        classes=[classes[row] for row in kept],
        # Shapes do not come in columns: what has a box is a box, whatever it was elsewhere.
        kinds=["box" if given[row] else "classification" for row in kept],
        boxes=boxes[kept].reshape(-1, 4),
        name=lambda index: f"{item} {kept[index]}",
        confidence=_numbers(columns["confidence"], table.num_rows)[kept],
        area=_numbers(columns["area"], table.num_rows)[kept],
        is_crowd=None if crowd is None else np.array([bool(one) for one in crowd], dtype=bool),
        attributes=[_attributes(columns, further, row) for row in kept],
        difficult=_flags(columns["difficult"], kept),
        truncated=_flags(columns["truncated"], kept),
        occluded=_flags(columns["occluded"], kept),
    )
    return rows, issues, found


def number(value: Any) -> float:
    """A number, also one with a decimal comma; NaN: it is none."""
    try:
        return float(value.replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _class(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value).strip() or None


def _turned_round(boxes: np.ndarray, kept: list[int], item: str) -> list[Issue]:
    """Boxes of negative width or height reach from their corner to the left or up."""
    issues = []
    for row in kept:
        x, y, w, h = boxes[row].tolist()
        if w < 0 or h < 0:
            boxes[row] = min(x, x + w), min(y, y + h), abs(w), abs(h)
            message = f"The box is {w:g} x {h:g} pixels; it was turned round."
            name = f"{item} {row}"
            issues.append(Issue("BOX_INVERTED", "repaired", "annotation", name, message))
    return issues


def _numbers(values: list[Any] | None, count: int) -> np.ndarray:
    if values is None:
        return np.full(count, math.nan)
    return np.array([number(value) for value in values], dtype=np.float64)


def _flags(values: list[Any] | None, kept: list[int]) -> list[bool | None] | None:
    if values is None:
        return None
    return [_flag(values[row]) for row in kept]


def _flag(value: Any) -> bool | None:
    """A flag, also as a number or word; None: it is none."""
    if isinstance(value, str):
        return {"1": True, "0": False, **_WORDS}.get(value.strip().lower())
    truth = number(value)
    return None if math.isnan(truth) else truth != 0


def _attributes(columns: dict[str, list[Any] | None], further: list[str], row: int) -> str | None:
    found = {name: column[row] for name in further if (column := columns[name]) is not None}
    found = {name: value for name, value in found.items() if value is not None}
    return json.dumps(found, default=str) if found else None
