"""Batches of labels gathered into larger pieces: a commit costs about as much as 5,000 boxes."""

from __future__ import annotations

import pyarrow as pa

LIMITS = {"sample": 10_000, "annotation": 100_000, "issue": 100_000}
"""Rows from which a piece is whole."""
MAX_BYTES = 8 << 20
"""Polygons make rows large: a piece is in memory, more than once."""


class Gathered:
    """Tables of batches that have not been handed over yet."""

    def __init__(self) -> None:
        self._parts: dict[str, list[pa.Table]] = {}
        self._bytes = 0

    def add(self, tables: dict[str, pa.Table]) -> bool:
        """Take a batch's tables; whether there is enough for a piece."""
        for name, table in tables.items():
            self._parts.setdefault(name, []).append(table)
            self._bytes += table.nbytes
        return self._bytes >= MAX_BYTES or any(
            sum(part.num_rows for part in self._parts.get(name, ())) >= limit
            for name, limit in LIMITS.items()
        )

    def take(self) -> dict[str, pa.Table]:
        """What is there as the tables of one piece; nothing is left."""
        tables = {name: _joined(parts) for name, parts in self._parts.items()}
        self._parts, self._bytes = {}, 0
        return tables


def _joined(parts: list[pa.Table]) -> pa.Table:
    if len(parts) == 1:
        return parts[0]
    # Fields that a batch has no values of are missing in it.
    return pa.concat_tables(parts, promote_options="default").unify_dictionaries()
