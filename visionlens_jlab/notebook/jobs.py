"""Jobs of a server, followed to their end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from ..errors import VisionLensError
from ..models import Job
from .transport import Transport

POLL_SECONDS = 0.25
OVER = ("done", "failed", "cancelled")


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
