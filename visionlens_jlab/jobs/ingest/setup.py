"""What happens to a dataset before and after an ingest job."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...confinement import Confinement
from ...errors import VisionLensError, system_errors
from ...models import IngestRequest, Job, JobParameters
from ..pieces import write_stream
from ..spool import Spool
from ..status import dataset_of, now
from .existing import FIELDS
from .space import check_space

if TYPE_CHECKING:
    import pyarrow as pa

    from ...catalog.library import Library
    from ...catalog.store import DatasetStore
    from ...formats.request import Request
    from ..queue import JobQueue

TABLE = "table.arrow"
EXISTING = "existing.arrow"
_one_at_a_time = threading.Lock()
"""Two requests for one name at once are one dataset and one DATASET_EXISTS."""
_REFUSED = ("DISK_SPACE", "PERMISSION_DENIED")
"""After these a dataset is as it was before; what is left would only take room."""
_OURS = ("created", "state_before")
"""Params that are not for the worker."""
_EXISTING_SQL = """
    SELECT s.sample_id, s.root, s.path, s.filename, s.bytes, s.content_hash,
           {location} AS location,
           s.modified_ns, s.labels_digest, s.stated_digests, s.width, s.height, s.orientation,
           s.content_hash IS NULL AND s.orientation IS NOT NULL AND s.sample_id NOT IN (
               SELECT i.sample_id FROM ingest_issue i
               WHERE i.code = 'IMAGE_UNREADABLE' AND i.sample_id IS NOT NULL
           ) AS lacks_pixels
    FROM sample s LEFT JOIN source_root r ON r.name = s.root
    ORDER BY s.sample_id
"""
"""`lacks_pixels`: the image could be opened, but its pixels never came. Every column says whose it
is: the user's fields may have any name."""
_FIELDS_SQL = "SELECT source_name FROM field WHERE level = 'samples' ORDER BY position"


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
        incremental, DATASET_BUSY, DISK_SPACE, PERMISSION_DENIED.
    """
    with _one_at_a_time, system_errors():
        return _create(library, queue, request, rows)


def _create(
    library: Library, queue: JobQueue, request: IngestRequest, rows: pa.Table | None
) -> Job:
    from ...formats.request import within_of

    check_space(library.data_dir)
    if rows is not None:
        suggested = request.source
    else:
        places = _checked_places(request)
        suggested = places.suggested_name
        further = Confinement.of(within_of(request.options) or ())
        within = places.folders_within(library.allowed.and_in(further.folders))
        options = {**request.options, "within": list(within.folders)}
        request = request.model_copy(update={"options": options})
    name = request.name or suggested
    store, created = _dataset(library, queue, name, incremental=request.incremental)
    job = Job(
        job=uuid.uuid4().hex,
        kind="ingest",
        dataset=store.slug,
        state="queued",
        created_at=now(),
        ingest=request,
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


def begin(library: Library, queue: JobQueue, job: Job) -> dict[str, Any] | None:
    """Prepare the dataset; returns the worker's params, the same for every attempt.

    None: an earlier server was stopped after the last piece, and nothing is left to do.
    """
    store = library.open(dataset_of(job))
    report = store.report(0, 0)
    if report is not None and report.job == job.job and report.finished_at is not None:
        return None
    params = queue.params(job.job)
    if "next_sample_id" not in params:
        params["next_sample_id"] = store.next_sample_id()
        params["state_before"] = store.info().state
        if params["incremental"]:
            spool = Spool.of(library.data_dir, job.job)
            write_stream(spool.input / EXISTING, _existing(store, params))
        queue.set_params(job.job, params)
    store.set_state("ingesting")
    return {key: value for key, value in params.items() if key not in _OURS}


def conclude(library: Library, queue: JobQueue, job: Job) -> int | None:
    """Leave the dataset in the right state and remove the job's pieces.

    Returns
    -------
    int or None
        The dataset's version; None when there is none any more: a new dataset is removed when
        nothing was committed into it, or when there was no room or no right to write it.
    """
    # First: a dataset on a full disk cannot be set right before there is room.
    Spool.of(library.data_dir, job.job).clear()
    return _conclude_dataset(library, queue, job)


def mend(library: Library, queue: JobQueue) -> None:
    """Set datasets right that wait for a job which is over or gone."""
    for card in library.list():
        if card.state != "ingesting" or queue.unfinished_of(card.dataset):
            continue
        with contextlib.suppress(VisionLensError):  # busy or damaged: its own card says so
            library.open(card.dataset).set_state("incomplete")


class IngestSetup:
    """What happens before and after an ingest."""

    create = staticmethod(create)
    begin = staticmethod(begin)
    conclude = staticmethod(conclude)
    mend = staticmethod(mend)

    def follow(self, job: Job) -> list[JobParameters]:
        """Nothing."""
        return []


def _conclude_dataset(library: Library, queue: JobQueue, job: Job) -> int | None:
    slug = dataset_of(job)
    try:
        store = library.open(slug)
    except VisionLensError as error:
        if error.code == "DATASET_NOT_FOUND":
            return None
        raise
    committed = bool(store.committed_pieces(job.job))
    params = queue.params(job.job)
    refused = job.error is not None and job.error.code in _REFUSED
    if params["created"] and job.state != "done" and (refused or not committed):
        library.delete(slug)
        return None
    if refused and committed:
        store.withdraw(job.job, params["next_sample_id"])
        committed = False
    if job.state != "done":
        store.remove_loose_packs(job.job)
    store.set_state(_state_after(store, job, params, committed))
    return store.version


def _state_after(store: DatasetStore, job: Job, params: dict[str, Any], committed: bool) -> str:
    before = params.get("state_before") or store.info().state
    if job.state == "done":
        # Another folder was added; the one whose ingest was cancelled still waits.
        waits = before == "incomplete" and not params["labels_only"] and _lacks_pixels(store)
        return "incomplete" if waits else "ready"
    return "incomplete" if committed else before


def _existing(store: DatasetStore, params: dict[str, Any]) -> pa.Table:
    """The samples there are, each with whether it is unfinished."""
    table = _existing_samples(store)
    unfinished = table.column("lacks_pixels").to_pylist()
    if params["state_before"] == "incomplete":
        # Also one that could not be opened may lack annotations.
        unfinished = table.column("content_hash").is_null().to_pylist()
    elif params["labels_only"]:
        unfinished = [False] * table.num_rows
    fields = store.sql(_FIELDS_SQL).column("source_name").to_pylist()
    return (
        table.drop_columns(["lacks_pixels"])
        .append_column("unfinished", [unfinished])
        .replace_schema_metadata({FIELDS: json.dumps(fields)})
    )


def _lacks_pixels(store: DatasetStore) -> bool:
    return True in _existing_samples(store).column("lacks_pixels").to_pylist()


def _existing_samples(store: DatasetStore) -> pa.Table:
    from ...catalog.roots import LOCATION

    return store.sql(_EXISTING_SQL.format(location=LOCATION), timeout=600)


def _checked_places(request: IngestRequest) -> Request:
    """The places that are named: what is wrong with them is said at once, not by the job."""
    from ...formats.registry import formats, source_kinds
    from ...formats.request import make_request

    if request.format is not None and request.format not in {form.name for form in formats()}:
        raise VisionLensError("FORMAT_UNKNOWN", f"There is no format {request.format!r}.")
    places = make_request(
        request.source, source_kinds(), images=request.images, labels=request.labels
    )
    for source in places.roots.values():
        place = Path(source.location)
        if place.is_dir() and not os.access(place, os.R_OK | os.X_OK):
            raise VisionLensError("PERMISSION_DENIED", f"{place} may not be read.")
    return places


def _dataset(
    library: Library, queue: JobQueue, name: str, *, incremental: bool
) -> tuple[DatasetStore, bool]:
    """The dataset to fill, and whether it was made for that."""
    if incremental:
        try:
            return library.open(name), False
        except VisionLensError as error:
            if error.code != "DATASET_NOT_FOUND":
                raise
    try:
        return library.create(name), True
    except VisionLensError as error:
        if error.code != "DATASET_EXISTS" or not _left_empty(library, queue, name):
            raise
    return library.open(name), True


def _left_empty(library: Library, queue: JobQueue, name: str) -> bool:
    """Whether a process was killed between making the dataset and queuing its job."""
    store = library.open(name)
    return store.version == 0 and not queue.unfinished_of(store.slug)
