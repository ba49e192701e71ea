"""Workspaces: one dataset, view and selection, stored beside the data."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb
import numpy as np

from visionlens_jlab.catalog.clock import utc_now
from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.store import DatasetStore
from visionlens_jlab.catalog.tables import Ids, as_ids, raise_unknown
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.models import Level, SelectionInfo, ViewSpec, Workspace, WorkspaceChange

_COLUMNS = (
    "workspace, notebook, version, view, view_version, view_origin, "
    "selection, selection_level, selection_version, selection_origin, origin"
)


@dataclass(frozen=True)
class _Row:
    """A workspace as it is stored."""

    workspace: str
    notebook: str | None
    version: int
    view: str
    view_version: int
    view_origin: str | None
    selection: bytes
    selection_level: Level
    selection_version: int
    selection_origin: str | None
    origin: str | None

    @property
    def spec(self) -> ViewSpec:
        return ViewSpec.model_validate_json(self.view)

    @property
    def selected(self) -> Ids:
        return np.frombuffer(self.selection, dtype="<u4").astype(np.uint32)


class WorkspaceService:
    """The workspaces of one dataset; from any thread.

    Each has a version, +1 with each change. A change names the version it was based on: when the
    same part (view or selection) was changed since by another origin, it is refused with the
    present workspace.
    """

    def __init__(self, store: DatasetStore) -> None:
        self._store = store

    def find_or_create(self, notebook: str | None) -> Workspace:
        """The workspace of a notebook, made if need be; without a notebook always a new one."""

        def work(cursor: duckdb.DuckDBPyConnection) -> _Row:
            found = _find(cursor, "notebook = ?", notebook) if notebook is not None else None
            return found or _insert(cursor, notebook)

        if notebook is not None:
            with self._store.database.read() as reader:
                found = _find(reader.cursor, "notebook = ?", notebook)
            if found is not None:
                return self._describe(found)
        return self._describe(self._store.transaction(work))

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
            ID_UNKNOWN, FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID for what was sent.
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
        def work(cursor: duckdb.DuckDBPyConnection) -> _Row:
            row = _require(cursor, workspace)
            self._check_conflict(row, base_version, origin, view is not None, ids is not None)
            if ids is not None:
                raise_unknown(Reader(cursor), level, ids)
            changed = _changed(row, origin, level=level, view=view, ids=ids)
            _update(cursor, changed)
            return changed

        return self._describe(self._store.transaction(work))

    def _check_conflict(
        self, row: _Row, base_version: int, origin: str, view: bool, selection: bool
    ) -> None:
        parts = (
            ("view", view, row.view_version, row.view_origin),
            ("selection", selection, row.selection_version, row.selection_origin),
        )
        for name, touched, version, by in parts:
            if touched and version > base_version and by != origin:
                raise VisionLensError(
                    "WORKSPACE_CONFLICT",
                    f"The {name} was changed by {by} in the meantime.",
                    details={"workspace": self._describe(row).model_dump(mode="json")},
                )

    def _read(self, workspace: str) -> _Row:
        with self._store.database.read() as reader:
            return _require(reader.cursor, workspace)

    def _describe(self, row: _Row) -> Workspace:
        view = self._store.view(row.spec)
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
            selection=SelectionInfo(
                level=row.selection_level,
                count=len(row.selection) // 4,
                version=row.selection_version,
            ),
            origin=row.origin,
        )


def _find(cursor: duckdb.DuckDBPyConnection, condition: str, value: str) -> _Row | None:
    rows = cursor.execute(
        f"SELECT {_COLUMNS} FROM workspace WHERE {condition} ORDER BY created_at LIMIT 1",  # noqa: S608
        [value],
    ).fetchall()
    return _Row(*rows[0]) if rows else None


def _require(cursor: duckdb.DuckDBPyConnection, workspace: str) -> _Row:
    row = _find(cursor, "workspace = ?", workspace)
    if row is None:
        raise VisionLensError("WORKSPACE_NOT_FOUND", f"There is no workspace {workspace!r}.")
    return row


def _insert(cursor: duckdb.DuckDBPyConnection, notebook: str | None) -> _Row:
    row = _Row(
        workspace=str(uuids.uuid4()),
        notebook=notebook,
        version=1,
        view=ViewSpec().model_dump_json(),
        view_version=0,
        view_origin=None,
        selection=b"",
        selection_level="samples",
        selection_version=0,
        selection_origin=None,
        origin=None,
    )
    now = utc_now()
    values: list[Any] = [*vars(row).values(), now, now]
    marks = ", ".join("?" * len(values))
    cursor.execute(
        f"INSERT INTO workspace ({_COLUMNS}, created_at, modified_at) VALUES ({marks})",  # noqa: S608
        values,
    )
    return row


def _changed(
    row: _Row, origin: str, *, level: Level, view: ViewSpec | None, ids: Ids | None
) -> _Row:
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


def _update(cursor: duckdb.DuckDBPyConnection, row: _Row) -> None:
    moment: datetime = utc_now()
    cursor.execute(
        "UPDATE workspace SET version = ?, view = ?, view_version = ?, view_origin = ?, "
        "selection = ?, selection_level = ?, selection_version = ?, selection_origin = ?, "
        "origin = ?, modified_at = ? "
        "WHERE workspace = ?",
        [
            row.version,
            row.view,
            row.view_version,
            row.view_origin,
            row.selection,
            row.selection_level,
            row.selection_version,
            row.selection_origin,
            row.origin,
            moment,
            row.workspace,
        ],
    )
