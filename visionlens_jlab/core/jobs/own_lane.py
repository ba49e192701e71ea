"""A lane whose jobs run in a thread of the process that owns the datasets."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from visionlens_jlab.core.jobs import status
from visionlens_jlab.core.jobs.context import Outcome, Step, outcome_of
from visionlens_jlab.core.jobs.host import Host, HostContext
from visionlens_jlab.core.jobs.kinds import code_of
from visionlens_jlab.core.jobs.lane import Lane, Live
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.errors import VisionLensError

_log = logging.getLogger(__name__)


class OwnLane(Lane):
    """Runs jobs that read the datasets themselves and otherwise wait, such as agents.

    Parameters
    ----------
    *args, **kwargs
        As of `Lane`.
    host : Host
        What the jobs get of this process.
    """

    def __init__(self, *args: Any, host: Host, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._host = host
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="visionlens-own")

    async def close(self) -> None:
        """Have the job end, and wait for it: it uses the datasets."""
        self._stopping.set()
        await asyncio.to_thread(self._pool.shutdown, wait=True)

    async def _rest(self) -> None:
        """There is nothing to let go of."""

    async def _attempts(self, job: Job, params: dict[str, Any], spool: Spool) -> Outcome:
        """Run the job once: nothing is asked of a provider twice without anybody's wish."""
        if job.started_at is not None:
            return Outcome.failed(
                VisionLensError(
                    "WORKER_LOST",
                    "The server was stopped while the agent ran.",
                    "Ask again; what it had found by then is kept.",
                )
            )
        live = self._live = Live(await self.change(status.started(self.newest(job), 1)))
        attempt = spool.attempt(live.job.attempt)

        def report(step: Step) -> None:
            self._loop.call_soon_threadsafe(self._on_step, step)

        def run() -> Outcome:
            attempt.mkdir(mode=0o700, exist_ok=True)
            context = HostContext(
                spool,
                attempt,
                params,
                (),
                report,
                host=self._host,
                stopping=self._stopping.is_set,
            )
            outcome = outcome_of(lambda: code_of(job.kind)(context), lambda: spool.cancelled)
            return replace(outcome, step=context.step)

        outcome = await self._loop.run_in_executor(self._pool, run)
        if outcome.trace:
            _log.error("Job %s failed:\n%s", job.job, outcome.trace)
        return outcome
