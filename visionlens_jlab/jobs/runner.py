"""Runs the queued jobs of this server, one at a time, in a worker kernel."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..errors import VisionLensError
from ..models import IngestRequest, Job
from . import ingest_setup, status
from .announcer import Announcer
from .attempt import Attempt
from .kernel import WorkerKernel
from .outcome import Outcome, unexpected
from .progress import Meter, Step
from .queue import OVER, JobQueue, Owner
from .sink import Sink
from .spool import Spool

if TYPE_CHECKING:
    import pyarrow as pa

    from ..catalog.library import Library

RETRIES = 2
"""How often a job whose worker died is taken up again."""
TICK_SECONDS = 1.0
ADOPT_TICKS = 5

_log = logging.getLogger(__name__)


@dataclass
class Live:
    """The job that runs now, with what is not in the queue yet."""

    job: Job
    meter: Meter = field(default_factory=Meter)


class JobRunner:
    """The lane of jobs that need no GPU.

    Parameters
    ----------
    library : Library
    kernel : WorkerKernel
    announcer : Announcer
    touch : callable
        Called while a job runs, so that nobody takes the server for idle.
    warm_seconds : float
        How long the worker is kept after its last job.
    """

    def __init__(
        self,
        library: Library,
        kernel: WorkerKernel,
        announcer: Announcer,
        *,
        touch: Callable[[], None],
        warm_seconds: float,
    ) -> None:
        self._library = library
        self._kernel = kernel
        self._announcer = announcer
        self._touch = touch
        self._warm_seconds = warm_seconds
        self._queue = JobQueue(library.state, Owner())
        self._live: Live | None = None
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._last_work = time.monotonic()
        self._loop = asyncio.get_running_loop()

    async def start(self) -> None:
        """Take up what processes that are gone have left, and work until `stop`."""
        await self._adopt()
        await asyncio.to_thread(ingest_setup.mend, self._library, self._queue)
        self._tasks = [asyncio.create_task(self._lane()), asyncio.create_task(self._tick())]

    async def stop(self) -> None:
        """Stop the worker; the unfinished jobs wait for the next server."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._kernel.close()
        await asyncio.to_thread(self._queue.release)

    async def submit(self, request: IngestRequest, rows: pa.Table | None = None) -> Job:
        """Queue an ingest; see `ingest_setup.create` for what it raises."""
        job = await asyncio.to_thread(
            ingest_setup.create, self._library, self._queue, request, rows
        )
        self._announcer.job(job)
        if job.dataset:
            self._announcer.dataset(job.dataset, 0, "created")
        self._wake.set()
        return job

    def jobs(self) -> list[Job]:
        """All jobs, newest first, of every server on this data directory."""
        return [self._newest(job) for job in self._queue.jobs()]

    def job(self, name: str) -> Job:
        """One job; JOB_NOT_FOUND."""
        return self._newest(self._queue.get(name))

    def log_lines(self, name: str) -> list[dict[str, Any]]:
        """The last lines of a job's log; JOB_NOT_FOUND."""
        self._queue.get(name)
        return self._spool(name).lines()

    async def cancel(self, name: str) -> Job:
        """Ask a job to stop; one that is over stays as it is. JOB_NOT_FOUND."""
        job = await asyncio.to_thread(self.job, name)
        if job.state in OVER:
            return job
        await asyncio.to_thread(self._spool(name).cancel)
        return await self._change(job.model_copy(update={"state": "cancelling"}))

    async def cancel_of(self, dataset: str) -> None:
        """Cancel the jobs on a dataset and wait until they are over."""
        for job in await asyncio.to_thread(self._queue.unfinished_of, dataset):
            await self.cancel(job.job)
        # they may run in another process, so there is no event to wait for
        while await asyncio.to_thread(self._queue.unfinished_of, dataset):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    async def _lane(self) -> None:
        """Run what waits, in order; then wait for more."""
        while True:
            self._wake.clear()
            job = await asyncio.to_thread(self._queue.next)
            if job is None:
                await self._wake.wait()
                continue
            try:
                await self._run(job)
            except Exception as error:
                _log.exception("Job %s could not be run", job.job)
                outcome = unexpected(error, "The server could not run the job.")
                await self._finish(self._newest(job), outcome)
            finally:
                self._live = None
                self._last_work = time.monotonic()

    async def _run(self, job: Job) -> None:
        spool = self._spool(job.job)
        if spool.cancelled or job.state == "cancelling":
            await self._finish(job, Outcome("cancelled"))
            return
        self._touch()
        self._live = Live(job)
        try:
            params = await asyncio.to_thread(ingest_setup.begin, self._library, self._queue, job)
        except VisionLensError as error:
            await self._finish(job, Outcome.failed(error))
            return
        if params is None:
            await self._finish(job, Outcome("done"))
            return
        outcome = await self._attempts(job, params, spool)
        await self._finish(self._newest(job), outcome)

    async def _attempts(self, job: Job, params: dict[str, Any], spool: Spool) -> Outcome:
        """Attempt the job until a worker says how it ended; at most `RETRIES` times more."""
        first = job.attempt + (job.started_at is not None)
        for number in range(first, first + RETRIES + 1):
            started = await self._change(status.started(self._newest(job), number))
            live = self._live = Live(started)
            sink = await asyncio.to_thread(self._sink, live.job)
            spool.log("info", f"Attempt {number}; {len(sink.committed)} pieces are there already.")
            outcome = await Attempt(self._kernel, sink, live.job, params, self._on_step).run()
            if outcome.trace:
                _log.error("Job %s failed:\n%s", job.job, outcome.trace)
            if outcome.state != "lost":
                return outcome
            if spool.cancelled:
                return Outcome("cancelled")
            cause = outcome.error.message if outcome.error else ""
            spool.log("warning", f"The worker of attempt {number} is lost. {cause}".rstrip())
        message = f"The worker died {RETRIES + 1} times in a row. {cause}".rstrip()
        return Outcome.failed(VisionLensError("WORKER_LOST", message))

    async def _finish(self, job: Job, outcome: Outcome) -> None:
        """Set dataset and queue to how the job ended, and tell."""
        job = status.ended(job, outcome)
        if job.error:
            self._spool(job.job).log("error", f"{job.error.code}: {job.error.message}")
        try:
            version = await asyncio.to_thread(
                ingest_setup.conclude, self._library, self._queue, job
            )
            if job.dataset:
                change: Literal["changed", "deleted"] = "deleted" if version is None else "changed"
                self._announcer.dataset(job.dataset, version or 0, change)
        except Exception:  # the job is over all the same
            _log.exception("The dataset of job %s could not be left in order", job.job)
        self._live = Live(job)
        await self._save_end(job)
        self._live = None
        self._announcer.job(job)

    async def _save_end(self, job: Job) -> None:
        """Store how a job ended; on a full disk, as soon as there is room."""
        while True:
            try:
                await asyncio.to_thread(self._queue.save, job)
            except (VisionLensError, sqlite3.OperationalError):
                _log.warning("The end of job %s cannot be stored yet", job.job, exc_info=True)
                await asyncio.sleep(TICK_SECONDS)
            else:
                return

    async def _tick(self) -> None:
        """Say we live, store progress, take over from the dead, let an idle worker go."""
        for count in itertools.count(1):
            await asyncio.sleep(TICK_SECONDS)
            try:
                await asyncio.to_thread(self._queue.beat)
                if self._live:
                    self._touch()
                    await asyncio.to_thread(self._queue.save, self._live.job)
                elif time.monotonic() - self._last_work > self._warm_seconds:
                    await self._kernel.stop()
                if count % ADOPT_TICKS == 0:
                    await self._adopt()
                    self._wake.set()  # another server may have cancelled one of ours
            except (VisionLensError, sqlite3.OperationalError):  # a full disk, a long lock
                _log.warning("The job queue cannot be written", exc_info=True)

    async def _adopt(self) -> None:
        """Queue the jobs of processes that are gone; forget the oldest jobs."""
        for job in await asyncio.to_thread(self._queue.adopt):
            self._spool(job.job).log("info", "Taken over from a server that is gone.")
            self._announcer.job(job)
            self._wake.set()
        for name in await asyncio.to_thread(self._queue.prune):
            await asyncio.to_thread(self._spool(name).remove)

    def _sink(self, job: Job) -> Sink:
        """The sink of a job's present attempt; it tells of commits from its thread."""
        dataset = ingest_setup.dataset_of(job)

        def committed(version: int) -> None:
            self._loop.call_soon_threadsafe(self._announcer.dataset, dataset, version, "changed")

        attempt = self._spool(job.job).attempt(job.attempt)
        return Sink(self._library, job, attempt, committed)

    def _on_step(self, step: Step) -> None:
        if self._live:
            self._live.job = status.advanced(self._live.job, self._live.meter, step)
            self._announcer.job(self._live.job)

    def _newest(self, job: Job) -> Job:
        """The job with the progress that is not stored yet."""
        live = self._live
        return live.job if live and live.job.job == job.job and job.state not in OVER else job

    async def _change(self, job: Job) -> Job:
        """Store and tell a job's new state."""
        if self._live and self._live.job.job == job.job:
            self._live.job = job
        await asyncio.to_thread(self._queue.save, job)
        self._announcer.job(job)
        return job

    def _spool(self, job: str) -> Spool:
        return Spool.of(self._library.data_dir, job)
