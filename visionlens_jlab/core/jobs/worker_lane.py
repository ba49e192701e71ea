"""A lane whose jobs run in a worker kernel of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from visionlens_jlab.core.jobs import status
from visionlens_jlab.core.jobs.attempt import Attempt
from visionlens_jlab.core.jobs.context import Outcome
from visionlens_jlab.core.jobs.kernel import KernelDiedError, WorkerKernel
from visionlens_jlab.core.jobs.lane import Lane, Live
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.sink import Sink
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.errors import VisionLensError

RETRIES = 2
"""How often a job whose worker died is taken up again."""
ALIVE_SECONDS = 0.5

_log = logging.getLogger(__name__)


class WorkerLane(Lane):
    """Runs jobs in a worker kernel.

    Parameters
    ----------
    *args, **kwargs
        As of `Lane`.
    kernel : WorkerKernel
        Of this lane.
    warm_seconds : float
        How long the worker is kept after its last job.
    """

    def __init__(
        self, *args: Any, kernel: WorkerKernel, warm_seconds: float, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kernel = kernel
        self._warm_seconds = warm_seconds
        self._turn = asyncio.Lock()
        """Held by who talks to the worker."""

    async def close(self) -> None:
        """Stop the worker."""
        await self.kernel.close()

    async def execute_idle(self, code: str) -> bool:
        """Have the worker execute something short, unless a job has it; whether it was done.

        WORKER_LOST when there is no worker to be had.
        """
        if self._turn.locked() or self._live:
            return False
        async with self._turn:
            try:
                await self.kernel.start()
            except KernelDiedError as error:
                raise VisionLensError("WORKER_LOST", str(error)) from error
            executing = asyncio.create_task(self.kernel.execute(code))
            try:
                while not executing.done():
                    await asyncio.wait({executing}, timeout=ALIVE_SECONDS)
                    if not executing.done() and not await self.kernel.alive():
                        await self.kernel.stop()
                        raise VisionLensError("WORKER_LOST", "The worker ended without a word.")
            finally:
                executing.cancel()
            self._last_work = time.monotonic()
            return True

    async def _rest(self) -> None:
        """Let an idle worker go."""
        if not self._turn.locked() and time.monotonic() - self._last_work > self._warm_seconds:
            await self.kernel.stop()

    async def _attempts(self, job: Job, params: dict[str, Any], spool: Spool) -> Outcome:
        """Attempt the job until a worker says how it ended; at most `RETRIES` times more."""
        first = job.attempt + (job.started_at is not None)
        for number in range(first, first + RETRIES + 1):
            started = await self.change(status.started(self.newest(job), number))
            live = self._live = Live(started)
            sink = await asyncio.to_thread(self._sink, live.job)
            spool.log("info", f"Attempt {number}; {len(sink.committed)} pieces are there already.")
            async with self._turn:
                outcome = await Attempt(self.kernel, sink, live.job, params, self._on_step).run()
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

    def _sink(self, job: Job) -> Sink:
        """The sink of a job's present attempt; it tells of commits from its thread."""
        dataset = status.dataset_of(job)

        def committed(version: int) -> None:
            self._loop.call_soon_threadsafe(self._announcer.dataset, dataset, version, "changed")

        attempt = self._spool(job.job).attempt(job.attempt)
        return Sink(self._library, job, attempt, committed)
