"""Datasets that a Jupyter server owns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from visionlens_jlab.agents.notebook.backend import HttpAgents
from visionlens_jlab.analysis.notebook.backend import HttpAnalyses
from visionlens_jlab.attributes.notebook.backend import HttpAttributes
from visionlens_jlab.core.datasets.shapes import DatasetDetail, DatasetInfo, IngestReport, Roots
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.backend import ORIGIN
from visionlens_jlab.core.notebook.jobs import follow_job, queue_job
from visionlens_jlab.core.notebook.shapes import shaped
from visionlens_jlab.core.notebook.transport import ARROW, BINARY, Transport, arrow_bytes
from visionlens_jlab.core.predicates.shapes import Filter
from visionlens_jlab.core.shapes import JobParameters, Level, Model
from visionlens_jlab.core.views.shapes import (
    Changed,
    Predicate,
    PredicateRequest,
    SavedView,
    SqlRequest,
    TableRequest,
    TagRequest,
    Tiles,
    TilesRequest,
    ViewSpec,
)
from visionlens_jlab.core.workspace.shapes import Workspace, WorkspaceChange, WorkspaceRequest
from visionlens_jlab.duplicates.shapes import Duplicates
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, Encoded, EncodeRequest, QueryVector
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.notebook.backend import HttpEvaluations
from visionlens_jlab.export.shapes import ExportRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.labels.shapes import EditDone, EditRequest, HistoryEntry
from visionlens_jlab.map.shapes import Projection


class DatasetList(Model):
    """Answer of `datasets`."""

    datasets: list[DatasetInfo]


class History(Model):
    """Answer of `edits`."""

    entries: list[HistoryEntry]


class SavedViewList(Model):
    """Answer of `views`."""

    views: list[SavedView]


class ProjectionList(Model):
    """Answer of `projections`."""

    projections: list[Projection]


class SpaceList(Model):
    """Answer of `spaces`."""

    spaces: list[EmbeddingSpace]


class HttpBackend:
    """The datasets of one Jupyter server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def datasets(self) -> list[DatasetInfo]:
        """Every dataset of the server's data directory."""
        return self._transport.read(DatasetList, "GET", "datasets").datasets

    def open(self, name: str, *, read_only: bool = False) -> HttpDataset:
        """By slug, name or uuid; DATASET_NOT_FOUND."""
        detail = self._transport.read(DatasetDetail, "GET", f"datasets/{quote(name, safe='')}")
        return HttpDataset(self._transport, detail.dataset, read_only)

    def delete(self, name: str) -> None:
        """By slug, name or uuid; DATASET_NOT_FOUND."""
        self._transport.request("DELETE", f"datasets/{quote(name, safe='')}")

    def ingest(
        self, request: IngestRequest, rows: pa.Table | None, on_progress: Callable[[Job], None]
    ) -> str:
        """Queue the job and follow it to its end."""
        done = follow_job(self._transport, queue_job(self._transport, request, rows), on_progress)
        if done.dataset is None:
            raise VisionLensError("JOB_FAILED", f"The ingest of {request.source} named no dataset.")
        return done.dataset


class HttpDataset(HttpAgents, HttpAnalyses, HttpAttributes, HttpEvaluations):
    """One dataset behind the REST API."""

    linked = True

    def __init__(self, transport: Transport, dataset: str, read_only: bool) -> None:
        self.dataset = dataset
        self._transport = transport
        self._read_only = read_only
        self._path = f"datasets/{quote(dataset, safe='')}"

    def detail(self) -> DatasetDetail:
        """Counts, classes, splits, fields."""
        return self._transport.read(DatasetDetail, "GET", self._path)

    def roots(self) -> Roots:
        """Where the images lie, and which of these places are read."""
        return self._transport.read(Roots, "GET", f"{self._path}/roots")

    def trust_roots(self) -> Roots:
        """Have all of them read from now on; DISK_SPACE."""
        return self._transport.read(Roots, "POST", f"{self._path}/roots")

    def report(self, offset: int, limit: int) -> IngestReport | None:
        """A page of the ingest report; None when there is none."""
        try:
            return self._transport.read(
                IngestReport, "GET", f"{self._path}/report?offset={offset}&limit={limit}"
            )
        except VisionLensError as error:
            if error.code == "NOT_FOUND":
                return None
            raise

    def ids(self, spec: ViewSpec) -> np.ndarray:
        """The view's ids, uint32, in display order."""
        return self.ids_and_scores(spec)[0]

    def ids_and_scores(self, spec: ViewSpec) -> tuple[np.ndarray, np.ndarray | None]:
        """The same with float32 scores where the view searches."""
        return self._transport.read_ids_and_scores(f"{self._path}/view", spec)

    def spaces(self) -> list[EmbeddingSpace]:
        """Oldest first."""
        return self._transport.read(SpaceList, "GET", f"{self._path}/spaces").spaces

    def delete_space(self, space: str) -> None:
        """With its vectors, index and projections; SPACE_NOT_FOUND."""
        self._check_writable()
        self._transport.request("DELETE", f"{self._path}/spaces/{quote(space, safe='')}")

    def put_vectors(
        self, space: EmbeddingSpace, ids: np.ndarray, vectors: np.ndarray
    ) -> EmbeddingSpace:
        """Added to the space, made when it is not there; VECTORS_INVALID, ID_UNKNOWN."""
        self._check_writable()
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
        rows = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        response = self._transport.request(
            "PUT",
            f"{self._path}/spaces/{quote(space.space, safe='')}/vectors",
            params={"level": space.level, "model": space.model, "version": space.version},
            content=arrow_bytes(pa.table({"id": pa.array(ids, pa.uint32()), "vector": rows})),
            headers={"Content-Type": ARROW},
        )
        return EmbeddingSpace.model_validate_json(response.content)

    def put_query(self, space: str, vector: np.ndarray) -> str:
        """The key of a vector that a view can search for; SPACE_NOT_FOUND, VECTORS_INVALID."""
        path = f"{self._path}/spaces/{quote(space, safe='')}/queries"
        body = QueryVector(vector=vector.tolist())
        return self._transport.read(Encoded, "POST", path, body).query

    def projections(self) -> list[Projection]:
        """Oldest first."""
        path = f"{self._path}/projections"
        return self._transport.read(ProjectionList, "GET", path).projections

    def points(self, projection: str, dimensions: int) -> np.ndarray:
        """Float32 (largest id + 1, dimensions), rows of NaN; PROJECTION_NOT_FOUND."""
        path = f"{self._path}/projections/{quote(projection, safe='')}/points"
        content = self._transport.request("GET", path).content
        return np.frombuffer(content, "<f4").astype(np.float32).reshape(-1, dimensions)

    def duplicates(self, kind: Literal["exact", "near"], offset: int, limit: int) -> Duplicates:
        """A page of the groups that were found last."""
        query = f"kind={kind}&offset={offset}&limit={limit}"
        return self._transport.read(Duplicates, "GET", f"{self._path}/duplicates?{query}")

    def run(
        self,
        request: JobParameters,
        on_progress: Callable[[Job], None],
        rows: pa.Table | None = None,
    ) -> Job:
        """Queue a job on the dataset and follow it to its end."""
        if not isinstance(request, ExportRequest):
            self._check_writable()
        return follow_job(self._transport, queue_job(self._transport, request, rows), on_progress)

    def encode(self, request: EncodeRequest) -> Encoded:
        """A text or an image as a query; MODEL_UNAVAILABLE, TEXT_UNSUPPORTED."""
        return self._transport.read(Encoded, "POST", f"{self._path}/encode", request)

    def table(self, request: TableRequest) -> pa.Table:
        """Rows of a view or of explicit ids."""
        return self._transport.read_table(f"{self._path}/table", request)

    def predicate(self, text: str | None, filter: Filter | None) -> Predicate:
        """Both forms of a checked predicate."""
        request = shaped(PredicateRequest, text=text, filter=filter)
        return self._transport.read(Predicate, "POST", f"{self._path}/predicate", request)

    def sql(self, query: str) -> pa.Table:
        """The result of one SELECT."""
        return self._transport.read_table(f"{self._path}/sql", shaped(SqlRequest, query=query))

    def set_field(self, name: str, ids: np.ndarray, values: pa.Array, level: Level) -> Changed:
        """Set a field of some rows."""
        self._check_writable()
        table = pa.table({"id": pa.array(ids, pa.uint32()), "value": values})
        response = self._transport.request(
            "PUT",
            f"{self._path}/fields/{quote(name, safe='')}",
            params={"level": level},
            content=arrow_bytes(table),
            headers={"Content-Type": ARROW},
        )
        return Changed.model_validate_json(response.content)

    def tag(self, request: TagRequest) -> Changed:
        """Add or remove a tag."""
        self._check_writable()
        return self._transport.read(Changed, "POST", f"{self._path}/tags", request)

    def edit(self, request: EditRequest) -> EditDone:
        """Change labels."""
        self._check_writable()
        return self._transport.read(EditDone, "POST", f"{self._path}/edits", request)

    def undo(self) -> EditDone:
        """Take the last change of labels back."""
        self._check_writable()
        return self._transport.read(EditDone, "POST", f"{self._path}/edits/undo")

    def redo(self) -> EditDone:
        """Do it again."""
        self._check_writable()
        return self._transport.read(EditDone, "POST", f"{self._path}/edits/redo")

    def history(self, annotation: int | None, offset: int, limit: int) -> list[HistoryEntry]:
        """A page of the changes of labels, newest first."""
        of = "" if annotation is None else f"annotation={annotation}&"
        path = f"{self._path}/edits?{of}offset={offset}&limit={limit}"
        return self._transport.read(History, "GET", path).entries

    def saved_views(self) -> list[SavedView]:
        """The views kept under a name, by name."""
        return self._transport.read(SavedViewList, "GET", f"{self._path}/views").views

    def save_view(self, name: str, spec: ViewSpec) -> SavedView:
        """Keep a view."""
        self._check_writable()
        return self._transport.read(SavedView, "PUT", self._view_path(name), spec)

    def delete_view(self, name: str) -> None:
        """Forget a view; VIEW_NOT_FOUND."""
        self._check_writable()
        self._transport.request("DELETE", self._view_path(name))

    def thumbnails(self, sample_ids: Sequence[int]) -> list[bytes | None]:
        """One WebP image per sample, None where there is none."""
        request = TilesRequest(ids=list(sample_ids))
        tiles = self._transport.read(Tiles, "POST", f"{self._path}/tiles", request).tiles
        versions = {tile.sample_id: tile.thumbnail for tile in tiles}
        return [
            None
            if (version := versions.get(sample_id)) is None
            else self._image(sample_id, version)
            for sample_id in sample_ids
        ]

    def _image(self, sample_id: int, version: str) -> bytes:
        path = f"{self._path}/samples/{sample_id}/thumbnail"
        return self._transport.request("GET", path, params={"v": version}).content

    def make_workspace(self, notebook: str | None) -> Workspace:
        """The workspace of (dataset, notebook), made when there is none."""
        request = WorkspaceRequest(notebook=notebook)
        return self._transport.read(Workspace, "POST", f"{self._path}/workspaces", request)

    def workspace(self, workspace: str) -> Workspace:
        """WORKSPACE_NOT_FOUND when it does not exist."""
        return self._transport.read(Workspace, "GET", self._workspace_path(workspace))

    def change(self, workspace: str, change: WorkspaceChange) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the same part."""
        return self._transport.read(Workspace, "PATCH", self._workspace_path(workspace), change)

    def selection(self, workspace: str) -> np.ndarray:
        """The selected ids, uint32."""
        return self._transport.read_ids("GET", f"{self._workspace_path(workspace)}/selection")

    def set_selection(
        self, workspace: str, ids: np.ndarray, base_version: int, level: Level
    ) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the selection."""
        response = self._transport.request(
            "PUT",
            f"{self._workspace_path(workspace)}/selection",
            params={"base_version": base_version, "origin": ORIGIN, "level": level},
            content=ids.astype("<u4").tobytes(),
            headers={"Content-Type": BINARY},
        )
        return Workspace.model_validate_json(response.content)

    def close(self) -> None:
        """The server goes on owning the dataset; nothing to let go of."""

    def _view_path(self, name: str) -> str:
        return f"{self._path}/views/{quote(name, safe='')}"

    def _workspace_path(self, workspace: str) -> str:
        return f"{self._path}/workspaces/{quote(workspace, safe='')}"

    def _check_writable(self) -> None:
        if self._read_only:
            raise VisionLensError(
                "DATASET_READ_ONLY",
                f"{self.dataset} was opened with read_only=True.",
                "Open it without read_only to change it.",
            )
