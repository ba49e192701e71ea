"""Runs the queued jobs of this server: lanes for a GPU, for the processor, and for agents."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sqlite3
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from visionlens_jlab.config import USER_JOBS
from visionlens_jlab.core.capability import LaneName, resolve
from visionlens_jlab.core.jobs.announcer import Announcer
from visionlens_jlab.core.jobs.kernel import WorkerKernel
from visionlens_jlab.core.jobs.kinds import following, lane_of, setup_of
from visionlens_jlab.core.jobs.lane import TICK_SECONDS, Lane
from visionlens_jlab.core.jobs.own_lane import OwnLane
from visionlens_jlab.core.jobs.queue import OVER, JobQueue, Owner
from visionlens_jlab.core.jobs.retirement import clear_leftovers, rest, retire, why_lost
from visionlens_jlab.core.jobs.shapes import Job, kind_of
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.jobs.status import named_followers
from visionlens_jlab.core.jobs.worker_lane import WorkerLane
from visionlens_jlab.core.registry import job_kinds
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.datasets.library import Library

ADOPT_TICKS = 5
POLL_SECONDS = 0.2
_USERS = 2
"""All users together may have so many times as many jobs of a kind as one."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


class JobRunner:
    """The queue and its lanes, each of which runs one job at a time.

    Parameters
    ----------
    library : Library
    kernels : mapping of lane name to WorkerKernel
    announcer : Announcer
    touch : callable
        Called while a job runs, so that nobody takes the server for idle.
    warm_seconds : float
        How long a worker is kept after its last job.
    settings : mapping, optional
        What each capability was set up with, by its name.
    user_jobs : int
        Jobs of one kind that a user may have waiting or running.
    """

    def __init__(
        self,
        library: Library,
        kernels: Mapping[LaneName, WorkerKernel],
        announcer: Announcer,
        *,
        touch: Callable[[], None],
        warm_seconds: float,
        settings: Mapping[str, Any] | None = None,
        user_jobs: int = USER_JOBS,
    ) -> None:
        self.user_jobs = user_jobs
        self._settings = settings or {}
        self._library = library
        self._announcer = announcer
        self._queue = JobQueue(library.state, Owner())
        self.workers: dict[LaneName, WorkerLane] = {
            name: WorkerLane(
                name,
                library,
                self._queue,
                announcer,
                touch=touch,
                done=self._follow,
                kernel=kernel,
                warm_seconds=warm_seconds,
            )
            for name, kernel in kernels.items()
        }
        own = OwnLane(
            "agent",
            library,
            self._queue,
            announcer,
            touch=touch,
            done=self._follow,
            host=ServerHost(library, self._settings, self),
        )
        self.lanes: dict[LaneName, Lane] = {**self.workers, "agent": own}
        self._tasks: list[asyncio.Task[None]] = []
        self._submitting = asyncio.Lock()

    async def start(self) -> None:
        """Take up what processes that are gone have left, and work until `stop`."""
        await self._adopt()
        await asyncio.to_thread(clear_leftovers, self._library, self._queue.owner)
        for kind in job_kinds().values():
            if kind.creates:
                await asyncio.to_thread(setup_of(kind.name).mend, self._library, self._queue)
        self._tasks = [asyncio.create_task(lane.work()) for lane in self.lanes.values()]
        self._tasks.append(asyncio.create_task(self._tick()))

    async def stop(self) -> None:
        """Stop the workers; the unfinished jobs wait for the next server."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for lane in self.lanes.values():
            await lane.close()
        await asyncio.to_thread(self._queue.release)

    async def submit(
        self,
        request: JobParameters,
        rows: pa.Table | None = None,
        name: str | None = None,
        *,
        user: str,
    ) -> Job:
        """Queue the job that takes these parameters, under a name where one is given.

        The same asked again, while it waits, is the same job. LIMIT_REACHED when the user, or all
        of them, have many of its kind; raises what its `check` and `create` do.
        """
        kind = kind_of(request)
        declared = job_kinds()[kind]
        if declared.check:
            resolve(declared.check)(request, self._settings)
        async with self._submitting:
            again = name is None and rows is None and not declared.distinct
            same = await asyncio.to_thread(self._waiting_for, request, user, again=again)
            if same is not None:
                return same
            queue = self._queue.of_user(user)
            job = await asyncio.to_thread(
                setup_of(kind).create, self._library, queue, request, rows, name
            )
        self._announcer.job(job)
        if job.dataset and declared.creates:
            self._announcer.dataset(job.dataset, 0, "created")
        self._lane_of(job).wake()
        return job

    async def submit_once(self, request: JobParameters, name: str, *, user: str) -> None:
        """Queue the job of this name, unless there is one: a server that was killed queued it."""
        if not await asyncio.to_thread(self._queue.has, name):
            await self.submit(request, name=name, user=user)

    def _waiting_for(self, request: JobParameters, user: str, *, again: bool) -> Job | None:
        """With `again` the job that waits for the same already; LIMIT_REACHED."""
        kind = kind_of(request)
        there = self._queue.unfinished(kind)
        for job, _ in there if again else ():
            if job.state == "queued" and job.parameters == request:
                return job
        own = sum(whose == user for _, whose in there)
        if own >= self.user_jobs:
            raise _too_many(f"You have {own} jobs of the kind {kind} waiting or running already.")
        if len(there) >= _USERS * self.user_jobs:
            raise _too_many(f"{len(there)} jobs of the kind {kind} wait or run already.")
        return None

    def jobs(self) -> list[Job]:
        """All jobs, newest first, of every server on this data directory."""
        return [self._newest(job) for job in self._queue.jobs()]

    def job(self, name: str) -> Job:
        """One job; JOB_NOT_FOUND."""
        return self._newest(self._queue.get(name))

    def user_of(self, name: str) -> str:
        """Who asked for a job; JOB_NOT_FOUND."""
        return self._queue.user_of(name)

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
        return await self._lane_of(job).change(job.model_copy(update={"state": "cancelling"}))

    async def cancel_of(self, dataset: str) -> None:
        """Cancel the jobs on a dataset and wait until they are over."""
        for job in await asyncio.to_thread(self._queue.unfinished_of, dataset):
            await self.cancel(job.job)
        # they may run in another process, so there is no event to wait for
        while await asyncio.to_thread(self._queue.unfinished_of, dataset):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    def tell(self, event: str, data: dict[str, object]) -> None:
        """Announce what a job that runs here says has changed."""
        self._announcer.tell(event, data)

    async def _follow(self, job: Job) -> None:
        """Queue what comes after a job; what cannot be is said in that job's log."""
        for name, request in named_followers(job, following(job, self._settings)):
            try:
                user = await asyncio.to_thread(self.user_of, job.job)
                await self.submit_once(request, name, user=user)
            except VisionLensError as error:
                self._spool(job.job).log("error", f"{error.code}: {error.message}")
            except Exception:  # the job is done all the same
                _log.exception("What follows job %s could not be queued", job.job)

    async def _tick(self) -> None:
        """Say we live, store progress, take over from the dead, let idle workers go."""
        for count in itertools.count(1):
            await asyncio.sleep(TICK_SECONDS)
            try:
                await asyncio.to_thread(self._queue.beat)
                for lane in self.lanes.values():
                    await lane.tick()
                if count % ADOPT_TICKS == 0:
                    await self._adopt()
                    self._wake()  # another server may have cancelled one of ours
            except (VisionLensError, sqlite3.OperationalError):  # a full disk, a long lock
                _log.warning("The job queue cannot be written", exc_info=True)

    async def _adopt(self) -> None:
        """Queue the jobs of processes that are gone; forget the oldest jobs."""
        for job in await asyncio.to_thread(self._queue.adopt):
            reason = await asyncio.to_thread(why_lost, self._library, job)
            if reason is None:
                await asyncio.to_thread(self._take_over, job)
            else:
                await asyncio.to_thread(retire, self._library, job, reason)
            self._announcer.job(await asyncio.to_thread(self._queue.get, job.job))
            self._wake()
        for name in await asyncio.to_thread(self._queue.prune):
            await asyncio.to_thread(self._spool(name).remove)

    def _take_over(self, job: Job) -> None:
        rest(self._library, job)
        spool = self._spool(job.job)
        with suppress(OSError):  # a full disk
            spool.hold_room()
        spool.log("info", "Taken over from a process that is gone.")

    def _wake(self) -> None:
        for lane in self.lanes.values():
            lane.wake()

    def _lane_of(self, job: Job) -> Lane:
        return self.lanes[lane_of(job.kind)]

    def _newest(self, job: Job) -> Job:
        """The job with the progress that is not stored yet."""
        return self._lane_of(job).newest(job)

    def _spool(self, job: str) -> Spool:
        return Spool.of(self._library.data_dir, job)


class ServerHost:
    """A Jupyter server; called in the threads of its jobs.

    Parameters
    ----------
    library : Library
    settings : mapping
        What each capability was set up with, by its name.
    runner : JobRunner
        Made on the event loop that runs.
    """

    def __init__(self, library: Library, settings: Mapping[str, Any], runner: JobRunner) -> None:
        self.library = library
        self.settings = settings
        self._runner = runner
        self._loop = asyncio.get_running_loop()

    def run_job(self, request: JobParameters, waiting: str, cancelled: Callable[[], bool]) -> Job:
        """Queued as any other, for the same user; cancelled with the job that waits for it."""
        user = self._runner.user_of(waiting)
        job = self._on_loop(self._runner.submit(request, user=user))
        asked = False
        while job.state not in OVER:
            if cancelled() and not asked:
                asked = True
                self._on_loop(self._runner.cancel(job.job))
            time.sleep(POLL_SECONDS)
            job = self._runner.job(job.job)
        if job.error is not None:
            raise VisionLensError.from_json(job.error.model_dump())
        if job.state == "cancelled":
            raise VisionLensError("JOB_CANCELLED", f"The {job.kind} job was cancelled.")
        return job

    def on_worker(
        self, lane: LaneName, work: Callable[[WorkerLane], Coroutine[Any, Any, T]]
    ) -> T | None:
        """On the event loop, with the worker that has the models of a lane."""
        return self._on_loop(work(self._runner.workers[lane]))

    def tell(self, event: str, data: dict[str, object]) -> None:
        """Whoever listens to the server's events."""
        self._loop.call_soon_threadsafe(self._runner.tell, event, data)

    def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _too_many(message: str) -> VisionLensError:
    return VisionLensError(
        "LIMIT_REACHED",
        message,
        "Wait until some are done, or cancel those that are not needed.",
    )
