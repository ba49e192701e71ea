"""Runs the queued jobs of this server: lanes for a GPU, for the processor, and for agents."""

from __future__ import annotations

import asyncio
import itertools
import logging
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..agents.config import AgentConfig
from ..errors import VisionLensError
from ..models import (
    AgentRun,
    AskRequest,
    AttributeRequest,
    EmbedRequest,
    Job,
    JobParameters,
    ProjectRequest,
    kind_of,
)
from .announcer import Announcer
from .host import ServerHost
from .kernel import WorkerKernel
from .kinds import KINDS, LaneName, lane_of, setup_of
from .lane import TICK_SECONDS, Lane
from .own_lane import OwnLane
from .queue import OVER, JobQueue, Owner
from .retirement import clear_leftovers, rest, retire, why_lost
from .spool import Spool
from .status import follower_name
from .worker_lane import WorkerLane

if TYPE_CHECKING:
    import pyarrow as pa

    from ..catalog.library import Library

ADOPT_TICKS = 5
MOST_WAITING = 32
"""Jobs of one kind that have not begun; one lane does one after the other."""
_EACH_ITS_OWN = ("agent", "attributes", "ingest", "predictions")
"""Questions asked twice are two; of imports the second must be told that there is one."""

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
    embed_after_ingest : str
        Model that embeds a dataset when it was ingested; `auto`: the best at hand; empty: none.
    project_after_embed : str
        Method of a projection made of what was embedded; empty: none but where one is asked for.
    agents : AgentConfig, optional
        Of the agents; by default no language model.
    """

    def __init__(
        self,
        library: Library,
        kernels: Mapping[LaneName, WorkerKernel],
        announcer: Announcer,
        *,
        touch: Callable[[], None],
        warm_seconds: float,
        embed_after_ingest: str = "",
        project_after_embed: str = "",
        agents: AgentConfig | None = None,
    ) -> None:
        self._agents = agents or AgentConfig()
        self._embed_after_ingest = embed_after_ingest
        self._project_after_embed = project_after_embed
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
            host=ServerHost(library, self._agents, self),
        )
        self.lanes: dict[LaneName, Lane] = {**self.workers, "agent": own}
        self._tasks: list[asyncio.Task[None]] = []
        self._submitting = asyncio.Lock()

    async def start(self) -> None:
        """Take up what processes that are gone have left, and work until `stop`."""
        await self._adopt()
        await asyncio.to_thread(clear_leftovers, self._library, self._queue.owner)
        for kind in KINDS:
            if KINDS[kind].creates:
                await asyncio.to_thread(setup_of(kind).mend, self._library, self._queue)
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
        self, request: JobParameters, rows: pa.Table | None = None, name: str | None = None
    ) -> Job:
        """Queue the job that takes these parameters, under a name where one is given.

        The same asked again, while it waits, is the same job. LIMIT_REACHED when many of its kind
        wait; raises what its kind's `create` does, and what `AgentConfig.check` says of its model.
        """
        kind = kind_of(request)
        if isinstance(request, AskRequest | AttributeRequest) and request.model:
            self._agents.check(request.model)
        async with self._submitting:
            same = None
            if name is None:
                same = await asyncio.to_thread(self._waiting_for, request, rows is not None)
            if same is not None:
                return same
            job = await asyncio.to_thread(
                setup_of(kind).create, self._library, self._queue, request, rows, name
            )
        self._announcer.job(job)
        if job.dataset and KINDS[kind].creates:
            self._announcer.dataset(job.dataset, 0, "created")
        self._lane_of(job).wake()
        return job

    def _waiting_for(self, request: JobParameters, with_rows: bool) -> Job | None:
        """The job that waits for the same already; LIMIT_REACHED."""
        kind = kind_of(request)
        waiting = self._queue.waiting(kind)
        if not with_rows and kind not in _EACH_ITS_OWN:
            for job in waiting:
                if getattr(job, kind) == request:
                    return job
        if len(waiting) >= MOST_WAITING:
            raise VisionLensError(
                "LIMIT_REACHED",
                f"{MOST_WAITING} jobs of the kind {kind} wait already.",
                "Wait until some are done, or cancel those that are not needed.",
            )
        return None

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
        return await self._lane_of(job).change(job.model_copy(update={"state": "cancelling"}))

    async def cancel_of(self, dataset: str) -> None:
        """Cancel the jobs on a dataset and wait until they are over."""
        for job in await asyncio.to_thread(self._queue.unfinished_of, dataset):
            await self.cancel(job.job)
        # they may run in another process, so there is no event to wait for
        while await asyncio.to_thread(self._queue.unfinished_of, dataset):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    def tell_agent(self, dataset: str, run: AgentRun) -> None:
        """Announce that a run of an agent has changed."""
        over = run.stopped is not None
        self._announcer.agent(dataset, run.run, len(run.steps), over=over)

    async def _follow(self, job: Job) -> None:
        """Queue what comes after a job; what cannot be is said in that job's log."""
        for request in [*setup_of(job.kind).follow(job), *self._by_setting(job)]:
            name = follower_name(job, kind_of(request))
            if await asyncio.to_thread(self._queue.has, name):
                continue  # a server that was killed queued it
            try:
                await self.submit(request, name=name)
            except VisionLensError as error:
                self._spool(job.job).log("error", f"{error.code}: {error.message}")
            except Exception:  # the job is done all the same
                _log.exception("What follows job %s could not be queued", job.job)

    def _by_setting(self, job: Job) -> list[JobParameters]:
        """What the settings have follow a job."""
        if job.dataset is None:
            return []
        if job.kind == "ingest" and self._embed_after_ingest:
            model = None if self._embed_after_ingest == "auto" else self._embed_after_ingest
            return [EmbedRequest(dataset=job.dataset, model=model)]
        wanted = job.kind == "embed" and job.embed is not None and job.embed.project is None
        if wanted and self._project_after_embed and job.result.get("written"):
            parameters = {
                "dataset": job.dataset,
                "space": job.result["space"],
                "method": self._project_after_embed,
            }
            return [ProjectRequest.model_validate(parameters)]
        return []

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
