"""Tables of rows, page by page, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pyarrow as pa

from visionlens_jlab.catalog.outcomes import table_with_outcomes
from visionlens_jlab.catalog.tables import Ids, as_ids, ids_of
from visionlens_jlab.models import Level, ViewSpec

if TYPE_CHECKING:
    from visionlens_jlab.catalog.snapshot import Snapshot

PAGE_ROWS = 16_384
"""Of a table at once: a million rows with tags and fields do not fit into DuckDB's memory."""


class Tables:
    """The rows of one dataset; mixed into `DatasetStore`."""

    _snapshot: Callable[[], AbstractContextManager[Snapshot]]

    def table(
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
        pages = self.table_pages(level, spec=spec, ids=ids, columns=columns)
        return pa.concat_tables(list(pages))

    def table_pages(
        self,
        level: Level,
        *,
        spec: ViewSpec | None = None,
        ids: Sequence[int] | Ids | None = None,
        columns: Sequence[str] | None = None,
    ) -> Iterator[pa.Table]:
        """The same in parts of `PAGE_ROWS` rows, at least one; of one version of the dataset."""
        with self._snapshot() as snapshot:
            if ids is not None:
                wanted = as_ids(ids)
                snapshot.check_exist(level, wanted)
            elif spec is not None:
                wanted = snapshot.ids_at_level(snapshot.view(spec), level)
            else:
                wanted = ids_of(snapshot.reader, level)
            outcomes = None if spec is None else spec.outcomes
            for start in range(0, max(1, len(wanted)), PAGE_ROWS):
                page = wanted[start : start + PAGE_ROWS]
                yield table_with_outcomes(
                    snapshot, level, wanted=outcomes, ids=page, columns=columns
                )
