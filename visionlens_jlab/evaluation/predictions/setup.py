"""What happens before and after an import of predictions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.errors import VisionLensError, check_options, system_errors
from visionlens_jlab.evaluation.predictions.input import CLASSES, IMAGES, ROWS
from visionlens_jlab.evaluation.shapes import PredictionsRequest
from visionlens_jlab.evaluation.store.prediction_runs import Runs
from visionlens_jlab.evaluation.store.runs import check_run_name
from visionlens_jlab.formats.predictions.reading import FORMATS

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue

_IMAGES_SQL = """
    SELECT sample_id, path, source_id, split, width, height FROM sample ORDER BY sample_id
"""
_CLASSES_SQL = """
    SELECT name, source_id, coalesce(len(keypoints), 0) AS keypoints FROM class ORDER BY class_id
"""


_OPTIONS = ("split", "categories", "voc_origin", "task", "units")


class PredictionsSetup(DatasetSetup[PredictionsRequest]):
    """The worker gets what the dataset's images and classes are called."""

    offered = (ROWS,)

    def create(
        self,
        library: Library,
        queue: JobQueue,
        request: PredictionsRequest,
        rows: pa.Table | None = None,
        name: str | None = None,
    ) -> Job:
        """As others; with the rows of a DataFrame. RUN_EXISTS, DIR_NOT_FOUND, FORMAT_UNKNOWN."""
        with system_errors():
            if rows is None:
                source = Path(request.source).expanduser()
                if not source.exists():
                    raise VisionLensError("DIR_NOT_FOUND", f"There is no {request.source}.")
                request = request.model_copy(update={"source": os.path.realpath(source)})
        return super().create(library, queue, request, rows, name)

    def checked(self, store: DatasetStore, request: PredictionsRequest) -> PredictionsRequest:
        """REQUEST_INVALID for a name that no run can have, RUN_EXISTS, FORMAT_UNKNOWN."""
        check_run_name(request.run)
        check_options("Predictions", request.options, _OPTIONS)
        if request.format is not None and request.format not in FORMATS:
            raise VisionLensError(
                "FORMAT_UNKNOWN",
                f"There is no format of predictions {request.format!r}.",
                f"Name one of {', '.join(FORMATS)}.",
            )
        if not request.replace and any(one.run == request.run for one in store.part(Runs).all()):
            raise VisionLensError("RUN_EXISTS", f"There is a run {request.run!r} already.")
        return request

    def makes(self, request: PredictionsRequest) -> object:
        """A run."""
        return request.run

    def standing(self, store: DatasetStore, request: PredictionsRequest) -> str | None:
        """When the run of that name was imported."""
        return next(
            (one.created_at for one in store.part(Runs).all() if one.run == request.run), None
        )

    def prepare(
        self, store: DatasetStore, request: PredictionsRequest, spool: Spool
    ) -> dict[str, Any]:
        """Write names of images and classes."""
        write_stream(spool.input / IMAGES, store.sql(_IMAGES_SQL, timeout=600))
        write_stream(spool.input / CLASSES, store.sql(_CLASSES_SQL))
        return {}

    def offer_rows(self, spool: Spool, rows: pa.Table) -> None:
        """Write the rows of a DataFrame."""
        write_stream(spool.input / ROWS, rows)
