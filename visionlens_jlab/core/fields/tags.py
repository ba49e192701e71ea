"""Adding and removing tags."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.fields.user_fields import TABLES
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.tables import Ids


def write_tag(
    cursor: duckdb.DuckDBPyConnection, level: Level, ids: Ids, tag: str, *, remove: bool
) -> int:
    """Give rows a tag, or take it from them; the number of rows that changed.

    Ids that do not exist are passed over.
    """
    table, key = TABLES[level]
    with staged(cursor, pa.table({"id": ids})) as name:
        if remove:
            sql = (
                f"DELETE FROM {table}_tag WHERE tag = ? "
                f"AND {key} IN (SELECT id FROM {name}) RETURNING 1"
            )
            return len(cursor.execute(sql, [tag]).fetchall())
        sql = (
            f"INSERT INTO {table}_tag SELECT {key}, ? FROM {table} "
            f"WHERE {key} IN (SELECT id FROM {name}) "
            f"AND {key} NOT IN (SELECT {key} FROM {table}_tag WHERE tag = ?) "
            f"ORDER BY {key} RETURNING 1"
        )
        return len(cursor.execute(sql, [tag, tag]).fetchall())
