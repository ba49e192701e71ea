"""What the outbox, a row for each commit, says: who wrote the dataset, which ids were removed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.shapes import Level

INGESTING = "ingesting"
"""The state of a dataset while an ingest has it."""


def state_payload(state: str, job: str | None = None) -> dict[str, Any]:
    """What the outbox says of a new state; `job`: the ingest that has the dataset from now on."""
    return {"state": state} if job is None else {"state": state, "job": job}


def latest_ingest(reader: Reader) -> str | None:
    """The job that began an ingest last; None: none ever did."""
    rows = reader.rows(
        "SELECT payload FROM outbox WHERE kind = 'state' AND contains(payload, '\"job\"') "
        "ORDER BY sequence DESC LIMIT 1"
    )
    return json.loads(rows[0][0])["job"] if rows else None


def written_by_others(reader: Reader, job: str, after: int) -> bool:
    """Whether anybody but a job wrote data after a version. A state is no data."""
    found = reader.rows(
        "SELECT 1 FROM outbox WHERE sequence > ? AND kind <> 'state' "
        "AND NOT contains(payload, ?) LIMIT 1",
        [after, f'"job": {json.dumps(job)}'],
    )
    return bool(found)


def vectors_of_others(reader: Reader, job: str, after: int) -> bool:
    """Whether others wrote or removed vectors of a job's spaces after a version."""
    rows = reader.rows(
        "SELECT payload FROM outbox WHERE kind IN ('vectors', 'delete_space') AND sequence > ?",
        [after],
    )
    written = [json.loads(row[0]) for row in rows]
    own = {one["space"] for one in written if one.get("job") == job}
    return any(one["space"] in own and one.get("job") != job for one in written)


def deleted_samples(reader: Reader) -> np.ndarray[Any, Any]:
    """The samples that were deleted or taken back, uint32."""
    rows = reader.rows("SELECT payload FROM outbox WHERE kind IN ('delete_samples', 'withdraw')")
    return named_ids((json.loads(row[0]) for row in rows), "samples")


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
