"""What happens before and after an import of predictions and the jobs about evaluations."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.errors import VisionLensError, check_options, system_errors
from visionlens_jlab.evaluation.capability import CLASSES, IMAGES, LABELS, PREDICTIONS, ROWS
from visionlens_jlab.evaluation.shapes import (
    EvaluateRequest,
    IntervalsRequest,
    LabelQualityRequest,
    PredictionsRequest,
)
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.evaluation.store.runs import Runs, check_run_name
from visionlens_jlab.formats.predictions.reading import FORMATS
from visionlens_jlab.ingestion.shapes import IngestRequest

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


_OPTIONS = ("split", "categories", "voc_origin", "task", "units", "field")


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


_LONGEST_NAME = 200


class EvaluateSetup(DatasetSetup[EvaluateRequest]):
    """The worker gets the labels, the predictions and the images of the view."""

    def checked(self, store: DatasetStore, request: EvaluateRequest) -> EvaluateRequest:
        """With a name. RUN_NOT_FOUND, REQUEST_INVALID; what the view raises."""
        store.part(Runs).read(request.run)
        if request.view is not None:
            store.view(request.view)
        if request.iou is not None and not all(0 < value <= 1 for value in request.iou):
            raise VisionLensError("REQUEST_INVALID", "Each IoU must lie above 0, at most at 1.")
        name = request.name
        if name is None:
            name = free_name(request, {one.evaluation for one in store.part(Evaluations).all()})
        elif not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise VisionLensError(
                "REQUEST_INVALID", "An evaluation needs a name of 1 to 200 printable characters."
            )
        return request.model_copy(update={"name": name})

    def makes(self, request: EvaluateRequest) -> object:
        """An evaluation."""
        return request.name

    def standing(self, store: DatasetStore, request: EvaluateRequest) -> str | None:
        """When the evaluation of that name was made."""
        found = (one for one in store.part(Evaluations).all() if one.evaluation == request.name)
        return next((one.created_at for one in found), None)

    def prepare(
        self, store: DatasetStore, request: EvaluateRequest, spool: Spool
    ) -> dict[str, Any]:
        """Write the input of one version. EVALUATION_INVALID."""
        given = store.part(Evaluations).input(request)
        for file, table in (
            (LABELS, given.labels),
            (PREDICTIONS, given.predictions),
            (IMAGES, given.images),
            (CLASSES, given.classes),
        ):
            write_stream(spool.input / file, table)
        return {
            "digest": given.digest,
            "predicate": given.predicate,
            "trained_on": given.trained_on,
            "findings": _findings(store, request.name),
        }


def _findings(store: DatasetStore, evaluation: str | None) -> int:
    """How many findings rest on the evaluation that is made anew."""
    counted = "SELECT count(*) FROM finding WHERE evaluation = ? OR ?"
    with store.snapshot() as snapshot:
        return int(snapshot.reader.rows(counted, [evaluation, evaluation is None])[0][0])


class IntervalsSetup(DatasetSetup[IntervalsRequest]):
    """The worker gets the file of an evaluation's outcomes."""

    def checked(self, store: DatasetStore, request: IntervalsRequest) -> IntervalsRequest:
        """EVALUATION_NOT_FOUND."""
        store.part(Evaluations).read(request.evaluation)
        return request

    def makes(self, request: IntervalsRequest) -> object:
        """The intervals of an evaluation."""
        return request.evaluation

    def prepare(
        self, store: DatasetStore, request: IntervalsRequest, spool: Spool
    ) -> dict[str, Any]:
        """Where the outcomes lie, and what is said of them now."""
        return _of_evaluation(store, request.evaluation)


class LabelQualitySetup(DatasetSetup[LabelQualityRequest]):
    """The worker gets the file of an evaluation's outcomes."""

    def checked(self, store: DatasetStore, request: LabelQualityRequest) -> LabelQualityRequest:
        """EVALUATION_NOT_FOUND."""
        store.part(Evaluations).read(request.evaluation)
        return request

    def makes(self, request: LabelQualityRequest) -> object:
        """The fields made from an evaluation."""
        return request.evaluation

    def prepare(
        self, store: DatasetStore, request: LabelQualityRequest, spool: Spool
    ) -> dict[str, Any]:
        """Where the outcomes lie, and what is said of them now."""
        return _of_evaluation(store, request.evaluation)


def follow(
    job: Job, settings: Mapping[str, Any]
) -> list[IntervalsRequest] | list[PredictionsRequest]:
    """After an evaluation the intervals that it asks for; after an ingest the runs it found."""
    asked, name = job.parameters, job.result.get("evaluation")
    if isinstance(asked, IngestRequest):
        return _runs(job, asked)
    if not isinstance(asked, EvaluateRequest) or not name or not asked.replicates:
        return []
    replicates = asked.replicates
    return [IntervalsRequest(dataset=asked.dataset, evaluation=name, replicates=replicates)]


def _runs(job: Job, asked: IngestRequest) -> list[PredictionsRequest]:
    source = os.path.realpath(Path(asked.labels or asked.source).expanduser())
    return [
        PredictionsRequest(dataset=job.dataset, source=source, replace=asked.incremental, **found)
        for found in job.result.get("runs", ())
    ]


def free_name(request: EvaluateRequest, taken: set[str]) -> str:
    """A name made from the run, with what differs from the usual; numbered where it is taken."""
    parts = [request.run]
    if request.protocol != "coco":
        parts.append(request.protocol)
    if request.geometry != "box" and request.protocol == "coco":
        parts.append(request.geometry)
    if not request.class_aware:
        parts.append("any class")
    name = re.sub(r"\s+", " ", " ".join(parts))[: _LONGEST_NAME - 6]
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} {number}"
    return found


def _of_evaluation(store: DatasetStore, evaluation: str) -> dict[str, Any]:
    file, digest = store.part(Evaluations).file(evaluation)
    detail = store.part(Evaluations).read(evaluation).model_dump(mode="json")
    return {"file": str(file), "digest": digest, "detail": detail}
