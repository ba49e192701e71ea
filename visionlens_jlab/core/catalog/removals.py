"""Ids that a commit removed, as its outbox row says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.shapes import Level

Array = np.ndarray[Any, Any]
_EMPTY = np.empty(0, np.uint32)


def describe(removed: Mapping[Level, Array], restored: Array = _EMPTY) -> dict[str, Any]:
    """What an outbox row says about removed ids, and annotations that are there again, if any.

    Ranges, since ids stand together.
    """
    named = {level: _ranges(ids) for level, ids in removed.items() if len(ids)}
    payload: dict[str, Any] = {"removed": named} if named else {}
    if len(restored):
        payload["restored"] = {"annotations": _ranges(restored)}
    return payload


def named_ids(payloads: Iterable[Mapping[str, Any]], level: Level) -> Array:
    """The ids of a level that outbox rows name, removed or restored, uint32, ascending."""
    found = [
        np.arange(first, last + 1, dtype=np.uint32)
        for payload in payloads
        for key in ("removed", "restored")
        for first, last in payload.get(key, {}).get(level, [])
    ]
    return np.unique(np.concatenate(found)) if found else _EMPTY


def remove_samples(
    cursor: duckdb.DuckDBPyConnection, condition: str, value: Any
) -> dict[Level, Array]:
    """Delete samples with all that belongs to them; the ids that are gone, by level.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    condition : str
        Of the column sample_id, with one question mark.
    value : object
        For the question mark.
    """
    annotations = _ids(
        cursor, f"DELETE FROM annotation WHERE {condition} RETURNING annotation_id", value
    )
    forget_annotations(cursor, annotations)
    for table in ("sample_tag", "duplicate_member"):
        cursor.execute(f"DELETE FROM {table} WHERE {condition}", [value])
    samples = _ids(cursor, f"DELETE FROM sample WHERE {condition} RETURNING sample_id", value)
    return {"samples": samples, "annotations": annotations}


def forget_annotations(cursor: duckdb.DuckDBPyConnection, ids: Array) -> None:
    """Delete what belongs to annotations that are gone."""
    if len(ids):
        with staged(cursor, pa.table({"id": pa.array(ids, pa.uint32())})) as name:
            cursor.execute(
                f"DELETE FROM annotation_tag WHERE annotation_id IN (SELECT id FROM {name})"
            )


def _ids(cursor: duckdb.DuckDBPyConnection, sql: str, value: Any) -> Array:
    columns = cursor.execute(sql, [value]).fetchnumpy()
    return np.sort(np.asarray(next(iter(columns.values())), dtype=np.uint32))


def _ranges(ids: Array) -> list[list[int]]:
    """Ascending ids as [first, last] of each run."""
    ordered = np.unique(ids)
    breaks = np.flatnonzero(np.diff(ordered) > 1)
    firsts = ordered[np.concatenate([[0], breaks + 1])]
    lasts = ordered[np.concatenate([breaks, [len(ordered) - 1]])]
    ranges: list[list[int]] = np.stack([firsts, lasts], axis=1).tolist()
    return ranges
