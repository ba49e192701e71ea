"""What happens before and after a job that adds something derived to a dataset that exists."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import VisionLensError, system_errors
from ..models import (
    AnalyseRequest,
    AskRequest,
    AttributeRequest,
    DuplicatesRequest,
    EmbedRequest,
    EvaluateRequest,
    ExportRequest,
    IntervalsRequest,
    Job,
    JobParameters,
    LabelQualityRequest,
    PredictionsRequest,
    ProjectRequest,
    RecheckRequest,
    kind_of,
)
from .spool import Spool
from .status import dataset_of, now

if TYPE_CHECKING:
    import pyarrow as pa

    from ..catalog.library import Library
    from ..catalog.store import DatasetStore
    from .queue import JobQueue

Request = TypeVar(
    "Request",
    EmbedRequest,
    ProjectRequest,
    DuplicatesRequest,
    PredictionsRequest,
    EvaluateRequest,
    IntervalsRequest,
    LabelQualityRequest,
    ExportRequest,
    AnalyseRequest,
    RecheckRequest,
    AttributeRequest,
    AskRequest,
)
_PREPARED = "prepared"
"""Param that is not for the worker: the input is complete."""


class DatasetSetup(ABC, Generic[Request]):
    """The worker's params are the request's members and what `prepare` adds.

    The dataset stays usable meanwhile: what changes after `begin` is not part of the job, and
    a cancelled one leaves what it committed.
    """

    changes_dataset = True

    def create(
        self, library: Library, queue: JobQueue, request: Request, rows: pa.Table | None = None
    ) -> Job:
        """Queue the job. DATASET_NOT_FOUND, DATASET_BUSY, DATASET_READ_ONLY, DISK_SPACE."""
        with system_errors():
            store = library.open(request.dataset)
            if store.read_only and self.changes_dataset:
                raise VisionLensError(
                    "DATASET_READ_ONLY", f"{store.slug!r} is open for reading only."
                )
            request = self.checked(store, request.model_copy(update={"dataset": store.slug}))
            kind = kind_of(request)
            job = Job(
                job=uuid.uuid4().hex,
                kind=kind,
                dataset=store.slug,
                state="queued",
                created_at=now(),
            ).model_copy(update={kind: request})
            spool = Spool.of(library.data_dir, job.job)
            try:
                spool.make()
                if rows is not None:
                    self.offer_rows(spool, rows)
                self.before_queue(store, job, request)
                queue.add(job, request.model_dump(mode="json"))
            except BaseException:
                spool.remove()
                raise
            return job

    def begin(self, library: Library, queue: JobQueue, job: Job) -> dict[str, Any] | None:
        """Write the worker's input; the same params for every attempt."""
        store = library.open(dataset_of(job))
        spool = Spool.of(library.data_dir, job.job)
        params = queue.params(job.job)
        if not params.get(_PREPARED):
            params |= self.prepare(store, getattr(job, job.kind), spool)
            queue.set_params(job.job, params | {_PREPARED: True})
        elif not spool.input.exists():
            return None
        return {key: value for key, value in params.items() if key != _PREPARED}

    def conclude(self, library: Library, queue: JobQueue, job: Job) -> int | None:
        """Remove the input and what was not committed."""
        Spool.of(library.data_dir, job.job).clear()
        try:
            return library.open(dataset_of(job)).version
        except VisionLensError as error:
            if error.code == "DATASET_NOT_FOUND":
                return None
            raise

    def follow(self, job: Job) -> list[JobParameters]:
        """Nothing."""
        return []

    def mend(self, library: Library, queue: JobQueue) -> None:
        """Nothing is left behind."""

    def checked(self, store: DatasetStore, request: Request) -> Request:
        """The request with what was left open filled in; raises what is wrong with it."""
        return request

    def offer_rows(self, spool: Spool, rows: pa.Table) -> None:
        """Write the rows that came with the request; REQUEST_INVALID where none are taken."""
        raise VisionLensError("REQUEST_INVALID", "Such a job takes no rows.")

    def before_queue(self, store: DatasetStore, job: Job, request: Request) -> None:
        """What must be there before the job can run: nothing."""

    @abstractmethod
    def prepare(self, store: DatasetStore, request: Request, spool: Spool) -> dict[str, Any]:
        """Write what the worker reads into `spool.input`; further params (JSON)."""
