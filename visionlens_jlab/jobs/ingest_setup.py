"""What happens to a dataset before and after an ingest job."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..errors import VisionLensError
from ..models import IngestRequest, Job
from .pieces import write_stream
from .spool import Spool
from .status import now

if TYPE_CHECKING:
    import pyarrow as pa

    from ..catalog.library import Library
    from ..catalog.store import DatasetStore
    from .queue import JobQueue

TABLE = "table.arrow"
EXISTING = "existing.arrow"
_EXISTING_SQL = (
    "SELECT sample_id, root, path, filename, bytes, content_hash FROM sample ORDER BY sample_id"
)


def create(library: Library, queue: JobQueue, request: IngestRequest, rows: pa.Table | None) -> Job:
    """Make the dataset of an ingest and queue the job.

    Parameters
    ----------
    rows : pa.Table or None
        The rows of a DataFrame; `request.source` is then only a label.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND when the source does not exist, DATASET_EXISTS unless the ingest is
        incremental, DATASET_BUSY.
    """
    name = request.name or (request.source if rows is not None else _suggested_name(request))
    store, created = _dataset(library, name, incremental=request.incremental)
    job = Job(
        job=uuid.uuid4().hex,
        kind="ingest",
        dataset=store.slug,
        state="queued",
        created_at=now(),
    )
    params = request.model_dump(mode="json") | {"created": created}
    spool = Spool.of(library.data_dir, job.job)
    try:
        spool.make()
        if rows is not None:
            write_stream(spool.input / TABLE, rows)
        queue.add(job, params)
    except BaseException:
        spool.remove()
        if created:
            library.delete(store.slug)
        raise
    return job


def begin(library: Library, queue: JobQueue, job: Job) -> dict[str, Any]:
    """Prepare the dataset; returns the worker's params, the same for every attempt."""
    store = library.open(dataset_of(job))
    params = queue.params(job.job)
    if "next_sample_id" not in params:
        params["next_sample_id"] = store.next_sample_id()
        if params["incremental"]:
            spool = Spool.of(library.data_dir, job.job)
            write_stream(spool.input / EXISTING, store.sql(_EXISTING_SQL, timeout=600))
        queue.set_params(job.job, params)
    store.set_state("ingesting")
    return {key: value for key, value in params.items() if key != "created"}


def conclude(library: Library, queue: JobQueue, job: Job) -> int | None:
    """Leave the dataset in the right state and remove the job's pieces.

    Returns
    -------
    int or None
        The dataset's version; None when there is none any more: a new dataset into which
        nothing was committed is removed.
    """
    try:
        return _conclude_dataset(library, queue, job)
    finally:
        Spool.of(library.data_dir, job.job).clear()


def dataset_of(job: Job) -> str:
    """Slug of the dataset that the job fills."""
    if job.dataset is None:
        raise VisionLensError("JOB_FAILED", f"Job {job.job} names no dataset.")
    return job.dataset


def _conclude_dataset(library: Library, queue: JobQueue, job: Job) -> int | None:
    slug = dataset_of(job)
    try:
        store = library.open(slug)
    except VisionLensError as error:
        if error.code == "DATASET_NOT_FOUND":
            return None
        raise
    committed = bool(store.committed_pieces(job.job))
    if not committed and job.state != "done" and queue.params(job.job)["created"]:
        library.delete(slug)
        return None
    store.set_state("ready" if job.state == "done" or not committed else "incomplete")
    return store.version


def _suggested_name(request: IngestRequest) -> str:
    from ..formats.registry import source_kinds
    from ..formats.request import make_request

    places = make_request(
        request.source, source_kinds(), images=request.images, labels=request.labels
    )
    return places.suggested_name


def _dataset(library: Library, name: str, *, incremental: bool) -> tuple[DatasetStore, bool]:
    """The dataset to fill, and whether it was made for that."""
    if incremental:
        try:
            return library.open(name), False
        except VisionLensError as error:
            if error.code != "DATASET_NOT_FOUND":
                raise
    return library.create(name), True
