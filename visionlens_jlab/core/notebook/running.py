"""Jobs that a notebook waits for, with a progress bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.progress import make_progress, paced
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa


def run_shown(
    backend: DatasetBackend, request: JobParameters, label: str, rows: pa.Table | None = None
) -> Job:
    """Run a job on a dataset and show its progress; raises its error.

    `rows` are those of a DataFrame, for a kind of job that takes some.
    """
    progress = make_progress(label)
    try:
        job = backend.run(request, paced(progress.update), rows)
    except KeyboardInterrupt:
        progress.finish("cancelled")
        raise
    except VisionLensError as error:
        progress.finish(error.message)
        raise
    progress.finish("done")
    return job
