"""What happens to a dataset before and after an ingest job."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.catalog.outbox import INGESTING
from visionlens_jlab.core.jobs.retirement import retire_same
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.core.jobs.status import queued, stale, store_of
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError, system_errors
from visionlens_jlab.ingestion.disk_space import check_space
from visionlens_jlab.ingestion.job.input import FIELDS
from visionlens_jlab.ingestion.shapes import IngestRequest

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue
    from visionlens_jlab.formats.request import Request

TABLE = "table.arrow"
EXISTING = "existing.arrow"
_one_at_a_time = threading.Lock()
"""Two requests for one name at once are one dataset and one DATASET_EXISTS."""
_REFUSED = ("DISK_SPACE", "PERMISSION_DENIED")
"""After these a dataset is as it was before; what is left would only take room."""
_OURS = ("created", "state_before", "version")
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


def create(
    library: Library,
    queue: JobQueue,
    request: IngestRequest,
    rows: pa.Table | None,
    name: str | None = None,
) -> Job:
    """Make the dataset of an ingest and queue the job.

    Parameters
    ----------
    rows : pa.Table or None
        The rows of a DataFrame; `request.source` is then only a label.
    name : str, optional
        The job's own; by default a new one.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND when the source does not exist, DATASET_EXISTS unless the ingest is
        incremental, DATASET_BUSY, DISK_SPACE, PERMISSION_DENIED.
    """
    with _one_at_a_time, system_errors():
        return _create(library, queue, request, rows, name)


def _create(
    library: Library,
    queue: JobQueue,
    request: IngestRequest,
    rows: pa.Table | None,
    job_name: str | None,
) -> Job:
    from visionlens_jlab.formats.request import within_of

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
    job = queued(store, request, job_name)
    retired = retire_same(
        library, queue, job, lambda left, params: _is_outdated(left, params, request)
    )
    if store.results.latest_ingest() in retired:
        store.set_state("incomplete")
    params = request.model_dump(mode="json") | {"created": created}
    spool = Spool.of(library.data_dir, job.job)
    try:
        spool.make(queue.owner.mark())
        if rows is not None:
            write_stream(spool.input / TABLE, rows)
        queue.add(job, params)
    except BaseException:
        spool.remove()
        if created:
            library.delete(store.slug)
        raise
    return job


def _is_outdated(left: Job, params: dict[str, Any], request: IngestRequest) -> bool:
    """Whether a job left by a process that is gone is not to go on after this request.

    One that began does not know what comes now. One that only adds, and did not begin, does as
    well later as now, unless it is the same.
    """
    if not isinstance(left.parameters, IngestRequest):
        return False
    began = "next_sample_id" in params
    same = left.parameters.model_copy(update={"name": request.name}) == request
    return began or params["created"] or same


def begin(library: Library, queue: JobQueue, job: Job) -> dict[str, Any] | None:
    """Prepare the dataset; returns the worker's params, the same for every attempt.

    None: an earlier server was stopped after the last piece, and nothing is left to do.
    """
    store = store_of(library, job)
    report = store.report(0, 0)
    if report is not None and report.job == job.job and report.finished_at is not None:
        return None
    params, latest = queue.params(job.job), store.results.latest_ingest()
    if "next_sample_id" in params:
        if latest != job.job:
            raise stale("Another ingest into its dataset began after it.")
        if store.info().state != INGESTING:
            store.set_state(INGESTING, job=job.job)
    else:
        if params["created"] and latest not in (None, job.job):
            raise stale("Its dataset was filled by another ingest.")
        _plan(library, queue, job, store, params)
    return {key: value for key, value in params.items() if key not in _OURS}


def _plan(
    library: Library, queue: JobQueue, job: Job, store: DatasetStore, params: dict[str, Any]
) -> None:
    """Take the dataset for this ingest, and say in its parameters what was there."""
    before = store.info().state
    # The ingest of a process that is gone left it so.
    params["state_before"] = "incomplete" if before == INGESTING else before
    store.set_state(INGESTING, job=job.job)
    params["version"] = store.version
    if params["incremental"]:
        spool = Spool.of(library.data_dir, job.job)
        write_stream(spool.input / EXISTING, _existing(store, params))
    params["next_sample_id"] = store.results.next_sample_id()
    queue.set_params(job.job, params)


def rest(library: Library, job: Job) -> None:
    """Remove what attempts that were killed left."""
    Spool.of(library.data_dir, job.job).shrink()


def discard(library: Library, job: Job) -> None:
    """Remove the job's pieces."""
    Spool.of(library.data_dir, job.job).clear()


def conclude(library: Library, queue: JobQueue, job: Job) -> int | None:
    """Leave the dataset in the right state and remove the job's pieces.

    Returns
    -------
    int or None
        The dataset's version; None when the job deleted it: a new dataset is removed when
        nothing was committed into it, or when there was no room or no right to write it. Nothing
        is taken away where others wrote meanwhile.
    """
    # First: a dataset on a full disk cannot be set right before there is room.
    discard(library, job)
    return _conclude_dataset(library, queue, job)


def mend(library: Library, queue: JobQueue) -> None:
    """Set datasets right that wait for a job which is over or gone."""
    for card in library.list():
        if card.state != INGESTING or queue.unfinished_of(card.dataset):
            continue
        with contextlib.suppress(VisionLensError):  # busy or damaged: its own card says so
            library.open(card.dataset).set_state("incomplete")


class IngestSetup:
    """What happens before and after an ingest."""

    create = staticmethod(create)
    begin = staticmethod(begin)
    rest = staticmethod(rest)
    discard = staticmethod(discard)
    conclude = staticmethod(conclude)
    mend = staticmethod(mend)


def _conclude_dataset(library: Library, queue: JobQueue, job: Job) -> int | None:
    store = store_of(library, job)
    committed = bool(store.results.committed(job.job))
    params = queue.params(job.job)
    refused = job.error is not None and job.error.code in _REFUSED
    since = 0 if params["created"] else params.get("version", 0)
    alone = not store.results.written_by_others(job.job, after=since)
    if params["created"] and alone and job.state != "done" and (refused or not committed):
        library.delete(store.slug, by=job.job)
        return None
    if job.state != "done":
        store.results.remove_loose_files(job.job)
    if (
        store.results.latest_ingest() != job.job
    ):  # it never began, or another one has the dataset now
        return store.version
    if refused and committed and alone:
        store.results.withdraw(job.job, params["next_sample_id"])
        committed = False
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
    from visionlens_jlab.core.datasets.roots import LOCATION

    return store.sql(_EXISTING_SQL.format(location=LOCATION), timeout=600)


def _checked_places(request: IngestRequest) -> Request:
    """The places that are named: what is wrong with them is said at once, not by the job."""
    from visionlens_jlab.formats.detect import check_format_options, formats
    from visionlens_jlab.formats.request import make_request
    from visionlens_jlab.media.registry import source_kinds

    known = [form for form in formats() if request.format in (None, form.name)]
    if not known:
        raise VisionLensError("FORMAT_UNKNOWN", f"There is no format {request.format!r}.")
    check_format_options(request.options, known)
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
