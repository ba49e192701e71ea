"""What the notebook API needs from whoever owns the datasets: a server, or this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from visionlens_jlab.agents.notebook.backend import AgentBackend
from visionlens_jlab.analysis.notebook.backend import AnalysisBackend
from visionlens_jlab.attributes.notebook.backend import AttributeBackend
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
from visionlens_jlab.duplicates.shapes import Duplicates
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, Encoded, EncodeRequest
from visionlens_jlab.evaluation.notebook.backend import EvaluationBackend
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.labels.shapes import EditDone, EditRequest, HistoryEntry
from visionlens_jlab.map.shapes import Projection

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


ORIGIN = "notebook"
"""Names this side in workspace changes."""


class DatasetBackend(AgentBackend, AnalysisBackend, AttributeBackend, EvaluationBackend, Protocol):
    """One open dataset. Every method raises VisionLensError for what users can act on."""

    dataset: str
    """The slug: the dataset's key in every address."""
    linked: bool
    """Whether a front end can show this dataset, that is, whether a server owns it."""

    def detail(self) -> DatasetDetail: ...

    def roots(self) -> Roots:
        """Where the images lie, and which of these places are read."""
        ...

    def trust_roots(self) -> Roots:
        """Have all of them read from now on."""
        ...

    def report(self, offset: int, limit: int) -> IngestReport | None: ...

    def ids(self, spec: ViewSpec) -> np.ndarray:
        """The view's ids, uint32, in display order."""
        ...

    def ids_and_scores(self, spec: ViewSpec) -> tuple[np.ndarray, np.ndarray | None]:
        """The same with float32 scores where the view searches."""
        ...

    def spaces(self) -> list[EmbeddingSpace]:
        """Oldest first."""
        ...

    def delete_space(self, space: str) -> None: ...
    def put_vectors(
        self, space: EmbeddingSpace, ids: np.ndarray, vectors: np.ndarray
    ) -> EmbeddingSpace:
        """Added to the space, made when it is not there; VECTORS_INVALID, ID_UNKNOWN."""
        ...

    def put_query(self, space: str, vector: np.ndarray) -> str:
        """The key of a vector that a view can search for; SPACE_NOT_FOUND, VECTORS_INVALID."""
        ...

    def projections(self) -> list[Projection]:
        """Oldest first."""
        ...

    def points(self, projection: str, dimensions: int) -> np.ndarray:
        """Float32 (largest id + 1, dimensions), rows of NaN; PROJECTION_NOT_FOUND."""
        ...

    def duplicates(self, kind: Literal["exact", "near"], offset: int, limit: int) -> Duplicates:
        """A page of the groups that were found last."""
        ...

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
        ...

    def encode(self, request: EncodeRequest) -> Encoded:
        """A text or an image as a query; MODEL_UNAVAILABLE, TEXT_UNSUPPORTED."""
        ...

    def table(self, request: TableRequest) -> pa.Table: ...

    def predicate(self, text: str | None, filter: Filter | None) -> Predicate: ...

    def sql(self, query: str) -> pa.Table: ...

    def set_field(self, name: str, ids: np.ndarray, values: pa.Array, level: Level) -> Changed: ...

    def tag(self, request: TagRequest) -> Changed: ...

    def edit(self, request: EditRequest) -> EditDone: ...

    def undo(self) -> EditDone:
        """NOTHING_TO_UNDO."""
        ...

    def redo(self) -> EditDone:
        """NOTHING_TO_UNDO."""
        ...

    def history(self, annotation: int | None, offset: int, limit: int) -> list[HistoryEntry]:
        """A page, newest first."""
        ...

    def saved_views(self) -> list[SavedView]: ...

    def save_view(self, name: str, spec: ViewSpec) -> SavedView:
        """Replaces one of that name."""
        ...

    def delete_view(self, name: str) -> None:
        """VIEW_NOT_FOUND."""
        ...

    def thumbnails(self, sample_ids: Sequence[int]) -> list[bytes | None]:
        """One WebP image per sample, None where there is none."""
        ...

    def make_workspace(self, notebook: str | None) -> Workspace: ...

    def workspace(self, workspace: str) -> Workspace: ...

    def change(self, workspace: str, change: WorkspaceChange) -> Workspace: ...

    def selection(self, workspace: str) -> np.ndarray:
        """The selected ids, uint32."""
        ...

    def set_selection(
        self, workspace: str, ids: np.ndarray, base_version: int, level: Level
    ) -> Workspace: ...

    def close(self) -> None: ...


class Backend(Protocol):
    """A place where datasets are kept."""

    def datasets(self) -> list[DatasetInfo]: ...

    def open(self, name: str, *, read_only: bool = False) -> DatasetBackend: ...

    def delete(self, name: str) -> None: ...

    def ingest(
        self, request: IngestRequest, rows: pa.Table | None, on_progress: Callable[[Job], None]
    ) -> str:
        """Run an ingest to its end and return the dataset's slug.

        `rows` are those of a DataFrame, whose `request.source` is only a label.
        KeyboardInterrupt cancels the job and is raised again.
        """
        ...
