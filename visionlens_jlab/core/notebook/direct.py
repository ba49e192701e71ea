"""Datasets that this process opens itself, without a server."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from visionlens_jlab.agents.notebook.backend import DirectAgents
from visionlens_jlab.analysis.notebook.backend import DirectAnalyses
from visionlens_jlab.attributes.notebook.backend import DirectAttributes
from visionlens_jlab.core.datasets.shapes import DatasetDetail, DatasetInfo, IngestReport, Roots
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.backend import ORIGIN
from visionlens_jlab.core.predicates.shapes import Filter
from visionlens_jlab.core.shapes import JobParameters, Level
from visionlens_jlab.core.system.loading import importing
from visionlens_jlab.core.views.shapes import (
    Changed,
    Predicate,
    SavedView,
    TableRequest,
    TagRequest,
    ViewSpec,
)
from visionlens_jlab.core.workspace.shapes import Workspace, WorkspaceChange
from visionlens_jlab.duplicates.shapes import Duplicates
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, Encoded, EncodeRequest
from visionlens_jlab.errors import VisionLensError, unknown
from visionlens_jlab.evaluation.notebook.backend import DirectEvaluations
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.labels.shapes import EditDone, EditRequest, HistoryEntry
from visionlens_jlab.map.shapes import Projection

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.workspace.service import WorkspaceService


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

    def ingest(
        self, request: IngestRequest, rows: pa.Table | None, on_progress: Callable[[Job], None]
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


class DirectDataset(DirectAgents, DirectAnalyses, DirectAttributes, DirectEvaluations):
    """One dataset that this process has open."""

    linked = False

    def __init__(self, library: Library, store: DatasetStore) -> None:
        self.dataset = store.slug
        self._library = library
        self._store = store

    def detail(self) -> DatasetDetail:
        """Counts, classes, splits, fields."""
        return self._store.detail()

    def roots(self) -> Roots:
        """Where the images lie, and which of these places are read."""
        return self._store.roots()

    def trust_roots(self) -> Roots:
        """Have all of them read from now on; DISK_SPACE."""
        self._store.trust_roots()
        return self._store.roots()

    def report(self, offset: int, limit: int) -> IngestReport | None:
        """A page of the ingest report; None when there is none."""
        return self._store.report(offset, limit)

    def ids(self, spec: ViewSpec) -> np.ndarray:
        """The view's ids, uint32, in display order."""
        return self._store.view(spec).ids

    def ids_and_scores(self, spec: ViewSpec) -> tuple[np.ndarray, np.ndarray | None]:
        """The same with float32 scores where the view searches."""
        view = self._store.view(spec)
        return view.ids, view.scores

    def spaces(self) -> list[EmbeddingSpace]:
        """Oldest first."""
        from visionlens_jlab.embeddings.store.embeddings import Embeddings

        return self._store.part(Embeddings).all()

    def delete_space(self, space: str) -> None:
        """With its vectors, index and projections; SPACE_NOT_FOUND."""
        from visionlens_jlab.embeddings.store.embeddings import Embeddings

        self._store.part(Embeddings).delete(space)

    def put_vectors(
        self, space: EmbeddingSpace, ids: np.ndarray, vectors: np.ndarray
    ) -> EmbeddingSpace:
        """Added to the space, made when it is not there; VECTORS_INVALID, ID_UNKNOWN."""
        from visionlens_jlab.embeddings.store.embeddings import Embeddings

        self._store.part(Embeddings).add(space, ids, vectors)
        return self._store.part(Embeddings).read(space.space)

    def put_query(self, space: str, vector: np.ndarray) -> str:
        """The key of a vector that a view can search for; SPACE_NOT_FOUND, VECTORS_INVALID."""
        from visionlens_jlab.embeddings.store.embeddings import Embeddings

        return self._store.part(Embeddings).put_query(space, vector, kind="vector")

    def projections(self) -> list[Projection]:
        """Oldest first."""
        from visionlens_jlab.map.store.projections import Projections

        return self._store.part(Projections).all()

    def points(self, projection: str, dimensions: int) -> np.ndarray:
        """Float32 (largest id + 1, dimensions), rows of NaN; PROJECTION_NOT_FOUND."""
        from visionlens_jlab.map.store.projections import Projections

        ids, coordinates = self._store.part(Projections).coordinates(projection)
        points = np.full((int(ids.max(initial=0)) + 1, dimensions), np.nan, dtype=np.float32)
        points[ids] = coordinates
        return points

    def duplicates(self, kind: Literal["exact", "near"], offset: int, limit: int) -> Duplicates:
        """A page of the groups that were found last."""
        from visionlens_jlab.duplicates.store.groups import DuplicateGroups

        return self._store.part(DuplicateGroups).read(kind, offset, limit)

    def run(
        self,
        request: JobParameters,
        on_progress: Callable[[Job], None],
        rows: pa.Table | None = None,
    ) -> Job:
        """Run a job on the dataset in this process."""
        from visionlens_jlab.core.jobs.inline import run_job

        return run_job(self._library, request, on_progress=on_progress, table=rows)

    def encode(self, request: EncodeRequest) -> Encoded:
        """A text or an image as a query, with the space's model in this process.

        MODEL_UNAVAILABLE, TEXT_UNSUPPORTED, IMAGE_UNREADABLE.
        """
        from visionlens_jlab.embeddings.queries.here import encode_here

        return encode_here(self._store, request)

    def table(self, request: TableRequest) -> pa.Table:
        """Rows of a view or of explicit ids."""
        return self._store.tables.read(
            request.level,
            spec=request.view if request.ids is None else None,
            ids=request.ids,
            columns=request.columns,
        )

    def predicate(self, text: str | None, filter: Filter | None) -> Predicate:
        """Both forms of a checked predicate."""
        return self._store.predicate(text, filter)

    def sql(self, query: str) -> pa.Table:
        """The result of one SELECT."""
        return self._store.sql(query)

    def set_field(self, name: str, ids: np.ndarray, values: pa.Array, level: Level) -> Changed:
        """Set a field of some rows; DATASET_READ_ONLY."""
        return self._store.set_field(name, ids, values, level=level)

    def tag(self, request: TagRequest) -> Changed:
        """Add or remove a tag; DATASET_READ_ONLY."""
        return self._store.tag(request)

    def edit(self, request: EditRequest) -> EditDone:
        """Change labels; DATASET_READ_ONLY."""
        from visionlens_jlab.labels.store.edits import Edits

        return self._store.part(Edits).edit(request)

    def undo(self) -> EditDone:
        """Take the last change of labels back; NOTHING_TO_UNDO, DATASET_READ_ONLY."""
        from visionlens_jlab.labels.store.edits import Edits

        return self._store.part(Edits).undo()

    def redo(self) -> EditDone:
        """Do it again; NOTHING_TO_UNDO, DATASET_READ_ONLY."""
        from visionlens_jlab.labels.store.edits import Edits

        return self._store.part(Edits).redo()

    def history(self, annotation: int | None, offset: int, limit: int) -> list[HistoryEntry]:
        """A page of the changes of labels, newest first."""
        from visionlens_jlab.labels.store.edits import Edits

        return self._store.part(Edits).history(annotation, offset, limit)

    def saved_views(self) -> list[SavedView]:
        """The views kept under a name, by name."""
        return self._store.saved_views()

    def save_view(self, name: str, spec: ViewSpec) -> SavedView:
        """Keep a view; DATASET_READ_ONLY."""
        return self._store.save_view(name, spec)

    def delete_view(self, name: str) -> None:
        """Forget a view; VIEW_NOT_FOUND, DATASET_READ_ONLY."""
        self._store.delete_view(name)

    def thumbnails(self, sample_ids: Sequence[int]) -> list[bytes | None]:
        """One WebP image per sample, None where there is none."""
        from visionlens_jlab.media.store.images import Images

        wanted, lost = [(sample_id, "") for sample_id in sample_ids], list[int]()
        contents = self._store.part(Images).thumbnails.read_many(wanted, lost)
        if lost and self._store.part(Images).mend(lost):
            contents = self._store.part(Images).thumbnails.read_many(wanted)
        return [content or None for content in contents]

    def make_workspace(self, notebook: str | None) -> Workspace:
        """The workspace of (dataset, notebook), made when there is none."""
        return self._workspaces.find_or_create(notebook)

    def workspace(self, workspace: str) -> Workspace:
        """WORKSPACE_NOT_FOUND when it does not exist."""
        return self._workspaces.get(workspace)

    def change(self, workspace: str, change: WorkspaceChange) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the same part."""
        return self._workspaces.change(workspace, change)

    def selection(self, workspace: str) -> np.ndarray:
        """The selected ids, uint32."""
        return self._workspaces.selection(workspace)

    def set_selection(
        self, workspace: str, ids: np.ndarray, base_version: int, level: Level
    ) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the selection."""
        return self._workspaces.set_selection(workspace, ids, base_version, ORIGIN, level)

    def close(self) -> None:
        """Let go of the DuckDB file."""
        self._store.close()

    @property
    def _workspaces(self) -> WorkspaceService:
        from visionlens_jlab.core.workspace.service import WorkspaceService

        return WorkspaceService(self._store)
