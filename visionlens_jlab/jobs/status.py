"""A job's state as it changes."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from ..errors import VisionLensError
from ..models import Job
from .outcome import Outcome
from .progress import Meter, Step


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
    return job.model_copy(
        update={
            "state": outcome.state,
            "error": outcome.error,
            "result": outcome.result or {},
            "finished_at": now(),
            "rate": None,
            "eta_seconds": None,
        }
    )


def now() -> str:
    """ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def dataset_of(job: Job) -> str:
    """Slug of the dataset that the job works on."""
    if job.dataset is None:
        raise VisionLensError("JOB_FAILED", f"Job {job.job} names no dataset.")
    return job.dataset
