"""A view: level, filter and sort resolved to one ordered array of ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from visionlens_jlab.core.catalog.database import Reader, memory_error
from visionlens_jlab.core.catalog.faults import of_database
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.absent_values import absent_values
from visionlens_jlab.core.predicates.compiler import compile_filter, of_any_source
from visionlens_jlab.core.predicates.normal import conjunction, leaves
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.patterns import pattern_error
from visionlens_jlab.core.predicates.renderer import render
from visionlens_jlab.core.predicates.shapes import Filter, Text
from visionlens_jlab.core.predicates.sql import Among, Compiled, annotations_from
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import Predicate, ViewSpec
from visionlens_jlab.core.views.sorts import Sort
from visionlens_jlab.errors import VisionLensError


@dataclass(frozen=True)
class ResolvedView:
    """The ids a view shows, at one version of the dataset."""

    spec: ViewSpec
    level: Level
    version: int
    ids: np.ndarray[Any, Any]
    """uint32 (count,), display order."""
    total: int
    """Of the level, in the dataset: of annotations those of the sources that the view may show."""
    predicate: str
    """Text of the filter; empty: none."""
    scores: np.ndarray[Any, Any] | None = None
    """float32 (count,), of each id in the view's search; None: it searches for nothing."""


def combined_filter(spec: ViewSpec) -> Filter | None:
    """`filter` and `where` of a view as one filter in normal form."""
    parts: list[Filter] = [] if spec.filter is None else [spec.filter]
    if spec.where is not None and spec.where.strip():
        parts.append(parse(spec.where))
    return conjunction(parts)


def resolve(
    reader: Reader, fields: FieldSet, spec: ViewSpec, among: Among | None = None
) -> ResolvedView:
    """Run a view; `among` is what its SQL and search let through.

    Raises
    ------
    VisionLensError
        FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID.
    """
    filter = combined_filter(spec)
    condition = view_condition(filter, spec, fields, among)
    sorts = [Sort.of(key, filter, spec.level, fields, among) for key in spec.sort]
    if among is not None and not sorts:
        sorts = [Sort.as_given(among, spec)]
    try:
        ids = reader.ids(*_statement(condition, sorts, spec.level))
    except duckdb.Error as error:
        raise unusable(error) from error
    ids.flags.writeable = False
    return ResolvedView(
        spec=spec,
        level=spec.level,
        version=reader.version,
        ids=ids,
        total=count_all(
            reader, spec.level, all_sources=spec.all or of_any_source(filter, fields, among)
        ),
        predicate="" if filter is None else render(filter),
    )


def view_condition(
    filter: Filter | None, spec: ViewSpec, fields: FieldSet, among: Among | None = None
) -> Compiled:
    """The condition for the rows of a view's level, over `s`, or over `a`, `s`, `c`."""
    if spec.level == "annotations" and spec.all:
        return compile_filter(filter, "samples", fields, among)
    return compile_filter(filter, spec.level, fields, among)


def unusable(error: duckdb.Error) -> VisionLensError:
    """A value that only DuckDB could refuse (a regular expression, a number out of range).

    What the disk was at fault for stays that.
    """
    message = str(error)
    return (
        memory_error(error)
        or of_database(error)
        or pattern_error(message)
        or VisionLensError(
            "PREDICATE_INVALID",
            f"The filter cannot be used: {message.splitlines()[0]}",
            details={"cause": message},
        )
    )


def count_all(reader: Reader, level: Level, *, all_sources: bool = False) -> int:
    """Samples in the dataset, or annotations, of the ground truth alone or of all sources."""
    table = "sample" if level == "samples" else "annotation"
    of = "" if level == "samples" or all_sources else " WHERE source = 'ground_truth'"
    return int(reader.rows(f"SELECT count(*) FROM {table}{of}")[0][0])


def _statement(condition: Compiled, sorts: list[Sort], level: Level) -> tuple[str, tuple[Any, ...]]:
    aliases = condition.aliases.union(*(sort.aliases for sort in sorts))
    if level == "samples":
        key, source = "s.sample_id", "sample s"
    else:
        key, source = "a.annotation_id", annotations_from(aliases)
    joins = "".join(sort.join(number) for number, sort in enumerate(sorts))
    order = ", ".join([*(sort.order(number) for number, sort in enumerate(sorts)), key])
    sql = f"SELECT {key} FROM {source}{joins} WHERE {condition.sql} ORDER BY {order}"
    parameters = [value for sort in sorts for value in sort.parameters]
    return sql, (*parameters, *condition.parameters)


def check_filter(reader: Reader, fields: FieldSet, spec: ViewSpec) -> Predicate:
    """A view's filter in both forms, if it can be used at its level.

    Raises
    ------
    VisionLensError
        FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID.
    """
    filter = combined_filter(spec)
    if filter is None:
        return Predicate(text="", filter=None)
    condition = view_condition(filter, spec, fields)
    try:
        # No row is read, but patterns and numbers are checked.
        patterns = [
            leaf.value for leaf in leaves(filter) if isinstance(leaf, Text) and leaf.op == "matches"
        ]
        for pattern in patterns:
            reader.rows("SELECT regexp_matches('', ?)", [pattern])
        reader.rows(f"SELECT 1 FROM sample s WHERE {condition.sql} LIMIT 0", condition.parameters)
    except duckdb.Error as error:
        raise unusable(error) from error
    warnings = absent_values(reader, fields, filter)
    return Predicate(text=render(filter), filter=filter, warnings=warnings)
