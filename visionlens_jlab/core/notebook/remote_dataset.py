"""Datasets that a Jupyter server owns, and its jobs, followed to their end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.datasets.shapes import (
    DatasetDetail,
    DatasetInfo,
    DatasetList,
    IngestReport,
    Roots,
)
from visionlens_jlab.core.jobs.shapes import Job, JobRequest, kind_of
from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import (
    BackendPart,
    Connection,
    Factory,
    P,
    Remote,
    Selected,
    quoted,
)
from visionlens_jlab.core.notebook.frames import ID_COLUMN
from visionlens_jlab.core.notebook.transport import ARROW, BINARY, Transport, arrow_bytes
from visionlens_jlab.core.predicates.shapes import Filter
from visionlens_jlab.core.shapes import JobParameters, Level
from visionlens_jlab.core.views.shapes import (
    Changed,
    Predicate,
    PredicateRequest,
    SavedView,
    SavedViewList,
    SqlRequest,
    TableRequest,
    TagRequest,
    ViewSpec,
)
from visionlens_jlab.core.workspace.shapes import (
    SelectionInfo,
    Workspace,
    WorkspaceChange,
    WorkspaceRequest,
)
from visionlens_jlab.errors import VisionLensError

POLL_SECONDS = 0.25
OVER = ("done", "failed", "cancelled")


def queue_job(transport: Transport, request: JobParameters, rows: pa.Table | None) -> Job:
    """Queue a job; `rows` are those of a DataFrame, for a kind that takes some."""
    if rows is None:
        return transport.read(Job, "POST", "jobs", JobRequest.of(request))
    response = transport.request(
        "POST",
        "jobs",
        params={kind_of(request): request.model_dump_json()},
        content=arrow_bytes(rows),
        headers={"Content-Type": ARROW},
    )
    return Job.model_validate_json(response.content)


def follow_job(transport: Transport, job: Job, on_progress: Callable[[Job], None]) -> Job:
    """The job when it is done; raises its error, JOB_CANCELLED when somebody cancelled it.

    KeyboardInterrupt cancels it and is raised again.
    """
    try:
        while job.state not in OVER:
            on_progress(job)
            time.sleep(POLL_SECONDS)
            job = transport.read(Job, "GET", f"jobs/{job.job}")
    except KeyboardInterrupt:
        with suppress(VisionLensError):  # over already, or the server is gone
            transport.read(Job, "DELETE", f"jobs/{job.job}")
        raise
    if job.state == "done":
        return job
    if job.error is not None:
        raise VisionLensError.from_json(job.error.model_dump())
    code = "JOB_CANCELLED" if job.state == "cancelled" else "JOB_FAILED"
    raise VisionLensError(code, f"The {job.kind} job was {job.state}.")


ROWS_AT_ONCE = 5000
"""Rows of a selection that come with its ids: a DataFrame of them needs no second request."""
FRESH_SECONDS = 0.05
"""So long, a request's own time, they stand for what the server has: in one expression, as
`lens.selection.to_pandas()` is, and only while the server is asked nothing else."""


class RemoteBackend:
    """The datasets of one Jupyter server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def datasets(self) -> list[DatasetInfo]:
        """Every dataset of the server's data directory."""
        return self._transport.read(DatasetList, "GET", "datasets").datasets

    def open(self, name: str, *, read_only: bool = False) -> RemoteDataset:
        """By slug, name or uuid; DATASET_NOT_FOUND."""
        detail = self._transport.read(DatasetDetail, "GET", quoted("datasets", name))
        return RemoteDataset(Connection(self._transport, detail.dataset, read_only))

    def delete(self, name: str) -> None:
        """By slug, name or uuid; DATASET_NOT_FOUND."""
        self._transport.request("DELETE", quoted("datasets", name))

    def create(
        self, request: JobParameters, rows: pa.Table | None, on_progress: Callable[[Job], None]
    ) -> str:
        """Queue the job and follow it to its end."""
        done = follow_job(self._transport, queue_job(self._transport, request, rows), on_progress)
        if done.dataset is None:
            raise VisionLensError("JOB_FAILED", f"The {done.kind} job named no dataset.")
        return done.dataset


class RemoteDataset(Remote):
    """One dataset behind the REST API."""

    linked = True
    factory: Factory

    def part(self, kind: BackendPart[P]) -> P:
        """What answers over the REST API."""
        return kind.remote(self._connection)

    def detail(self) -> DatasetDetail:
        """Counts, classes, splits, fields."""
        return self.get(DatasetDetail)

    def roots(self) -> Roots:
        """Where the images lie, and which of these places are read."""
        return self.get(Roots, "roots")

    def trust_roots(self) -> Roots:
        """Have all of them read from now on; DISK_SPACE."""
        return self._transport.read(Roots, "POST", self.address("roots"))

    def report(self, offset: int, limit: int) -> IngestReport | None:
        """A page of the ingest report; None when there is none."""
        return self.find(IngestReport, "report", offset=offset, limit=limit)

    def ids(self, spec: ViewSpec) -> np.ndarray:
        """The view's ids, uint32, in display order."""
        return self.ids_and_scores(spec)[0]

    def ids_and_scores(self, spec: ViewSpec) -> tuple[np.ndarray, np.ndarray | None]:
        """The same with float32 scores where the view searches."""
        return self._transport.read_ids_and_scores(self.address("view"), spec)

    def run(
        self,
        request: JobParameters,
        on_progress: Callable[[Job], None],
        rows: pa.Table | None = None,
    ) -> Job:
        """Queue a job on the dataset and follow it to its end."""
        if request.changes_dataset:
            self.check_writable()
        return follow_job(self._transport, queue_job(self._transport, request, rows), on_progress)

    def table(self, request: TableRequest) -> pa.Table:
        """Rows of a view or of explicit ids."""
        return self._transport.read_table(self.address("table"), request)

    def rows(self, level: Level, ids: np.ndarray, columns: list[str] | None) -> pa.Table:
        """Rows of ids, in their order; FIELD_UNKNOWN, ID_UNKNOWN."""
        named = {} if columns is None else {"columns": json.dumps(columns)}
        body = ids.astype("<u4").tobytes()
        return self._transport.read_table(self.address("table"), body, level=level, **named)

    def predicate(self, text: str | None, filter: Filter | None) -> Predicate:
        """Both forms of a checked predicate."""
        return self.ask(Predicate, shaped(PredicateRequest, text=text, filter=filter), "predicate")

    def sql(self, query: str) -> pa.Table:
        """The result of one SELECT."""
        return self._transport.read_table(self.address("sql"), shaped(SqlRequest, query=query))

    def set_field(self, name: str, ids: np.ndarray, values: pa.Array, *, level: Level) -> Changed:
        """Set a field of some rows."""
        table = pa.table({"id": pa.array(ids, pa.uint32()), "value": values})
        return self.put_table(Changed, table, "fields", name, level=level)

    def tag(self, request: TagRequest) -> Changed:
        """Add or remove a tag."""
        return self.send("POST", Changed, request, "tags")

    def saved_views(self) -> list[SavedView]:
        """The views kept under a name, by name."""
        return self.get(SavedViewList, "views").views

    def save_view(self, name: str, spec: ViewSpec) -> SavedView:
        """Keep a view."""
        return self.send("PUT", SavedView, spec, "views", name)

    def delete_view(self, name: str) -> None:
        """Forget a view; VIEW_NOT_FOUND."""
        self.remove("views", name)

    def make_workspace(self, notebook: str | None) -> Workspace:
        """The workspace of (dataset, notebook), made when there is none."""
        return self.ask(Workspace, WorkspaceRequest(notebook=notebook), "workspaces")

    def workspace(self, workspace: str) -> Workspace:
        """WORKSPACE_NOT_FOUND when it does not exist."""
        return self.get(Workspace, "workspaces", workspace)

    def change(self, workspace: str, change: WorkspaceChange) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the same part."""
        path = self.address("workspaces", workspace)
        return self._transport.read(Workspace, "PATCH", path, change)

    def selected(self, workspace: str) -> Selected:
        """What is selected now, with its rows where they are few: one request."""
        table = self._transport.read_table(
            self.address("workspaces", workspace, "selection", "rows"), most=ROWS_AT_ONCE
        )
        info = SelectionInfo.model_validate_json(table.schema.metadata[b"selection"])
        ids = table[ID_COLUMN[info.level]].to_numpy().astype(np.uint32)
        if table.num_columns == 1:
            return Selected(info.level, ids)
        rows = table.replace_schema_metadata(None)
        requests, until = self._transport.requests, time.monotonic() + FRESH_SECONDS

        def known() -> pa.Table | None:
            asked_since = self._transport.requests != requests
            return None if asked_since or time.monotonic() > until else rows

        return Selected(info.level, ids, known)

    def set_selection(
        self, workspace: str, ids: np.ndarray, base_version: int, origin: str, level: Level
    ) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the selection."""
        content = self.content(
            "PUT",
            *("workspaces", workspace, "selection"),
            params={"base_version": base_version, "origin": origin, "level": level},
            content=ids.astype("<u4").tobytes(),
            headers={"Content-Type": BINARY},
        )
        return Workspace.model_validate_json(content)

    def close(self) -> None:
        """The server goes on owning the dataset; nothing to let go of."""
