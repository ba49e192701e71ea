"""Where workspaces are kept: beside the data, or in memory where the data may not be written."""

from __future__ import annotations

import threading
import uuid as uuids
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

import duckdb
import numpy as np

from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids

T = TypeVar("T")
_KEPT_IN_MEMORY = 1000
"""Workspaces of one dataset; the longest unused go first."""


@dataclass(frozen=True)
class Row:
    """A workspace as it is kept."""

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

    @classmethod
    def new(cls, notebook: str | None) -> Row:
        """A workspace that shows everything, with nothing selected."""
        return cls(
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

    @property
    def spec(self) -> ViewSpec:
        """The view."""
        return ViewSpec.model_validate_json(self.view)

    @property
    def selected(self) -> Ids:
        """The selected ids, uint32."""
        return np.frombuffer(self.selection, dtype="<u4").astype(np.uint32)


class Table(Protocol):
    """Workspaces at one moment."""

    def find(self, workspace: str) -> Row | None: ...

    def of_notebook(self, notebook: str) -> Row | None:
        """The oldest of a notebook."""
        ...

    def put(self, row: Row) -> None:
        """Add a workspace, or replace it."""
        ...


class Keeper(Protocol):
    """Gives access to the workspaces; writing is serial, and undone when `work` raises."""

    def read(self, work: Callable[[Table], T]) -> T: ...

    def write(self, work: Callable[[Table], T]) -> T: ...


def keeper(store: DatasetStore) -> Keeper:
    """Beside the data where it may be written, else in the memory of this process."""
    if not store.read_only:
        return _Stored(store)
    with _guard:
        return _in_memory.setdefault((str(store.folder.resolve()), store.uuid), _Memory())


# --- beside the data -------------------------------------------------------------------------

_COLUMNS = ", ".join(field.name for field in fields(Row))


class _Stored:
    def __init__(self, store: DatasetStore) -> None:
        self._store = store

    def read(self, work: Callable[[Table], T]) -> T:
        with self._store.database.read() as reader:
            return work(_SqlTable(reader.cursor))

    def write(self, work: Callable[[Table], T]) -> T:
        return self._store.keep(lambda cursor: work(_SqlTable(cursor)))


class _SqlTable:
    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def find(self, workspace: str) -> Row | None:
        return self._first("workspace = ?", workspace)

    def of_notebook(self, notebook: str) -> Row | None:
        return self._first("notebook = ?", notebook)

    def put(self, row: Row) -> None:
        now = utc_now()
        values: list[Any] = [*vars(row).values(), now, now]
        marks = ", ".join("?" * len(values))
        changed = ", ".join(
            f"{field.name} = excluded.{field.name}"
            for field in fields(Row)
            if field.name not in ("workspace", "notebook")
        )
        self._cursor.execute(
            f"INSERT INTO workspace ({_COLUMNS}, created_at, modified_at) VALUES ({marks}) "  # noqa: S608
            f"ON CONFLICT (workspace) DO UPDATE SET {changed}, modified_at = excluded.modified_at",
            values,
        )

    def _first(self, condition: str, value: str) -> Row | None:
        rows = self._cursor.execute(
            f"SELECT {_COLUMNS} FROM workspace WHERE {condition} ORDER BY created_at LIMIT 1",  # noqa: S608
            [value],
        ).fetchall()
        return Row(*rows[0]) if rows else None


# --- in memory -------------------------------------------------------------------------------


class _Memory:
    def __init__(self) -> None:
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._lock = threading.RLock()

    def read(self, work: Callable[[Table], T]) -> T:
        with self._lock:
            return work(self)

    write = read
    # Each `work` puts one row, as its last step: there is nothing to undo.

    def find(self, workspace: str) -> Row | None:
        row = self._rows.get(workspace)
        if row is not None:
            self._rows.move_to_end(workspace)
        return row

    def of_notebook(self, notebook: str) -> Row | None:
        return next((row for row in self._rows.values() if row.notebook == notebook), None)

    def put(self, row: Row) -> None:
        self._rows[row.workspace] = row
        while len(self._rows) > _KEPT_IN_MEMORY:
            self._rows.popitem(last=False)


_in_memory: dict[tuple[str, str], _Memory] = {}
_guard = threading.Lock()
