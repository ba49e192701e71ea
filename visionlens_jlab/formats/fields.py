"""Columns of label files as typed fields of samples."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.fields.builtin import OF_SAMPLES, builtin_fields
from visionlens_jlab.core.system.arrow_columns import (
    TIMESTAMP,
    numbers,
    optional,
    texts,
    timestamps,
)
from visionlens_jlab.formats.base import Issue

_TIMES = re.compile(r"(?:(?!0000)\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\n)+", re.ASCII)
MAX_PIXELS = 2**31 - 1
"""Of one side of an image, as the dataset can hold it."""
ALIASES = {"date_captured": "captured_at"}


def parse_time(value: Any) -> datetime | None:
    """ISO 8601, `2013-11-14 11:18:45`, `2013/11/14` or seconds since 1970; without zone: UTC.

    Raises ValueError when it is none of these; None for an empty value.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            moment = datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError) as error:
            raise ValueError(str(value)) from error
    else:
        text = str(value).strip()
        if "/" in text:
            text = re.sub(r"^(\d{4})/(\d\d)/", r"\1-\2-", text)
        moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def pixels(value: Any) -> int | None:
    """Width or height of an image; None: it is none."""
    if type(value) is int and 0 < value <= MAX_PIXELS:
        return value
    try:
        size = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return size if 0 < size <= MAX_PIXELS else None


def _parse_degrees(value: Any) -> float | None:
    if value is None or value == "":
        return None
    number = float(value)
    if not math.isfinite(number) or abs(number) > 180:
        raise ValueError(str(value))
    return number


def _parse_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else _json(value)


BUILT_IN: dict[str, tuple[Callable[[Any], Any], pa.DataType]] = {
    "group": (_parse_text, pa.string()),
    "camera": (_parse_text, pa.string()),
    "caption": (_parse_text, pa.string()),
    "captured_at": (parse_time, TIMESTAMP),
    "latitude": (_parse_degrees, pa.float64()),
    "longitude": (_parse_degrees, pa.float64()),
}
"""Built-in fields that a label file may fill: how a value is read, and the column's type."""


def build_fields(
    columns: dict[str, list[Any]], name_image: Callable[[int], str]
) -> tuple[dict[str, pa.Array], list[Issue]]:
    """Typed columns from lists of JSON values (None: no value), one entry for each image.

    Columns without any value are left out. `name_image` names an image for the report; issues
    carry its index as `image`.
    """
    fields: dict[str, pa.Array] = {}
    issues: list[Issue] = []
    taken: set[str] = set()
    # A column under its own name goes before one that only stands for it.
    for name in sorted(columns, key=lambda name: name in ALIASES):
        values = columns[name]
        if all(value is None or value == "" for value in values):
            continue
        target = ALIASES.get(name, name)
        if target in BUILT_IN and target not in fields:
            fields[target], odd = _built_in(target, values, name_image)
            issues += odd
        else:
            target = _free_name(name, taken)
            fields[target] = typed_array(values)
            if target != name:
                message = f"{name} is a built-in field or taken; kept as {target}."
                issues.append(Issue("FIELD_RENAMED", "repaired", "other", name, message))
        taken.add(target.lower())
    return fields, issues


def _built_in(
    name: str, values: list[Any], name_image: Callable[[int], str]
) -> tuple[pa.Array, list[Issue]]:
    parse, kind = BUILT_IN[name]
    if name == "captured_at" and (usual := _usual_times(values)) is not None:
        return usual, []
    parsed: list[Any] = []
    issues: list[Issue] = []
    for index, value in enumerate(values):
        try:
            parsed.append(parse(value))
        except (ValueError, TypeError, OverflowError):
            parsed.append(None)
            message = f"{name} {str(value)[:100]!r} could not be read; left empty."
            issues.append(
                Issue("VALUE_INVALID", "kept", "other", name_image(index), message, index)
            )
    return _array(parsed, kind), issues


def _usual_times(values: list[Any]) -> pa.Array | None:
    """Times as COCO states them, a column at once; None: some are written in another way."""
    try:
        text = "\n".join((*values, ""))
    except TypeError:
        return None
    if text.count("\n") != len(values) or not _TIMES.fullmatch(text):
        return None
    try:
        moments = np.array(values, dtype="datetime64[us]")
    except ValueError:  # there is no such day
        return None
    return numbers(moments.view(np.int64), pa.int64()).view(TIMESTAMP)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if kind == TIMESTAMP:
        return timestamps(values)
    return texts(values) if kind == pa.string() else optional(values, kind)


def _stated_elsewhere() -> set[str]:
    """Names of built-in columns of samples; a column `source_id` is kept under another name."""
    fields = (field for field in builtin_fields() if field.level == "samples")
    return {field.name for field in fields if field.shown != "asked"} | OF_SAMPLES


def _free_name(name: str, taken: set[str]) -> str:
    free = name or "field"
    number = 1
    while free.lower() in _stated_elsewhere() or free.lower() in taken:
        number += 1
        free = f"{name or 'field'}_{number}"
    return free


def _json(value: Any) -> str:
    """As JSON; what JSON has not (times, bytes of pictures) as text."""
    return json.dumps(value, default=lambda one: str(one)[:1000])


def typed_array(values: Iterable[Any]) -> pa.Array:
    """One type for JSON values: boolean, integer, number, or text (JSON for anything else)."""
    listed = list(values)
    kinds = {type(value) for value in listed} - {type(None)}
    try:
        if kinds == {bool}:
            return optional(listed, pa.bool_())
        if kinds == {int}:
            return optional(listed, pa.int64())
        if kinds and kinds <= {int, float}:
            return optional(listed, pa.float64())
    except OverflowError:
        pass  # beyond 64 bits: kept as text
    return texts([v if v is None or isinstance(v, str) else _json(v) for v in listed])
