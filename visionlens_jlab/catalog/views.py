"""A view: level, filter and sort resolved to one ordered array of ids."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.fieldset import Field, FieldSet, quote
from visionlens_jlab.catalog.predicates import (
    Compiled,
    annotations_from,
    compile_filter,
    compile_matching,
    conjunction,
    leaves,
    parse,
    render,
)
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.models import Filter, Level, Predicate, SortKey, Text, ViewSpec

_CACHED_IDS = 16_000_000
"""Ids kept by the cache over all views (64 MB)."""


@dataclass(frozen=True)
class ResolvedView:
    """The ids a view shows, at one version of the dataset."""

    spec: ViewSpec
    level: Level
    version: int
    ids: np.ndarray[Any, Any]
    """uint32 (count,), display order."""
    total: int
    """Of the level, in the dataset."""
    predicate: str
    """Text of the filter; empty: none."""


class ViewCache:
    """Least recently used views, by version and spec; safe for threads."""

    def __init__(self) -> None:
        self._views: OrderedDict[tuple[int, str], ResolvedView] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, reader: Reader, fields: FieldSet, spec: ViewSpec) -> ResolvedView:
        """The resolved view at the reader's version."""
        key = (reader.version, spec.model_dump_json())
        with self._lock:
            found = self._views.get(key)
            if found is not None:
                self._views.move_to_end(key)
                return found
        view = resolve(reader, fields, spec)
        with self._lock:
            self._views[key] = view
            while len(self._views) > 1 and self._held() > _CACHED_IDS:
                self._views.popitem(last=False)
        return view

    def _held(self) -> int:
        # An entry counts for its ids, and a little for itself: many tiny views are dropped too.
        return sum(len(view.ids) + 100_000 for view in self._views.values())


def combined_filter(spec: ViewSpec) -> Filter | None:
    """`filter` and `where` of a view as one filter in normal form."""
    parts: list[Filter] = [] if spec.filter is None else [spec.filter]
    if spec.where is not None and spec.where.strip():
        parts.append(parse(spec.where))
    return conjunction(parts)


def resolve(reader: Reader, fields: FieldSet, spec: ViewSpec) -> ResolvedView:
    """Run a view.

    Raises
    ------
    VisionLensError
        FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID.
    """
    filter = combined_filter(spec)
    condition = view_condition(filter, spec, fields)
    try:
        ids = reader.ids(*_statement(filter, condition, spec, fields))
    except duckdb.Error as error:
        raise unusable(error) from error
    ids.flags.writeable = False
    return ResolvedView(
        spec=spec,
        level=spec.level,
        version=reader.version,
        ids=ids,
        total=count_all(reader, spec.level),
        predicate="" if filter is None else render(filter),
    )


def view_condition(filter: Filter | None, spec: ViewSpec, fields: FieldSet) -> Compiled:
    """The condition for the rows of a view's level, over `s`, or over `a`, `s`, `c`."""
    if spec.level == "annotations" and spec.all:
        return compile_filter(filter, "samples", fields)
    return compile_filter(filter, spec.level, fields)


def unusable(error: duckdb.Error) -> VisionLensError:
    """A value that only DuckDB could refuse (a regular expression, a number out of range)."""
    reason = str(error).splitlines()[0]
    return VisionLensError(
        "PREDICATE_INVALID", f"The filter cannot be used: {reason}", details={"cause": str(error)}
    )


def count_all(reader: Reader, level: Level) -> int:
    """Samples, or ground-truth annotations, in the dataset."""
    table = "sample" if level == "samples" else "annotation WHERE source = 'ground_truth'"
    return int(reader.rows(f"SELECT count(*) FROM {table}")[0][0])


def _statement(
    filter: Filter | None, condition: Compiled, spec: ViewSpec, fields: FieldSet
) -> tuple[str, tuple[Any, ...]]:
    sorts = [_Sort.of(key, filter, spec.level, fields) for key in spec.sort]
    aliases = condition.aliases.union(*(sort.aliases for sort in sorts))
    if spec.level == "samples":
        key, source = "s.sample_id", "sample s"
    else:
        key, source = "a.annotation_id", annotations_from(aliases)
    joins = "".join(sort.join(number) for number, sort in enumerate(sorts))
    order = ", ".join([*(sort.order(number) for number, sort in enumerate(sorts)), key])
    sql = f"SELECT {key} FROM {source}{joins} WHERE {condition.sql} ORDER BY {order}"
    parameters = [value for sort in sorts for value in sort.parameters]
    return sql, (*parameters, *condition.parameters)


@dataclass(frozen=True)
class _Sort:
    """One sort key: a column of the row, or a figure of the sample's annotations (`per_sample`)."""

    expression: str
    descending: bool
    aliases: frozenset[str] = frozenset()
    per_sample: str = ""
    missing: str = ""
    parameters: tuple[Any, ...] = ()

    @classmethod
    def of(cls, key: SortKey, filter: Filter | None, level: Level, fields: FieldSet) -> _Sort:
        if key.field in ("annotations", "classes"):
            counted = "count(*)" if key.field == "annotations" else "count(DISTINCT class_id)"
            sql = (
                f"SELECT sample_id, {counted} AS k FROM annotation "
                "WHERE source = 'ground_truth' GROUP BY sample_id"
            )
            owner = "s" if level == "samples" else "a"
            return cls(owner, key.descending, frozenset(owner), sql, "0")
        field = fields.resolve(key.field)
        if field.type == "tags":
            return cls._tags(field, key.descending)
        if field.level == "annotations" and level == "samples":
            return cls._extreme(field, key.descending, filter, fields)
        aliases = "s" if field.level == "samples" else ("ac" if field.is_class else "a")
        return cls(field.sql, key.descending, frozenset(aliases))

    @classmethod
    def _extreme(
        cls, field: Field, descending: bool, filter: Filter | None, fields: FieldSet
    ) -> _Sort:
        """A sample sorts by its matching annotations' least value, or greatest when descending."""
        matching = compile_matching(filter, fields)
        if filter is None and field.speaks_of_sources:
            matching = Compiled("TRUE")
        aliases = matching.aliases | (frozenset("c") if field.is_class else frozenset())
        function = "max" if descending else "min"
        sql = (
            f"SELECT a.sample_id, {function}({field.sql}) AS k FROM {annotations_from(aliases)} "
            f"WHERE {matching.sql} GROUP BY a.sample_id"
        )
        return cls("s", descending, frozenset("s"), sql, parameters=matching.parameters)

    @classmethod
    def _tags(cls, field: Field, descending: bool) -> _Sort:
        key = "sample_id" if field.level == "samples" else "annotation_id"
        table = "sample_tag" if field.level == "samples" else "annotation_tag"
        owner = "s" if field.level == "samples" else "a"
        tags = f"(SELECT {key}, string_agg(tag, ' ' ORDER BY tag) AS k FROM {table} GROUP BY ALL)"
        expression = f"(SELECT k FROM {tags} t WHERE t.{key} = {owner}.{key})"
        return cls(expression, descending, frozenset(owner))

    def join(self, number: int) -> str:
        if not self.per_sample:
            return ""
        alias = quote(f"sort{number}")
        return (
            f" LEFT JOIN ({self.per_sample}) {alias} "
            f"ON {alias}.sample_id = {self.expression}.sample_id"
        )

    def order(self, number: int) -> str:
        direction = "DESC" if self.descending else "ASC"
        value = self.expression
        if self.per_sample:
            value = f"{quote(f'sort{number}')}.k"
        if self.missing:
            value = f"coalesce({value}, {self.missing})"
        return f"{value} {direction} NULLS LAST"


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
    return Predicate(text=render(filter), filter=filter)
