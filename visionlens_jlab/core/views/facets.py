"""Counts of each field's values under all conditions but the field's own.

Rows are counted so that `samples` is what a click shows: at a sample view, an annotation field is
counted over the annotations that satisfy the rest of the bare group (ground truth, unless the
group or the field itself names `source` or `confidence`), in the samples that satisfy everything
else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.snapshot import Snapshot
from visionlens_jlab.core.catalog.statistics import numeric
from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.compiler import compile_filter, compile_group, is_bare
from visionlens_jlab.core.predicates.normal import conjunction, conjuncts, field_names, leaves
from visionlens_jlab.core.predicates.shapes import Compare, Filter, In
from visionlens_jlab.core.predicates.sql import Compiled, annotations_from
from visionlens_jlab.core.shapes import Scalar
from visionlens_jlab.core.views.histograms import edges, histogram
from visionlens_jlab.core.views.restriction import is_restricted
from visionlens_jlab.core.views.shapes import (
    Bin,
    Facet,
    Facets,
    FacetsRequest,
    FacetValue,
    ViewSpec,
)
from visionlens_jlab.core.views.views import combined_filter, unusable


def read_facets(snapshot: Snapshot, request: FacetsRequest) -> Facets:
    """The facets asked for, or all that have a value in the dataset, with the view's counts.

    Raises
    ------
    VisionLensError
        FIELD_UNKNOWN; PREDICATE_INVALID, FIELD_TYPE for the view.
    """
    view = snapshot.view(request.view)
    fields = snapshot.fields
    if request.fields is None:
        chosen = [field for field in fields if field.is_listed and snapshot.statistics[field].count]
    else:
        chosen = [fields.resolve(name) for name in request.fields]
    try:
        facets = [_facet(snapshot, request, field) for field in chosen]
    except duckdb.Error as error:
        raise unusable(error) from error
    return Facets(version=view.version, count=len(view.ids), total=view.total, facets=facets)


_MOST_CELLS = 1 << 25
"""Of a table of classes by samples, in bytes; beyond it pairs are sorted instead."""


@dataclass(frozen=True)
class _Population:
    """The rows a facet counts: FROM and WHERE over the aliases `s`, `a`, `c`."""

    source: str
    where: Compiled


def _facet(snapshot: Snapshot, request: FacetsRequest, field: Field) -> Facet:
    fields = snapshot.fields
    parts = conjuncts(combined_filter(request.view))
    own = [part for part in parts if _speaks_only_of(part, field, fields)]
    rest = [part for part in parts if part not in own]
    view = request.view.model_copy(update={"filter": conjunction(rest), "where": None, "sort": []})
    population = _population(snapshot, view, field, rest)
    if field.facet == "histogram":
        return _histogram(snapshot, field, population, rest)
    return _values(snapshot, field, population, _selected(own), request)


def _speaks_only_of(part: Filter, field: Field, fields: FieldSet) -> bool:
    named = {fields.resolve(name) for name in field_names(part)}
    return named == {field}


def _population(
    snapshot: Snapshot, view: ViewSpec, field: Field, rest: list[Filter]
) -> _Population:
    fields = snapshot.fields
    if view.level == "annotations":
        return _annotation_population(snapshot, view, field, rest)
    if field.level == "samples":
        whole = _semi_join(snapshot, view, "s") if rest or is_restricted(view) else ""
        return _Population("sample s" + whole, Compiled("TRUE"))
    among = snapshot.among(view)
    bare = [part for part in rest if is_bare(part, fields)]
    others = [part for part in rest if part not in bare]
    of_annotations = among is not None and among.level == "annotations"
    group = compile_group(bare, fields, also=field, among=among if of_annotations else None)
    source = annotations_from(group.aliases | _own(field))
    sql = None if of_annotations else view.sql
    outcomes = None if of_annotations else view.outcomes
    if others or sql or outcomes:
        named = ViewSpec(filter=conjunction(others), sql=sql, outcomes=outcomes)
        source += _semi_join(snapshot, named, "a")
    if view.search and among is not None and not of_annotations:
        source += f" SEMI JOIN {among.relation} found ON found.id = a.sample_id"
    return _Population(source, group)


def _annotation_population(
    snapshot: Snapshot, view: ViewSpec, field: Field, rest: list[Filter]
) -> _Population:
    among = snapshot.among(view)
    if view.all:
        condition = compile_filter(conjunction(rest), "samples", snapshot.fields, among)
    else:
        condition = compile_group(rest, snapshot.fields, also=field, among=among)
    return _Population(annotations_from(condition.aliases | _own(field)), condition)


def _own(field: Field) -> frozenset[str]:
    """Aliases that reading the field needs; classes are counted as numbers."""
    return frozenset() if field.is_class else field.aliases


def _semi_join(snapshot: Snapshot, view: ViewSpec, owner: str) -> str:
    """A join with the samples that a view shows."""
    snapshot.reader.register_ids("base", snapshot.view(view).ids)
    return f" SEMI JOIN base ON base.id = {owner}.sample_id"


# --- values ----------------------------------------------------------------------------------


def _values(
    snapshot: Snapshot,
    field: Field,
    population: _Population,
    selected: list[Scalar],
    request: FacetsRequest,
) -> Facet:
    of_samples = request.view.level == "samples" and field.level == "samples"
    counted = _counted(snapshot, field, population, of_samples)
    sql = f"""
        WITH counted AS ({counted.sql}), found AS (
            SELECT * FROM counted WHERE ? = '' OR list_contains(?, value)
                OR contains(lower(CAST(value AS VARCHAR)), lower(?))
        )
        SELECT value, samples, annotations, (SELECT count(*) FROM found),
               (SELECT sum(samples) FROM counted WHERE value IS NULL)
        FROM found
        QUALIFY row_number() OVER (ORDER BY samples DESC, value) <= ?
            OR list_contains(?, value) OR value IS NULL
        ORDER BY samples DESC, value NULLS LAST
    """
    named = [entry for entry in selected if entry is not None]
    search = request.search or ""
    rows = snapshot.reader.rows(
        sql, [*counted.parameters, search, named, search, request.limit, named]
    )
    values = [
        FacetValue(
            value=row[0],
            samples=row[1],
            annotations=None if of_samples else row[2],
            selected=row[0] in selected,
        )
        for row in rows
    ]
    listed = {entry.value for entry in values}
    values += [
        FacetValue(value=entry, samples=0, annotations=None if of_samples else 0, selected=True)
        for entry in selected
        if entry not in listed
    ]
    info = snapshot.fields.info(field)
    return Facet(
        field=info.name,
        level=field.level,
        type="values",
        label=info.label,
        values=values,
        distinct=rows[0][3] if rows else 0,
        missing=int(rows[0][4] or 0) if rows else 0,
    )


def _counted(
    snapshot: Snapshot, field: Field, population: _Population, of_samples: bool
) -> Compiled:
    """A query for (value, samples, annotations) over a population."""
    where = population.where
    if field.is_class:
        snapshot.reader.register("class_counts", _class_counts(snapshot, population))
        return Compiled("SELECT * FROM class_counts")
    value, source = _value_source(field, population)
    if of_samples:
        # A row is a sample, or one of its tags: nothing counts twice.
        sql = f"SELECT {value} AS value, count(*) AS samples, 0 AS annotations FROM {source}"
        return Compiled(f"{sql} WHERE {where.sql} GROUP BY value", where.parameters)
    return Compiled(
        f"SELECT value, count(*) AS samples, sum(n)::BIGINT AS annotations FROM (SELECT {value} "
        f"AS value, a.sample_id, count(*) AS n FROM {source} WHERE {where.sql} GROUP BY ALL) "
        "GROUP BY value",
        where.parameters,
    )


def _class_counts(snapshot: Snapshot, population: _Population) -> pa.Table:
    """`_counted` of the class, in numbers: grouping pairs of text takes four times as long."""
    rows = snapshot.reader.arrow(
        "SELECT coalesce(a.class_id, -1)::BIGINT, a.sample_id::BIGINT "
        f"FROM {population.source} WHERE {population.where.sql}",
        population.where.parameters,
    )
    classes = rows.column(0).to_numpy() + 1
    annotations = np.bincount(classes)
    samples = _distinct_samples(classes, rows.column(1).to_numpy(), len(annotations))
    present = np.flatnonzero(annotations)
    names = snapshot.class_names
    return pa.table(
        {
            "value": pa.array([names.get(number - 1) for number in present.tolist()], pa.string()),
            "samples": samples[present],
            "annotations": annotations[present],
        }
    )


def _distinct_samples(
    classes: np.ndarray[Any, Any], samples: np.ndarray[Any, Any], number: int
) -> np.ndarray[Any, Any]:
    """How many different samples each of `number` classes has, int64."""
    width = int(samples.max(initial=-1)) + 1
    if number * width <= _MOST_CELLS:
        seen = np.zeros((number, width), dtype=bool)
        seen[classes, samples] = True
        return np.array([np.count_nonzero(row) for row in seen], dtype=np.int64)
    pairs = np.sort((classes << 32) | samples)
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    return np.bincount(pairs >> 32, minlength=number)


def _value_source(field: Field, population: _Population) -> tuple[str, str]:
    """The value's expression and the FROM clause that gives it."""
    if field.type != "tags":
        return field.sql, population.source
    table, owner, key = (
        ("sample_tag", "s", "sample_id")
        if field.level == "samples"
        else ("annotation_tag", "a", "annotation_id")
    )
    return "t.tag", f"{population.source} LEFT JOIN {table} t ON t.{key} = {owner}.{key}"


def _selected(own: list[Filter]) -> list[Scalar]:
    """The values that the field's own conditions name."""
    found: list[Scalar] = []
    for part in own:
        for leaf in leaves(part):
            match leaf:
                case Compare(cmp="="):
                    found.append(leaf.value)
                case In():
                    found.extend(leaf.values)
    return list(dict.fromkeys(found))


# --- histograms ------------------------------------------------------------------------------


def _histogram(
    snapshot: Snapshot, field: Field, population: _Population, rest: list[Filter]
) -> Facet:
    """Bins over the dataset's range counting rows of the field's level; times in epoch seconds."""
    info = snapshot.fields.info(field)
    statistics = snapshot.statistics[field]
    facet = Facet(field=info.name, level=field.level, type="histogram", label=info.label)
    if statistics.low is None or statistics.high is None:
        return facet
    bounds = edges(statistics.low, statistics.high, whole=field.type == "integer")
    counts, missing = _count(snapshot, field, population, bounds)
    totals = _totals(snapshot, field, bounds, rest)
    bins = [
        Bin(low=low, high=high, count=count, total=total)
        for low, high, count, total in zip(bounds, bounds[1:], counts, totals, strict=False)
    ]
    return facet.model_copy(
        update={
            "bins": bins,
            "missing": missing,
            "low": statistics.low,
            "high": statistics.high,
        }
    )


def _count(
    snapshot: Snapshot, field: Field, population: _Population, bounds: list[float]
) -> tuple[list[int], int]:
    table = snapshot.reader.arrow(
        f"SELECT {numeric(field)} AS value FROM {population.source} WHERE {population.where.sql}",
        population.where.parameters,
    )
    return histogram(table.column("value"), bounds)


def _totals(snapshot: Snapshot, field: Field, bounds: list[float], rest: list[Filter]) -> list[int]:
    """The same bins over the whole dataset, of the sources that the view speaks of."""
    fields = snapshot.fields
    if field.level == "samples":
        everything = _Population("sample s", Compiled("TRUE"))
    else:
        sources = [
            part
            for part in rest
            if {fields.resolve(name).name for name in field_names(part)} == {"source"}
        ]
        group = compile_group(sources, fields, also=field)
        everything = _Population(annotations_from(group.aliases | _own(field)), group)
    key: tuple[Any, ...] = ("totals", field, tuple(bounds), everything.where)
    return snapshot.cached(key, lambda: _count(snapshot, field, everything, bounds)[0])
