"""Jobs that a notebook waits for, with a progress bar."""

from __future__ import annotations

from ..errors import VisionLensError
from ..models import Job, JobParameters
from .backend import DatasetBackend
from .progress import make_progress, paced


def run_shown(backend: DatasetBackend, request: JobParameters, label: str) -> Job:
    """Run a job on a dataset and show its progress; raises its error."""
    progress = make_progress(label)
    try:
        job = backend.run(request, paced(progress.update))
    except KeyboardInterrupt:
        progress.finish("cancelled")
        raise
    except VisionLensError as error:
        progress.finish(error.message)
        raise
    progress.finish("done")
    return job
