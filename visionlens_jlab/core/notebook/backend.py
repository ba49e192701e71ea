"""What the notebook API needs from whoever owns the datasets, a server or this process.

`Remote` is the base of what answers over the REST API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from visionlens_jlab.core.datasets.shapes import DatasetDetail, DatasetInfo, IngestReport, Roots
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.predicates.shapes import Filter
from visionlens_jlab.core.shapes import JobParameters, Level
from visionlens_jlab.core.views.shapes import (
    Changed,
    Predicate,
    SavedView,
    TableRequest,
    TagRequest,
    ViewSpec,
)
from visionlens_jlab.core.workspace.shapes import Workspace, WorkspaceChange
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from visionlens_jlab.core.notebook.transport import Transport


M = TypeVar("M", bound=BaseModel)


def quoted(*segments: str) -> str:
    """A path of segments, whatever they hold."""
    return "/".join(quote(segment, safe="") for segment in segments)


@dataclass(frozen=True)
class Connection:
    """Whom to ask about which dataset."""

    transport: Transport
    dataset: str
    """The slug."""
    read_only: bool


class Remote:
    """Requests about one dataset; a path is the segments below the dataset's own.

    Arguments by name are the query; what is None is left out.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dataset = connection.dataset
        self._transport = connection.transport

    def get(self, shape: type[M], *path: str, **query: Any) -> M:
        """Read a shape."""
        return shape.model_validate_json(self.content("GET", *path, params=query))

    def find(self, shape: type[M], *path: str, **query: Any) -> M | None:
        """The same; None where there is none."""
        try:
            return self.get(shape, *path, **query)
        except VisionLensError as error:
            if error.code == "NOT_FOUND":
                return None
            raise

    def ask(self, shape: type[M], body: BaseModel, *path: str) -> M:
        """Ask for a shape with a body; nothing changes."""
        return self._transport.read(shape, "POST", self.address(*path), body)

    def ask_bytes(self, body: BaseModel, *path: str) -> bytes:
        """Ask for something that is not JSON; nothing changes."""
        headers = {"Content-Type": "application/json"}
        return self.content("POST", *path, content=body.model_dump_json(), headers=headers)

    def send(self, verb: str, shape: type[M], body: BaseModel | None, *path: str) -> M:
        """Change something; DATASET_READ_ONLY."""
        self.check_writable()
        return self._transport.read(shape, verb, self.address(*path), body)

    def put_table(self, shape: type[M], table: pa.Table, *path: str, **query: Any) -> M:
        """Change something to what a table says; DATASET_READ_ONLY."""
        from visionlens_jlab.core.notebook.transport import ARROW, arrow_bytes

        self.check_writable()
        headers = {"Content-Type": ARROW}
        body = arrow_bytes(table)
        content = self.content("PUT", *path, params=query, content=body, headers=headers)
        return shape.model_validate_json(content)

    def remove(self, *path: str) -> None:
        """Remove something; DATASET_READ_ONLY."""
        self.check_writable()
        self.content("DELETE", *path)

    def content(
        self, verb: str, *path: str, params: Mapping[str, Any] | None = None, **options: Any
    ) -> bytes:
        """The body of an answer."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self._transport.request(verb, self.address(*path), params=given, **options).content

    def address(self, *path: str) -> str:
        """A path below that of the API."""
        return quoted("datasets", self.dataset, *path)

    def check_writable(self) -> None:
        """DATASET_READ_ONLY where it was opened so."""
        if self._connection.read_only:
            raise VisionLensError(
                "DATASET_READ_ONLY",
                f"{self.dataset} was opened with read_only=True.",
                "Open it without read_only to change it.",
            )


ORIGIN = "notebook"
"""Names this side in workspace changes."""

P = TypeVar("P")
Known: TypeAlias = "Callable[[], pa.Table | None]"


@dataclass(frozen=True)
class BackendPart(Generic[P]):
    """What the notebook methods of a capability ask of a dataset: a protocol, `P`."""

    store: str
    """`module:class` of the part of the open dataset that answers in this process; named, not
    imported, since a kernel with a server loads no store."""
    remote: Callable[[Connection], P]
    """Makes what answers over the REST API."""


@dataclass(frozen=True)
class Selected:
    """What is selected in a workspace."""

    level: Level
    ids: np.ndarray
    """uint32, in the order they were given."""
    known: Known | None = None
    """The rows that came with the ids, while nothing can have changed them; else None."""


@dataclass(frozen=True)
class Factory:
    """Makes what a dataset gives: the classes with the methods of all capabilities."""

    view: Callable[[DatasetBackend, ViewSpec], Any]
    """A view of a specification."""
    selection: Callable[[DatasetBackend, ViewSpec, np.ndarray, Known | None], Any]
    """A view of exactly these ids, taken from a specification; with rows known already."""
    pictures: Callable[[DatasetBackend, Sequence[int]], bytes | None]
    """Some samples as one WebP image; None: there is nothing to show."""


class DatasetBackend(Protocol):
    """One open dataset. Every method raises VisionLensError for what users can act on."""

    dataset: str
    """The slug: the dataset's key in every address."""
    linked: bool
    """Whether a front end can show this dataset, that is, whether a server owns it."""
    factory: Factory
    """Set by the Dataset that holds it: whatever comes from that gives the same views."""

    def part(self, kind: BackendPart[P]) -> P:
        """What a capability adds."""

    def detail(self) -> DatasetDetail:
        """Counts, classes, splits, fields."""

    def roots(self) -> Roots:
        """Where the images lie, and which of these places are read."""

    def trust_roots(self) -> Roots:
        """Have all of them read from now on; DISK_SPACE."""

    def report(self, offset: int, limit: int) -> IngestReport | None:
        """A page of the ingest report; None when there is none."""

    def ids(self, spec: ViewSpec) -> np.ndarray:
        """The view's ids, uint32, in display order."""

    def ids_and_scores(self, spec: ViewSpec) -> tuple[np.ndarray, np.ndarray | None]:
        """The same with float32 scores where the view searches."""

    def run(
        self,
        request: JobParameters,
        on_progress: Callable[[Job], None],
        rows: pa.Table | None = None,
    ) -> Job:
        """Run a job on the dataset to its end; raises its error.

        `rows` are those of a DataFrame, for a kind of job that takes some.
        KeyboardInterrupt cancels it and is raised again.
        """

    def table(self, request: TableRequest) -> pa.Table:
        """Rows of a view or of explicit ids."""

    def rows(self, level: Level, ids: np.ndarray, columns: list[str] | None) -> pa.Table:
        """Rows of ids, in their order; FIELD_UNKNOWN, ID_UNKNOWN."""

    def predicate(self, text: str | None, filter: Filter | None) -> Predicate:
        """Both forms of a checked predicate."""

    def sql(self, query: str) -> pa.Table:
        """The result of one SELECT."""

    def set_field(self, name: str, ids: np.ndarray, values: pa.Array, *, level: Level) -> Changed:
        """Set a field of some rows."""

    def tag(self, request: TagRequest) -> Changed:
        """Add or remove a tag."""

    def saved_views(self) -> list[SavedView]:
        """By name."""

    def save_view(self, name: str, spec: ViewSpec) -> SavedView:
        """Replaces one of that name."""

    def delete_view(self, name: str) -> None:
        """VIEW_NOT_FOUND."""

    def make_workspace(self, notebook: str | None) -> Workspace:
        """The workspace of (dataset, notebook), made when there is none."""

    def workspace(self, workspace: str) -> Workspace:
        """WORKSPACE_NOT_FOUND."""

    def change(self, workspace: str, change: WorkspaceChange) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the same part."""

    def selected(self, workspace: str) -> Selected:
        """What is selected now."""

    def set_selection(
        self, workspace: str, ids: np.ndarray, base_version: int, origin: str, level: Level
    ) -> Workspace:
        """WORKSPACE_CONFLICT when another changed the selection."""

    def close(self) -> None:
        """Let go of the dataset."""


class Backend(Protocol):
    """A place where datasets are kept."""

    def datasets(self) -> list[DatasetInfo]:
        """Every one of them."""

    def open(self, name: str, *, read_only: bool = False) -> DatasetBackend:
        """By slug, name or uuid; DATASET_NOT_FOUND, DATASET_BUSY."""

    def delete(self, name: str) -> None:
        """By slug, name or uuid; DATASET_NOT_FOUND, DATASET_BUSY."""

    def create(
        self, request: JobParameters, rows: pa.Table | None, on_progress: Callable[[Job], None]
    ) -> str:
        """Run a job that makes its dataset to its end; the dataset's slug.

        `rows` are those of a DataFrame, for a kind of job that takes some.
        KeyboardInterrupt cancels the job and is raised again.
        """
