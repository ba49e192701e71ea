"""Rows of annotations before and after an edit, and bringing one state into the other.

A state is an Arrow table with `annotation_id`, the columns that matter and `tags`. What stands in
one state only is inserted or deleted; of what stands in both the columns that differ are set, so
that fields which others have set meanwhile stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.labels.shapes import HistoryEntry

KEY = "annotation_id"
TAGS = "tags"
GROUND_TRUTH = "ground_truth"
_NONE = np.empty(0, np.uint32)


class Moved(NamedTuple):
    """Annotations, uint32 (n,), that a change deleted, and those it inserted."""

    removed: Ids
    inserted: Ids


class StoredEdit(NamedTuple):
    """One edit as it is kept."""

    sequence: int
    description: str
    before: pa.Table
    after: pa.Table


def read_whole(cursor: duckdb.DuckDBPyConnection, ids: Ids) -> pa.Table:
    """Every column of annotations, with their tags, in order of their ids."""
    with staged(cursor, pa.table({"id": pa.array(ids, pa.uint32())})) as name:
        return cursor.sql(
            f"SELECT a.*, coalesce(t.{TAGS}, []) AS {TAGS} FROM annotation a "
            f"LEFT JOIN (SELECT {KEY}, list(tag ORDER BY tag) AS {TAGS} FROM annotation_tag "
            f"WHERE {KEY} IN (SELECT id FROM {name}) GROUP BY {KEY}) t ON t.{KEY} = a.{KEY} "
            f"WHERE a.{KEY} IN (SELECT id FROM {name}) ORDER BY a.{KEY}"
        ).to_arrow_table()


def read_classes(cursor: duckdb.DuckDBPyConnection, ids: Ids) -> pa.Table:
    """`annotation_id` and `class_id` of the ground truth among annotations."""
    with staged(cursor, pa.table({"id": pa.array(ids, pa.uint32())})) as name:
        return cursor.sql(
            f"SELECT {KEY}, class_id FROM annotation WHERE source = '{GROUND_TRUTH}' "
            f"AND {KEY} IN (SELECT id FROM {name}) ORDER BY {KEY}"
        ).to_arrow_table()


def ids_of(state: pa.Table) -> Ids:
    """The annotations of a state, uint32 (n,)."""
    ids: Ids = state[KEY].to_numpy().astype(np.uint32)
    return ids


def exist_exactly(cursor: duckdb.DuckDBPyConnection, after: pa.Table, before: pa.Table) -> bool:
    """Whether all annotations of `after`, and none that only `before` has, are there."""
    here, gone = ids_of(after), np.setdiff1d(ids_of(before), ids_of(after))
    return _count(cursor, here) == len(here) and _count(cursor, gone) == 0


def bring(cursor: duckdb.DuckDBPyConnection, before: pa.Table, after: pa.Table) -> Moved:
    """Make `after` of `before`."""
    old, new = ids_of(before), ids_of(after)
    removed, inserted = np.setdiff1d(old, new), np.setdiff1d(new, old)
    if len(removed):
        with staged(cursor, pa.table({"id": pa.array(removed, pa.uint32())})) as name:
            for table in ("annotation", "annotation_tag"):
                cursor.execute(f"DELETE FROM {table} WHERE {KEY} IN (SELECT id FROM {name})")
    if len(inserted):
        _insert(cursor, _rows(after, inserted))
    common = np.intersect1d(old, new)
    if len(common):
        _update(cursor, _rows(before, common), _rows(after, common))
    return Moved(removed, inserted)


def _rows(state: pa.Table, ids: Ids) -> pa.Table:
    """The rows of some annotations in order of their ids."""
    known = ids_of(state)
    order = np.argsort(known)
    return state.take(pa.array(order[np.searchsorted(known, ids, sorter=order)]))


def _insert(cursor: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    present = {row[0] for row in cursor.execute("DESCRIBE annotation").fetchall()}
    names = [name for name in rows.column_names if name in present]
    listed = ", ".join(map(quote, names))
    with staged(cursor, rows) as name:
        cursor.execute(f"INSERT INTO annotation ({listed}) SELECT {listed} FROM {name}")
        cursor.execute(
            f"INSERT INTO annotation_tag SELECT {KEY}, unnest({TAGS}) FROM {name} "
            f"WHERE len({TAGS}) > 0"
        )


def _update(cursor: duckdb.DuckDBPyConnection, before: pa.Table, after: pa.Table) -> None:
    changed = [
        name
        for name in after.column_names
        if name not in (KEY, TAGS) and not after[name].equals(before[name])
    ]
    if not changed:
        return
    values = ", ".join(f"{quote(name)} = p.{quote(name)}" for name in changed)
    with staged(cursor, after.select([KEY, *changed])) as name:
        cursor.execute(
            f"UPDATE annotation SET {values} FROM {name} p WHERE p.{KEY} = annotation.{KEY}"
        )


def _count(cursor: duckdb.DuckDBPyConnection, ids: Ids) -> int:
    with staged(cursor, pa.table({"id": pa.array(ids, pa.uint32())})) as name:
        found = cursor.execute(
            f"SELECT count(*) FROM annotation WHERE {KEY} IN (SELECT id FROM {name})"
        ).fetchall()
    return int(found[0][0])


# --- the list of edits ---------------------------------------------------------------------------


def store_edit(
    cursor: duckdb.DuckDBPyConnection, description: str, before: pa.Table, after: pa.Table
) -> None:
    """Keep an edit; its sequence is that of the commit it is made in."""
    touched = np.union1d(ids_of(before), ids_of(after)).tolist()
    cursor.execute(
        "INSERT INTO label_edit SELECT version + 1, ?, ?::UINTEGER[], false, ?, ?, ? FROM meta",
        [description, touched, _packed(before), _packed(after), utc_now()],
    )


def last_done(cursor: duckdb.DuckDBPyConnection) -> StoredEdit | None:
    """The edit that an undo takes back."""
    return _edit(cursor, "NOT undone ORDER BY sequence DESC")


def first_undone(cursor: duckdb.DuckDBPyConnection) -> StoredEdit | None:
    """The edit that a redo does again: after a new edit there is none."""
    return _edit(
        cursor,
        "undone AND sequence > "
        "(SELECT coalesce(max(sequence), 0) FROM label_edit WHERE NOT undone) ORDER BY sequence",
    )


def mark(cursor: duckdb.DuckDBPyConnection, sequence: int, *, undone: bool) -> None:
    """Note that an edit was taken back, or done again."""
    cursor.execute("UPDATE label_edit SET undone = ? WHERE sequence = ?", [undone, sequence])


def read_history(
    reader: Reader, annotation: int | None, offset: int, limit: int
) -> list[HistoryEntry]:
    """Edits of an annotation, or all, newest first."""
    rows = reader.rows(
        "SELECT sequence, description, created_at, undone FROM label_edit "
        "WHERE ? IS NULL OR list_contains(annotations, ?::UINTEGER) "
        "ORDER BY sequence DESC LIMIT ? OFFSET ?",
        [annotation, annotation, limit, offset],
    )
    return [
        HistoryEntry(
            sequence=sequence, description=description, created_at=to_iso(moment), undone=undone
        )
        for sequence, description, moment, undone in rows
    ]


def _edit(cursor: duckdb.DuckDBPyConnection, which: str) -> StoredEdit | None:
    rows: Sequence[Any] = cursor.execute(
        f"SELECT sequence, description, before, after FROM label_edit WHERE {which} LIMIT 1"
    ).fetchall()
    if not rows:
        return None
    sequence, description, before, after = rows[0]
    return StoredEdit(int(sequence), description, _unpacked(before), _unpacked(after))


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpacked(packed: bytes) -> pa.Table:
    return pa.ipc.open_stream(packed).read_all()
