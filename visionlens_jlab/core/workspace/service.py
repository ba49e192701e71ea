"""Workspaces: one dataset, view and selection, kept beside the data."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids, as_ids, raise_unknown
from visionlens_jlab.core.workspace.rows import Row, Table, keeper
from visionlens_jlab.core.workspace.shapes import SelectionInfo, Workspace, WorkspaceChange
from visionlens_jlab.errors import VisionLensError

_ID_COLUMN: dict[Level, str] = {"samples": "sample_id", "annotations": "annotation_id"}


class _ConflictError(Exception):
    """A part was changed by another since; leaves the transaction before it is described."""

    def __init__(self, part: str, by: str | None, row: Row) -> None:
        super().__init__(part)
        self.part, self.by, self.row = part, by, row


class WorkspaceService:
    """The workspaces of one dataset; from any thread.

    Each has a version, +1 with each change. A change names the version it was based on: when the
    same part (view or selection) was changed since by another origin, it is refused with the
    present workspace. Those of a dataset that may not be written last as long as this process.
    """

    def __init__(self, store: DatasetStore) -> None:
        self._store = store
        self._keeper = keeper(store)

    def find_or_create(self, notebook: str | None) -> Workspace:
        """The workspace of a notebook, made if need be; without a notebook always a new one."""

        def find(table: Table) -> Row | None:
            return None if notebook is None else table.of_notebook(notebook)

        def work(table: Table) -> Row:
            found = find(table)
            if found is None:
                found = Row.new(notebook)
                table.put(found)
            return found

        found = self._keeper.read(find)
        return self._describe(self._keeper.write(work) if found is None else found)

    def get(self, workspace: str) -> Workspace:
        """A workspace as it is now. WORKSPACE_NOT_FOUND."""
        return self._describe(self._read(workspace))

    def change(self, workspace: str, change: WorkspaceChange) -> Workspace:
        """Change the view, the selection or both: all or nothing.

        What is selected stays selected when a new view filters it out.

        Raises
        ------
        VisionLensError
            WORKSPACE_NOT_FOUND; WORKSPACE_CONFLICT, the present one in `details["workspace"]`;
            ID_UNKNOWN, FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID, SQL_REFUSED, SQL_TIMEOUT
            for what was sent.
        """
        if change.selection is not None and change.select_view is not None:
            raise VisionLensError("REQUEST_INVALID", "Give either selection or select_view.")
        if change.view is not None:
            self._store.view(change.view)
        level, ids = change.selection_level, None
        if change.select_view is not None:
            view = self._store.view(change.select_view)
            level, ids = view.level, view.ids
        elif change.selection is not None:
            ids = as_ids(change.selection)
        return self._apply(
            workspace, change.base_version, change.origin, level=level, view=change.view, ids=ids
        )

    def ids(self, workspace: str) -> Ids:
        """The ids of the workspace's view, uint32 in display order. WORKSPACE_NOT_FOUND."""
        return self._store.view(self._read(workspace).spec).ids

    def selection(self, workspace: str) -> Ids:
        """The selected ids, uint32, in the order they were given. WORKSPACE_NOT_FOUND."""
        return self._read(workspace).selected

    def selected(self, workspace: str) -> tuple[SelectionInfo, Ids]:
        """The same, with its level and version."""
        row = self._read(workspace)
        return _selection_of(row), row.selected

    def selected_rows(self, workspace: str, most: int) -> pa.Table:
        """The rows of what is selected, in its order; of more than `most` only their ids.

        The schema's metadata says `selection`. So it is where a sample is there no longer.
        """
        told, ids = self.selected(workspace)
        table = pa.table({_ID_COLUMN[told.level]: pa.array(ids, pa.uint32())})
        if len(ids) <= most:
            with suppress(VisionLensError):  # whoever asks for the rows is told
                table = self._store.tables.read(told.level, ids=ids)
        return table.replace_schema_metadata({"selection": told.model_dump_json()})

    def set_selection(
        self,
        workspace: str,
        ids: Ids,
        base_version: int,
        origin: str,
        level: Level = "samples",
    ) -> Workspace:
        """Replace the selection. Raises as `change` does."""
        return self._apply(workspace, base_version, origin, level=level, ids=as_ids(ids))

    def _apply(
        self,
        workspace: str,
        base_version: int,
        origin: str,
        *,
        level: Level,
        view: ViewSpec | None = None,
        ids: Ids | None = None,
    ) -> Workspace:
        def work(table: Table) -> Row:
            row = _require(table, workspace)
            _check_conflict(row, base_version, origin, view is not None, ids is not None)
            changed = _changed(row, origin, level=level, view=view, ids=ids)
            table.put(changed)
            return changed

        if ids is not None:
            with self._store.database.read() as reader:
                raise_unknown(reader, level, ids)
        try:
            return self._describe(self._keeper.write(work))
        except _ConflictError as error:
            raise VisionLensError(
                "WORKSPACE_CONFLICT",
                f"The {error.part} was changed by {error.by} in the meantime.",
                details={"workspace": self._describe(error.row).model_dump(mode="json")},
            ) from None

    def _read(self, workspace: str) -> Row:
        return self._keeper.read(lambda table: _require(table, workspace))

    def _describe(self, row: Row) -> Workspace:
        """The workspace with its counts; nothing counts where its view cannot be shown any more."""
        try:
            view = self._store.view(row.spec)
        except VisionLensError as error:
            if error.code not in _UNUSABLE:
                raise
            view = replace(self._store.view(ViewSpec(level=row.spec.level)), ids=as_ids([]))
        return Workspace(
            workspace=row.workspace,
            dataset=self._store.slug,
            notebook=row.notebook,
            version=row.version,
            dataset_version=view.version,
            view=row.spec,
            view_version=row.view_version,
            predicate=view.predicate,
            count=len(view.ids),
            total=view.total,
            selection=_selection_of(row),
            origin=row.origin,
        )


_UNUSABLE = (
    *("FIELD_UNKNOWN", "FIELD_TYPE", "PREDICATE_INVALID", "SQL_REFUSED", "SQL_TIMEOUT"),
    *("SPACE_NOT_FOUND", "QUERY_NOT_FOUND", "VECTORS_INVALID", "ID_UNKNOWN", "REQUEST_INVALID"),
)
"""What becomes of a view whose fields or data have changed: asking for its ids says why."""


def _selection_of(row: Row) -> SelectionInfo:
    return SelectionInfo(
        level=row.selection_level,
        count=len(row.selection) // 4,
        version=row.selection_version,
    )


def _require(table: Table, workspace: str) -> Row:
    row = table.find(workspace)
    if row is None:
        raise VisionLensError("WORKSPACE_NOT_FOUND", f"There is no workspace {workspace!r}.")
    return row


def _check_conflict(row: Row, base_version: int, origin: str, view: bool, selection: bool) -> None:
    parts = (
        ("view", view, row.view_version, row.view_origin),
        ("selection", selection, row.selection_version, row.selection_origin),
    )
    for name, touched, version, by in parts:
        if touched and version > base_version and by != origin:
            raise _ConflictError(name, by, row)


def _changed(row: Row, origin: str, *, level: Level, view: ViewSpec | None, ids: Ids | None) -> Row:
    version = row.version + 1
    changed = replace(row, version=version, origin=origin)
    if view is not None:
        changed = replace(
            changed, view=view.model_dump_json(), view_version=version, view_origin=origin
        )
    if ids is not None:
        changed = replace(
            changed,
            selection=_distinct(ids).astype("<u4").tobytes(),
            selection_level=level,
            selection_version=version,
            selection_origin=origin,
        )
    return changed


def _distinct(ids: Ids) -> Ids:
    """A selection is a set; the first place of each id is kept."""
    _, first = np.unique(ids, return_index=True)
    return ids[np.sort(first)]
