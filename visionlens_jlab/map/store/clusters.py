"""Clusters of a projection as a field, each called after the classes that set it apart."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.fields.user_fields import TABLES, create_column, free_name
from visionlens_jlab.core.shapes import Level

SOURCE = "@cluster"
"""What the field is registered as: a field `cluster` of the user's own is never written to."""
_NAMED = 2
"""Classes in a name, at most."""
_BESIDE = 0.5
"""Share of the first one's weight that another class needs."""

_CLASSES: dict[Level, str] = {
    "samples": "annotation a JOIN {staged} p ON p.id = a.sample_id",
    "annotations": "annotation a JOIN {staged} p ON p.id = a.annotation_id",
}


def write_clusters(cursor: duckdb.DuckDBPyConnection, level: Level, table: pa.Table) -> None:
    """Set the field on every row of a level: its cluster's name, or nothing.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    level : str
    table : pa.Table
        id (uint32) and cluster (int32, 0 the largest); rows without a cluster are left out.
    """
    field = _field(cursor, level, make=table.num_rows > 0)
    if field is None:
        return
    rows, key = TABLES[level]
    cursor.execute(f"UPDATE {rows} SET {field} = NULL WHERE {field} IS NOT NULL")
    with staged(cursor, table) as name:
        counts = cursor.execute(
            f"SELECT p.cluster, c.name, count(*) FROM {_CLASSES[level].format(staged=name)} "
            "JOIN class c USING (class_id) WHERE a.source = 'ground_truth' GROUP BY ALL"
        ).fetchall()
        clusters = [
            row[0]
            for row in cursor.execute(f"SELECT DISTINCT cluster FROM {name} ORDER BY 1").fetchall()
        ]
        names = cluster_names(clusters, counts)
        cursor.execute(
            f"UPDATE {rows} SET {field} = (?::VARCHAR[])[list_position(?::INTEGER[], p.cluster)] "
            f"FROM {name} p WHERE p.id = {rows}.{key}",
            [[names[cluster] for cluster in clusters], clusters],
        )


def cluster_names(clusters: list[int], counts: list[tuple[int, str, int]]) -> dict[int, str]:
    """A name of its own for each cluster.

    The classes with the greatest class-based TF-IDF (Grootendorst, "BERTopic", 2022); a number
    where they do not tell clusters apart, or where there are none.

    Parameters
    ----------
    clusters : list of int
    counts : list of (cluster, class, number of its objects)
    """
    of: dict[int, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for cluster, label, count in counts:
        of[cluster][label] += count
        total[label] += count
    mean = sum(total.values()) / max(1, len(clusters))
    used: Counter[str] = Counter()
    names = {}
    for cluster in clusters:
        found = of[cluster]
        objects = sum(found.values())
        weights = {
            label: count / objects * math.log1p(mean / total[label])
            for label, count in found.items()
        }
        ranked = sorted(weights, key=lambda label: (-weights[label], label))[:_NAMED]
        told = [label for label in ranked if weights[label] >= _BESIDE * weights[ranked[0]]]
        stem = ", ".join(told) or "cluster"
        used[stem] += 1
        names[cluster] = f"{stem} {used[stem]}" if used[stem] > 1 or not told else stem
    return names


def _field(cursor: duckdb.DuckDBPyConnection, level: Level, *, make: bool) -> str | None:
    """The quoted column; None: there is none and none is to be made."""
    rows = cursor.execute(
        "SELECT name FROM field WHERE level = ? AND source_name = ?", [level, SOURCE]
    ).fetchall()
    if rows:
        return quote(rows[0][0])
    if not make:
        return None
    name = free_name(cursor, level, "cluster")
    return quote(create_column(cursor, level, name, "string", SOURCE).name)
