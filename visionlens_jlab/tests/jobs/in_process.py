"""Scripts and servers of one process that end as SIGKILL would end them: quick, and as often as
a test likes. Rows of jobs, spools and datasets stay as they were; nobody concludes anything."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs import status
from visionlens_jlab.core.jobs.announcer import Announcer
from visionlens_jlab.core.jobs.context import FileContext, Outcome, Step, outcome_of
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.jobs.kinds import code_of, setup_of
from visionlens_jlab.core.jobs.lane import Lane, Live
from visionlens_jlab.core.jobs.queue import JobQueue, Owner
from visionlens_jlab.core.jobs.runner import JobRunner
from visionlens_jlab.core.jobs.shapes import Job, kind_of
from visionlens_jlab.core.jobs.sink import Sink
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.shapes import UNFINISHED, JobParameters


class Killed(BaseException):
    """The process is gone."""


class Countdown:
    """Raises `Killed` when it was called so often; never where there is no number."""

    def __init__(self, calls: int | None) -> None:
        self.left = calls

    def __call__(self, *_: object) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


@cache
def dead_pid() -> int:
    """The number of a process that ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


_kept: dict[Path, Library] = {}


@contextmanager
def kept(data_dir: Path) -> Iterator[None]:
    """Meanwhile all processes have one library: to open a dataset takes longer than most jobs."""
    _kept[data_dir] = Library(data_dir)
    try:
        yield
    finally:
        _kept.pop(data_dir).close()


@contextmanager
def opened(data_dir: Path) -> Iterator[Library]:
    """The library of a script."""
    library = _kept.get(data_dir) or Library(data_dir)
    try:
        yield library
    finally:
        if data_dir not in _kept:
            library.close()


def run(
    data_dir: Path, request: JobParameters, rows: pa.Table | None = None, *, kill: int | None = None
) -> Job | None:
    """A job in a script, which is killed at its n-th word; None: it was. Raises the job's error."""
    with opened(data_dir) as library:
        try:
            return run_job(library, request, on_progress=Countdown(kill), table=rows)
        except Killed:
            leave(library)
            return None


def queue_only(data_dir: Path, request: JobParameters, rows: pa.Table | None = None) -> Job:
    """A job of a process that was killed before it began it."""
    with opened(data_dir) as library:
        queue = JobQueue(library.state, Owner())
        job = setup_of(kind_of(request)).create(library, queue, request, rows)
        leave(library)
        return job


def leave(library: Library) -> None:
    """Have no unfinished job's process any more."""
    for row in library.state.list_jobs(states=UNFINISHED):
        library.state.update_job(row["job"], server="gone", pid=dead_pid())
    for file in (library.data_dir / "spool").glob("*/owner.json"):
        file.write_text(file.read_text().replace(f'"pid": {Owner().pid}', f'"pid": {dead_pid()}'))


class InProcessLane(Lane):
    """Runs the code of jobs in a thread, where a server has a worker."""

    countdown = Countdown(None)

    async def close(self) -> None:
        """There is no worker."""

    async def _rest(self) -> None:
        """There is no worker."""

    async def _attempts(self, job: Job, params: dict[str, Any], spool: Spool) -> Outcome:
        number = job.attempt + (job.started_at is not None)
        live = self._live = Live(await self.change(status.started(self.newest(job), number)))
        return await asyncio.to_thread(self._attempt, live.job, params, spool)

    def _attempt(self, job: Job, params: dict[str, Any], spool: Spool) -> Outcome:
        attempt = spool.attempt(job.attempt)
        attempt.mkdir()
        sink = Sink(self._library, job, attempt, lambda _: None)

        def report(step: Step) -> None:
            self.countdown()
            while sink.commit_next():
                self.countdown()

        context = FileContext(spool, attempt, params, sink.committed, report)
        outcome = outcome_of(lambda: code_of(job.kind)(context), lambda: spool.cancelled)
        while outcome.state == "done" and sink.commit_next():
            self.countdown()
        return replace(outcome, step=context.step)


class Silent:
    """An event logger that nobody listens to."""

    def register_event_schema(self, schema: Path) -> None: ...

    def emit(self, *, schema_id: str, data: dict[str, object]) -> object: ...


def serve(
    data_dir: Path,
    *,
    kill: int | None = None,
    cancel: Callable[[Job], bool] = lambda _: False,
) -> list[Job]:
    """Start a server, cancel some of the jobs that it finds, let it work until nothing waits.

    It is killed at its n-th word. Gives the jobs as they are then, newest first.
    """
    with opened(data_dir) as library:
        return asyncio.run(_serve(library, Countdown(kill), cancel))


async def _serve(library: Library, countdown: Countdown, cancel: Any) -> list[Job]:
    runner = JobRunner(library, {}, Announcer(Silent()), touch=lambda: None, warm_seconds=1)
    for name in ("cpu", "gpu"):
        lane = InProcessLane(
            name,
            library,
            runner._queue,
            runner._announcer,
            touch=lambda: None,
            done=runner._follow,
        )
        lane.countdown = countdown
        runner.lanes[name] = lane
    asked = {job.job for job in runner.jobs() if cancel(job)}
    for name in asked:
        Spool.of(library.data_dir, name).make()
        Spool.of(library.data_dir, name).cancel()
    await runner.start()
    lanes = runner._tasks[: len(runner.lanes)]
    while runner._queue.next() is not None or any(lane.live for lane in runner.lanes.values()):
        await asyncio.sleep(0.002)
        if any(task.done() for task in lanes):
            for task in runner._tasks:
                task.cancel()
            await asyncio.gather(*runner._tasks, return_exceptions=True)
            leave(library)
            return runner._queue.jobs()
    await runner.stop()
    return runner._queue.jobs()
