"""Datasets that this process opens itself, without a server."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.datasets.shapes import DatasetInfo, Roots
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.backend import BackendPart, Factory, P, Selected
from visionlens_jlab.core.shapes import JobParameters, Level
from visionlens_jlab.core.system.loading import importing
from visionlens_jlab.core.views.shapes import TableRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError, unknown

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library


class DirectBackend:
    """The datasets of one folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._opened: Library | None = None

    @property
    def _library(self) -> Library:
        if self._opened is None:
            from visionlens_jlab.core.datasets.library import Library
            from visionlens_jlab.core.jobs.queue import Owner
            from visionlens_jlab.core.jobs.retirement import clear_leftovers

            self._opened = Library(self._data_dir)
            with suppress(VisionLensError, OSError, sqlite3.Error):
                clear_leftovers(self._opened, Owner.of_process())
        return self._opened

    def datasets(self) -> list[DatasetInfo]:
        """Every dataset of the folder, which is not touched where it holds none."""
        return self._library.list() if self._holds_datasets() else []

    def open(self, name: str, *, read_only: bool = False) -> DirectDataset:
        """By slug, name or uuid; DATASET_NOT_FOUND, DATASET_BUSY."""
        self._check_holds(name)
        return DirectDataset(self._library, self._library.open(name, read_only=read_only))

    def delete(self, name: str) -> None:
        """By slug, name or uuid; DATASET_NOT_FOUND, DATASET_BUSY."""
        self._check_holds(name)
        self._library.delete(name)

    def create(
        self, request: JobParameters, rows: pa.Table | None, on_progress: Callable[[Job], None]
    ) -> str:
        """Run the job in this process; KeyboardInterrupt leaves what was committed."""
        with importing():
            from visionlens_jlab.core.datasets import library  # noqa: F401  by which `_library` finds it
            from visionlens_jlab.core.jobs.inline import run_inline

        store = run_inline(self._library, request, on_progress=on_progress, table=rows)
        return store.slug

    def _holds_datasets(self) -> bool:
        return self._opened is not None or (self._data_dir / "datasets").is_dir()

    def _check_holds(self, name: str) -> None:
        if not self._holds_datasets():
            raise unknown("DATASET_NOT_FOUND", "dataset", name, [])


class DirectDataset:
    """One dataset that this process has open: its store answers."""

    linked = False
    factory: Factory

    def __init__(self, library: Library, store: DatasetStore) -> None:
        from visionlens_jlab.core.workspace.service import WorkspaceService

        self.dataset = store.slug
        self._library = library
        self._store = store
        self.detail = store.detail
        self.roots = store.roots
        self.report = store.report
        self.predicate = store.predicate
        self.sql = store.sql
        self.set_field = store.set_field
        self.tag = store.tag
        self.saved_views = store.saved_views
        self.save_view = store.save_view
        self.delete_view = store.delete_view
        self.close = store.close
        workspaces = WorkspaceService(store)
        self.make_workspace = workspaces.find_or_create
        self.workspace = workspaces.get
        self.change = workspaces.change
        self._selected = workspaces.selected
        self.set_selection = workspaces.set_selection

    def part(self, kind: BackendPart[P]) -> P:
        """The part of the store."""
        return cast("P", self._store.part(resolve(kind.store)))

    def trust_roots(self) -> Roots:
        """Have all of them read from now on; DISK_SPACE."""
        self._store.trust_roots()
        return self._store.roots()

    def ids(self, spec: ViewSpec) -> np.ndarray:
        """The view's ids, uint32, in display order."""
        return self._store.view(spec).ids

    def ids_and_scores(self, spec: ViewSpec) -> tuple[np.ndarray, np.ndarray | None]:
        """The same with float32 scores where the view searches."""
        view = self._store.view(spec)
        return view.ids, view.scores

    def run(
        self,
        request: JobParameters,
        on_progress: Callable[[Job], None],
        rows: pa.Table | None = None,
    ) -> Job:
        """Run a job on the dataset in this process."""
        from visionlens_jlab.core.jobs.inline import run_job

        return run_job(self._library, request, on_progress=on_progress, table=rows)

    def selected(self, workspace: str) -> Selected:
        """What is selected now."""
        info, ids = self._selected(workspace)
        return Selected(info.level, ids)

    def rows(self, level: Level, ids: np.ndarray, columns: list[str] | None) -> pa.Table:
        """Rows of ids, in their order; FIELD_UNKNOWN, ID_UNKNOWN."""
        return self._store.tables.read(level, ids=ids, columns=columns)

    def table(self, request: TableRequest) -> pa.Table:
        """Rows of a view or of explicit ids."""
        return self._store.tables.read(
            request.level,
            spec=request.view if request.ids is None else None,
            ids=request.ids,
            columns=request.columns,
        )
