"""A job's state as it changes."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.jobs.context import Meter, Outcome, Step
from visionlens_jlab.core.jobs.shapes import Job, kind_of
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library


STALE = "JOB_CANCELLED"


def queued(store: DatasetStore, request: JobParameters, name: str | None = None) -> Job:
    """A new job on a dataset, under a name where one is given."""
    kind = kind_of(request)
    job = Job(
        job=name or uuid.uuid4().hex,
        kind=kind,
        dataset=store.slug,
        dataset_uuid=store.uuid,
        state="queued",
        created_at=now(),
    )
    return job.model_copy(update={kind: request})


def started(job: Job, attempt: int) -> Job:
    """The job as its next attempt begins."""
    state = job.state if job.state == "cancelling" else "running"
    update = {
        "state": state,
        "attempt": attempt,
        "started_at": job.started_at or now(),
        "stage": None,
        "done": 0,
        "total": None,
        "rate": None,
        "eta_seconds": None,
        "message": None,
    }
    return job.model_copy(update=update)


def advanced(job: Job, meter: Meter, step: Step) -> Job:
    """The job after a step, with the rate and the remaining time that the meter gives."""
    meter.update(step, time.monotonic())
    return job.model_copy(
        update={**vars(step), "rate": meter.rate, "eta_seconds": meter.eta_seconds}
    )


def ended(job: Job, outcome: Outcome) -> Job:
    """The job when it is over."""
    update: dict[str, Any] = dict(vars(outcome.step)) if outcome.step else {}
    update |= {
        "state": outcome.state,
        "error": outcome.error,
        "result": job.result if outcome.result is None else outcome.result,
        "finished_at": now(),
        "rate": None,
        "eta_seconds": None,
    }
    if outcome.reason is not None:
        update["message"] = outcome.reason
    ended = job.model_copy(update=update)
    if ended.state != "done" or ended.total is None:
        return ended
    return ended.model_copy(update={"done": ended.total})  # its last words may have been lost


def now() -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def named_followers(
    job: Job, requests: Sequence[JobParameters]
) -> Iterator[tuple[str, JobParameters]]:
    """What follows a job, each with the name of its job: the same, however often that ends."""
    count: Counter[str] = Counter()
    for request in requests:
        kind = kind_of(request)
        count[kind] += 1
        which = f" {count[kind]}" if count[kind] > 1 else ""
        yield uuid.uuid5(uuid.NAMESPACE_OID, f"{job.job} {kind}{which}").hex, request


def dataset_of(job: Job) -> str:
    """Slug of the dataset that the job works on."""
    if job.dataset is None:
        raise VisionLensError("JOB_FAILED", f"Job {job.job} names no dataset.")
    return job.dataset


def store_of(library: Library, job: Job) -> DatasetStore:
    """The dataset that the job was queued for. JOB_CANCELLED when it is gone, DATASET_BUSY."""
    slug = dataset_of(job)
    try:
        store = library.open(slug)
    except VisionLensError as error:
        if error.code == "DATASET_NOT_FOUND":
            raise stale(f"Its dataset {slug!r} was deleted.") from error
        raise
    if store.uuid != job.dataset_uuid:
        raise stale(f"Its dataset was deleted; the one called {slug!r} now is another.")
    return store


def stale(reason: str) -> VisionLensError:
    """What ends a job that must not go on, since what it was planned on is no more."""
    return VisionLensError(STALE, reason, "Start the job again, if it is still wanted.")
