"""One condition on one field to SQL, with its values checked against the field's type."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.predicates.patterns import check_pattern
from visionlens_jlab.core.predicates.shapes import Between, Compare, Filter, In, Null, Text
from visionlens_jlab.core.predicates.sql import FALSE, Compiled, join
from visionlens_jlab.core.shapes import Scalar
from visionlens_jlab.errors import VisionLensError

_INT64 = 2**63
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = timedelta(days=1)
_KINDS = {
    "string": "text",
    "tags": "text",
    "integer": "numbers",
    "number": "numbers",
    "boolean": "true or false",
    "timestamp": "times",
}
_PATTERNS = {
    "like": "{} LIKE ?",
    "matches": "regexp_matches({}, ?)",
    "contains": "contains(lower({}), lower(?))",
}


def compile_term(field: Field, node: Filter) -> Compiled:
    """The condition `node` on `field`.

    Raises
    ------
    VisionLensError
        FIELD_TYPE when a value or an operator does not fit the field's type.
    """
    if field.type == "tags":
        return _tag_term(field, node)
    condition = _condition(field, field.sql, node)
    return Compiled(condition.sql, condition.parameters, field.aliases)


def _condition(field: Field, expression: str, node: Filter) -> Compiled:
    match node:
        case Compare():
            return _compare(field, expression, node)
        case Between():
            return _between(field, expression, node)
        case Null():
            return Compiled(f"{expression} IS NULL")
        case In():
            return _membership(field, expression, node.values)
        case Text():
            if field.type not in ("string", "tags"):
                raise _type_error(field, f"{node.op} needs a field that holds text")
            if node.op == "matches":
                check_pattern(node.value)
            return Compiled(_PATTERNS[node.op].format(expression), (node.value,))
    raise AssertionError(node)


def _compare(field: Field, expression: str, node: Compare) -> Compiled:
    value = checked(field, node.value)
    if not _is_day(field, node.value):
        return Compiled(f"{expression} {node.cmp} ?", (value,))
    following = value + _DAY
    match node.cmp:
        case "=":
            return Compiled(f"({expression} >= ? AND {expression} < ?)", (value, following))
        case "!=":
            return Compiled(f"({expression} < ? OR {expression} >= ?)", (value, following))
        case "<=":
            return Compiled(f"{expression} < ?", (following,))
        case ">":
            return Compiled(f"{expression} >= ?", (following,))
        case _:
            return Compiled(f"{expression} {node.cmp} ?", (value,))


def _between(field: Field, expression: str, node: Between) -> Compiled:
    low, high = checked(field, node.low), checked(field, node.high)
    if _is_day(field, node.high):
        return Compiled(f"({expression} >= ? AND {expression} < ?)", (low, high + _DAY))
    return Compiled(f"{expression} BETWEEN ? AND ?", (low, high))


def _is_day(field: Field, value: Scalar) -> bool:
    """Whether a time is given as a date alone, which means the whole day."""
    given = field.type == "timestamp" and isinstance(value, str) and _DATE.fullmatch(value)
    return bool(given) and value != "9999-12-31"


def _membership(field: Field, expression: str, values: list[Scalar]) -> Compiled:
    present = [checked(field, value) for value in values if value is not None]
    parts = []
    if len(present) > 100:
        # One list parameter: a hash join instead of a comparison for each value.
        parts.append(Compiled(f"{expression} IN (SELECT unnest(?))", (present,)))
    elif present:
        marks = ", ".join("?" * len(present))
        parts.append(Compiled(f"{expression} IN ({marks})", tuple(present)))
    if None in values:
        parts.append(Compiled(f"{expression} IS NULL"))
    return join(parts, "OR", FALSE)


def _tag_term(field: Field, node: Filter) -> Compiled:
    owner, key = ("s", "sample_id") if field.level == "samples" else ("a", "annotation_id")
    table = "sample_tag" if field.level == "samples" else "annotation_tag"

    def having(condition: Compiled | None, negated: bool = False) -> Compiled:
        where = "" if condition is None else f" WHERE {condition.sql}"
        return Compiled(
            f"{owner}.{key} {'NOT ' if negated else ''}IN (SELECT {key} FROM {table}{where})",
            () if condition is None else condition.parameters,
            frozenset(owner),
        )

    match node:
        case Null():
            return having(None, negated=True)
        case Compare(cmp="!="):
            return having(Compiled("tag = ?", (checked(field, node.value),)), negated=True)
        case In(values=values) if None in values:
            named: list[Scalar] = [value for value in values if value is not None]
            return join(
                [having(_membership(field, "tag", named)), having(None, negated=True)], "OR", FALSE
            )
        case _:
            return having(_condition(field, "tag", node))


def checked(field: Field, value: Scalar) -> Any:
    """`value` as a parameter for the field's column.

    Times are ISO 8601 text (UTC where it names no zone) or seconds since 1970; in a comparison or
    as the upper end of a range, a date alone means the whole day.

    Raises
    ------
    VisionLensError
        FIELD_TYPE.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, float) and not math.isfinite(value):
        raise _type_error(field, "values must be finite")
    match field.type:
        case "string" | "tags" if isinstance(value, str):
            return value
        case "integer" | "number" if is_number:
            too_large = isinstance(value, int) and not -_INT64 <= value < _INT64
            return _to_float(field, value) if too_large else value
        case "boolean" if isinstance(value, bool):
            return value
        case "timestamp" if is_number or isinstance(value, str):
            return _to_time(field, value)
    raise _type_error(field, f"it holds {_KINDS[field.type]}, not {value!r}")


def _to_float(field: Field, value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        raise _type_error(field, "the number is too large") from None


def _to_time(field: Field, value: Any) -> datetime:
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        raise _type_error(field, f"{value!r} is no time; write '2026-05-31T08:00:00'") from None


def _type_error(field: Field, why: str) -> VisionLensError:
    return VisionLensError("FIELD_TYPE", f"{field.name}: {why}.", details={"field": field.name})
