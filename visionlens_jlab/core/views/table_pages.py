"""Tables of rows, page by page, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.snapshot import Snapshot
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids, as_ids, ids_of, read_table

if TYPE_CHECKING:
    pass

PAGE_BYTES = 32 << 20
"""Of a table at once, about: a million rows with tags and fields do not fit into DuckDB's memory.

Rows that lie scattered cost a scan for each page, so narrow ones come in few large pages.
"""
_FIRST_ROWS = 1_024
_MOST_ROWS = 131_072
_GROWTH = 4


class Tables(Part):
    """The rows of one dataset."""

    def read(
        self,
        level: Level,
        *,
        spec: ViewSpec | None = None,
        ids: Sequence[int] | Ids | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Rows of `level`: of `ids` (of that level) in their order, else a view's, else all by id.

        A sample view gives at level annotations its matching ones, all sources with `spec.all`.
        FIELD_UNKNOWN for a column, ID_UNKNOWN for an id that does not exist.
        """
        pages = self.pages(level, spec=spec, ids=ids, columns=columns)
        return pa.concat_tables(list(pages))

    def pages(
        self,
        level: Level,
        *,
        spec: ViewSpec | None = None,
        ids: Sequence[int] | Ids | None = None,
        columns: Sequence[str] | None = None,
    ) -> Iterator[pa.Table]:
        """The same in parts of about `PAGE_BYTES`, one at least; of one version of the dataset."""
        with self.store.snapshot() as snapshot:
            if ids is not None:
                wanted = as_ids(ids)
                snapshot.check_exist(level, wanted)
            elif spec is not None:
                wanted = snapshot.ids_at_level(snapshot.view(spec), level)
            else:
                wanted = ids_of(snapshot.reader, level)

            def read(part: Ids) -> pa.Table:
                return _table(snapshot, level, spec, part, columns)

            yield from _pages(wanted, read)


def _pages(ids: Ids, read: Callable[[Ids], pa.Table]) -> Iterator[pa.Table]:
    """What `read` gives for all ids, in pages of as many rows as their width allows."""
    start, rows = 0, _FIRST_ROWS
    while True:
        page = read(ids[start : start + rows])
        yield page
        start += rows
        if start >= len(ids):
            return
        fitting = page.num_rows * PAGE_BYTES // max(1, page.nbytes)
        rows = max(1, min(fitting, rows * _GROWTH, _MOST_ROWS))


def _table(
    snapshot: Snapshot,
    level: Level,
    spec: ViewSpec | None,
    ids: Ids,
    columns: Sequence[str] | None,
) -> pa.Table:
    """Rows of ids, with what the view's restrictions say of annotations."""
    of_annotations = spec is not None and level == "annotations"
    added = snapshot.columns(spec, ids) if spec is not None and of_annotations else {}
    rest = None if columns is None else [name for name in columns if name not in added]
    if added and rest == []:
        return pa.table({name: added[name] for name in columns or ()})
    table = read_table(snapshot.reader, snapshot.fields, level, ids=ids, columns=rest)
    for name in added:  # a field of the user's own of that name gives way
        if columns is None or name in columns:
            if name in table.column_names:
                table = table.drop_columns([name])
            table = table.append_column(name, added[name])
    return table.select(list(columns)) if added and columns is not None else table
