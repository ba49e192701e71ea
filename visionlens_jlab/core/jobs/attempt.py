"""One attempt at one job: the worker runs it while the sink commits what it hands over."""

from __future__ import annotations

import asyncio
import errno
import os
import time
from collections.abc import Callable
from typing import Any

from visionlens_jlab.core.jobs.context import Outcome, Step, unexpected
from visionlens_jlab.core.jobs.kernel import KernelDiedError, WorkerKernel
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.sink import Sink
from visionlens_jlab.core.jobs.spool import DamagedPieceError
from visionlens_jlab.core.jobs.worker import write_start
from visionlens_jlab.errors import VisionLensError

POLL_SECONDS = 0.1
CANCEL_SECONDS = 0.6
"""A worker that does not end so soon after an interrupt is killed; whole pieces stay whole."""


class Attempt:
    """Runs once.

    Parameters
    ----------
    kernel : WorkerKernel
    sink : Sink
    job : Job
        Its `attempt` is this one's number.
    params : dict
        The worker's.
    on_step : callable
        Takes each Step that arrives.
    """

    def __init__(
        self,
        kernel: WorkerKernel,
        sink: Sink,
        job: Job,
        params: dict[str, Any],
        on_step: Callable[[Step], None],
    ) -> None:
        self._kernel = kernel
        self._spool = sink.spool
        self._sink = sink
        self._job = job
        self._params = params
        self._on_step = on_step
        self._folder = sink.attempt
        self._worker_over = False
        self._abandoned = False

    async def run(self) -> Outcome:
        """Run to the end; what the worker handed over whole is committed, unless cancelled."""
        working = asyncio.create_task(self._work())
        committing = asyncio.create_task(self._commit())
        try:
            outcome = await self._watch(working, committing)
            self._worker_over = True
            self._abandoned = outcome.state == "cancelled"
            return await self._confirmed(outcome, await committing)
        finally:
            # threads cannot be cancelled: let a commit end before anybody touches the dataset
            self._abandoned = True
            working.cancel()
            await asyncio.gather(working, committing, return_exceptions=True)

    async def _work(self) -> Outcome:
        """Start the worker and have it run the job."""
        try:
            code = await asyncio.to_thread(
                write_start, self._folder, self._job, self._params, self._sink.committed
            )
        except OSError as error:
            return unexpected(error, "The job's folder cannot be written.")
        try:
            await self._kernel.start()
        except VisionLensError as error:
            return Outcome.failed(error)
        except KernelDiedError as error:
            return Outcome.lost(str(error))
        listening = asyncio.create_task(self._listen())
        try:
            reply = await self._kernel.execute(code)
        finally:
            listening.cancel()
        outcome = await asyncio.to_thread(Outcome.read, self._folder)
        if outcome is not None:
            return outcome
        if self._spool.cancelled:
            return Outcome("cancelled")
        return _of_reply(reply)

    async def _listen(self) -> None:
        async for message in self._kernel.messages():
            if message.pop("job") == self._job.job and message.pop("attempt") == self._job.attempt:
                self._on_step(Step(**message))

    async def _watch(
        self, working: asyncio.Task[Outcome], committing: asyncio.Task[Outcome | None]
    ) -> Outcome:
        """Wait for the worker's end, a dead worker, a failed commit or a cancellation."""
        deadline: float | None = None
        while not working.done():
            await asyncio.wait({working}, timeout=POLL_SECONDS)
            if working.done():
                break
            # only a failure or a cancellation ends it before the worker
            if committing.done() and not self._spool.cancelled:
                await self._kernel.stop()
                return Outcome.lost("What it brought could not be stored.")
            if self._spool.cancelled:
                if not self._kernel.executing:
                    working.cancel()
                    return Outcome("cancelled")
                if deadline is None:
                    deadline = time.monotonic() + CANCEL_SECONDS
                    await self._kernel.interrupt()
                elif time.monotonic() > deadline:
                    await self._kernel.stop()
                    return Outcome("cancelled")
            elif self._kernel.started and not await self._kernel.alive():
                await self._kernel.stop()
                return await asyncio.to_thread(Outcome.read, self._folder) or Outcome.lost()
        return working.result()

    async def _commit(self) -> Outcome | None:
        """Commit pieces as they come; the outcome when that failed."""
        try:
            while not self._abandoned:
                last_look = self._worker_over
                if await asyncio.to_thread(self._sink.commit_next):
                    continue
                if last_look or self._spool.cancelled:
                    break
                await asyncio.sleep(POLL_SECONDS)
        except DamagedPieceError as error:
            return Outcome.lost(error.message)  # another attempt brings it anew
        except VisionLensError as error:
            return Outcome.of(error)
        except Exception as error:
            return unexpected(error, "What the job brought could not be stored.")
        return None

    async def _confirmed(self, outcome: Outcome, failure: Outcome | None) -> Outcome:
        """The worker's word, unless committing failed or is not complete."""
        if failure is not None:
            return failure
        if outcome.state != "done":
            return outcome
        try:
            await asyncio.to_thread(self._sink.check_complete)
        except VisionLensError as error:
            return Outcome("cancelled") if self._spool.cancelled else Outcome.failed(error)
        return outcome


def _of_reply(reply: dict[str, Any]) -> Outcome:
    """The outcome of a worker that could not even write it down."""
    if reply.get("status") == "aborted" or reply.get("ename") == "KeyboardInterrupt":
        # An interrupt that was meant for the job before came late.
        return Outcome.lost("The worker was interrupted before it began.")
    said = f"{reply.get('ename')}: {reply.get('evalue')}"
    if os.strerror(errno.ENOSPC) in said:
        return Outcome.failed(VisionLensError("DISK_SPACE", "The disk is full."))
    return Outcome.failed(
        VisionLensError("JOB_FAILED", f"The worker could not run the job ({said}).")
    )
