"""What happens before and after a job that adds something derived to a dataset that exists."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from visionlens_jlab.core.jobs.context import READABLE
from visionlens_jlab.core.jobs.retirement import retire_same
from visionlens_jlab.core.jobs.shapes import Job, kind_of
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.jobs.status import queued, stale, store_of
from visionlens_jlab.core.shapes import DatasetRequest
from visionlens_jlab.errors import VisionLensError, system_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue

Request = TypeVar("Request", bound=DatasetRequest)
_PREPARED = "prepared"
"""Param that is not for the worker: the version of which the input is complete."""
_STANDING = "standing"
"""Param that is not for the worker: what was there when the input was made."""


class DatasetSetup(ABC, Generic[Request]):
    """The worker's params are the request's members and what `prepare` adds.

    The dataset stays usable meanwhile: what changes after `begin` is not part of the job, and
    a cancelled one leaves what it committed.
    """

    changes_dataset = True
    reads_images = False
    offered: tuple[str, ...] = ()
    """Files of the input that come with the request."""

    def create(
        self,
        library: Library,
        queue: JobQueue,
        request: Request,
        rows: pa.Table | None = None,
        name: str | None = None,
    ) -> Job:
        """Queue the job. DATASET_NOT_FOUND, DATASET_BUSY, DATASET_READ_ONLY, DISK_SPACE."""
        with system_errors():
            store = library.open(request.dataset)
            if store.read_only and self.changes_dataset:
                raise VisionLensError(
                    "DATASET_READ_ONLY", f"{store.slug!r} is open for reading only."
                )
            request = self.checked(store, request.model_copy(update={"dataset": store.slug}))
            job = queued(store, request, name)
            retire_same(library, queue, job, lambda left, _: self._makes_the_same(left, request))
            spool = Spool.of(library.data_dir, job.job)
            try:
                spool.make(queue.owner.mark())
                if rows is not None:
                    self.offer_rows(spool, rows)
                self.before_queue(store, job, request)
                queue.add(job, request.model_dump(mode="json") | self.noted(request))
            except BaseException:
                spool.remove()
                raise
            return job

    def begin(self, library: Library, queue: JobQueue, job: Job) -> dict[str, Any] | None:
        """Write the worker's input; the same params for every attempt.

        A job that is taken up again before it brought anything starts anew where the dataset was
        written meanwhile. JOB_CANCELLED when what it was to make was made or removed by others.
        """
        store = store_of(library, job)
        spool = Spool.of(library.data_dir, job.job)
        request, params = cast(Request, job.parameters), queue.params(job.job)
        planned, brought = params.get(_PREPARED), bool(store.results.committed(job.job))
        if job.result:
            return None
        if planned is not None and not spool.input.exists():
            raise stale("Its folder was removed before it was done.")
        if planned is not None and not self._stands(store, job, params, brought):
            raise stale("What it makes was written or removed by others since it began.")
        if planned is None or not (brought or planned == store.version):
            spool.restart(self.offered)
            params |= {_STANDING: self.standing(store, request), _PREPARED: store.version}
            params |= self.prepare(store, request, spool)
            queue.set_params(job.job, params)
        given = {key: value for key, value in params.items() if key not in (_PREPARED, _STANDING)}
        if self.reads_images:
            given[READABLE] = list(store.trust.readable().folders)
        return given

    def rest(self, library: Library, job: Job) -> None:
        """Remove what attempts that were killed left."""
        Spool.of(library.data_dir, job.job).shrink()

    def discard(self, library: Library, job: Job) -> None:
        """Remove the input and what was not committed."""
        Spool.of(library.data_dir, job.job).clear()

    def conclude(self, library: Library, queue: JobQueue, job: Job) -> int | None:
        """Remove the input and what was not committed. JOB_CANCELLED: the dataset is gone."""
        self.discard(library, job)
        return store_of(library, job).version

    def makes(self, request: Request) -> object:
        """What the job is to make: a later job that makes the same is meant instead of it."""
        return request

    def standing(self, store: DatasetStore, request: Request) -> str | None:
        """What tells one thing of this name from another that takes its place; None: none is."""
        return None

    def goes_on(self, store: DatasetStore, job: Job, since: int) -> bool:
        """Whether a job may add to what it brought before others wrote."""
        return True

    def _stands(self, store: DatasetStore, job: Job, params: dict[str, Any], brought: bool) -> bool:
        if brought:
            return self.goes_on(store, job, params[_PREPARED])
        return bool(params[_STANDING] == self.standing(store, cast(Request, job.parameters)))

    def _makes_the_same(self, left: Job, request: Request) -> bool:
        if left.kind != kind_of(request):
            return False
        return self.makes(cast(Request, left.parameters)) == self.makes(request)

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

    def noted(self, request: Request) -> dict[str, Any]:
        """Further params, as of when the job is queued: none."""
        return {}

    @abstractmethod
    def prepare(self, store: DatasetStore, request: Request, spool: Spool) -> dict[str, Any]:
        """Write what the worker reads into `spool.input`; further params (JSON)."""
