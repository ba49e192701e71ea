"""One lane of jobs: it runs them one after the other."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from visionlens_jlab.core.capability import LaneName
from visionlens_jlab.core.jobs import status
from visionlens_jlab.core.jobs.announcer import Announcer
from visionlens_jlab.core.jobs.context import Meter, Outcome, Step, unexpected
from visionlens_jlab.core.jobs.kinds import lane_of, setup_of
from visionlens_jlab.core.jobs.queue import OVER, JobQueue
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.library import Library

TICK_SECONDS = 1.0

_log = logging.getLogger(__name__)


@dataclass
class Live:
    """The job that runs now, with what is not in the queue yet."""

    job: Job
    meter: Meter = field(default_factory=Meter)


class Lane(ABC):
    """Runs the jobs of some kinds, in the order in which they were queued.

    Parameters
    ----------
    name : {"cpu", "gpu", "agent", "plugin"}
    library : Library
    queue : JobQueue
        Of all lanes.
    announcer : Announcer
    touch : callable
        Called while a job runs, so that nobody takes the server for idle.
    done : callable
        Awaited with each job that was done, before its end is stored.
    """

    def __init__(
        self,
        name: LaneName,
        library: Library,
        queue: JobQueue,
        announcer: Announcer,
        *,
        touch: Callable[[], None],
        done: Callable[[Job], Awaitable[None]],
    ) -> None:
        self._name = name
        self._library = library
        self._queue = queue
        self._announcer = announcer
        self._touch = touch
        self._done = done
        self._live: Live | None = None
        self._wake = asyncio.Event()
        self._saving = asyncio.Lock()
        self._last_work = time.monotonic()
        self._loop = asyncio.get_running_loop()

    @property
    def live(self) -> Job | None:
        """The job that runs now, with its present progress."""
        return self._live.job if self._live else None

    def wake(self) -> None:
        """Look for jobs that wait."""
        self._wake.set()

    async def work(self) -> None:
        """Run what waits, in order; then wait for more; until cancelled."""
        while True:
            self._wake.clear()
            job = await asyncio.to_thread(self._queue.next, self._takes)
            if job is None:
                await self._wake.wait()
                continue
            try:
                await self._run(job)
            except Exception as error:
                _log.exception("Job %s could not be run", job.job)
                outcome = unexpected(error, "The server could not run the job.")
                await self._finish(self.newest(job), outcome)
            finally:
                self._live = None
                self._last_work = time.monotonic()

    async def tick(self) -> None:
        """Store the progress, or rest."""
        if self._live:
            self._touch()
            async with self._saving:  # else what is older could be stored last
                if self._live:
                    await asyncio.to_thread(self._queue.save, self._live.job)
        else:
            await self._rest()

    @abstractmethod
    async def close(self) -> None:
        """Stop what runs the jobs; `work` was cancelled before."""

    def newest(self, job: Job) -> Job:
        """The job with the progress that is not stored yet."""
        live = self._live
        return live.job if live and live.job.job == job.job and job.state not in OVER else job

    async def change(self, job: Job) -> Job:
        """Store and tell a job's new state."""
        if self._live and self._live.job.job == job.job:
            self._live.job = job
        async with self._saving:
            await asyncio.to_thread(self._queue.save, job)
        self._announcer.job(job)
        return job

    def _takes(self, kind: str) -> bool:
        return lane_of(kind) == self._name

    async def _run(self, job: Job) -> None:
        spool = self._spool(job.job)
        if spool.cancelled or job.state == "cancelling":
            await self._finish(job, Outcome("cancelled"))
            return
        self._touch()
        self._live = Live(job)
        try:
            params = await asyncio.to_thread(
                setup_of(job.kind).begin, self._library, self._queue, job
            )
        except VisionLensError as error:
            await self._finish(job, Outcome.of(error))
            return
        if params is None:
            await self._finish(job, Outcome("done"))
            return
        outcome = await self._attempts(job, params, spool)
        await self._finish(self.newest(job), outcome)

    @abstractmethod
    async def _rest(self) -> None:
        """Called now and then while there is no job."""

    @abstractmethod
    async def _attempts(self, job: Job, params: dict[str, Any], spool: Spool) -> Outcome:
        """Run the job's code to its end."""

    async def _finish(self, job: Job, outcome: Outcome) -> None:
        """Set dataset and queue to how the job ended, queue what follows it, and tell."""
        before, job = job, status.ended(job, outcome)
        if job.error:
            self._spool(job.job).log("error", f"{job.error.code}: {job.error.message}")
        if outcome.reason:
            self._spool(job.job).log("warning", outcome.reason)
        if job.result and not before.result:
            # A server that is killed from here on leaves a job of which nothing else tells it.
            before = before.model_copy(update={"result": job.result})
            self._live = Live(before)
            await self._save(before)
        await self._conclude(job)
        if job.state == "done":
            await self._done(job)
        self._live = Live(job)
        await self._save_end(job)
        self._live = None
        self._announcer.job(job)

    async def _conclude(self, job: Job) -> None:
        try:
            version = await asyncio.to_thread(
                setup_of(job.kind).conclude, self._library, self._queue, job
            )
            if job.dataset:
                change: Literal["changed", "deleted"] = "deleted" if version is None else "changed"
                self._announcer.dataset(job.dataset, version or 0, change)
        except Exception as error:  # the job is over all the same
            if not (isinstance(error, VisionLensError) and error.code == status.STALE):
                _log.exception("The dataset of job %s could not be left in order", job.job)

    async def _save(self, job: Job) -> bool:
        """Store the job; False where there is no room."""
        try:
            async with self._saving:
                await asyncio.to_thread(self._queue.save, job)
        except (VisionLensError, sqlite3.OperationalError):
            _log.warning("Job %s cannot be stored yet", job.job, exc_info=True)
            return False
        return True

    async def _save_end(self, job: Job) -> None:
        """Store how a job ended; on a full disk, as soon as there is room."""
        while not await self._save(job):  # noqa: ASYNC110  no event tells of room
            await asyncio.sleep(TICK_SECONDS)

    def _on_step(self, step: Step) -> None:
        if self._live:
            self._live.job = status.advanced(self._live.job, self._live.meter, step)
            self._announcer.job(self._live.job)

    def _spool(self, job: str) -> Spool:
        return Spool.of(self._library.data_dir, job)
