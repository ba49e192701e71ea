"""Jobs of a server, followed to their end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from visionlens_jlab.core.jobs.shapes import Job, JobRequest, kind_of
from visionlens_jlab.core.notebook.transport import ARROW, Transport, arrow_bytes
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa

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
